//! What differs in the texts of two bundles, line by line, bounded in size and in work.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::files::shown_path;
use crate::skill::{BundleFile, FileClass, Sha256Digest, SkillBundle, sanitise_block};

/// Lines of one file that are kept.
const FILE_LINES: usize = 120;
/// Lines of all files that are kept.
const ALL_LINES: usize = 400;
/// Files that are listed; the rest is counted.
const FILES: usize = 100;
/// Lines around a change that are shown.
const CONTEXT_LINES: usize = 3;
/// Characters of a line that are kept.
const LINE_CHARACTERS: usize = 240;
/// Characters that are shown before the place at which two long lines part.
const LEAD_CHARACTERS: usize = 60;
/// What may be spent on all files: the product of the numbers of lines that are compared with
/// each other, which bounds the steps of Myers' algorithm.
const WORK: u64 = 16_000_000;

/// What differs in the texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TextChanges {
    /// Instructions first, then scripts, configuration and documents; at most a hundred files.
    pub files: Vec<TextChange>,
    /// Files that differ, or are new, and are not in the list.
    pub hidden_files: u64,
}

/// What differs in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextChange {
    /// The path in the candidate; author-controlled, sanitised.
    pub path: String,
    /// What is shown.
    pub kind: TextChangeKind,
    /// Lines that came.
    pub added_lines: u64,
    /// Lines that went.
    pub removed_lines: u64,
    /// Parts of the text with what stands around them.
    pub hunks: Vec<Hunk>,
    /// Lines that came or went and are in no hunk, because there are too many.
    pub hidden_lines: u64,
}

/// How a text was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextChangeKind {
    /// Line by line.
    Lines,
    /// The text is new; all of it came.
    New,
    /// Too much differs to be compared line by line: what stands between the first and the
    /// last difference went and came.
    Block,
    /// The lines are the same; line ends, a byte order mark or the encoding differ.
    SameLines,
    /// One side is no text, or no regular file.
    Binary,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// The first line in the base, counted from 1.
    pub before_start: u64,
    /// The first line in the candidate, counted from 1.
    pub after_start: u64,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    /// What became of it.
    pub mark: LineMark,
    /// The line: author-controlled, cut, with everything deceptive escaped.
    pub text: String,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineMark {
    /// It is there as before.
    Same,
    /// It went.
    Removed,
    /// It came.
    Added,
}

impl TextChanges {
    /// Compares the texts of two bundles. Of what is not text only that it differs is told; of
    /// what went, and of what has the same bytes elsewhere, nothing: the list of files has it.
    pub(super) fn between(base: &SkillBundle, candidate: &SkillBundle) -> Self {
        let by_path: BTreeMap<&str, &BundleFile> = base.files.iter().map(|file| (file.path.as_str(), file)).collect();
        let known: HashSet<Sha256Digest> = base.files.iter().map(|file| file.sha256).collect();
        let mut pairs: Vec<(Option<&BundleFile>, &BundleFile)> = candidate
            .files
            .iter()
            .map(|file| (by_path.get(file.path.as_str()).copied(), file))
            .filter(|(before, file)| before.is_none_or(|before| before.content != file.content))
            .filter(|(before, file)| before.is_some() || (file.text.is_some() && !known.contains(&file.sha256)))
            .collect();
        pairs.sort_by_key(|(_, file)| order(file.class));
        let mut budget = Budget { lines: ALL_LINES, work: WORK };
        let mut changes = Self { files: Vec::new(), hidden_files: pairs.len().saturating_sub(FILES) as u64 };
        for (before, after) in pairs.into_iter().take(FILES) {
            changes.files.push(compare_files(before, after, &mut budget));
        }
        changes
    }
}

/// Documents come after what runs; what an agent obeys comes first.
fn order(class: FileClass) -> u8 {
    match class {
        FileClass::Instructions => 0,
        FileClass::Script => 1,
        FileClass::Config => 2,
        FileClass::Reference => 3,
        FileClass::Other => 4,
        FileClass::Asset => 5,
    }
}

struct Budget {
    lines: usize,
    work: u64,
}

