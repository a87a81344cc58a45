//! What shows something, and where.

use crate::skill::{line_of, sanitise_line};

/// Characters of a text that are shown.
const TEXT_CHARACTERS: usize = 160;

/// Something that a text shows, with the place that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// What it shows: a flag.
    pub flag: &'static str,
    /// The line in SKILL.md, from 1, where it is a line.
    pub line: Option<usize>,
    /// What stands there, or what is missing. Sanitised; an author's words are among it.
    pub text: String,
}

impl Sign {
    /// Notes what `text` shows at `offset` of `document`.
    pub(super) fn at(flag: &'static str, document: &str, offset: usize, text: &str) -> Self {
        Self { flag, line: Some(line_of(document, offset)), text: sanitise_line(text, TEXT_CHARACTERS) }
    }

    /// Notes what is shown by no single line.
    pub(super) fn of_whole(flag: &'static str, text: &str) -> Self {
        Self { flag, line: None, text: sanitise_line(text, TEXT_CHARACTERS) }
    }
}
