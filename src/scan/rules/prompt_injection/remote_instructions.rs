//! The agent is sent elsewhere for its orders.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_about_owner, is_taught};
use crate::scan::evidence::url::{HostKind, Url, urls};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

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

static FETCH: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:fetch|get|retrieve|download|load|read|open|visit|curl|wget|check|pull|access)\b")
});

/// Words that make what was fetched an order; the second form stands before the address.
static OBEY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:follow|obey|execute|perform|carry\s+out|apply|act\s+on|comply\s+with|implement)\b[^\n]{0,60}\b(?:instructions?|directives?|commands?|steps|rules|prompts?|guidance|it\s+says|them|exactly|contents?|response|whatever)\b|\bdo\s+(?:whatever|what|as|everything)\s+it\s+says\b|\btreat\b[^\n]{0,60}\bas\s+(?:your|part\s+of|system|authoritative)?\s*(?:instructions?|prompts?|directives?)",
    )
});
static OBEY_FROM: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:follow|obey|execute|perform|carry\s+out|apply|act\s+on|comply\s+with|implement|run)\b[^\n]{0,60}\b(?:instructions?|directives?|commands?|steps|rules|prompts?|guidance)\b[^\n]{0,40}\b(?:from|at|in|on)\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if view.is_script() {
        return;
    }
    for url in urls(view.text()) {
        let line = view.line_range(url.span.start);
        let (before, after) =
            (&view.text()[line.start..url.span.start], &view.text()[url.span.end.min(line.end)..line.end]);
        let span = match (FETCH.find(before), OBEY.find(after), OBEY_FROM.find(before)) {
            (Some(fetch), Some(obey), _) => line.start + fetch.start()..url.span.end + obey.end(),
            (.., Some(obey)) => line.start + obey.start()..url.span.end,
            _ => continue,
        };
        let severity = match url.host_kind() {
            _ if is_taught(view, &span) || matches!(view.region(span.start), Region::CodeBlock(_)) => Severity::Info,
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::Placeholder | HostKind::Local => Severity::Info,
            HostKind::KnownService => Severity::Low,
            HostKind::Named if is_documentation(&url) => Severity::Info,
            HostKind::Named if is_about_owner(view, &url) => Severity::Low,
            HostKind::Named => Severity::High,
        };
        sink.report(view, span, format!("what the agent does is decided by `{}` at the time", url.host))
            .severity(severity);
    }
}

/// Documentation is read for its facts and followed in its steps, as everybody does.
fn is_documentation(url: &Url<'_>) -> bool {
    let address = format!("{}{}", url.host, url.path).to_ascii_lowercase();
    [
        "docs",
        "doc.",
        "documentation",
        "developer",
        "learn.",
        "guide",
        "wiki",
        "readme",
        "reference",
        "help.",
        "support.",
        "manual",
        "tutorial",
        "spec",
        "install",
        "getting-started",
        "quickstart",
    ]
    .iter()
    .any(|mark| address.contains(mark))
}
