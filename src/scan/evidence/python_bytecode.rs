//! What a file of Python bytecode holds, read without running any of it.
//!
//! The format is Python's `marshal`, of versions 3.3 and later. Objects are kept in one list
//! and refer to each other by number, so that a crafted file cannot grow while it is read.

use std::collections::BTreeSet;
use std::ops::Range;

/// Objects of one file.
const OBJECTS: usize = 100_000;
/// Depth of objects in objects.
const DEPTH: usize = 64;
/// Bytes of a text that are kept.
const TEXT_BYTES: usize = 4_096;

/// A file of bytecode.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::scan) struct Bytecode {
    /// Functions, classes and the module itself, outermost first.
    pub(in crate::scan) codes: Vec<Code>,
    /// How the interpreter tells whether the file belongs to its source.
    pub(in crate::scan) check: SourceCheck,
    /// Whether everything was read.
    pub(in crate::scan) is_whole: bool,
}

/// How the interpreter tells whether bytecode belongs to the source beside it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum SourceCheck {
    /// By the source's size, modulo 2^32, and its time.
    Size(u32),
    /// By a digest of the source.
    Digest,
    /// Not at all: the bytecode runs whatever the source says.
    #[default]
    None,
}

/// One code object.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::scan) struct Code {
    /// The name of the function, class or module.
    pub(in crate::scan) name: String,
    /// Names of globals, attributes and imports, in order of use.
    pub(in crate::scan) names: Vec<String>,
    /// Constant texts.
    pub(in crate::scan) texts: Vec<String>,
}

