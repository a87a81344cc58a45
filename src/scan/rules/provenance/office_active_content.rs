//! Macros, remote templates and commands in Office documents.

use std::sync::LazyLock;

use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "office-active-content",
    summary: "An Office document runs a macro or a command, or loads a template from elsewhere",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Save the document without macros, fields that run commands and remote templates.",
    references: &["AST01", "ASI04", "LLM03", "AML.T0011", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("office_active_content.md"),
    hook: Hook::Bundle(check),
};

/// A relation whose target is loaded with the document; links that a reader clicks are not.
static REMOTE_PART: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?is)<Relationship\b(?:[^>]*\bType="[^"]*/(?:attachedTemplate|oleObject|frame|subDocument|aFChunk)"[^>]*\bTarget="(?:https?:|file:|\\\\|ftp:|mhtml:)[^"]*"|[^>]*\bTarget="(?:https?:|file:|\\\\|ftp:|mhtml:)[^"]*"[^>]*\bType="[^"]*/(?:attachedTemplate|oleObject|frame|subDocument|aFChunk)")"#,
    )
});

/// Fields and cells that start a program by dynamic data exchange.
static EXCHANGE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)<w:instrText[^>]*>\s*DDE(?:AUTO)?\b|<(?:x:)?ddeLink\b|(?m)^\s*[\x22']?[=+@-]\s*(?:cmd|powershell|mshta|rundll32|wscript|msexcel)\s*\|",
    )
});

/// Procedures that run without being asked for.
const AUTOMATIC: [&str; 8] = [
    "AutoOpen",
    "Auto_Open",
    "AutoExec",
    "AutoClose",
    "Document_Open",
    "Document_Close",
    "Workbook_Open",
    "Workbook_Activate",
];
/// What such a procedure does in an attack.
const STARTS: [&str; 7] = ["Shell", "WScript", "powershell", "URLDownloadToFile", "CreateObject", "MSXML2", "ADODB"];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for file in &view.files {
        let name = file.path().to_ascii_lowercase();
        let host = file.origin.map_or(name.as_str(), |origin| origin.location.path.as_str());
        // Documents whose name says that they have macros end with `m`.
        let is_named = host.rsplit_once('.').is_some_and(|(_, end)| {
            matches!(
                end.to_ascii_lowercase().as_str(),
                "docm" | "dotm" | "xlsm" | "xltm" | "xlam" | "pptm" | "potm" | "ppam" | "xls" | "doc"
            )
        });
        let macros = if is_named { Severity::Medium } else { Severity::High };
        if let Some(project) = macro_project(file, &name) {
            let has =
                |words: &[&str]| words.iter().any(|word| memchr::memmem::find(project, word.as_bytes()).is_some());
            let (severity, reason) = if has(&AUTOMATIC) && has(&STARTS) {
                (Severity::Critical, "a macro starts something as soon as the document is opened")
            } else {
                (macros, "the document holds macros")
            };
            sink.report_view(file, file.path(), reason).severity(severity);
        } else if file.origin.is_some() && name.starts_with("xl/macrosheets/") {
            sink.report_view(file, file.path(), "the workbook has a sheet of macros").severity(Severity::High);
        } else if file.origin.is_some()
            && name.starts_with("basic/")
            && name.ends_with(".xml")
            && !name.contains("-lc.xml")
        {
            sink.report_view(file, file.path(), "the document holds macros").severity(Severity::Medium);
        }
        let Some(text) = &file.text else { continue };
        if name.ends_with(".rels")
            && let Some(found) = REMOTE_PART.find(text.text())
        {
            sink.report(text, found.range(), "a part of the document is loaded from elsewhere when it is opened")
                .severity(Severity::High);
        }
        let can_hold_fields = name.ends_with(".csv") || name.ends_with(".xml") && file.origin.is_some();
        if can_hold_fields && let Some(found) = EXCHANGE.find(text.text()) {
            sink.report(text, found.range(), "a field of the document starts a program").severity(Severity::High);
        }
    }
}

/// Returns the bytes that hold macros: a part of a document, or a document of the old format.
fn macro_project<'a>(file: &FileView<'a>, name: &str) -> Option<&'a [u8]> {
    let bytes = file.file.bytes()?;
    let is_ole = bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    let is_part = file.origin.is_some() && name.ends_with("vbaproject.bin");
    let mark: Vec<u8> = "_VBA_PROJECT".encode_utf16().flat_map(u16::to_le_bytes).collect();
    (is_part || is_ole && memchr::memmem::find(bytes, &mark).is_some()).then_some(bytes)
}
