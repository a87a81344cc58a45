//! A link or an image whose address carries what the agent knows.

use std::sync::LazyLock;

use crate::scan::evidence::private_data::{PERSONAL, SECRET};
use crate::scan::evidence::setting::{around, is_taught};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "link-beacon",
    summary: "An image or a link is to carry the content of the conversation in its address",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the address; an image that is shown is a request that is sent, with everything in its address.",
    references: &["AST01", "ASI01", "LLM05", "AML.T0077", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("link_beacon.md"),
    hook: Hook::Text { needles: &["://"], check },
};

/// A part of an address that somebody is to fill with what they know.
static CARRIES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[^\s)\x22'>]{0,200}?[?&/#=]|[?&])(?:[\w-]{1,30}=)?(?:\{\{?|<|\$\{?|\[|%7B|%3C)\s*(?:[\w\s.-]{0,30}[\s_-])?(?:data|conversation|context|history|transcript|prompt|system|secrets?|keys?|api[_-]?keys?|tokens?|credentials?|passwords?|summary|encoded\w*|base64\w*|b64\w*|payload|env\w*|content|messages?|chat|notes?|user[_-]?input|user[_-]?data|last[_-]?message|answer|response|memory|config\w*)(?:[\s_-][\w\s.-]{0,30})?\s*(?:\}|>|\]|%7D|%3E|$)",
    )
});

/// Orders to make a text fit for an address.
static ENCODES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:url|base\s?64|percent|hex)[\s-]*(?:safe|encod\w*)|encod(?:e|ed|ing)\b|replac\w+\b[^.\n]{0,60}\b(?:with|by)\s+(?:the|a)\s+(?:\w+\s+){0,3}(?:summary|content|conversation|data|text|key|message|history)|fill(?:ing)?\s+in|(?:append|add|put|include|place|embed|insert)\w*\b[^.\n]{0,80}\b(?:query|parameter|url|address|link|path))\b",
    )
});

/// Orders to request the address.
static SHOWS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)!\[[^\]\n]{0,120}\]\($|<img\b[^>\n]{0,120}src=[\x22']?$|\b(?:render|display|show|embed|include|insert|open|visit|load|fetch|request|append|add|end)\b",
    )
});

/// Bytes on both sides of an address in which its steps stand.
const STEPS_BYTES: usize = 900;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    let text = view.text();
    for url in urls(text) {
        if !matches!(url.host_kind(), HostKind::Named | HostKind::RawAddress | HostKind::Drop) {
            continue;
        }
        // The path of a URL ends before the characters of a placeholder.
        let host_end = url.span.end - url.path.len();
        let line = view.line_range(url.span.start);
        let Some(tail) = text.get(host_end..line.end.max(host_end)) else { continue };
        let Some(carries) = CARRIES.find(tail) else { continue };
        let before = text.get(line.start..url.span.start).unwrap_or("");
        let steps = around(view, &url.span, STEPS_BYTES);
        let is_image = before.ends_with("](") && before.contains("![") || before.to_ascii_lowercase().contains("<img");
        let is_private = SECRET.is_match(steps) || PERSONAL.is_match(steps);
        let is_block = matches!(view.region(url.span.start), Region::CodeBlock(_)) && !is_image;
        let span = url.span.start..host_end + carries.end();
        let severity = match () {
            () if is_taught(view, &span) => Severity::Info,
            () if is_block => continue,
            () if is_image && (is_private || ENCODES.is_match(steps)) => Severity::Critical,
            () if SHOWS.is_match(before) && ENCODES.is_match(steps) && is_private => Severity::High,
            () if is_image => Severity::High,
            () => continue,
        };
        sink.report(view, span, format!("the address at `{}` carries what the agent is told to put into it", url.host))
            .severity(severity);
    }
}
