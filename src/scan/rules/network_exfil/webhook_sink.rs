//! A hard-coded mailbox of a stranger: whatever is sent there cannot be called back.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_code, is_shown, window};
use crate::scan::evidence::url::urls;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "webhook-sink",
    summary: "Data is sent to a hard-coded webhook, request bin or chat bot",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Take the address from the user's own configuration, and say in the instructions what is sent there.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0086"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("webhook_sink.md"),
    hook: Hook::Text {
        needles: &[
            "webhook",
            "requestbin",
            "pipedream.net",
            "api.telegram.org/bot",
            "beeceptor",
            "oast",
            "interact.sh",
            "burpcollaborator",
            "hookbin",
            "requestcatcher",
        ],
        check,
    },
};

/// A mailbox with the key that belongs to one owner, rather than a placeholder.
static MAILBOX: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)discord(?:app)?\.com/api/webhooks/\d{10,}/[\w-]{20,}|api\.telegram\.org/bot\d{8,}:[\w-]{20,}|hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/\w{16,}",
    )
});

/// Hosts that only record what they are sent.
const BINS: &[&str] = &[
    "webhook.site",
    "requestbin.com",
    "requestbin.net",
    "pipedream.net",
    "beeceptor.com",
    "hookbin.com",
    "requestcatcher.com",
    "oast.",
    "oastify.com",
    "interact.sh",
    "burpcollaborator.net",
    "typedwebhook.tools",
];

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in MAILBOX.find_iter(text) {
        let sample = found.as_str().to_ascii_lowercase();
        let is_sample = ["xxxx", "0000000", "your", "example", "1234567890", "t00000000", "abcdef"]
            .iter()
            .any(|mark| sample.contains(mark));
        let severity = if is_sample || is_shown(view, &found.range()) { Severity::Info } else { Severity::High };
        sink.report(view, found.range(), "the address carries the key of one mailbox").severity(severity);
    }
    for url in urls(text) {
        let host = url.host.to_ascii_lowercase();
        if !BINS.iter().any(|bin| host.contains(bin)) || url.path.len() < 6 && host.split('.').count() < 3 {
            continue;
        }
        let is_sent_to = is_code(view, url.span.start) || mentions_sending(view, url.span.start);
        let severity = if !is_sent_to || is_shown(view, &url.span) { Severity::Info } else { Severity::High };
        sink.report(view, url.span.clone(), format!("`{}` only records what it is sent", url.host)).severity(severity);
    }
}

fn mentions_sending(view: &TextView<'_>, offset: usize) -> bool {
    static SENDING: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"(?i)\b(?:send|post|submit|upload|report|forward|transmit)\b"));
    let line = view.line_range(offset);
    SENDING.is_match(window(view.text(), line.start, line.len()))
}
