//! What SKILL.md says of itself, as a record keeps it: information, never identity.
//!
//! Other tools read these blocks with the YAML library of JavaScript; what a block becomes as
//! JSON is the same here, down to the order of keys and the form of numbers.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use serde_json::{Map, Value};

use super::json::as_javascript_writes;
use super::limits;
use super::walk::{Head, MeasuredFolder};

/// What could be read of the frontmatter.
#[derive(Debug, Clone, PartialEq)]
pub struct SkillFacts {
    status: SkillStatus,
}

/// Whether there is a block, and whether it could be read.
#[derive(Debug, Clone, PartialEq)]
pub enum SkillStatus {
    /// The block is a mapping; its values are author-controlled.
    Ok(Map<String, Value>),
    /// There is no block.
    Missing,
    /// There is a block that is not what it should be.
    Invalid,
}

impl SkillFacts {
    pub(super) fn new(status: SkillStatus) -> Self {
        Self { status }
    }

    /// Reads the frontmatter of a measured folder, from the very bytes that were hashed.
    pub fn of(folder: &MeasuredFolder) -> Self {
        Self { status: folder.instructions.as_ref().map_or(SkillStatus::Missing, read) }
    }

    /// Returns what could be read.
    pub fn status(&self) -> &SkillStatus {
        &self.status
    }

    /// Returns the word for whether it could be read.
    pub fn word(&self) -> &'static str {
        match self.status {
            SkillStatus::Ok(_) => "ok",
            SkillStatus::Missing => "missing",
            SkillStatus::Invalid => "invalid",
        }
    }

    /// Returns the block, where it could be read.
    pub fn frontmatter(&self) -> Option<&Map<String, Value>> {
        match &self.status {
            SkillStatus::Ok(frontmatter) => Some(frontmatter),
            SkillStatus::Missing | SkillStatus::Invalid => None,
        }
    }
}

impl Serialize for SkillFacts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut facts = serializer.serialize_struct("skill", 2)?;
        facts.serialize_field("frontmatter_status", self.word())?;
        facts.serialize_field("frontmatter", &self.frontmatter())?;
        facts.end()
    }
}

fn read(head: &Head) -> SkillStatus {
    let block = match find_block(head) {
        Block::Missing => return SkillStatus::Missing,
        Block::Unclosed => return SkillStatus::Invalid,
        Block::Found(block) => block,
    };
    if block.len() > limits::FRONTMATTER_BYTES {
        return SkillStatus::Invalid;
    }
    let mapping = std::str::from_utf8(block).ok().and_then(parse);
    mapping.filter(has_scalar_names).map_or(SkillStatus::Invalid, SkillStatus::Ok)
}

enum Block<'a> {
    Found(&'a [u8]),
    Missing,
    Unclosed,
}

/// Finds the bytes between a first line of exactly `---` and the next one. Lines end with LF
/// or CRLF, the last one perhaps with nothing.
fn find_block(head: &Head) -> Block<'_> {
    let mut lines = head.bytes.split_inclusive(|byte| *byte == b'\n');
    let Some(first) = lines.next().filter(|line| is_mark(line)) else { return Block::Missing };
    let start = first.len();
    let mut end = start;
    for line in lines {
        let is_cut = end + line.len() == head.bytes.len() && !line.ends_with(b"\n") && !head.is_whole;
        if is_mark(line) && !is_cut {
            return Block::Found(&head.bytes[start..end]);
        }
        end += line.len();
    }
    Block::Unclosed
}

fn is_mark(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line) == b"---"
}

fn parse(yaml: &str) -> Option<Map<String, Value>> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: limits::FRONTMATTER_BYTES,
            max_events: limits::FRONTMATTER_BYTES * 2,
            max_aliases: limits::FRONTMATTER_ALIASES,
            max_depth: limits::FRONTMATTER_DEPTH,
            max_documents: 1,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        reject_unsupported_tags: true,
    };
    match serde_saphyr::from_str_with_options(yaml, options) {
        Ok(Value::Object(mapping)) => Some(as_javascript_writes(mapping)),
        _ => None,
    }
}

