//! Secrets that a program reads reach the network.

use crate::scan::evidence::destination::{Destination, destination, is_own_secret, of_text};
use crate::scan::evidence::setting::{is_demonstrated, is_specimen};
use crate::scan::flow::effect::{Action, Channel, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "secret-to-network",
    summary: "A program sends files with secrets, the environment, the clipboard or what is typed to somebody the skill says nothing of",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not run it; a program that needs a key sends that key to the service it belongs to, and nothing else.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0086", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 3,
    page: include_str!("secret_to_network.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in &view.flow().effects {
        let Action::Send(Channel::Http | Channel::Socket | Channel::Mail | Channel::Copy) = effect.action else {
            continue;
        };
        if !effect.data.kinds.holds(Kinds::SECRET.with(Kinds::SETTINGS_FILE)) {
            continue;
        }
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let to = destination(view, effect);
        let Some((kind, severity)) = judge(view, effect, to) else { continue };
        let span = effect.place.start..effect.place.end;
        // Keys that go to a stranger are no lesson, whatever the words around them say.
        let is_theft = kind != Kinds::SECRET_VARIABLE && to.is_foreign();
        let is_shown =
            if is_theft { text.is_mention(&span) || is_specimen(text) } else { is_demonstrated(text, &span) };
        let severity = if is_shown { Severity::Info } else { severity };
        let from = effect.data.origin(kind).map_or(String::new(), |origin| {
            let file = view.files.get(origin.place.file).map_or("", |file| file.path());
            let line = view
                .files
                .get(origin.place.file)
                .and_then(|file| file.text.as_ref())
                .map(|text| text.position(origin.place.start).0);
            format!(", read in line {} of {file},", line.unwrap_or(0))
        });
        sink.report(text, span, format!("{}{from} goes to {}", kind.words(), to.words())).severity(severity);
    }
}

/// Tells what the worst of the data is, and how bad it is that it goes there.
fn judge(view: &BundleView<'_>, effect: &Effect, to: Destination) -> Option<(Kinds, Severity)> {
    let data = effect.data.kinds;
    let is_socket = effect.action == Action::Send(Channel::Socket);
    let worst = [
        Kinds::CREDENTIAL_FILE,
        Kinds::ENVIRONMENT,
        Kinds::KEYSTROKES,
        Kinds::PASSWORD_PROMPT,
        Kinds::SCREEN,
        Kinds::CLIPBOARD,
        Kinds::SETTINGS_FILE,
        Kinds::SECRET_VARIABLE,
    ];
    let kind = worst.into_iter().find(|kind| data.holds(*kind))?;
    let secrets = || effect.data.origins.iter().filter(|origin| origin.kind == Kinds::SECRET_VARIABLE);
    let foreign = secrets().filter(|origin| !is_own_secret(view, effect, &origin.name)).count();
    // One function that sends everything to several hosts says nothing of what goes where.
    let is_mixed = effect.target.iter().any(|target| of_text(view, target) == Destination::Known);
    let severity = match (kind, to) {
        (Kinds::SECRET_VARIABLE | Kinds::PASSWORD_PROMPT | Kinds::CLIPBOARD | Kinds::SCREEN, _) if is_mixed => {
            return None;
        }
        (Kinds::SECRET_VARIABLE, _) if foreign == 0 => return None,
        (_, Destination::Hostile) => Severity::Critical,
        (Kinds::SECRET_VARIABLE, Destination::Stranger) if foreign == 1 => Severity::High,
        (Kinds::SCREEN | Kinds::CLIPBOARD | Kinds::PASSWORD_PROMPT | Kinds::SETTINGS_FILE, Destination::Stranger) => {
            Severity::High
        }
        (_, Destination::Stranger) => Severity::Critical,
        (Kinds::PASSWORD_PROMPT | Kinds::SCREEN | Kinds::CLIPBOARD | Kinds::SETTINGS_FILE, _) => return None,
        // A bare socket to nowhere in particular is no protocol of a service.
        (_, Destination::Unknown | Destination::Chosen) if is_socket && effect.target.is_empty() => {
            // A library is told by whoever uses it where to connect.
            if view.beside.package.is_some() { Severity::Medium } else { Severity::High }
        }
        (Kinds::SECRET_VARIABLE, _) => return None,
        (_, Destination::Unknown) => Severity::Medium,
        (_, Destination::Chosen) => Severity::Low,
        (Kinds::KEYSTROKES, _) => Severity::High,
        (Kinds::CREDENTIAL_FILE, Destination::Known) => Severity::Low,
        _ => return None,
    };
    Some((kind, severity))
}
