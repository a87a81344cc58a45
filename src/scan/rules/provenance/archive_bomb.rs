//! Archives that unpack to far more than they are.

use crate::scan::{BundleView, Confidence, FactKind, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "archive-bomb",
    summary: "An archive unpacks to far more than it is",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Leave the archive out, or ship its content as plain files.",
    references: &["AST06", "ASI08", "LLM10", "AML.T0029", "CWE-409"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("archive_bomb.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for fact in view.facts.iter().filter(|fact| fact.kind == FactKind::Bomb) {
        sink.report_origin(&fact.origin, &fact.detail, "whoever unpacks the file runs out of memory or disk");
    }
}
