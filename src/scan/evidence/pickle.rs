//! What a Python pickle would call when it is loaded, read without loading it.
//!
//! A pickle is a program for a machine with a stack. Only what is needed to know the names of
//! its globals is followed: texts, marks and how many items an instruction takes.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::python_sink::is_unsafe_global;

/// A global that is named by two lines, and a call within a few bytes.
static WRITTEN_GLOBAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s-u)c([\w.]{1,60})\n([\w.]{1,60})\n.{0,200}?R").expect("the pattern is valid"));

/// Instructions of one file that are followed.
const INSTRUCTIONS: usize = 500_000;
/// Globals of one file that are kept.
const GLOBALS: usize = 1_000;
/// Bytes of a text that can be a name.
const NAME_BYTES: usize = 200;

/// What loading a pickle does.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::scan) struct Pickle {
    /// The globals that are unsafe, as `module.name`, in order of use.
    pub(in crate::scan) unsafe_globals: Vec<String>,
    /// Whether something is called.
    pub(in crate::scan) has_call: bool,
    /// Whether the end was reached.
    pub(in crate::scan) is_whole: bool,
}

#[derive(Debug, Clone)]
enum Item {
    Mark,
    Text(String),
    Other,
}

#[derive(Debug, Default)]
struct Machine {
    stack: Vec<Item>,
    memo: Vec<Option<String>>,
    globals: usize,
    pickle: Pickle,
}

/// Tells whether bytes can be a pickle: of protocol 2 and later, or one that names a global first.
pub(in crate::scan) fn is_pickle(bytes: &[u8]) -> bool {
    let is_framed = bytes.len() > 3 && bytes[0] == 0x80 && (2..=5).contains(&bytes[1]);
    let is_text = bytes.first().is_some_and(|byte| matches!(byte, b'c' | b'(' | b'i'))
        && bytes.ends_with(b".") | bytes.ends_with(b".\n");
    is_framed || is_text
}

/// Follows a pickle as far as it goes.
pub(in crate::scan) fn read(bytes: &[u8]) -> Pickle {
    let mut machine = Machine::default();
    let mut rest = bytes;
    let mut count = 0;
    while let Some(after) = machine.step(rest) {
        rest = after;
        count += 1;
        if count >= INSTRUCTIONS || machine.pickle.is_whole {
            break;
        }
    }
    // Arrays stand between instructions in files of joblib, and several pickles in one file of
    // torch: what comes after is searched for names alone.
    machine.search(rest);
    machine.pickle
}

