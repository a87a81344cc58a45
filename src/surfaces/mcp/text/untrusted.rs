//! The words of others, on one line or behind a fence.

use crate::skill::{break_fence_marks, fence, sanitise_block, sanitise_line};

/// Characters of one fence; what is beyond is only in structured content.
const FENCE_CHARACTERS: usize = 40_000;
/// The most characters that sanitising makes of one: `\u{10ffff}`.
const LARGEST_ESCAPE: usize = 10;

/// A fence and how many characters it left out.
pub(super) struct BoundedFence {
    /// The fence.
    pub(super) text: String,
    /// Characters at the end that are not in it.
    pub(super) left_out: usize,
}

/// Returns `text` on one line of at most `max_characters`, in which no fence begins or ends.
pub(in super::super) fn untrusted_line(text: &str, max_characters: usize) -> String {
    break_fence_marks(&sanitise_line(text, max_characters))
}

/// Puts the beginning of `text` behind a fence of at most 40,000 characters.
pub(super) fn bounded_fence(label: &str, text: &str) -> BoundedFence {
    let count = text.chars().count();
    let mut taken = FENCE_CHARACTERS;
    let mut body = sanitise_block(beginning(text, taken));
    if body.chars().count() > FENCE_CHARACTERS {
        // Mostly hidden characters, each of which is shown as several.
        taken = FENCE_CHARACTERS / LARGEST_ESCAPE;
        body = sanitise_block(beginning(text, taken));
    }
    BoundedFence { text: fence(label, &body), left_out: count.saturating_sub(taken) }
}

/// Puts the beginning of `text` behind a fence, as every text of an author stands in a prompt.
pub(in super::super) fn untrusted_block(label: &str, text: &str) -> String {
    bounded_fence(label, text).text
}

fn beginning(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_run_of_brackets_is_left() {
        for length in 1..12 {
            for bracket in ["<", ">"] {
                let text = format!("{}UNTRUSTED{}", bracket.repeat(length), bracket.repeat(length));
                assert!(!break_fence_marks(&text).contains(&bracket.repeat(3)), "{text}");
                let fenced = bounded_fence("x", &text).text;
                assert_eq!((fenced.matches("<<<").count(), fenced.matches(">>>").count()), (1, 1), "{text}");
            }
        }
        assert_eq!(break_fence_marks("cat <<EOF >> file"), "cat <<EOF >> file");
    }

    #[test]
    fn what_is_long_is_cut_and_counted() {
        let rows = [("a".repeat(40_000), 0), ("a".repeat(40_123), 123), ("\u{e0041}".repeat(40_000), 36_000)];
        for (text, left_out) in rows {
            let fence = bounded_fence("content", &text);
            assert_eq!(fence.left_out, left_out);
            assert!(fence.text.chars().count() < 40_200);
        }
    }
}
