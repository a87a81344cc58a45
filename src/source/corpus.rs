//! Skills in a corpus file, as a crawler hands them over: one JSON object a line.

use std::path::Path;

use crate::skill::limits;

use super::corpus_lines::{CorpusLines, Step};
use super::corpus_row::Row;
use super::{SkillStream, SourceError, SourceFailure, SourceItem, StreamEnd};

/// The skills of a corpus file, in the order of its lines.
pub(super) struct CorpusStream {
    lines: CorpusLines,
    line_number: usize,
    is_ended: bool,
}

impl CorpusStream {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        Ok(Self { lines: CorpusLines::open(path)?, line_number: 0, is_ended: false })
    }

    fn end_with(&mut self, reason: &str) -> Option<SourceItem> {
        self.is_ended = true;
        let failure = SourceFailure::new(&format!("line {}", self.line_number), reason);
        Some(SourceItem::Failure(failure.ending_the_stream(StreamEnd::Stopped)))
    }
}

impl Iterator for CorpusStream {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        while !self.is_ended {
            self.line_number += 1;
            if self.line_number > limits::SOURCE_SKILLS {
                return self.end_with(&format!(
                    "the file has more than {} lines; the rest was not read",
                    limits::SOURCE_SKILLS
                ));
            }
            let line = match self.lines.next_line() {
                Ok(Step::Line(line)) => line.trim_ascii(),
                Ok(Step::Overlong) => {
                    return Some(failure(
                        self.line_number,
                        &format!("the line has more than {} bytes", limits::CORPUS_LINE_BYTES),
                    ));
                }
                Ok(Step::End) => {
                    self.is_ended = true;
                    return None;
                }
                Err(error) => return self.end_with(&format!("the file cannot be read any further: {error}")),
            };
            if !line.is_empty() {
                return Some(read_row(self.line_number, line));
            }
        }
        None
    }
}

impl SkillStream for CorpusStream {
    fn progress(&self) -> (u64, Option<u64>) {
        (self.lines.read_bytes(), Some(self.lines.total_bytes))
    }
}

fn read_row(line_number: usize, line: &[u8]) -> SourceItem {
    // A struct would be read from a list as well, by position.
    if !line.starts_with(b"{") {
        return failure(line_number, "the row is not a JSON object");
    }
    let row = serde_json::from_slice::<Row<'_>>(line).map_err(|error| format!("the row cannot be read: {error}"));
    match row.and_then(Row::into_skill) {
        Ok(skill) => SourceItem::Skill(Box::new(skill)),
        Err(reason) => failure(line_number, &reason),
    }
}

fn failure(line_number: usize, reason: &str) -> SourceItem {
    SourceItem::Failure(SourceFailure::new(&format!("line {line_number}"), reason))
}
