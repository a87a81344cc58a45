//! The marks that git leaves in a file where both sides of a merge changed it.
//!
//! A raw line break cannot stand in a JSON text, so a line that begins with a mark is one,
//! and what is between the marks of one side is what that side's file held.

use super::error::LockfileError;

const OURS: &str = "<<<<<<<";
const BASE: &str = "|||||||";
const MIDDLE: &str = "=======";
const THEIRS: &str = ">>>>>>>";

/// What both sides of a merge held. Lines of the other side and marks are empty, so that each
/// line has the number that it has in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sides {
    pub ours: String,
    pub theirs: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Both,
    Ours,
    Base,
    Theirs,
}

/// Returns the number of the first line that begins or ends a conflict.
pub(super) fn first_mark(text: &str) -> Option<usize> {
    text.lines().position(|line| is_mark(line, OURS) || is_mark(line, THEIRS)).map(|index| index + 1)
}

/// Takes a file with marks apart; nothing where it has none.
pub(super) fn sides(text: &str) -> Result<Option<Sides>, LockfileError> {
    if first_mark(text).is_none() {
        return Ok(None);
    }
    let mut sides = Sides { ours: String::new(), theirs: String::new() };
    let mut place = Place::Both;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let next = match place {
            Place::Both if is_mark(line, OURS) => Some(Place::Ours),
            Place::Ours if is_mark(line, BASE) => Some(Place::Base),
            Place::Ours | Place::Base if is_mark(line, MIDDLE) => Some(Place::Theirs),
            Place::Theirs if is_mark(line, THEIRS) => Some(Place::Both),
            _ if is_mark(line, OURS) || is_mark(line, THEIRS) => return Err(unpaired(index + 1)),
            _ => None,
        };
        if let Some(next) = next {
            place = next;
        }
        let is_ours = next.is_none() && matches!(place, Place::Both | Place::Ours);
        let is_theirs = next.is_none() && matches!(place, Place::Both | Place::Theirs);
        sides.ours.push_str(if is_ours { line } else { "\n" });
        sides.theirs.push_str(if is_theirs { line } else { "\n" });
    }
    if place == Place::Both { Ok(Some(sides)) } else { Err(unpaired(text.lines().count())) }
}

/// A mark is followed by a blank and a name, or by nothing.
fn is_mark(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r', '\n']))
}

fn unpaired(line: usize) -> LockfileError {
    LockfileError::of_file(format!("holds marks of a git conflict that do not pair, in line {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_what_that_side_held() {
        let text = "a\n<<<<<<< HEAD\nours\n||||||| base\nold\n=======\ntheirs\n>>>>>>> topic\nz\n";
        let expected =
            Sides { ours: "a\n\nours\n\n\n\n\n\nz\n".to_owned(), theirs: "a\n\n\n\n\n\ntheirs\n\nz\n".to_owned() };
        assert_eq!(sides(text), Ok(Some(expected)));
        assert_eq!(sides("a\n=======\nb\n"), Ok(None));
        for broken in [
            "<<<<<<< HEAD\na\n",
            "<<<<<<< HEAD\na\n=======\nb\n",
            ">>>>>>> topic\n",
            "<<<<<<<\n<<<<<<<\n=======\n>>>>>>>\n",
            "<<<<<<<\na\n>>>>>>>\n",
        ] {
            assert!(sides(broken).is_err(), "{broken:?}");
        }
    }
}
