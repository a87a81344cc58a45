//! The line that says what a list is a list of.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::TextView;
use crate::scan::evidence::{Pattern, pattern};

/// Lines above an item that are looked at.
const LINES: usize = 24;

/// Words that make a list one of what not to do, of what others do, or of what to look for.
static TURNS_ROUND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:not|never|don['’]t|avoid|no|cannot|can['’]t|refuse|reject|forbidden|prohibited|without|unless|detect\w*|flag\w*|look(?:s|ing)?\s+for|watch\s+for|check(?:s|ing)?\s+for|scan\w*\s+for|such\s+as|e\.g\.|attempt\w*|attack\w*|malicious|suspicious|red\s+flags?|indicators?|warning\s+signs?|risks?|threats?|threat\s+model|anti-?patterns?|instead|block\w*|ask\s+(?:first|before)|confirm\s+(?:first|before|with)|approval|permission|prevent\w*|vulnerab\w*|exploit\w*|whether|if)\b|❌|🚫|⛔|✗|(?:^|[^.\w-])examples?\b|禁止|不要|不得|避免",
    )
});

/// Tells whether what stands at `span` belongs to a list or a sentence that turns it round:
/// "Should not:", "Look for prompts that:", "Never …".
pub(in crate::scan) fn is_turned_round(view: &TextView<'_>, span: &Range<usize>) -> bool {
    let line = view.line_range(span.start);
    TURNS_ROUND.is_match(last_sentence(&view.text()[line.start..span.start]))
        || lead_in(view, line.start).is_some_and(|lead| TURNS_ROUND.is_match(lead))
}

/// Tells whether the heading above `offset` says that what follows is to be avoided or found.
pub(in crate::scan) fn is_under_warning(view: &TextView<'_>, offset: usize) -> bool {
    static WARNS: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)red\s*flags?|anti-?patterns?|attack|threat|malicious|vulnerab|exploit|avoid|never|do\s+not|don['’]t|forbidden|prohibited|dangerous|unsafe|insecure|bad\s+(?:example|practice)|indicators?|detect",
        )
    });
    view.heading(offset).is_some_and(|heading| WARNS.is_match(heading))
}

/// Tells whether the words before `span` in its sentence say no.
pub(in crate::scan) fn is_negated(view: &TextView<'_>, span: &Range<usize>) -> bool {
    static NEGATES: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:not|never|don['’]t|avoid|cannot|can['’]t|refuse|reject|must\s+not|instead\s+of|rather\s+than)\b|不要|禁止",
        )
    });
    let line = view.line_range(span.start);
    NEGATES.is_match(last_sentence(&view.text()[line.start..span.start]))
}

/// Returns what of a line belongs to its last sentence.
fn last_sentence(line: &str) -> &str {
    let start = [". ", "; ", "! ", "? "].iter().filter_map(|end| line.rfind(end)).max();
    start.map_or(line, |start| &line[start + 2..])
}

/// Returns the line above a list whose item begins at `start`, unless there is no list.
fn lead_in<'a>(view: &TextView<'a>, start: usize) -> Option<&'a str> {
    if !is_item(view.line(start)) {
        return None;
    }
    let mut at = start;
    for _ in 0..LINES {
        let line = view.line_range(at.checked_sub(1)?);
        let text = &view.text()[line.clone()];
        if !text.trim().is_empty() && !is_item(text) && !text.starts_with([' ', '\t']) {
            return Some(text);
        }
        at = line.start;
    }
    None
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['-', '*', '•', '+', '|'])
        || line.split_once(['.', ')']).is_some_and(|(number, _)| {
            !number.is_empty() && number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}