impl Machine {
    /// Follows one instruction and returns what comes after it.
    fn step<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let (code, rest) = bytes.split_first()?;
        match code {
            b'.' => self.pickle.is_whole = true,
            b'(' => self.stack.push(Item::Mark),
            b'0' => drop(self.stack.pop()),
            b'1' => self.pop_mark(),
            b'2' => self.stack.push(self.stack.last().cloned().unwrap_or(Item::Other)),
            // Numbers and texts that end with the line.
            b'I' | b'L' | b'F' | b'S' | b'V' | b'P' => {
                let (line, rest) = line(rest)?;
                let is_text = matches!(code, b'S' | b'V');
                self.push_text(is_text.then(|| line.trim_matches(|mark| matches!(mark, '\'' | '"'))));
                return Some(rest);
            }
            b'c' => {
                let (module, rest) = line(rest)?;
                let (name, rest) = line(rest)?;
                self.global(module, name);
                return Some(rest);
            }
            b'i' => {
                let (module, rest) = line(rest)?;
                let (name, rest) = line(rest)?;
                self.pop_mark();
                self.global(module, name);
                self.pickle.has_call = true;
                return Some(rest);
            }
            0x93 => {
                let (name, module) = (self.stack.pop(), self.stack.pop());
                match (module, name) {
                    (Some(Item::Text(module)), Some(Item::Text(name))) => self.global(&module, &name),
                    _ => self.stack.push(Item::Other),
                }
            }
            // Constants, empty containers, and what the reader keeps outside.
            b'N' | 0x88 | 0x89 | b']' | b')' | b'}' | 0x8f | 0x97 => self.stack.push(Item::Other),
            0x80 => return rest.get(1..),
            0x95 => return rest.get(8..),
            b'K' => return self.push_other(rest, 1),
            b'M' => return self.push_other(rest, 2),
            b'J' | 0x84 => return self.push_other(rest, 4),
            0x82 => return self.push_other(rest, 1),
            0x83 => return self.push_other(rest, 2),
            b'G' => return self.push_other(rest, 8),
            0x8a | b'C' => return self.push_other(rest, 1 + length(rest, 1)?),
            0x8b | b'B' => return self.push_other(rest, 4usize.checked_add(length(rest, 4)?)?),
            0x8e | 0x96 => return self.push_other(rest, 8usize.checked_add(length(rest, 8)?)?),
            b'U' | 0x8c => return self.push_sized(rest, 1),
            b'T' | b'X' => return self.push_sized(rest, 4),
            0x8d => return self.push_sized(rest, 8),
            // Storing and fetching by number.
            b'p' | b'g' => {
                let (number, rest) = line(rest)?;
                self.remember(*code == b'p', number.trim().parse().ok()?);
                return Some(rest);
            }
            b'q' | b'h' => {
                self.remember(*code == b'q', length(rest, 1)?);
                return rest.get(1..);
            }
            b'r' | b'j' => {
                self.remember(*code == b'r', length(rest, 4)?);
                return rest.get(4..);
            }
            0x94 => self.remember(true, self.memo.len()),
            // Containers from a mark on.
            b't' | b'l' | b'd' | 0x91 => {
                self.pop_mark();
                self.stack.push(Item::Other);
            }
            b'a' => drop(self.stack.pop()),
            b's' => self.pop(2),
            b'e' | b'u' | 0x90 => self.pop_mark(),
            0x85 => self.replace(1),
            0x86 => self.replace(2),
            0x87 => self.replace(3),
            b'R' | 0x81 => {
                self.pickle.has_call = true;
                self.replace(2);
            }
            0x92 => {
                self.pickle.has_call = true;
                self.replace(3);
            }
            b'o' => {
                self.pickle.has_call = true;
                self.pop_mark();
                self.stack.push(Item::Other);
            }
            b'b' => drop(self.stack.pop()),
            b'Q' => self.replace(1),
            0x98 => {}
            _ => return None,
        }
        Some(rest)
    }

    fn global(&mut self, module: &str, name: &str) {
        self.stack.push(Item::Other);
        self.globals += 1;
        // `a.b` as a name reaches through a module that looks harmless.
        let (whole_module, last) = match name.rsplit_once('.') {
            Some((path, last)) => (format!("{module}.{path}"), last.to_owned()),
            None => (module.to_owned(), name.to_owned()),
        };
        let is_unsafe = is_unsafe_global(module, name)
            || is_unsafe_global(&whole_module, &last)
            || whole_module.rsplit('.').next().is_some_and(|tail| name.contains('.') && is_unsafe_global(tail, &last));
        if is_unsafe && self.pickle.unsafe_globals.len() < GLOBALS {
            self.pickle.unsafe_globals.push(format!("{module}.{name}"));
        }
    }

    fn push_text(&mut self, text: Option<&str>) {
        self.stack
            .push(text.filter(|text| text.len() <= NAME_BYTES).map_or(Item::Other, |text| Item::Text(text.to_owned())));
    }

    fn push_other<'a>(&mut self, rest: &'a [u8], skipped: usize) -> Option<&'a [u8]> {
        self.stack.push(Item::Other);
        rest.get(skipped..)
    }

    fn push_sized<'a>(&mut self, rest: &'a [u8], digits: usize) -> Option<&'a [u8]> {
        let end = digits.checked_add(length(rest, digits)?)?;
        self.push_text(std::str::from_utf8(rest.get(digits..end)?).ok());
        rest.get(end..)
    }

    fn remember(&mut self, is_stored: bool, index: usize) {
        if !is_stored {
            let item = self.memo.get(index).cloned().flatten().map_or(Item::Other, Item::Text);
            self.stack.push(item);
        } else if index < INSTRUCTIONS {
            if self.memo.len() <= index {
                self.memo.resize(index + 1, None);
            }
            self.memo[index] = match self.stack.last() {
                Some(Item::Text(text)) => Some(text.clone()),
                _ => None,
            };
        }
    }

    fn pop(&mut self, count: usize) {
        self.stack.truncate(self.stack.len().saturating_sub(count));
    }

    fn replace(&mut self, count: usize) {
        self.pop(count);
        self.stack.push(Item::Other);
    }

    fn pop_mark(&mut self) {
        while !matches!(self.stack.pop(), Some(Item::Mark) | None) {}
    }

    /// Finds globals in bytes that are not followed, by the way in which they are written.
    fn search(&mut self, bytes: &[u8]) {
        for found in WRITTEN_GLOBAL.captures_iter(bytes) {
            let name =
                |index: usize| found.get(index).map_or("", |part| std::str::from_utf8(part.as_bytes()).unwrap_or(""));
            if is_unsafe_global(name(1), name(2)) {
                self.pickle.has_call = true;
                self.global(name(1), name(2));
            }
        }
        for at in memchr::memchr_iter(0x8c, bytes) {
            let mut names = Machine::default();
            let mut rest = &bytes[at..];
            for _ in 0..5 {
                let Some(after) = names.step(rest) else { break };
                rest = after;
                if names.globals > 0 {
                    break;
                }
            }
            if let Some(found) = names.pickle.unsafe_globals.pop() {
                self.pickle.has_call = true;
                self.pickle.unsafe_globals.push(found);
            }
            if self.pickle.unsafe_globals.len() >= GLOBALS {
                return;
            }
        }
    }
}

