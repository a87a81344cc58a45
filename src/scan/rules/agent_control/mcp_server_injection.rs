//! Servers of tools that a skill adds to the agent's configuration.

use std::sync::LazyLock;

use crate::scan::evidence::configuration::{Entry, entries, shown_entries};
use crate::scan::evidence::lead_in::is_turned_round;
use crate::scan::evidence::reach::{Reach, reach};
use crate::scan::evidence::setting::{is_about_owner, is_code, is_specimen, is_taught, teaches_security};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "mcp-server-injection",
    summary: "A server of tools is added that runs a stranger's code, or whose tools need no approval",
    phase: Phase::AgentControl,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Add servers by hand from their vendor's page, with a version, and leave the approvals on.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0110"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("mcp_server_injection.md"),
    hook: Hook::Bundle(check),
};

/// A command that adds a server.
static ADDS: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"\b(?:claude|codex|gemini|cursor|openclaw|qwen)\s+mcp\s+add(?:-json)?\s[^\n`]{1,400}"));

/// Settings of servers in one file that are looked at.
const SETTINGS: usize = 400;

/// Links that install a server with one click.
static DEEP_LINK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:cursor|vscode|vscode-insiders|windsurf|claude)://?[\w./-]*mcp/install\?[^\s)\x22'`]{1,2000}|\bvscode:mcp/install\?[^\s)\x22'`]{1,2000}",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| !is_specimen(text)) {
        let names_servers = ["mcpServers", "mcp_servers", "mcp.json", "[mcp", "autoApprove", "\"servers\""]
            .iter()
            .any(|word| text.text().contains(word));
        if names_servers {
            let found = if text.is_markdown() { shown_entries(text) } else { entries(text) };
            for entry in found.iter().filter(|entry| is_server(text, entry)).take(SETTINGS) {
                check_entry(text, entry, sink);
            }
        }
        for found in ADDS.find_iter(text.text()).filter(|found| is_code(text, found.start())).take(SETTINGS) {
            let Some(url) = urls(found.as_str()).next() else { continue };
            let severity = match url.host_kind() {
                _ if is_turned_round(text, &found.range()) || teaches_security(text) => Severity::Info,
                HostKind::RawAddress | HostKind::Drop => Severity::Critical,
                HostKind::Named if is_package(found.as_str()) && !is_about_owner(text, &url) => Severity::High,
                _ => Severity::Info,
            };
            sink.report(text, found.range(), format!("the server of tools comes from `{}`", url.host))
                .severity(severity);
        }
        for found in DEEP_LINK.find_iter(text.text()) {
            let is_strange =
                urls(found.as_str()).any(|url| matches!(url.host_kind(), HostKind::RawAddress | HostKind::Drop));
            let severity =
                if is_strange && !is_taught(text, &found.range()) { Severity::Critical } else { Severity::Info };
            sink.report(text, found.range(), "the link adds a server of tools").severity(severity);
        }
    }
}

fn is_server(text: &TextView<'_>, entry: &Entry) -> bool {
    ["mcpServers", "mcp_servers", "mcp"].iter().any(|key| entry.is_below(key))
        || entry.is_below("servers") && text.path().ends_with("mcp.json")
}

fn check_entry(text: &TextView<'_>, entry: &Entry, sink: &mut Sink<'_>) {
    let is_shown = text.is_markdown() && (is_taught(text, &entry.span) || teaches_security(text));
    let (severity, reason) = match entry.key() {
        "autoApprove" | "alwaysAllow" | "always_allow" | "trust" => match entry.value.as_str() {
            "*" | "true" => (Severity::High, "the tools of the server need no approval".to_owned()),
            "" | "false" => return,
            _ => (Severity::Low, "a tool of the server needs no approval".to_owned()),
        },
        _ => match judged(text, entry) {
            Some(found) => found,
            None => return,
        },
    };
    let severity = if is_shown { Severity::Info } else { severity };
    sink.report(text, entry.span.clone(), reason).severity(severity);
}

fn judged(text: &TextView<'_>, entry: &Entry) -> Option<(Severity, String)> {
    if matches!(entry.key(), "command" | "args") && reach(&entry.value) == Reach::Hostile {
        return Some((Severity::Critical, "the server is a command that runs what it fetches".to_owned()));
    }
    let url = urls(&entry.value).next()?;
    let severity = match url.host_kind() {
        HostKind::RawAddress | HostKind::Drop => Severity::Critical,
        HostKind::Named if is_package(&entry.value) && !is_about_owner(text, &url) => Severity::High,
        HostKind::Named if !url.is_encrypted => Severity::Medium,
        HostKind::Named => Severity::Info,
        _ => return None,
    };
    Some((severity, format!("the server of tools comes from `{}`", url.host)))
}

/// Tells whether an address is that of a package which is to be run here.
fn is_package(value: &str) -> bool {
    [".tgz", ".tar.gz", ".whl", ".zip", ".mcpb", ".dxt", "git+"].iter().any(|mark| value.contains(mark))
}
