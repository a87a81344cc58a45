//! Files are encrypted and their originals deleted.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::Action;
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "ransom-walk",
    summary: "A program walks through folders, encrypts what it finds and takes the originals away",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Do not run it.",
    references: &["AST01", "ASI05", "AML.T0048", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("ransom_walk.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let effects = &view.flow().effects;
    for effect in effects.iter().filter(|effect| effect.action == Action::Write) {
        let is_walked = effect.data.kinds.holds(Kinds::WALK) || effect.target_taint.kinds.holds(Kinds::WALK);
        if !effect.data.kinds.holds(Kinds::ENCRYPTED) || !is_walked {
            continue;
        }
        let is_gone = effects.iter().any(|other| {
            other.place.file == effect.place.file
                && matches!(other.action, Action::Delete)
                && other.target_taint.kinds.holds(Kinds::WALK)
        });
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let severity = match () {
            () if is_demonstrated(text, &span) => Severity::Info,
            () if is_gone => Severity::Critical,
            () => continue,
        };
        sink.report(text, span, "files that are found by walking are encrypted, and the originals deleted")
            .severity(severity);
    }
}
