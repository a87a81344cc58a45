//! Commands that an editor or a development container starts when the folder is opened.

use std::sync::LazyLock;

use crate::scan::evidence::configuration::{Entry, entries};
use crate::scan::evidence::reach::{COMMANDS, Reach, folder_of, judge};
use crate::scan::evidence::setting::is_specimen;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "editor-autorun",
    summary: "Opening the folder in an editor or a development container starts a command that reaches out",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not open the folder as a trusted workspace; remove the command, or make it a step that the user starts.",
    references: &["AST02", "ASI05", "LLM03", "AML.T0010", "CWE-829"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("editor_autorun.md"),
    hook: Hook::Bundle(check),
};

/// What a development container runs by itself; the first on the host.
const CONTAINER_COMMANDS: [&str; 6] = [
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
];

/// Blanks that push a command out of the window.
static PADDING: LazyLock<Pattern> = LazyLock::new(|| pattern(r"[ \t\u{a0}\u{3000}]{60,}\S"));

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| !is_specimen(text)) {
        match text.file().path.file_name() {
            "tasks.json" if text.path().contains(".vscode/") => check_tasks(view, text, sink),
            "devcontainer.json" | ".devcontainer.json" => check_container(view, text, sink),
            "environment.json" if text.path().contains(".cursor/") => check_container(view, text, sink),
            ".envrc" => {
                let severity = severity(judge(view, folder_of(text.path()), text.text()).reach);
                let start = text.text().len() - text.text().trim_start().len();
                sink.report(text, start..text.text().len(), "entering the folder runs this").severity(severity);
            }
            name if name.ends_with(".code-workspace") => check_tasks(view, text, sink),
            _ => {}
        }
    }
}

fn check_tasks(view: &BundleView<'_>, text: &TextView<'_>, sink: &mut Sink<'_>) {
    let found = entries(text);
    if !found.iter().any(|entry| entry.key() == "runOn" && entry.value == "folderOpen") {
        return;
    }
    let command = |entry: &&Entry| matches!(entry.key(), "command" | "args");
    for entry in found.iter().filter(command).take(COMMANDS) {
        let mut severity = severity(judge(view, "", &entry.value).reach);
        let mut reason = "opening the folder runs this";
        if PADDING.is_match(&entry.value) {
            severity = Severity::Critical;
            reason = "opening the folder runs this, and blanks push it out of sight";
        }
        sink.report(text, entry.span.clone(), reason).severity(severity);
    }
}

fn check_container(view: &BundleView<'_>, text: &TextView<'_>, sink: &mut Sink<'_>) {
    let is_run = |entry: &Entry| {
        let key = first_key(entry);
        CONTAINER_COMMANDS.contains(&key) || matches!(key, "install" | "start") && text.path().contains(".cursor/")
    };
    for entry in entries(text).into_iter().filter(is_run).take(COMMANDS) {
        let severity = severity(judge(view, "", &entry.value).reach);
        let reason = format!("`{}` is run by itself when the container is opened", first_key(&entry));
        sink.report(text, entry.span, reason).severity(severity);
    }
}

fn first_key(entry: &Entry) -> &str {
    entry.path.split('/').next().unwrap_or("")
}

/// Setting up a container over the network is what such commands are for.
fn severity(reach: Reach) -> Severity {
    match reach {
        Reach::Hostile => Severity::Critical,
        Reach::NetworkAndCode => Severity::Medium,
        Reach::Network | Reach::Inline => Severity::Low,
        Reach::Local => Severity::Info,
    }
}
