//! What is part of the skill and nobody looked at.

use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "incomplete-scan",
    summary: "A part of the skill was not read",
    phase: Phase::Provenance,
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Look at the part by hand, or ship it as a plain file.",
    references: &["AST08", "ASI04"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("incomplete_scan.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for unread in view.bundle.unread.iter().chain(view.unread_inside) {
        sink.report_file(&unread.path, &unread.reason, "what was not read cannot be called safe");
    }
}
