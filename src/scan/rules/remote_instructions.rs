//! The agent is sent elsewhere for its orders.

use std::sync::LazyLock;

use regex::Regex;

use super::super::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};
use super::pattern::pattern;
use super::setting::{is_about_owner, is_taught};
use super::url::{HostKind, Url, urls};

pub(crate) static RULE: Rule = Rule {
    id: "remote-instructions",
    summary: "The agent is told to fetch an address and to do what it says",
    phase: Phase::PromptInjection,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Put the instructions into the skill, where they can be reviewed and pinned.",
    references: &["AST07", "ASI01", "LLM01", "AML.T0070"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("remote_instructions.md"),
    hook: Hook::Text { needles: &["://"], check },
};

static FETCH_AND_OBEY: LazyLock<Regex> = LazyLock::new(|| {
    let fetch = r"\b(?:fetch|get|retrieve|download|load|read|open|visit|curl|wget|check|pull|access)\b";
    let obey = r"(?:\b(?:follow|obey|execute|perform|carry\s+out|apply|act\s+on|comply\s+with|implement)\b[^\n]{0,60}\b(?:instructions?|directives?|commands?|steps|rules|prompts?|guidance|it\s+says|them|exactly|contents?|response|whatever)\b|\bdo\s+(?:whatever|what|as|everything)\s+it\s+says\b|\btreat\b[^\n]{0,60}\bas\s+(?:your\s+|part\s+of\s+(?:your|these)\s+|system\s+|authoritative\s+)*(?:instructions?|prompts?|directives?))";
    pattern(&format!(r"(?i){fetch}[^\n]{{0,120}}?://[^\n]{{0,200}}?{obey}|{obey}[^\n]{{0,60}}?\b(?:from|at|in|on)\b[^\n]{{0,60}}?://"))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if view.is_script() {
        return;
    }
    let text = view.text();
    for found in FETCH_AND_OBEY.find_iter(text) {
        let line = view.line_range(found.start());
        let Some(url) = urls(&text[line]).next() else { continue };
        let severity = match url.host_kind() {
            _ if is_taught(view, &found.range()) || matches!(view.region(found.start()), Region::CodeBlock(_)) => Severity::Info,
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::Placeholder | HostKind::Local => Severity::Info,
            HostKind::KnownService => Severity::Low,
            HostKind::Named if is_documentation(&url) => Severity::Info,
            HostKind::Named if is_about_owner(view, &url) => Severity::Low,
            HostKind::Named => Severity::High,
        };
        sink.report(view, found.range(), format!("what the agent does is decided by `{}` at the time", url.host)).severity(severity);
    }
}

/// Documentation is read for its facts and followed in its steps, as everybody does.
fn is_documentation(url: &Url<'_>) -> bool {
    let address = format!("{}{}", url.host, url.path).to_ascii_lowercase();
    ["docs", "doc.", "documentation", "developer", "learn.", "guide", "wiki", "readme", "reference", "help.", "support.", "manual", "tutorial", "spec", "install", "getting-started", "quickstart"].iter().any(|mark| address.contains(mark))
}

