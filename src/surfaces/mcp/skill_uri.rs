//! The addresses of skills: `skill://<skill_id>/<name>/<path>`.
//!
//! The id makes them unique and lasting, the name is there because the extension asks for it.
//! Only the one way of writing an address that we give out is read.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::operations::ServedSkill;
use crate::skill::SkillId;

const SCHEME: &str = "skill://";
/// What is written as it is: the unreserved characters of RFC 3986, and the slash between names.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// The longest address that is read: every byte of a path may be escaped.
const URI_BYTES: usize = 4_096;

/// An address below a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SkillUri {
    /// The skill.
    pub(super) skill_id: SkillId,
    /// Its name, as the address has it.
    name: String,
    /// The path below its folder; empty for the folder itself.
    pub(super) path: String,
}

impl SkillUri {
    /// Reads an address; nothing where it is none of ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > URI_BYTES {
            return None;
        }
        let mut parts = text.strip_prefix(SCHEME)?.splitn(3, '/');
        let skill_id = parts.next()?.parse().ok()?;
        let name = parts.next()?.to_owned();
        let path = percent_decode_str(parts.next().unwrap_or_default()).decode_utf8().ok()?.into_owned();
        let uri = Self { skill_id, name, path };
        (uri.write() == text).then_some(uri)
    }

    fn write(&self) -> String {
        let root = format!("{SCHEME}{}/{}", self.skill_id, self.name);
        if self.path.is_empty() { root } else { format!("{root}/{}", utf8_percent_encode(&self.path, ESCAPED)) }
    }

    /// Tells whether the address is one of this skill.
    pub(super) fn is_of(&self, skill: &ServedSkill) -> bool {
        self.skill_id == skill.skill_id && self.name == skill.name
    }
}

/// Writes the address of a file or folder of a skill; of the skill's own folder where `path` is
/// empty.
pub(super) fn uri_of(skill: &ServedSkill, path: &str) -> String {
    SkillUri { skill_id: skill.skill_id, name: skill.name.clone(), path: path.to_owned() }.write()
}

/// Writes what stands for `path` in the template `skill://{+path}` for a SKILL.md.
pub(super) fn template_path(skill_id: SkillId, name: &str) -> String {
    format!("{skill_id}/{name}/SKILL.md")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "550e8400-e29b-51d4-a716-446655440000";

    #[test]
    fn an_address_is_read_as_it_was_written() {
        for path in ["", "SKILL.md", "a b/ü.txt", "100%.md", "a?b#c", "..."] {
            let uri = SkillUri { skill_id: ID.parse().expect("an id"), name: "pdf".to_owned(), path: path.to_owned() };
            assert_eq!(SkillUri::parse(&uri.write()), Some(uri), "{path}");
        }
    }

    #[test]
    fn other_ways_of_writing_an_address_are_none() {
        let long = format!("skill://{ID}/pdf/{}", "a".repeat(5_000));
        let rows = [
            "".to_owned(),
            "skill://".to_owned(),
            format!("skill://{ID}"),
            format!("skill://{ID}/pdf/"),
            format!("skill://{ID}/pdf/%53KILL.md"),
            format!("skill://{ID}/pdf/%2e%2e/x"),
            format!("skill://{ID}/pdf/a%00b%ff"),
            format!("skill://{ID}/pdf/SKILL.md?x"),
            format!("skill://{ID}/pdf/SKILL.md#x"),
            format!("SKILL://{ID}/pdf/SKILL.md"),
            format!("skill://{}/pdf/SKILL.md", ID.to_uppercase()),
            format!("file:///{ID}/pdf/SKILL.md"),
            "skill://pdf/SKILL.md".to_owned(),
            long,
        ];
        for text in rows {
            assert_eq!(SkillUri::parse(&text), None, "{text:.80}");
        }
    }
}
