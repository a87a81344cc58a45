//! Text that other readers do not read as it is.

use crate::scan::{Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};
use crate::skill::{Encoding, FileClass, IssueKind};

pub(crate) static RULE: Rule = Rule {
    id: "nul-or-utf16-text",
    summary: "A text holds NUL bytes or is encoded as UTF-16, so that other readers skip it or read something else",
    phase: Phase::Obfuscation,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Store the file as UTF-8 without NUL bytes.",
    references: &["AST08", "ASI04", "AML.T0015"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("nul_or_utf16_text.md"),
    hook: Hook::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = &view.text else { return };
    let decoded = text.decoded();
    // PowerShell writes UTF-16 by itself; data files are nobody's instructions.
    let is_read_by_agents =
        matches!(view.file.class, FileClass::Instructions | FileClass::Script | FileClass::Reference);
    let severity = if is_read_by_agents { Severity::Medium } else { Severity::Low };
    if decoded.issues.contains(&IssueKind::NulBytes) {
        sink.report_file(view.path(), "NUL bytes in text", "NUL bytes end the text for one reader and not for another")
            .severity(severity);
    }
    if matches!(decoded.encoding, Encoding::Utf16LittleEndian | Encoding::Utf16BigEndian) {
        let is_usual = matches!(view.file.language, Some("powershell" | "batch"));
        let severity = if is_usual { Severity::Info } else { severity };
        sink.report_file(
            view.path(),
            "UTF-16",
            "tools that expect UTF-8 skip the file or see blanks between the letters",
        )
        .severity(severity);
    }
}
