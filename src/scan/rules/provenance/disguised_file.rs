//! Files whose content is not what their name says.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::scan::evidence::run_order::run_orders;
use crate::scan::evidence::setting::{is_code, is_shown, is_specimen_path};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "disguised-file",
    summary: "A file is called data or a picture and is a script or an archive",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Give the file the name of what it is.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0015", "AML.T0074"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("disguised_file.md"),
    hook: Hook::Bundle(check),
};

/// Extensions of files that are never text.
const MEDIA: [&str; 22] = [
    "png", "jpg", "jpeg", "gif", "webp", "ico", "bmp", "tiff", "mp3", "mp4", "wav", "mov", "ttf", "otf", "woff",
    "woff2", "pdf", "docx", "xlsx", "pptx", "zip", "gz",
];
/// Extensions of texts and tables that nothing runs.
const DATA: [&str; 12] = ["txt", "md", "csv", "tsv", "json", "yaml", "yml", "xml", "log", "dat", "tmp", "bak"];
/// First bytes of archives.
const ARCHIVES: [&[u8]; 5] = [b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\0"];
/// Formats that are archives by design, or whose packed form keeps the name.
const ARCHIVE_NAMES: [&str; 5] = ["docx", "xlsx", "pptx", "zip", "gz"];

/// An interpreter that is given a file of data.
static GIVEN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:sh|bash|zsh|dash|source|python[\d.]*|node|perl|ruby|pwsh(?:\s+-File)?|osascript)\s+(?:-[a-z]\s+)?[\x22']?((?:[\w.$/{}-]*/)?([\w.-]+\.(?:txt|md|csv|tsv|log|dat|tmp|bak|png|jpe?g|gif|ico|webp|pdf|svg|bin|xml|ttf|woff2?)))(?:[\x22'`\s;|&)]|$)",
    )
});

/// What only a script begins with, whatever comes later.
static SCRIPT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)\A\s*(?:#!|<\?php|<script|@echo\s+off|import\s+\w|from\s+\w+\s+import|set\s+-e|curl\s|wget\s|powershell|\(function|eval|require\()|^\s*(?:curl|wget)\s[^\n]{0,200}\|\s*(?:ba|z)?sh\b|\A(?:GIF8[79]a|BM)[^\n]{0,40}(?:=|/\*)",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let ordered =
        run_orders(view, view.files.iter().filter(|file| is_data_script(file)).map(|file| file.file.path.file_name()));
    for file in &view.files {
        let Some((severity, reason)) = disguise(file, &ordered) else { continue };
        let is_specimen = is_specimen_path(file.path()) || file.origin.is_some_and(|origin| origin.is_shown);
        let severity = if is_specimen { severity.min(Severity::Low) } else { severity };
        sink.report_view(file, file.file.path.file_name(), reason).severity(severity);
    }
    let names: Vec<&str> = view.files.iter().map(|file| file.file.path.file_name()).collect();
    view.texts().for_each(|text| check_orders(text, &names, sink));
}

fn disguise(file: &FileView<'_>, ordered: &BTreeSet<&str>) -> Option<(Severity, &'static str)> {
    let extension = file.file.path.extension()?;
    let extension = extension.as_str();
    let bytes = file.file.bytes()?;
    let (is_media, is_data) = (MEDIA.contains(&extension), DATA.contains(&extension));
    if let Some(text) = file.text.as_ref().filter(|_| is_media) {
        let is_script = SCRIPT.is_match(text.text());
        return is_script.then_some((Severity::High, "the file is called a picture or a document and is a script"));
    }
    if (is_media || is_data)
        && !ARCHIVE_NAMES.contains(&extension)
        && ARCHIVES.iter().any(|magic| bytes.starts_with(magic))
    {
        return Some((Severity::High, "the file is called otherwise and is an archive"));
    }
    if is_data_script(file) {
        let is_run = ordered.contains(file.file.path.file_name());
        return Some(if is_run {
            (Severity::High, "a text has a script run that is called data")
        } else {
            (Severity::Low, "the file is called data and is a script")
        });
    }
    None
}

/// Tells whether a file is called data and begins as a script does.
fn is_data_script(file: &FileView<'_>) -> bool {
    let is_data = file.file.path.extension().is_some_and(|extension| DATA.contains(&extension.as_str()));
    is_data && file.file.language.is_some() && file.file.bytes().is_some_and(|bytes| bytes.starts_with(b"#!"))
}

/// Finds orders to run a file of the bundle that is called data.
fn check_orders(text: &TextView<'_>, names: &[&str], sink: &mut Sink<'_>) {
    for found in GIVEN.captures_iter(text.text()).take(50) {
        let (Some(path), Some(name)) = (found.get(1), found.get(2)) else { continue };
        if names.contains(&name.as_str()) && is_code(text, path.start()) && !is_shown(text, &path.range()) {
            sink.report(text, path.range(), "an interpreter is given a file that is called data");
        }
    }
}
