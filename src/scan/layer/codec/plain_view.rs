//! The text as it is drawn: without the characters that are not drawn, and with letters that
//! look like Latin ones replaced by them. Only paragraphs where that makes a difference.

use std::borrow::Cow;
use std::ops::Range;

use super::Finds;
use crate::scan::evidence::confusable;
use crate::scan::evidence::invisible;

/// Bytes of one paragraph that are read; a longer one is cut into parts.
const PARAGRAPH_BYTES: usize = 64 * 1024;
/// Paragraphs of one text that are read.
const PARAGRAPHS: usize = 20_000;

/// The step of a text whose invisible characters were taken out.
pub(in crate::scan::layer) const REMOVED: &str = "zero-width characters removed";
/// The step of a text whose look-alike letters were replaced.
pub(in crate::scan::layer) const FOLDED: &str = "confusable characters folded";

/// Finds the paragraphs of `text` that are drawn as something else than they are.
pub(super) fn find(text: &str, finds: &mut Finds) {
    let mut read = 0;
    for span in paragraphs(text) {
        let paragraph = &text[span.clone()];
        if paragraph.is_ascii() {
            continue;
        }
        let without = invisible::without_zero_width(paragraph);
        let folded = confusable::folded(&without);
        let steps: Vec<String> =
            [matches!(without, Cow::Owned(_)).then(|| REMOVED.to_owned()), folded.is_some().then(|| FOLDED.to_owned())]
                .into_iter()
                .flatten()
                .collect();
        if steps.is_empty() {
            continue;
        }
        read += 1;
        if read > PARAGRAPHS {
            finds.is_cut = true;
            return;
        }
        let plain = folded.unwrap_or_else(|| without.into_owned());
        if !plain.trim().is_empty() {
            finds.push_chain(span, steps, plain, true);
        }
    }
}

/// Iterates over the paragraphs of a text: what stands between two blank lines.
fn paragraphs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= text.len() {
            return None;
        }
        let limit = text.floor_char_boundary((start + PARAGRAPH_BYTES).min(text.len()));
        let end =
            memchr::memmem::find(&text.as_bytes()[start..limit], b"\n\n").map_or(limit, |index| start + index + 2);
        let span = start..end;
        start = end;
        Some(span)
    })
}

#[cfg(test)]
mod tests {
    use super::super::find_all;
    use super::*;

    fn views(text: &str) -> Vec<(Vec<String>, String)> {
        find_all(text).texts.into_iter().filter(|found| found.is_view).map(|found| (found.steps, found.text)).collect()
    }

    #[test]
    fn a_paragraph_is_read_as_it_is_drawn() {
        let rows: [(&str, &[&str], &str); 4] = [
            ("Ig\u{200b}nore it", &[REMOVED], "Ignore it"),
            ("\u{406}gnore it, pr\u{435}vious", &[FOLDED], "Ignore it, previous"),
            ("r\u{200b}un \u{ff43}\u{ff55}\u{ff52}\u{ff4c}", &[REMOVED, FOLDED], "run curl"),
            ("\u{1d422}\u{1d420}\u{1d427}\u{1d428}\u{1d42b}\u{1d41e} it", &[FOLDED], "ignore it"),
        ];
        for (text, steps, plain) in rows {
            let steps: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
            assert_eq!(views(text), [(steps, plain.to_owned())], "{text}");
        }
    }

    #[test]
    fn other_scripts_are_what_they_are() {
        let rows = [
            "Привет, мир. Сервер и клиент, а также CPU.",
            "Καλημέρα κόσμε",
            "日本語の文章とAPIの説明",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "\u{1f469}\u{200d}\u{1f4bb} done \u{2714}\u{fe0f}",
            "naïve café, 5 µm, Δx and β-carotene",
        ];
        for text in rows {
            assert_eq!(views(text), [], "{text}");
        }
    }
}
