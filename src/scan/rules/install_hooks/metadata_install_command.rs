//! Commands in a document's frontmatter that a client runs to install the skill.

use crate::scan::evidence::configuration::{Entry, frontmatter_entries};
use crate::scan::evidence::reach::{COMMANDS, Reach, judge, reach};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "metadata-install-command",
    summary: "The frontmatter tells the client to fetch and run something when the skill is installed or used",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Name a package of a registry with its version instead of a command.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-829"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("metadata_install_command.md"),
    hook: Hook::Bundle(check),
};

/// Keys below which a client looks for what to run.
const INSTALLS: [&str; 7] = ["install", "hooks", "setup", "postinstall", "post_install", "on_load", "bootstrap"];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.instructions() else { return };
    let is_step = |entry: &Entry| INSTALLS.iter().any(|key| entry.is_below(key));
    for entry in frontmatter_entries(text).into_iter().filter(is_step).take(COMMANDS) {
        match entry.key() {
            "url" | "download" | "source" => check_address(text, &entry, sink),
            "label" | "id" | "description" | "matcher" | "name" => {}
            _ => check_command(view, text, &entry, sink),
        }
    }
}

fn check_command(view: &BundleView<'_>, text: &TextView<'_>, entry: &Entry, sink: &mut Sink<'_>) {
    let judged = judge(view, "", &entry.value);
    let severity = match judged.reach {
        Reach::NetworkAndCode | Reach::Network if judged.file.is_some() => Severity::Low,
        Reach::Hostile => Severity::Critical,
        // Even a vendor's installer is piped into a shell here before anybody reads about it.
        Reach::Network if entry.value.contains('|') || entry.value.contains("$(") => Severity::High,
        Reach::NetworkAndCode => Severity::Medium,
        Reach::Network => Severity::Low,
        _ => return,
    };
    let severity = if is_known(&entry.value) { severity.min(Severity::High) } else { severity };
    sink.report(text, entry.span.clone(), "the client runs this before anybody reads the instructions")
        .severity(severity);
}

fn is_known(command: &str) -> bool {
    reach(command) == Reach::Hostile && urls(command).all(|url| url.host_kind() == HostKind::KnownService)
}

fn check_address(text: &TextView<'_>, entry: &Entry, sink: &mut Sink<'_>) {
    let Some(url) = urls(&entry.value).next() else { return };
    let severity = match url.host_kind() {
        HostKind::RawAddress | HostKind::Drop => Severity::Critical,
        HostKind::Named if !url.is_encrypted => Severity::High,
        HostKind::Named => Severity::Low,
        _ => return,
    };
    sink.report(text, entry.span.clone(), format!("the client fetches a program from `{}`", url.host))
        .severity(severity);
}
