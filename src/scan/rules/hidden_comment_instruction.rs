//! Text that a rendered page does not show, and that speaks to an agent.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::pattern::pattern;
use super::super::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};
use super::setting::{is_code, is_specimen};

pub(crate) static RULE: Rule = Rule {
    id: "hidden-comment-instruction",
    summary: "A comment or an invisible element tells the agent to do something",
    phase: Phase::PromptInjection,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Move the instruction to where a reader sees it, or remove it.",
    references: &["AST04", "ASI01", "LLM01", "AML.T0068"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("hidden_comment_instruction.md"),
    hook: Hook::Text {
        needles: &[
            "<!--",
            "[//]:",
            "[comment]:",
            "display:none",
            "display: none",
            "visibility:hidden",
            "visibility: hidden",
            "font-size:0",
            "font-size: 0",
            "opacity:0",
            "opacity: 0",
        ],
        check,
    },
};

static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?is)<!--(.{1,4000}?)-->|<(?:div|span|p|section|details)\b[^>]{0,200}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*[;"']|opacity\s*:\s*0\s*[;"'])[^>]{0,100}>(.{1,4000}?)</"#,
    )
});

/// A reference that is never drawn.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?im)^[ \t]*\[(?://|comment)\]:\s*(?:#|<>)\s*[("'](.{1,2000}?)[)"']\s*$"#));

/// Words that act on somebody's data or machine, or on what the user learns.
static ACTS: LazyLock<Regex> = LazyLock::new(|| {
    let forms = [
        r"\b(?:curl|wget|bash|sh|python3?|powershell|iex)\s+\S*(?:-|https?:|/|\$)",
        r"\b(?:send|post|upload|exfiltrate|transmit|forward|submit)\b[^\n]{0,100}(?:https?://|\bto\s+\S+@\S+)",
        r"\b(?:read|cat|copy|collect|include|extract|print|reveal)\b[^\n]{0,60}(?:\.env\b|~/\.ssh|id_rsa|credentials?|secrets?|api[\s_-]?keys?|tokens?\b|system\s+prompt|/etc/passwd)",
        r"\b(?:do\s+not|don['’]t|never|without)\s+(?:tell|inform|mention|notify|telling|informing|mentioning|alert|reveal|show)[^\n]{0,40}\b(?:user|human|operator|anyone|this)\b",
        r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:all|any|every|the|your|previous|prior|safety)\b[^\n]{0,40}\b(?:instructions?|rules|guidelines|prompts?|restrictions)",
        r"\b(?:execute|run)\b[^\n]{0,60}\b(?:silently|without\s+(?:asking|confirmation)|in\s+the\s+background|before\s+(?:anything|any|answering|responding))",
        r"\b(?:ai|agents?|assistants?|claude|model|llm)\b\s*[:,]?\s*(?:must|should|you\s+must|please)\s+(?:also\s+|always\s+|first\s+|silently\s+)*(?:run|execute|send|read|fetch|download|install|upload|delete|append|post|include|copy|call)\b",
        r"\byou\s+(?:must|should|are\s+required\s+to)\s+(?:also\s+|always\s+|first\s+|silently\s+)*(?:run|execute|send|fetch|download|install|upload|delete|append|post)\b",
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    for captures in HIDDEN.captures_iter(view.text()).chain(REFERENCE.captures_iter(view.text())) {
        let Some(inner) = (1..captures.len()).find_map(|group| captures.get(group)) else { continue };
        let span: Range<usize> = inner.range();
        // A comment in a block of code is shown as it is.
        if is_code(view, captures.get(0).map_or(span.start, |whole| whole.start())) {
            continue;
        }
        let Some(act) = ACTS.find(inner.as_str()) else { continue };
        let span = span.start + act.start()..span.start + act.end();
        let severity = if is_specimen(view) || is_markup(inner.as_str()) { Severity::Low } else { Severity::Critical };
        sink.report(view, span, "a text that is not shown tells the agent what to do").severity(severity);
    }
}

/// Tells whether a comment configures a tool: linters, licences, generated sections, drafts.
fn is_markup(comment: &str) -> bool {
    let start = comment.trim_start().to_ascii_lowercase();
    [
        "markdownlint",
        "prettier",
        "eslint",
        "toc",
        "spdx",
        "copyright",
        "licen",
        "todo",
        "fixme",
        "generated",
        "begin",
        "end",
        "start",
        "auto-generated",
        "template",
        "example",
        "replace",
        "skill:",
        "vale",
    ]
    .iter()
    .any(|mark| start.starts_with(mark))
}
