//! Text that a rendered page does not show, and that speaks to an agent.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::sentences;
use crate::scan::evidence::setting::{is_code, is_specimen, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

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
    revision: 2,
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
            "font-size:1",
            "font-size: 1",
            "color:#fff",
            "color: #fff",
            "color:white",
            "color: white",
            "transparent",
            "hidden",
            "![",
            "<template",
            "](",
            "<svg",
            "]:",
        ],
        check,
    },
};

/// The opening of an element that is not drawn.
static HIDDEN_ELEMENT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)<(?:div|span|p|section|details|font|td|i|b|small|template|noscript)\b[^>]{0,200}(?:\bhidden\b|aria-hidden\s*=\s*["']?true|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:px|pt|em|%)?\s*[;"']|color\s*:\s*(?:#fff(?:fff)?|white|transparent)\s*[;"']|opacity\s*:\s*0\s*[;"'])[^>]{0,100}>"#,
    )
});

/// A reference that is never drawn.
static REFERENCE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"(?im)^[ \t]*\[(?://|[a-z0-9_ -]{1,30})\]:[ \t]*(?:#|<>)[ \t]*[("'](.+)[)"'][ \t]*\r?$"#)
});

/// How much of an element that is not drawn is read, in bytes.
const ELEMENT_BYTES: usize = 4_000;

/// Words that act on somebody's data or machine, or on what the user learns.
static ACTS: LazyLock<Pattern> = LazyLock::new(|| {
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
    for found in DIRECTIVE.find_iter(view.text()) {
        let is_shown = is_specimen(view) || view.is_under_teaching(found.start());
        let severity = if is_shown { Severity::Low } else { Severity::Critical };
        sink.report(view, found.range(), "a comment poses as a setting of the agent").severity(severity);
    }
    for inner in hidden_texts(view) {
        let (span, inner) = (inner.clone(), &view.text()[inner]);
        let act = match ACTS.find(inner) {
            Some(act) => act.range(),
            None => match acting_sentence(inner) {
                Some(act) => act,
                None => continue,
            },
        };
        let span = span.start + act.start..span.start + act.end;
        let severity = if is_specimen(view) || is_markup(inner) { Severity::Low } else { Severity::Critical };
        sink.report(view, span, "a text that is not shown tells the agent what to do").severity(severity);
    }
}

/// Finds a sentence that hands something over, hides something or leaves the user out.
fn acting_sentence(inner: &str) -> Option<Range<usize>> {
    let inner = window(inner, 0, ELEMENT_BYTES);
    let found = sentences(inner, 0).into_iter().find(|sentence| {
        let words = &sentence.words;
        words.has(Marks::SEND) && words.any(Marks::PRIVATE) && words.any(Marks::ADDRESS | Marks::OUTSIDE)
            || words.has(Marks::CONCEALED) && words.any(Marks::SEND | Marks::CHANGE | Marks::COLLECT)
            || words.has(Marks::UNASKED)
                && words.any(Marks::SEND | Marks::CHANGE)
                && words.any(Marks::PRIVATE | Marks::OUTSIDE)
    })?;
    Some(found.span)
}

/// Settings of an agent that a comment claims to make.
static DIRECTIVE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)<!--\s*@?(?:agent|ai|assistant|claude|llm|model)[\s_-]*(?:directive|config(?:uration)?|instructions?|polic(?:y|ies)|override|settings?|permissions?)s?\b[^>]{0,200}?(?:disabled|permissive|unrestricted|full|false|auto|bypass|off|allow|https?://|skip|none)[^>]{0,200}?-->",
    )
});

/// Returns each text that is not drawn. Markup in a block of code is shown as it is.
///
/// Markup is looked for by its marks rather than by one pattern with a counted repetition,
/// which costs the square of a text that is made of openings. A comment that is never closed
/// hides the rest of the document, as it does when it is drawn.
fn hidden_texts(view: &TextView<'_>) -> Vec<Range<usize>> {
    let text = view.text();
    let mut texts = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("<!--").map(|at| from + at) {
        let inner = start + "<!--".len();
        if is_code(view, start) {
            from = inner;
            continue;
        }
        let end = text[inner..].find("-->").map_or(text.len(), |at| inner + at);
        texts.push(inner..end);
        from = end;
    }
    for opening in HIDDEN_ELEMENT.find_iter(text).filter(|opening| !is_code(view, opening.start())) {
        let body = window(text, opening.end(), ELEMENT_BYTES);
        texts.push(opening.end()..opening.end() + body.find("</").unwrap_or(body.len()));
    }
    for reference in REFERENCE.captures_iter(text).filter_map(|captures| captures.get(1)) {
        if !is_code(view, reference.start()) {
            texts.push(reference.range());
        }
    }
    for title in TITLE.captures_iter(text).filter_map(|captures| captures.get(1).or(captures.get(2))) {
        if !is_code(view, title.start()) {
            texts.push(title.range());
        }
    }
    texts
}

/// The title of a link or a picture, and its text where it is not drawn; a reference under any name that
/// is a text in brackets rather than an address.
static TITLE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#"!\[([^\]\n]{40,600})\]\(|\]\([^)\s\n]{1,300}\s+"([^"\n]{30,600})"\)"#));

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
        "end ",
        "end:",
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
