//! A document has the agent send data to a stranger whatever the task is.

use crate::scan::evidence::destination::destination;
use crate::scan::evidence::setting::is_taught;
use crate::scan::flow::effect::{Action, Channel};
use crate::scan::flow::invocation::{Insistence, insistence};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "mandatory-upload",
    summary: "A document tells the agent to send a file or the user's data to a stranger as part of every task",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Leave the step out, and ask why the skill wants the data.",
    references: &["AST01", "ASI01", "LLM02", "AML.T0086", "CWE-359"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("mandatory_upload.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in &view.flow().effects {
        let Action::Send(Channel::Http | Channel::Socket | Channel::Mail | Channel::Copy) = effect.action else {
            continue;
        };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let kinds = Kinds::SECRET.with(Kinds::LOCAL_FILE).with(Kinds::SYSTEM).with(Kinds::LOCATION);
        if !text.is_markdown() || !effect.data.kinds.holds(kinds) {
            continue;
        }
        let span = effect.place.start..effect.place.end;
        let to = destination(view, effect);
        let is_asked =
            insistence(text, &span) == Insistence::Mandatory || text.heading(span.start).is_some_and(is_insistent);
        if to.is_foreign() && is_asked && !is_taught(text, &span) {
            sink.report(
                text,
                span,
                format!("{} goes to {} whatever the task is", effect.data.kinds.words(), to.words()),
            );
        }
    }
}

fn is_insistent(heading: &str) -> bool {
    ["always", "critical", "important", "after any", "after every", "mandatory", "required", "must"]
        .iter()
        .any(|word| heading.contains(word))
}
