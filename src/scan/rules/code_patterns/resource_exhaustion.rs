//! A program takes up the machine without an end.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::{Action, Effect};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "resource-exhaustion",
    summary: "A program multiplies itself, or writes or starts something again and again without an end",
    phase: Phase::CodePatterns,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Give the loop an end and a pause, or leave it out.",
    references: &["AST01", "ASI08", "LLM10", "AML.T0029", "CWE-400"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("resource_exhaustion.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let flow = view.flow();
    for effect in flow.effects.iter().filter(|effect| effect.action == Action::Exhaust) {
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let body = text.text().get(span.clone()).unwrap_or_default();
        let is_within = |other: &&Effect| {
            other.action != Action::Exhaust && span.start <= other.place.start && other.place.end <= span.end
        };
        let does = |actions: &[Action]| {
            flow.of_file(effect.place.file).filter(is_within).any(|other| actions.contains(&other.action))
        };
        let is_loop = ["while", "for"].iter().any(|word| body.trim_start().to_ascii_lowercase().starts_with(word));
        let (severity, reason) = match () {
            () if is_demonstrated(text, &span) => (Severity::Info, "a loop without an end is shown"),
            () if !is_loop => (Severity::High, "a function starts itself twice, and each of those does too"),
            () if body.contains("fork(") => (Severity::High, "processes are started without an end"),
            () if does(&[Action::Run, Action::RunFile]) => {
                (Severity::Medium, "something is started again and again without an end")
            }
            () if does(&[Action::Write]) => (Severity::Medium, "files are written again and again without an end"),
            () => continue,
        };
        sink.report(text, span, reason).severity(severity);
    }
}
