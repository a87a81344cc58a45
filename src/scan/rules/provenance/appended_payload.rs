//! Files that hold more than what they begin as.

use crate::scan::{BundleView, Confidence, FactKind, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "appended-payload",
    summary: "Something stands behind the end of a file, where only those look who know of it",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Save the file again with a program that knows its format, and compare the sizes.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0015", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("appended_payload.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for fact in view.facts {
        let is_payload =
            ["a zip archive", "a program", "a script", "an archive"].iter().any(|what| fact.detail.ends_with(what));
        let (severity, reason) = match fact.kind {
            FactKind::Polyglot => (Severity::High, "the file is an archive as well as what it is called"),
            FactKind::Appended if is_payload => {
                (Severity::High, "something that runs or unpacks stands behind the end of the file")
            }
            FactKind::Appended if fact.detail.ends_with("a text") => {
                (Severity::Medium, "a text stands behind the end of the file")
            }
            FactKind::Appended => (Severity::Low, "bytes stand behind the end of the file"),
            _ => continue,
        };
        let severity = if fact.origin.is_shown { severity.min(Severity::Low) } else { severity };
        sink.report_origin(&fact.origin, &fact.detail, reason).severity(severity);
    }
}
