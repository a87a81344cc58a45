//! What differs in texts, in a terminal.

use super::findings::count;
use super::paint::{self, block, line, paint};
use crate::change::{LineMark, TextChange, TextChangeKind, TextChanges};

/// Returns what differs in the texts of two bundles.
pub(super) fn text_lines(changes: &TextChanges) -> Vec<String> {
    let mut lines: Vec<String> = changes.files.iter().flat_map(change_lines).collect();
    if changes.hidden_files > 0 {
        let text = format!("  … and {} more that differ", count(changes.hidden_files, "file"));
        lines.push(paint(paint::FAINT, &text));
    }
    lines
}

/// Returns what differs in one text. Its lines are as long as they are: a terminal breaks
/// them, and cuts nothing off.
pub(super) fn change_lines(change: &TextChange) -> Vec<String> {
    let path = paint(paint::COMMAND, &line(&change.path, 300));
    let amounts = format!("+{} −{}", change.added_lines, change.removed_lines);
    let note = match change.kind {
        TextChangeKind::Lines => amounts,
        TextChangeKind::New => format!("new, {}", count(change.added_lines, "line")),
        TextChangeKind::Block => {
            format!("{amounts}, too different to be compared line by line: first what went, then what came")
        }
        TextChangeKind::SameLines => "the same lines; their ends or the encoding differ".to_owned(),
        TextChangeKind::Binary => "not shown: it is no text, or was none".to_owned(),
    };
    let mut lines = vec![format!("  {path}  {}", paint(paint::FAINT, &note))];
    for hunk in &change.hunks {
        lines.push(paint(paint::FAINT, &format!("  @@ line {} → {}", hunk.before_start, hunk.after_start)));
        lines.extend(hunk.lines.iter().map(|line| {
            let (mark, style) = match line.mark {
                LineMark::Same => (' ', anstyle::Style::new()),
                LineMark::Removed => ('-', paint::BAD),
                LineMark::Added => ('+', paint::GOOD),
            };
            paint(style, format!("  {mark} {}", block(&line.text)).trim_end())
        }));
    }
    if change.hidden_lines > 0 {
        let text = format!("  … {} more that came or went; compare the files", count(change.hidden_lines, "line"));
        lines.push(paint(paint::FAINT, &text));
    }
    lines
}
