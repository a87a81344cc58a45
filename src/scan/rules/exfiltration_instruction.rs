//! Prose that tells an agent to send what it should keep.

use std::sync::LazyLock;

use regex::Regex;

use super::super::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};
use super::pattern::pattern;
use super::setting::{is_code, is_taught};
use super::url::{HostKind, urls};

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

/// A verb of sending and a private thing in one sentence.
static SENDS_PRIVATE: LazyLock<Regex> = LazyLock::new(|| {
    let verb = r"\b(?:send|sends|post|posts|upload|uploads|submit|submits|transmit|transmits|forward|forwards|exfiltrate|exfiltrates|report|include|append|attach|copy|sync|backup|back\s+up|encode|pass)\b";
    let thing = r"(?:\b(?:api[\s_-]?keys?|secret\s+keys?|private\s+keys?|ssh\s+keys?|access\s+tokens?|auth(?:entication)?\s+tokens?|session\s+tokens?|credentials?|passwords?|environment\s+variables|env\s+vars|seed\s+phrases?|mnemonics?|wallets?|cookies|conversation(?:\s+(?:history|context|log))?|chat\s+history|system\s+prompt|secrets)\b|\.env\b|~/\.ssh|\.aws/credentials|id_rsa|/etc/passwd|contents\s+of\s+(?:all|any|the|every)\s+[\w\s]{0,30}files?)";
    pattern(&format!(r"(?i){verb}[^.!?\n]{{0,120}}?{thing}[^\n]{{0,160}}?://|(?i){thing}[^.!?\n]{{0,120}}?{verb}[^\n]{{0,80}}?\bto\b[^\n]{{0,60}}?://"))
});

/// Words that make the sentence one about authentication, which is how honest APIs are used.
static AUTHENTICATES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:only|authoriz\w+|authenticat\w+|header|bearer|sign[\s-]?(?:up|in)|log[\s-]?in|obtain|get\s+(?:your|an?|the)|create\s+(?:your|an?)|generate\s+(?:your|an?)|register|dashboard|documentation|docs|see|read\s+more|learn|manage|available\s+at|found\s+at|oauth|scope)\b")
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    if !view.is_markdown() {
        return;
    }
    for found in SENDS_PRIVATE.find_iter(text) {
        if is_code(view, found.start()) && view.region(found.start()) != Region::InlineCode {
            continue;
        }
        let line = view.line_range(found.start());
        let Some(url) = urls(&text[line.clone()]).find(|url| line.start + url.span.end >= found.end()) else { continue };
        let severity = match url.host_kind() {
            _ if is_taught(view, &found.range()) || AUTHENTICATES.is_match(&text[line.start..found.end()]) => Severity::Info,
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::Named if view.region(found.start()) == Region::Comment => Severity::Critical,
            HostKind::Named => Severity::High,
            HostKind::Placeholder => Severity::Medium,
            HostKind::KnownService | HostKind::Local => Severity::Info,
        };
        sink.report(view, found.range(), format!("the agent is told to hand something private to `{}`", url.host)).severity(severity);
    }
}
