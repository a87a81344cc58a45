//! Data in names that are looked up.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::constant::HOLE;
use crate::scan::flow::effect::{Action, Channel};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "computed-lookup",
    summary: "A program puts data into a name that it looks up",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not run it; a name that is looked up has no reason to hold data.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0025", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("computed_lookup.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in view.flow().effects.iter().filter(|effect| effect.action == Action::Send(Channel::Dns)) {
        let kinds = Kinds::SECRET.with(Kinds::SYSTEM).with(Kinds::LOCAL_FILE).with(Kinds::SETTINGS_FILE);
        let is_label = effect.target.iter().any(|name| is_name_with_data(name));
        if !is_label || !effect.data.kinds.holds(kinds) {
            continue;
        }
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let severity = match () {
            () if is_demonstrated(text, &span) => Severity::Info,
            () if effect.data.kinds.holds(Kinds::SECRET) => Severity::Critical,
            () => Severity::High,
        };
        let reason = format!("the name that is looked up holds {}", effect.data.kinds.words());
        sink.report(text, span, reason).severity(severity);
    }
}

/// Tells whether a name has a label that is only known when it is looked up.
fn is_name_with_data(name: &str) -> bool {
    name.split_whitespace().any(|word| {
        word.rfind(HOLE).is_some_and(|at| {
            let rest = &word[at + HOLE.len_utf8()..];
            rest.starts_with(['.', '-']) && rest.trim_matches('.').matches('.').count() >= 1
        })
    })
}