/// Reads a file; `None` where it is no bytecode of a version that is known.
pub(in crate::scan) fn read(bytes: &[u8]) -> Option<Bytecode> {
    let number = u16::from_le_bytes([*bytes.first()?, *bytes.get(1)?]);
    if bytes.get(2..4) != Some(b"\r\n") {
        return None;
    }
    let version = match number {
        3_190..=3_389 => Version::Before37,
        3_390..=3_399 => Version::Before38,
        3_400..=3_449 => Version::Before311,
        3_450..=3_999 => Version::Latest,
        _ => return None,
    };
    let word = |at: usize| bytes.get(at..at + 4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    let (start, check) = match version {
        Version::Before37 => (12, SourceCheck::Size(word(8)?)),
        _ => match word(4)? & 3 {
            0 => (16, SourceCheck::Size(word(12)?)),
            3 => (16, SourceCheck::Digest),
            _ => (16, SourceCheck::None),
        },
    };
    let mut reader = Reader { bytes, at: start, version, objects: Vec::new(), references: Vec::new() };
    let is_whole = reader.object(0).is_some();
    let codes = reader.codes();
    (is_whole || !codes.is_empty()).then_some(Bytecode { codes, check, is_whole })
}

/// Returns the name of the source of a file of bytecode: `tool.py` of `tool.cpython-312.pyc`.
pub(in crate::scan) fn source_name(file_name: &str) -> Option<String> {
    let stem = file_name.strip_suffix(".pyc").or_else(|| file_name.strip_suffix(".pyo"))?;
    let stem = stem.split_once(".cpython-").or_else(|| stem.split_once(".pypy")).map_or(stem, |(stem, _)| stem);
    Some(format!("{stem}.py"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Before37,
    Before38,
    Before311,
    Latest,
}

#[derive(Debug)]
enum Object {
    Text(Range<usize>, bool),
    Sequence(Vec<u32>),
    Code { consts: u32, names: u32, name: u32 },
    Other,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    version: Version,
    objects: Vec<Object>,
    /// The objects that the file refers to by number.
    references: Vec<u32>,
}

impl Reader<'_> {
    /// Reads one object and returns its number; `None` where the file is damaged or too large.
    fn object(&mut self, depth: usize) -> Option<u32> {
        if depth > DEPTH || self.objects.len() >= OBJECTS {
            return None;
        }
        let kind = self.take(1)?.start;
        let kind = self.bytes[kind];
        // The upper bit says that other objects will refer to this one.
        let is_referred_to = kind & 0x80 != 0;
        let kind = kind & 0x7f;
        if kind == b'r' {
            let index = self.length()?;
            return self.references.get(index).copied();
        }
        let number = self.objects.len() as u32;
        self.objects.push(Object::Other);
        if is_referred_to {
            self.references.push(number);
        }
        let object = match kind {
            b'0' | b'N' | b'F' | b'T' | b'S' | b'.' => Object::Other,
            b'i' => self.skip(4)?,
            b'I' | b'g' => self.skip(8)?,
            b'y' => self.skip(16)?,
            b'f' => {
                let length = self.short_length()?;
                self.skip(length)?
            }
            b'x' => {
                for _ in 0..2 {
                    let length = self.short_length()?;
                    self.skip(length)?;
                }
                Object::Other
            }
            b'l' => {
                let digits = (self.length()? as u32 as i32).unsigned_abs() as usize;
                self.skip(digits.checked_mul(2)?)?
            }
            b's' => {
                let length = self.length()?;
                Object::Text(self.take(length)?, true)
            }
            b't' | b'u' | b'a' | b'A' => {
                let length = self.length()?;
                Object::Text(self.take(length)?, false)
            }
            b'z' | b'Z' => {
                let length = self.short_length()?;
                Object::Text(self.take(length)?, false)
            }
            b'(' | b'[' | b'<' | b'>' => {
                let length = self.length()?;
                self.sequence(length, depth)?
            }
            b')' => {
                let length = self.short_length()?;
                self.sequence(length, depth)?
            }
            b':' => self.sequence(3, depth)?,
            b'{' => self.dictionary(depth)?,
            b'c' => self.code(depth)?,
            _ => return None,
        };
        self.objects[number as usize] = object;
        Some(number)
    }

    fn sequence(&mut self, length: usize, depth: usize) -> Option<Object> {
        // Every object takes a byte at least.
        if length > self.bytes.len() - self.at {
            return None;
        }
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(self.object(depth + 1)?);
        }
        Some(Object::Sequence(items))
    }

    fn dictionary(&mut self, depth: usize) -> Option<Object> {
        let mut items = Vec::new();
        while *self.bytes.get(self.at)? != b'0' {
            items.push(self.object(depth + 1)?);
        }
        self.at += 1;
        Some(Object::Sequence(items))
    }

    fn code(&mut self, depth: usize) -> Option<Object> {
        let numbers = match self.version {
            Version::Before37 | Version::Before38 => 5,
            Version::Before311 => 6,
            Version::Latest => 5,
        };
        self.skip(4 * numbers)?;
        let version = self.version;
        let mut next = || self.object(depth + 1);
        let (_code, consts, names) = (next()?, next()?, next()?);
        let name = if version == Version::Latest {
            let (_locals, _kinds, _file, name, _qualified) = (next()?, next()?, next()?, next()?, next()?);
            name
        } else {
            let (_locals, _free, _cells, _file, name) = (next()?, next()?, next()?, next()?, next()?);
            name
        };
        self.skip(4)?;
        self.object(depth + 1)?;
        if version == Version::Latest {
            self.object(depth + 1)?;
        }
        Some(Object::Code { consts, names, name })
    }

    fn length(&mut self) -> Option<usize> {
        let range = self.take(4)?;
        self.bytes[range].iter().rev().try_fold(0_usize, |length, byte| Some(length << 8 | usize::from(*byte)))
    }

    fn short_length(&mut self) -> Option<usize> {
        let range = self.take(1)?;
        Some(usize::from(self.bytes[range.start]))
    }

    fn take(&mut self, length: usize) -> Option<Range<usize>> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len())?;
        let range = self.at..end;
        self.at = end;
        Some(range)
    }

    fn skip(&mut self, length: usize) -> Option<Object> {
        self.take(length)?;
        Some(Object::Other)
    }

    /// Returns what the code objects hold, each once.
    fn codes(&self) -> Vec<Code> {
        let codes = self.objects.iter().filter_map(|object| match object {
            Object::Code { consts, names, name } => Some((*consts, *names, *name)),
            _ => None,
        });
        codes
            .map(|(consts, names, name)| Code {
                name: self.text(name).unwrap_or_default(),
                names: self.items(names).iter().filter_map(|name| self.text(*name)).collect(),
                texts: self.texts(consts),
            })
            .collect()
    }

    /// Returns the texts among the constants, those in tuples included.
    fn texts(&self, consts: u32) -> Vec<String> {
        let (mut texts, mut seen) = (Vec::new(), BTreeSet::from([consts]));
        let mut open = self.items(consts).to_vec();
        open.reverse();
        while let Some(number) = open.pop() {
            if !seen.insert(number) {
                continue;
            }
            match self.text(number) {
                Some(text) => texts.push(text),
                None => open.extend(self.items(number).iter().rev()),
            }
        }
        texts
    }

    fn items(&self, number: u32) -> &[u32] {
        match self.objects.get(number as usize) {
            Some(Object::Sequence(items)) => items,
            _ => &[],
        }
    }

    fn text(&self, number: u32) -> Option<String> {
        match self.objects.get(number as usize)? {
            Object::Text(range, is_bytes) => {
                let bytes = &self.bytes[range.start..range.end.min(range.start + TEXT_BYTES)];
                let is_readable =
                    !is_bytes || bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t' | b'\r'));
                is_readable.then(|| String::from_utf8_lossy(bytes).into_owned())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_source_of_a_cache_is_found() {
        for (name, source) in [
            ("tool.cpython-312.pyc", Some("tool.py")),
            ("tool.cpython-39.opt-1.pyc", Some("tool.py")),
            ("tool.pyc", Some("tool.py")),
            ("tool.py", None),
        ] {
            assert_eq!(source_name(name).as_deref(), source);
        }
    }

    #[test]
    fn references_in_a_circle_end() {
        // A tuple that refers to itself, as the constants of nothing.
        let bytes = [b"\xa7\x0d\r\n".as_slice(), &[0; 12], b"\xa9\x01r\0\0\0\0"].concat();
        assert_eq!(read(&bytes).map(|bytecode| bytecode.codes.len()), Some(0));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(tail in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = read(&[b"\xa7\x0d\r\n".as_slice(), &[0; 12], &tail].concat());
            let _ = read(&tail);
        }
    }
}
