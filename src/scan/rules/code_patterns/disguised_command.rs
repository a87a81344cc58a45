//! A command that runs without standing in the program.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::{Action, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "disguised-command",
    summary: "The name of a command is put together so that it does not stand in the program",
    phase: Phase::CodePatterns,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Write the command as it is; what has to be hidden from a reader should not run.",
    references: &["AST01", "ASI05", "LLM03", "AML.T0015", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("disguised_command.md"),
    hook: Hook::Bundle(check),
};

/// Words of commands and addresses that a program has no reason to take apart.
const TELLING: &[&str] = &[
    "curl",
    "wget",
    "bash",
    "powershell",
    "netcat",
    "/dev/tcp",
    "base64",
    "crontab",
    "chmod",
    "sudo",
    "http://",
    "https://",
    "rm -rf",
];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in &view.flow().effects {
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let Some(what) = disguise(view, effect) else { continue };
        let span = effect.place.start..effect.place.end;
        let severity = if is_demonstrated(text, &span) { Severity::Info } else { Severity::High };
        sink.report(text, span, format!("what runs here is `{what}`, which stands nowhere in the skill"))
            .severity(severity);
    }
}

/// Returns what is run without being written.
fn disguise(view: &BundleView<'_>, effect: &Effect) -> Option<String> {
    let is_acting = matches!(effect.action, Action::Run | Action::RunFile | Action::Download | Action::Send(_));
    if effect.is_disguised && is_acting {
        let shown = effect.text.first().or(effect.target.first());
        return Some(shown.map_or_else(|| "a command".to_owned(), |text| text.chars().take(60).collect()));
    }
    // An address that a decoder gives.
    if is_acting && effect.target_taint.kinds.holds(Kinds::DECODED) {
        let address = effect.target.iter().find(|target| target.contains("://"))?;
        let host = address.split("://").nth(1)?.split('/').next()?.to_ascii_lowercase();
        let is_written = host.len() < 4 || written(view).any(|text| text.lowered().contains(&host));
        return (!is_written).then(|| address.chars().take(60).collect());
    }
    if effect.action != Action::Run {
        return None;
    }
    let code = effect.text.iter().find(|code| {
        let code = code.to_ascii_lowercase();
        TELLING.iter().any(|word| code.contains(word) && !written(view).any(|text| text.lowered().contains(word)))
    })?;
    Some(code.chars().take(60).collect())
}

/// Iterates over the texts as they are written, without what was decoded in them.
fn written<'v, 'a>(view: &'v BundleView<'a>) -> impl Iterator<Item = &'v TextView<'a>> {
    view.texts().filter(|text| text.origin().is_none())
}