/// A name and a description are texts, numbers or nothing; never lists.
fn has_scalar_names(mapping: &Map<String, Value>) -> bool {
    ["name", "description"].iter().all(|key| !matches!(mapping.get(*key), Some(Value::Array(_) | Value::Object(_))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn status(bytes: &[u8]) -> SkillStatus {
        read(&Head { bytes: bytes.to_vec(), is_whole: true })
    }

    fn shown(bytes: &[u8]) -> String {
        serde_json::to_string(&SkillFacts::new(status(bytes)).frontmatter()).expect("JSON")
    }

    #[test]
    fn a_block_stands_between_lines_of_exactly_three_dashes() {
        for (text, word) in [
            ("---\nname: x\n---\nBody\n", "ok"),
            ("---\r\nname: x\r\n---\r\n", "ok"),
            ("---\nname: x\n---", "ok"),
            ("Body\n", "missing"),
            ("", "missing"),
            ("\n---\nname: x\n---\n", "missing"),
            ("--- \nname: x\n---\n", "missing"),
            ("\u{feff}---\nname: x\n---\n", "missing"),
            ("---\nname: x\n", "invalid"),
            ("---\nname: x\n--- \n", "invalid"),
            ("---", "invalid"),
            ("---\n---\n", "invalid"),
            ("---\n- a\n---\n", "invalid"),
            ("---\nname: [a]\n---\n", "invalid"),
            ("---\nname:\n---\n", "ok"),
            ("---\ndescription: {a: b}\n---\n", "invalid"),
            ("---\nname: x\nname: y\n---\n", "invalid"),
            ("---\nname: !custom x\n---\n", "invalid"),
            ("---\nname: !!python/object:os.system x\n---\n", "invalid"),
            ("---\nsize: .inf\n---\n", "invalid"),
        ] {
            assert_eq!(SkillFacts::new(status(text.as_bytes())).word(), word, "{text:?}");
        }
        assert_eq!(status(b"---\nname: \xff\n---\n"), SkillStatus::Invalid);
    }

    #[test]
    fn values_are_those_of_yaml_1_2_as_javascript_writes_them() {
        for (yaml, expected) in [
            ("a: 1.0", json!({"a": 1})),
            ("a: 4.5", json!({"a": 4.5})),
            ("a: yes", json!({"a": "yes"})),
            ("a: off", json!({"a": "off"})),
            ("a: true", json!({"a": true})),
            ("a: 2026-01-01", json!({"a": "2026-01-01"})),
            ("a: ~", json!({"a": null})),
            ("a: 0x1f", json!({"a": 31})),
            ("a: 0o17", json!({"a": 15})),
            ("a: 017", json!({"a": 17})),
            ("a: <<", json!({"a": "<<"})),
            ("<<: {b: c}", json!({"<<": {"b": "c"}})),
            ("a: &x [1]\nb: *x", json!({"a": [1], "b": [1]})),
        ] {
            let text = format!("---\n{yaml}\n---\n");
            let expected = expected.as_object().cloned().map_or(SkillStatus::Invalid, SkillStatus::Ok);
            assert_eq!(status(text.as_bytes()), expected, "{yaml}");
        }
        assert_eq!(shown(b"---\nz: 1\n\"10\": a\n\"2\": b\n\"02\": c\n---\n"), r#"{"2":"b","10":"a","z":1,"02":"c"}"#);
    }

    /// What is no part of YAML 1.2's core schema, and a number to the parser here (docs/lock.md):
    /// the tool that defined records keeps texts. It is information, and no digest depends on it.
    #[test]
    fn numbers_of_yaml_1_1_are_numbers_here_and_infinity_is_no_json() {
        for (yaml, expected) in [("a: 1_000", json!({"a": 1000})), ("a: 0b11", json!({"a": 3}))] {
            let text = format!("---\n{yaml}\n---\n");
            let expected = expected.as_object().cloned().map_or(SkillStatus::Invalid, SkillStatus::Ok);
            assert_eq!(status(text.as_bytes()), expected, "{yaml}");
        }
        for yaml in ["a: .inf", "a: -.inf", "a: .nan"] {
            assert_eq!(status(format!("---\n{yaml}\n---\n").as_bytes()), SkillStatus::Invalid, "{yaml}");
        }
        // A key is a text to JSON, as it was written; what is no text at all is none.
        assert_eq!(shown(b"---\ntrue: b\n1: c\n'null': d\n---\n"), r#"{"1":"c","true":"b","null":"d"}"#);
        for yaml in ["null: a", "~: a", "? [a]\n: b"] {
            assert_eq!(status(format!("---\n{yaml}\n---\n").as_bytes()), SkillStatus::Invalid, "{yaml}");
        }
    }

    #[test]
    fn a_block_is_bounded() {
        let mut aliases = "---\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        (b'b'..=b'z').for_each(|name| {
            let (name, before) = (char::from(name), char::from(name - 1));
            aliases.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(", ")));
        });
        aliases.push_str("---\n");
        assert_eq!(status(aliases.as_bytes()), SkillStatus::Invalid);
        let deep = format!("---\na: {}{}\n---\n", "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(status(deep.as_bytes()), SkillStatus::Invalid);
        let long = format!("---\na: {}\n---\n", "x".repeat(limits::FRONTMATTER_BYTES));
        assert_eq!(status(long.as_bytes()), SkillStatus::Invalid);
        // A mark that the head cuts off may be the beginning of a longer line.
        let cut = Head { bytes: b"---\nname: x\n---".to_vec(), is_whole: false };
        assert_eq!(read(&cut), SkillStatus::Invalid);
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_status(bytes in prop::collection::vec(any::<u8>(), 0..200), is_whole in any::<bool>()) {
            let mut marked = b"---\n".to_vec();
            marked.extend_from_slice(&bytes);
            marked.extend_from_slice(b"\n---\n");
            let _ = read(&Head { bytes, is_whole });
            let _ = read(&Head { bytes: marked, is_whole });
        }
    }
}
