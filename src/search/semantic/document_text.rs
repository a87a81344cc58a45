//! The part of a skill that is embedded.

use crate::skill::Sha256Digest;

/// Bytes of the body that are embedded: what a skill is for stands at its beginning.
const BODY_BYTES: usize = 6_000;

/// The text of a skill that an embedder reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentText {
    /// The skill's name.
    pub name: String,
    /// The description.
    pub description: String,
    /// The headings, one a line.
    pub headings: String,
    /// The start of the body.
    pub body_start: String,
}

impl DocumentText {
    /// Takes what is embedded of the parts of a skill.
    pub fn new(name: &str, description: &str, headings: &str, body: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: description.to_owned(),
            headings: cut(headings, BODY_BYTES).to_owned(),
            body_start: cut(body, BODY_BYTES).to_owned(),
        }
    }

    /// Returns the parts as one text, what says most of a skill first, for a model that reads
    /// only so many words.
    pub fn to_text(&self) -> String {
        let parts = [&self.name, &self.description, &self.headings, &self.body_start];
        parts.map(|part| part.trim()).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// Returns a number that is equal for equal texts, by which their vectors are found again.
    pub fn fingerprint(&self) -> u64 {
        let text = [&self.name, &self.description, &self.headings, &self.body_start].map(String::as_str).join("\0");
        let digest = Sha256Digest::of(text.as_bytes());
        u64::from_be_bytes(std::array::from_fn(|index| digest.as_bytes()[index]))
    }
}

fn cut(text: &str, limit_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(limit_bytes)]
}