/// Returns a line that can be a name, and what comes after it.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(4 * NAME_BYTES)])?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]))
}

fn length(bytes: &[u8], digits: usize) -> Option<usize> {
    let digits = bytes.get(..digits)?;
    Some(digits.iter().rev().fold(0, |length, digit| length << 8 | usize::from(*digit)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn calls_are_found_in_every_protocol_and_models_are_left_alone() {
        let rows: [(&[u8], &[&str]); 7] = [
            (b"cos\nsystem\n(S'true'\ntR.", &["os.system"]),
            (b"\x80\x02cposix\nsystem\nq\0X\x04\0\0\0trueq\x01\x85q\x02Rq\x03.", &["posix.system"]),
            (b"\x80\x04\x95\x1c\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85\x94R\x94.", &["posix.system"]),
            // The names are stored, dropped and fetched again.
            (b"\x80\x04\x8c\x02os\x940\x8c\x06system\x940h\0h\x01\x93\x8c\x04true\x85R.", &["os.system"]),
            (b"(S'true'\nios\nsystem\n.", &["os.system"]),
            (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\0K\0\x85q\x01Rq\x02.", &[]),
            (b"\x80\x04\x8c\x08builtins\x8c\x03set\x93]\x85R.", &[]),
        ];
        for (bytes, expected) in rows {
            let pickle = read(bytes);
            assert_eq!(pickle.unsafe_globals, expected, "{:?}", String::from_utf8_lossy(bytes));
            assert!(pickle.has_call && pickle.is_whole && is_pickle(bytes));
        }
    }

    #[test]
    fn what_stands_behind_the_first_pickle_is_searched() {
        let bytes =
            [b"\x80\x02N.".as_slice(), &[1, 2, 3], b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93\x94R."].concat();
        assert_eq!(read(&bytes).unsafe_globals, ["os.system"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_followed_to_some_end(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = read(&bytes);
            let _ = is_pickle(&bytes);
        }
    }
}
