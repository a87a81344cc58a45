//! Input that is run as code or as a command.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::Action;
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "evaluated-input",
    summary: "A program runs what it is given as code",
    phase: Phase::CodePatterns,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Auditor,
    remedy: "Hand arguments over as a list, and parse input instead of running it.",
    references: &["AST05", "ASI05", "LLM05", "AML.T0050", "CWE-94", "CWE-78"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("evaluated_input.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in view.flow().effects.iter().filter(|effect| effect.action == Action::Run && effect.depth == 0) {
        let Some(origin) = effect.data.origin(Kinds::INPUT) else { continue };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        if text.is_markdown() || is_demonstrated(text, &span) {
            continue;
        }
        let (line, _) = view
            .files
            .get(origin.place.file)
            .and_then(|file| file.text.as_ref())
            .unwrap_or(text)
            .position(origin.place.start);
        sink.report(text, span, format!("what whoever starts the program gives it in line {line} is run here"));
    }
}
