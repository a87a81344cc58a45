//! Columns and lines that fit a terminal, whatever the script.
//!
//! Width is counted in columns of the terminal: a Chinese character and an emoji take two.

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::paint::paint;

/// Blanks between two columns.
const GAP: usize = 2;
/// Columns below which the last cell of a row is not cut.
const LEAST_REST: usize = 16;

/// One cell: text that is already sanitised, and how it is painted.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Makes a cell.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }

    /// Makes a cell without colour.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Style::new())
    }
}

/// Lays out rows of equally many cells, one line each, all columns as wide as their widest
/// cell but at most as `limits` says; the last one takes what is left of `width`, or all it
/// needs where there is no width.
pub(super) fn lay_out(rows: &[Vec<Cell>], limits: &[usize], width: Option<usize>) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            let widest = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.width()).max().unwrap_or(0);
            widest.min(limits.get(column).copied().unwrap_or(usize::MAX))
        })
        .collect();
    let before_last: usize = widths.iter().take(count.saturating_sub(1)).map(|width| width + GAP).sum();
    let rest = width.map_or(usize::MAX, |width| width.saturating_sub(before_last).max(LEAST_REST));
    rows.iter()
        .map(|row| {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let is_last = column + 1 == count;
                let text = cut(&cell.text, if is_last { rest } else { widths[column] });
                let blanks = if is_last { 0 } else { (widths[column] + GAP).saturating_sub(text.width()) };
                if !text.is_empty() {
                    line.push_str(&paint(cell.style, &text));
                }
                line.push_str(&" ".repeat(blanks));
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// Cuts `text` to at most `columns`; a cut is shown by `…`.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if text.len() <= columns || text.width() <= columns {
        return text.to_owned();
    }
    let kept = prefix(text, columns.saturating_sub(1));
    format!("{}…", kept.trim_end_matches(['\u{200d}', '\u{fe0f}', ' ']))
}

/// Breaks `text` into lines of at most `columns`, between words where that is possible.
pub(super) fn wrap(text: &str, columns: Option<usize>) -> Vec<String> {
    let Some(columns) = columns.map(|columns| columns.max(LEAST_REST)) else { return vec![text.to_owned()] };
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= columns {
            line.push_str(&" ".repeat(gap));
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        while rest.width() > columns {
            let head = prefix(rest, columns);
            lines.push(head.to_owned());
            rest = &rest[head.len()..];
        }
        line.push_str(rest);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Returns the longest beginning of `text` that takes at most `columns`, and at least one
/// character, so that a loop over what is left ends.
fn prefix(text: &str, columns: usize) -> &str {
    let mut end = 0;
    let mut taken = 0;
    for (at, character) in text.char_indices() {
        let next = at + character.len_utf8();
        // Character by character counts a joined sequence wider than it is drawn, never narrower;
        // a variation selector may widen the character before it.
        taken += if character == '\u{fe0f}' { 1 } else { character.width().unwrap_or(0) };
        if taken > columns && end > 0 {
            break;
        }
        end = next;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(texts: &[&[&str]]) -> Vec<Vec<Cell>> {
        texts.iter().map(|row| row.iter().map(|text| Cell::plain(*text)).collect()).collect()
    }

    #[test]
    fn columns_line_up_whatever_the_script() {
        let table = rows(&[
            &["1", "pdf", "Reads files"],
            &["2", "文書検索", "文書を探す"],
            &["10", "👩\u{200d}💻 dev", "Emoji"],
        ]);
        assert_eq!(
            lay_out(&table, &[4, 20], Some(40)),
            ["1   pdf       Reads files", "2   文書検索  文書を探す", "10  👩\u{200d}💻 dev    Emoji"]
        );
    }

    #[test]
    fn the_last_column_takes_what_is_left() {
        let table = rows(&[&["name", "a description that is longer than the terminal is wide"]]);
        assert_eq!(lay_out(&table, &[10], Some(30)), ["name  a description that is l…"]);
        assert_eq!(lay_out(&table, &[3], None), ["na…  a description that is longer than the terminal is wide"]);
    }

    #[test]
    fn texts_are_cut_by_columns_and_not_by_characters() {
        for (text, columns, expected) in [
            ("plain", 5, "plain"),
            ("plain", 4, "pla…"),
            ("世界地図", 8, "世界地図"),
            ("世界地図", 7, "世界地…"),
            ("世界地図", 6, "世界…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("👩\u{200d}💻👩\u{200d}💻", 3, "👩…"),
            ("", 3, ""),
        ] {
            assert_eq!(cut(text, columns), expected, "{text} in {columns}");
        }
    }

    #[test]
    fn lines_break_between_words_and_inside_long_ones() {
        assert_eq!(wrap("one two three four", Some(16)), ["one two three", "four"]);
        assert_eq!(wrap(&"x".repeat(20), Some(16)), ["x".repeat(16), "x".repeat(4)]);
        assert_eq!(wrap("", Some(16)), [""]);
        assert_eq!(wrap("as long as it is", None), ["as long as it is"]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_it_may_be(text in "\\PC*", columns in 16usize..60) {
            let text = crate::skill::sanitise_line(&text, 500);
            prop_assert!(cut(&text, columns).width() <= columns);
            for line in wrap(&text, Some(columns)) {
                prop_assert!(line.width() <= columns, "{:?}", line);
            }
        }
    }
}