fn compare_files(before: Option<&BundleFile>, after: &BundleFile, budget: &mut Budget) -> TextChange {
    let path = shown_path(after.path.as_str());
    let text = |file: &BundleFile| file.text.as_ref().map(|decoded| decoded.text.clone());
    match (before.map(text), text(after)) {
        (None, Some(new)) => compare(path, None, &new, budget),
        (Some(Some(old)), Some(new)) => compare(path, Some(&old), &new, budget),
        _ => TextChange::empty(path, TextChangeKind::Binary),
    }
}

/// Compares two texts; without an old one, all of the new one came.
///
/// `path` is the path of the new one, and is sanitised here.
pub fn compare_texts(path: &str, before: Option<&str>, after: &str) -> TextChange {
    compare(shown_path(path), before, after, &mut Budget { lines: ALL_LINES, work: WORK })
}

impl TextChange {
    fn empty(path: String, kind: TextChangeKind) -> Self {
        Self { path, kind, added_lines: 0, removed_lines: 0, hunks: Vec::new(), hidden_lines: 0 }
    }
}

fn compare(path: String, before: Option<&str>, after: &str, budget: &mut Budget) -> TextChange {
    let has_both_crlf = before.is_some_and(|before| before.contains("\r\n")) && after.contains("\r\n");
    let (old, new) = (lines(before.unwrap_or_default(), has_both_crlf), lines(after, has_both_crlf));
    let head = old.iter().zip(&new).take_while(|(left, right)| left == right).count();
    let rest = old.len().min(new.len()) - head;
    let tail = (0..rest).take_while(|index| old[old.len() - 1 - index] == new[new.len() - 1 - index]).count();
    let (old_middle, new_middle) = (head..old.len() - tail, head..new.len() - tail);
    let kind = match before {
        None => TextChangeKind::New,
        Some(_) if old_middle.is_empty() && new_middle.is_empty() => TextChangeKind::SameLines,
        Some(_) => TextChangeKind::Lines,
    };
    if kind == TextChangeKind::SameLines {
        return TextChange::empty(path, kind);
    }
    let work = old_middle.len() as u64 * new_middle.len() as u64;
    let (kind, middle) = if work > budget.work {
        let (old_index, new_index) = (0, 0);
        let (old_len, new_len) = (old_middle.len(), new_middle.len());
        (TextChangeKind::Block, vec![DiffOp::Replace { old_index, old_len, new_index, new_len }])
    } else {
        budget.work -= work;
        (kind, differences(&old[old_middle.clone()], &new[new_middle.clone()]))
    };
    let mut change = TextChange::empty(path, kind);
    let operations = with_ends(middle, head, tail, (old_middle.end, new_middle.end));
    let mut kept = FILE_LINES.min(budget.lines);
    for group in group_diff_ops(operations, CONTEXT_LINES) {
        change.add(&group, &old, &new, &mut kept);
    }
    budget.lines -= FILE_LINES.min(budget.lines) - kept;
    change
}

/// Returns the lines without what ends them. Where both texts end lines as Windows does, that
/// is no part of a line.
fn lines(text: &str, is_crlf: bool) -> Vec<&str> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    if is_crlf {
        lines.iter_mut().for_each(|line| *line = line.strip_suffix('\r').unwrap_or(line));
    }
    lines
}

/// Finds the differences by Myers' algorithm, over numbers: lines may be long and alike.
fn differences(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut numbers = HashMap::new();
    let (old, new) = (numbered(old, &mut numbers), numbered(new, &mut numbers));
    capture_diff_slices(Algorithm::Myers, &old, &new)
}

/// Gives equal lines equal numbers.
fn numbered<'a>(lines: &[&'a str], numbers: &mut HashMap<&'a str, u32>) -> Vec<u32> {
    let mut number = |line| {
        let next = numbers.len() as u32;
        *numbers.entry(line).or_insert(next)
    };
    lines.iter().map(|line| number(*line)).collect()
}

