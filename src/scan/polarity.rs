//! Mention or instruction: a rule that finds `ignore all previous instructions` must know
//! whether a skill says it or teaches how to recognise it.

use std::ops::Range;
use std::sync::LazyLock;

use super::evidence::pattern;
use crate::scan::evidence::Pattern;

use super::{Region, TextView};

/// Words before a phrase that turn it round, within the same sentence.
static NEGATION: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|avoid|refuse(?:s|d)?|reject(?:s|ed)?|forbid(?:s|den)?|prohibit(?:s|ed)?|block(?:s|ed)?|deny|denies|prevent(?:s|ed)?|without|warn(?:s|ing)?|beware|dangerous|unsafe|malicious|detect(?:s|ed|ing)?|flag(?:s|ged)?|scan(?:s|ned|ning)?\s+for|look(?:s|ing)?\s+for|watch\s+(?:out\s+)?for|check(?:s|ing)?\s+for|search(?:es)?\s+for|such\s+as|e\.g\.|for\s+example|example\s+of|instead\s+of|rather\s+than|attacker|attack)\b|不要|禁止|避免|切勿|检测|例如|危险|恶意",
    )
});

/// Headings under which patterns are listed in order to be recognised or avoided.
static TEACHING_HEADING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)detect|red\s*flags?|anti-?patterns?|attack|threat|malicious|vulnerab|exploit|security\s+(?:check|review|audit|consider|risk|rule|pattern)|injection|what\s+to\s+(?:look|avoid|watch)|never|do\s+not|don['’]t|avoid|forbidden|prohibited|not\s+allowed|dangerous|unsafe|bad\s+(?:example|practice)|warning\s+signs|indicators?|danger|blocked|guardrails?|检测|攻击|威胁|危险|禁止|安全检查|漏洞",
    )
});

/// Words before a span of code that ask for it: the span is then a command, not a quotation.
static IMPERATIVE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:run|execute|launch|start|open|use|using|type|enter|paste|call|invoke|modify|edit|append|add|write|send|post|upload|submit|forward|read|collect|copy|fetch|download|install|visit|first|then|must|always)\b|运行|执行|使用",
    )
});

/// How far before a phrase a negation still reaches, in bytes.
const REACH_BYTES: usize = 160;

/// Tells whether `span` is talked about rather than asked for.
pub(super) fn is_mention(view: &TextView<'_>, span: &Range<usize>) -> bool {
    let region = view.region(span.start);
    match region {
        // Hidden text has no reader to teach.
        Region::Comment | Region::Frontmatter => return false,
        Region::Code => return is_mention_in_code(view, span),
        _ => {}
    }
    if view.heading(span.start).is_some_and(|heading| TEACHING_HEADING.is_match(heading)) {
        return true;
    }
    // Code in running text is shown, unless the sentence asks for it.
    if region == Region::InlineCode && !IMPERATIVE.is_match(sentence_before(view, span)) {
        return true;
    }
    is_quoted(view, span) || matches!(region, Region::Table) || NEGATION.is_match(sentence_before(view, span))
}

/// In code, a pattern in a comment, or a string in a list of patterns, is a mention.
fn is_mention_in_code(view: &TextView<'_>, span: &Range<usize>) -> bool {
    let line = view.line(span.start).trim_start();
    let is_comment =
        ["#", "//", "--", "*", "/*", "<!--"].iter().any(|mark| line.starts_with(mark)) && !line.starts_with("#!");
    let before = &view.text()[view.line_range(span.start).start..span.start];
    let is_pattern =
        ["r\"", "r'", "re.compile(", "regex", "pattern", "RegExp("].iter().any(|mark| before.contains(mark));
    is_comment || is_pattern
}

/// Returns the text between the start of the sentence and the phrase.
fn sentence_before<'a>(view: &TextView<'a>, span: &Range<usize>) -> &'a str {
    let text = view.text();
    let from = text.ceil_char_boundary(span.start.saturating_sub(REACH_BYTES));
    let window = &text[from..span.start];
    let start = window.rfind(['.', '!', '?', '。', '！']).map_or(0, |index| index + 1);
    let paragraph = window.rfind("\n\n").map_or(0, |index| index + 2);
    let start = start.max(paragraph);
    window.get(start..).unwrap_or(window)
}

/// Tells whether the phrase stands between quotation marks on its line.
fn is_quoted(view: &TextView<'_>, span: &Range<usize>) -> bool {
    let line = view.line_range(span.start);
    let text = view.text();
    let before = text[line.start..span.start].trim_end();
    let after = &text[span.end.min(line.end).max(span.start)..line.end];
    let pairs = [('"', '"'), ('“', '”'), ('‘', '’'), ('「', '」'), ('«', '»'), ('\'', '\'')];
    pairs.iter().any(|(open, close)| {
        let opened = if open == close {
            before.matches(*open).count() % 2 == 1
        } else {
            before.rfind(*open) > before.rfind(*close)
        };
        opened && after.contains(*close)
    })
}
