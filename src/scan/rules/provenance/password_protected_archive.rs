//! Archives that cannot be looked into.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "password-protected-archive",
    summary: "The bundle ships an archive that only a password opens",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ship the files themselves.",
    references: &["AST01", "ASI04", "LLM03", "AML.T0010"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("password_protected_archive.md"),
    hook: Hook::Bundle(check),
};

static PASSWORD: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:password|passcode|pass)\b\s*(?:is\b|[:=])\s*\S{3,}|\bunzip\s+-P\s*\S|\b7z\w*\s+x\s+-p\S|\bunrar\s+x\s+-p\S",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for file in &view.files {
        let Some(format) = file.file.bytes().and_then(encrypted_format) else { continue };
        let is_named = |line: &str| PASSWORD.is_match(line);
        let has_password = view
            .texts()
            .any(|text| text.text().contains(file.file.path.file_name()) && text.text().lines().any(is_named));
        let (severity, reason) = if has_password {
            (Severity::Critical, "the archive is closed to scanners, and the text gives the password to the reader")
        } else {
            (Severity::Medium, "the archive cannot be looked into without a password")
        };
        sink.report_file(file.path(), format, reason).severity(severity);
    }
}

/// Names the format of an archive whose content is encrypted.
fn encrypted_format(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"PK\x03\x04") {
        return has_encrypted_entry(bytes).then_some("encrypted zip");
    }
    // RAR 5: a header of type 4 after the signature says that all further ones are encrypted.
    if bytes.starts_with(b"Rar!\x1a\x07\x01\x00") {
        return bytes.get(13).is_some_and(|kind| *kind == 4).then_some("encrypted rar");
    }
    // RAR 4: a flag of the main header.
    if bytes.starts_with(b"Rar!\x1a\x07\x00") {
        return bytes
            .get(10..12)
            .is_some_and(|flags| u16::from_le_bytes([flags[0], flags[1]]) & 0x80 != 0)
            .then_some("encrypted rar");
    }
    // 7-Zip names its cipher by the method 06 F1 07 01, which stands in a header that is not packed.
    (bytes.starts_with(b"7z\xbc\xaf\x27\x1c") && memchr::memmem::find(bytes, b"\x06\xf1\x07\x01").is_some())
        .then_some("encrypted 7z")
}

/// Reads the flag of each local header; bit 0 says that the entry is encrypted.
fn has_encrypted_entry(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"PK\x03\x04").take(1_000).any(|at| {
        bytes.get(at + 6).is_some_and(|flags| flags & 1 != 0) && bytes.get(at + 4).is_some_and(|version| *version <= 63)
    })
}
