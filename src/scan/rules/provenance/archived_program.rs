//! Programs inside of archives and documents.

use crate::scan::capability::is_native;
use crate::scan::evidence::run_order::run_orders;
use crate::scan::{BundleView, Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};
use crate::skill::FileClass;

pub(crate) static RULE: Rule = Rule {
    id: "archived-program",
    summary: "An archive or a document holds a program",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ship programs as plain files that can be read, or name the package that has them.",
    references: &["AST01", "ASI04", "LLM03", "AML.T0010", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("archived_program.md"),
    hook: Hook::Bundle(check),
};

/// Documents, which hold no programs; a book or a presentation of OpenDocument may hold JavaScript.
const DOCUMENTS: [&str; 12] =
    ["docx", "docm", "dotx", "xlsx", "xltx", "xlsm", "pptx", "potx", "pptm", "odt", "ods", "odp"];
/// Packages, which hold programs by their nature.
const PACKAGES: [&str; 9] = ["jar", "whl", "war", "apk", "egg", "nupkg", "vsix", "xpi", "aar"];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let members = || view.files.iter().filter(|file| file.origin.is_some() && file.text.is_none());
    let programs = members().filter(|file| is_native(file.file.bytes())).map(|file| file.file.path.file_name());
    let ordered = run_orders(view, programs);
    for file in &view.files {
        let Some(origin) = file.origin.filter(|origin| is_member(origin.chain.last())) else { continue };
        let host = origin.location.path.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_ascii_lowercase());
        let is_program = is_native(file.file.bytes()) && file.text.is_none();
        let is_script = is_script(file);
        if !is_program && !is_script || origin.is_shown {
            continue;
        }
        let is_document = DOCUMENTS.contains(&host.as_str());
        let name = file.file.path.file_name();
        let (severity, reason) = if is_document {
            (Severity::High, "a document holds something that runs")
        } else if PACKAGES.contains(&host.as_str()) {
            (Severity::Info, "a package holds programs")
        } else if is_program && ordered.contains(name) {
            (Severity::High, "a text has a program run that comes out of an archive")
        } else if is_program {
            (Severity::Medium, "the archive holds a program that nobody can read")
        } else {
            (Severity::Info, "the archive holds a script, which was scanned")
        };
        sink.report_view(file, name, reason).severity(severity);
    }
}

fn is_member(step: Option<&String>) -> bool {
    step.is_some_and(|step| step.starts_with("zip member") || step.starts_with("tar member") || step == "gzip")
}

fn is_script(file: &FileView<'_>) -> bool {
    let is_windows = matches!(
        file.file.path.extension().as_deref(),
        Some("bat" | "cmd" | "vbs" | "vbe" | "jse" | "wsf" | "hta" | "scr" | "lnk" | "command")
    );
    is_windows || file.file.language.is_some() || file.file.class == FileClass::Script && file.text.is_some()
}