/// Puts the lines that are the same at both ends around what was compared.
fn with_ends(middle: Vec<DiffOp>, head: usize, tail: usize, ends: (usize, usize)) -> Vec<DiffOp> {
    let equal = |old_index, new_index, len| (len > 0).then_some(DiffOp::Equal { old_index, new_index, len });
    let shifted = middle.into_iter().map(|operation| match operation {
        DiffOp::Equal { old_index, new_index, len } => {
            DiffOp::Equal { old_index: old_index + head, new_index: new_index + head, len }
        }
        DiffOp::Delete { old_index, old_len, new_index } => {
            DiffOp::Delete { old_index: old_index + head, old_len, new_index: new_index + head }
        }
        DiffOp::Insert { old_index, new_index, new_len } => {
            DiffOp::Insert { old_index: old_index + head, new_index: new_index + head, new_len }
        }
        DiffOp::Replace { old_index, old_len, new_index, new_len } => {
            DiffOp::Replace { old_index: old_index + head, old_len, new_index: new_index + head, new_len }
        }
    });
    equal(0, 0, head).into_iter().chain(shifted).chain(equal(ends.0, ends.1, tail)).collect()
}

impl TextChange {
    /// Adds a part as far as it may be shown, and counts all of it.
    fn add(&mut self, group: &[DiffOp], old: &[&str], new: &[&str], kept: &mut usize) {
        let Some(first) = group.first() else { return };
        let mut hunk = Hunk {
            before_start: first.old_range().start as u64 + 1,
            after_start: first.new_range().start as u64 + 1,
            lines: Vec::new(),
        };
        for operation in group {
            let (before, after) = (operation.old_range(), operation.new_range());
            if let DiffOp::Equal { .. } = operation {
                hunk.push(LineMark::Same, new, after, kept, &|_| 0);
                continue;
            }
            self.removed_lines += before.len() as u64;
            self.added_lines += after.len() as u64;
            // Neither side may crowd out the other: where both are long, each gets a half.
            let mut for_old = (*kept).min((*kept / 2).max(kept.saturating_sub(after.len())));
            *kept -= for_old;
            let apart = |index: usize| match (old.get(before.start + index), new.get(after.start + index)) {
                (Some(left), Some(right)) if index < before.len().min(after.len()) => parting(left, right),
                _ => 0,
            };
            self.hidden_lines += hunk.push(LineMark::Removed, old, before.clone(), &mut for_old, &apart);
            *kept += for_old;
            self.hidden_lines += hunk.push(LineMark::Added, new, after.clone(), kept, &apart);
        }
        if hunk.lines.iter().any(|line| line.mark != LineMark::Same) {
            self.hunks.push(hunk);
        }
    }
}

impl Hunk {
    /// Adds lines as long as there is room; returns how many there was no room for.
    fn push(
        &mut self,
        mark: LineMark,
        lines: &[&str],
        range: Range<usize>,
        kept: &mut usize,
        apart: &dyn Fn(usize) -> usize,
    ) -> u64 {
        let shown = range.len().min(*kept);
        *kept -= shown;
        self.lines.extend(
            lines[range.start..range.start + shown]
                .iter()
                .enumerate()
                .map(|(index, line)| DiffLine { mark, text: shown_line(line, apart(index)) }),
        );
        (range.len() - shown) as u64
    }
}

/// Returns the byte at which two lines part.
fn parting(left: &str, right: &str) -> usize {
    let same = left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
    left.floor_char_boundary(same)
}

/// Returns a line as it is shown. A long one is cut so that what stands at the byte `apart` is
/// seen, and says how much of it is not.
fn shown_line(line: &str, apart: usize) -> String {
    let lead = line[..apart].char_indices().rev().nth(LEAD_CHARACTERS).map_or(0, |(index, _)| index);
    let start = if apart > LINE_CHARACTERS { lead } else { 0 };
    let rest = &line[start..];
    let end = rest.char_indices().nth(LINE_CHARACTERS).map_or(rest.len(), |(index, _)| index);
    let mut shown = String::new();
    if start > 0 {
        shown.push('…');
    }
    shown.push_str(&sanitise_block(&rest[..end]));
    if end < rest.len() {
        shown.push_str(&format!("… ({} more characters)", rest[end..].chars().count()));
    }
    shown
}
