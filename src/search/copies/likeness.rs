//! What is kept of a skill to recognise its copies.

use icu_normalizer::ComposingNormalizerBorrowed;

use super::Signature;
use super::shingle::{for_each_word, hash_of, mixed};

/// Words that a description needs before it counts as somebody's own: "Use this skill." under
/// one name may be two skills.
const LEAD_WORDS: usize = 8;

/// What is kept of a skill to recognise its copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) struct Likeness {
    /// The normalised name.
    pub(in crate::search) name_key: u64,
    /// Name and description together, where the description is long enough.
    pub(in crate::search) lead_key: Option<u64>,
    /// Description and body, where they are long enough.
    pub(in crate::search) signature: Option<Signature>,
}

impl Likeness {
    /// Reads the likeness of a skill. The rest of the frontmatter is left out: mirrors write
    /// their own licence, source and version into it.
    pub(in crate::search) fn of(name: &str, description: &str, body: &str) -> Self {
        let name_key = name_key(name);
        let (mut lead, mut word_count) = (name_key, 0);
        for_each_word(description, |word| {
            lead = mixed(lead.rotate_left(1) ^ word);
            word_count += 1;
        });
        Self {
            name_key,
            lead_key: (word_count >= LEAD_WORDS).then_some(lead),
            signature: Signature::of(&[description, body]),
        }
    }
}

/// Returns the key of a name: `PDF_Tools`, `pdf-tools` and `pdf tools` have one. A name without
/// a letter or digit is its own.
pub(in crate::search) fn name_key(name: &str) -> u64 {
    let normalised = ComposingNormalizerBorrowed::new_nfkc().normalize(name);
    let mut characters = normalised.chars().filter(|character| character.is_alphanumeric()).peekable();
    if characters.peek().is_none() {
        return hash_of(name.chars());
    }
    hash_of(characters.flat_map(char::to_lowercase))
}

/// Returns the key of a text that is written in several cases, such as a licence.
pub(in crate::search) fn text_key(text: &str) -> u64 {
    hash_of(text.trim().chars().flat_map(char::to_lowercase))
}
