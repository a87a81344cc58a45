//! Prose that tells an agent to send what it should keep.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_code, is_taught};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "exfiltration-instruction",
    summary: "The text tells the agent to send secrets or private content to an address",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the instruction; name exactly what is sent, to whom and why, and let the user decide.",
    references: &["AST01", "ASI01", "LLM02", "AML.T0086"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("exfiltration_instruction.md"),
    hook: Hook::Text { needles: &["://"], check },
};

/// What hands something over.
static SEND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:send|sends|post|posts|upload|uploads|submit|submits|transmit|transmits|forward|forwards|exfiltrate|exfiltrates|report|include|append|attach|copy|sync|backup|back\s+up|encode|pass)\b",
    )
});

/// What is private.
static PRIVATE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:api[\s_-]?keys?|secret\s+keys?|private\s+keys?|ssh\s+keys?|access\s+tokens?|auth(?:entication)?\s+tokens?|session\s+tokens?|credentials?|passwords?|environment\s+variables|env\s+vars|seed\s+phrases?|mnemonics?|wallets?|cookies|conversation(?:\s+(?:history|context|log))?|chat\s+history|system\s+prompt|secrets)\b|\.env\b|~/\.ssh|\.aws/credentials|id_rsa|/etc/passwd|contents\s+of\s+(?:all|any|the|every)\s+[\w\s]{0,30}files?)",
    )
});

/// Words that make the sentence one about authentication, which is how honest APIs are used.
static AUTHENTICATES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:only|public|authoriz\w+|authenticat\w+|header|bearer|sign[\s-]?(?:up|in)|log[\s-]?in|obtain|get\s+(?:your|an?|the)|create\s+(?:your|an?)|generate\s+(?:your|an?)|register|dashboard|documentation|docs|see|read\s+more|learn|manage|available\s+at|found\s+at|oauth|scope)\b",
    )
});

/// Bytes before an address in which the sentence has begun.
const SENTENCE_BYTES: usize = 300;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    let text = view.text();
    for url in urls(text) {
        let line = view.line_range(url.span.start);
        let from = text.ceil_char_boundary(line.start.max(url.span.start.saturating_sub(SENTENCE_BYTES)));
        let before = &text[from..url.span.start];
        let (Some(send), Some(private)) = (SEND.find(before), PRIVATE.find(before)) else { continue };
        let span = from + send.start().min(private.start())..url.span.end;
        if is_code(view, span.start) && view.region(span.start) != Region::InlineCode {
            continue;
        }
        let severity = match url.host_kind() {
            _ if is_taught(view, &span) || AUTHENTICATES.is_match(&text[line.start..url.span.start]) => Severity::Info,
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::Named if view.region(span.start) == Region::Comment => Severity::Critical,
            HostKind::Named => Severity::High,
            HostKind::Placeholder => Severity::Medium,
            HostKind::KnownService | HostKind::Local => Severity::Info,
        };
        sink.report(view, span, format!("the agent is told to hand something private to `{}`", url.host))
            .severity(severity);
    }
}
