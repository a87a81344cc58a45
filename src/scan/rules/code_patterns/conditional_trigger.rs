//! A program does harm only on some machines or from some day on.

use crate::scan::evidence::destination::{destination, of_text};
use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::evidence::url::urls;
use crate::scan::evidence::vendor_installer::is_vendor_installer;
use crate::scan::flow::effect::{Action, Channel, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "conditional-trigger",
    summary: "A program runs hidden or fetched code, or gives secrets away, only on a day or a machine of its choice",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not run it; what waits for a day or a machine is made to pass a trial.",
    references: &["AST01", "ASI10", "LLM03", "AML.T0015", "CWE-511"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("conditional_trigger.md"),
    hook: Hook::Bundle(check),
};

/// Facts that single out a machine or its user; others only tell one system from the next.
const IDENTITIES: &[&str] = &[
    "whoami",
    "hostname",
    "id",
    "who",
    "USER",
    "USERNAME",
    "HOSTNAME",
    "LOGNAME",
    "COMPUTERNAME",
    "socket.gethostname",
    "platform.node",
    "getpass.getuser",
    "os.getlogin",
    "os.hostname",
    "os.userInfo",
    "uuid.getnode",
    "get-localuser",
];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in &view.flow().effects {
        let Some(when) = when(effect) else { continue };
        let Some(deed) = deed(view, effect) else { continue };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let severity = if is_demonstrated(text, &span) { Severity::Info } else { Severity::Critical };
        sink.report(text, span, format!("{deed} here, but only {when}")).severity(severity);
    }
}

/// Tells on what an effect waits, if on anything that singles out a day or a machine.
fn when(effect: &Effect) -> Option<&'static str> {
    let is_identity = |name: &str| IDENTITIES.contains(&name);
    match () {
        () if effect.trigger.origins.iter().any(|origin| origin.kind == Kinds::SYSTEM && is_identity(&origin.name)) => {
            Some("on some machines or for some users")
        }
        () if effect.trigger.kinds.holds(Kinds::TIME) => Some("at some times"),
        () => None,
    }
}

/// Tells what harm an effect does, if any that needs no condition to be harm.
fn deed(view: &BundleView<'_>, effect: &Effect) -> Option<&'static str> {
    match effect.action {
        Action::Run | Action::RunFile => {
            let name = effect.data.origin(Kinds::DOWNLOAD).map(|origin| &*origin.name);
            let is_vendor = |name: &str| urls(name).next().is_some_and(|url| is_vendor_installer(&url));
            match name {
                Some(name) if of_text(view, name).is_foreign() && !is_vendor(name) => Some("code from a stranger runs"),
                Some(_) => None,
                None if effect.action == Action::Run && effect.data.kinds.holds(Kinds::DECODED) => {
                    Some("code that nobody can read runs")
                }
                None => None,
            }
        }
        Action::Send(Channel::Http | Channel::Socket | Channel::Mail | Channel::Copy) => {
            let secrets = Kinds::CREDENTIAL_FILE.with(Kinds::ENVIRONMENT).with(Kinds::KEYSTROKES);
            (effect.data.kinds.holds(secrets) && destination(view, effect).is_foreign())
                .then_some("secrets go to a stranger")
        }
        Action::Delete => {
            let is_home =
                |path: &str| matches!(path.trim_end_matches(['*', '/']), "~" | "" | "C:" | "/home" | "C:/Users");
            (!effect.target.is_empty() && effect.target.iter().all(|path| is_home(path)))
                .then_some("a home folder is deleted")
        }
        _ => None,
    }
}
