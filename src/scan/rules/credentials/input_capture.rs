//! Keys that are pressed, and addresses that are copied.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::{Action, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "input-capture",
    summary: "A program records what is typed, or exchanges what was copied",
    phase: Phase::Credentials,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not run it, and change what was typed while it ran.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0037", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("input_capture.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in &view.flow().effects {
        let Some((severity, reason)) = judge(effect) else { continue };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let severity = if is_demonstrated(text, &span) { Severity::Info } else { severity };
        sink.report(text, span, reason).severity(severity);
    }
}

fn judge(effect: &Effect) -> Option<(Severity, &'static str)> {
    match effect.action {
        Action::Write if effect.data.kinds.holds(Kinds::KEYSTROKES) => {
            Some((Severity::High, "every key that is pressed is written to a file"))
        }
        Action::Send(_) if effect.data.kinds.holds(Kinds::KEYSTROKES) => {
            Some((Severity::Critical, "every key that is pressed is sent out"))
        }
        // What was copied decides that something else takes its place.
        Action::SetClipboard
            if effect.trigger.kinds.holds(Kinds::CLIPBOARD)
                && !effect.data.kinds.holds(Kinds::CLIPBOARD)
                && effect.text.iter().any(|text| is_address(text)) =>
        {
            Some((Severity::Critical, "an address that was copied is exchanged for another"))
        }
        _ => None,
    }
}

/// Tells whether a text has the form of an address of a wallet or an account.
fn is_address(text: &str) -> bool {
    (24..=120).contains(&text.len())
        && text.chars().all(|character| character.is_ascii_alphanumeric())
        && text.chars().any(|character| character.is_ascii_digit())
}
