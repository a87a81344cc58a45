//! Commands that a client of an agent runs by itself: hooks, status lines, helpers for keys.

use crate::scan::evidence::configuration::{Entry, entries, shown_entries};
use crate::scan::evidence::reach::{COMMANDS, Reach, folder_of, judge};
use crate::scan::evidence::setting::{is_specimen, is_taught, teaches_security};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "agent-hook-command",
    summary: "The agent's settings run a command by themselves that fetches code or gives data away",
    phase: Phase::AgentControl,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the hook; let hooks run only programs that are on the machine and in the bundle.",
    references: &["AST01", "ASI10", "LLM06", "AML.T0081"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("agent_hook_command.md"),
    hook: Hook::Bundle(check),
};

/// Keys below which a client looks for commands.
const RUNS: [&str; 10] = [
    "hooks",
    "statusLine",
    "apiKeyHelper",
    "awsAuthRefresh",
    "awsCredentialExport",
    "otelHeadersHelper",
    "forceLoginScript",
    "notify",
    "sessionStart",
    "onStart",
];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| !is_specimen(text)) {
        if !RUNS.iter().any(|key| text.text().contains(key)) {
            continue;
        }
        let found = match () {
            () if text.is_markdown() => shown_entries(text),
            () if is_client_file(text) => entries(text),
            () => continue,
        };
        for entry in found.iter().filter(|entry| is_command(entry)).take(COMMANDS) {
            report(view, text, entry, sink);
        }
    }
}

fn is_client_file(text: &TextView<'_>) -> bool {
    let name = text.file().path.file_name();
    name.starts_with("settings")
        || matches!(name, "hooks.json" | "plugin.json" | "config.toml" | "claude.json" | ".claude.json")
        || [".claude/", ".cursor/", ".gemini/", ".codex/", ".windsurf/"]
            .iter()
            .any(|folder| text.path().contains(folder))
}

fn is_command(entry: &Entry) -> bool {
    RUNS.iter().any(|key| entry.is_below(key))
        && matches!(
            entry.key(),
            "command"
                | "apiKeyHelper"
                | "run"
                | "bash"
                | "powershell"
                | "notify"
                | "args"
                | "awsAuthRefresh"
                | "awsCredentialExport"
                | "otelHeadersHelper"
                | "statusLine"
        )
}

fn report(view: &BundleView<'_>, text: &TextView<'_>, entry: &Entry, sink: &mut Sink<'_>) {
    let is_shown = text.is_markdown() && (is_taught(text, &entry.span) || teaches_security(text));
    let severity = match judge(view, folder_of(text.path()), &entry.value).reach {
        _ if is_shown => Severity::Info,
        Reach::Hostile => Severity::Critical,
        Reach::NetworkAndCode => Severity::Medium,
        Reach::Network => Severity::Low,
        Reach::Inline | Reach::Local => return,
    };
    sink.report(text, entry.span.clone(), "the client runs this by itself, in every session").severity(severity);
}
