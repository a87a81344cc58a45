//! The key that copies of one skill mostly share.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use sha2::{Digest, Sha256};

use super::Sha256Digest;

/// Words that a description needs before it counts as somebody's own: "Use this skill." under
/// one name may be two skills.
const DESCRIPTION_WORDS: usize = 8;
/// Where scripts begin that are written without blanks, and of which each character is a word.
const WITHOUT_BLANKS: char = '\u{2e80}';

/// The key that copies of one skill mostly share: its name and description without case, width
/// and punctuation, or, where the description is too short to be somebody's own, its content.
///
/// It is the same in every version and on every machine. Edits of the instructions and of the
/// rest of the frontmatter leave it; who publishes a copy, and when, has no part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CopyKey(Sha256Digest);

impl CopyKey {
    /// Makes the key of a skill.
    pub fn of(name: &str, description: &str, content_hash: Sha256Digest) -> Self {
        let words = words(description);
        if words.len() < DESCRIPTION_WORDS {
            return Self(content_hash);
        }
        let mut digest = Sha256::new();
        digest.update(b"touchmark:copy:1\0");
        digest.update(letters(name).as_bytes());
        for word in words {
            digest.update(b"\0");
            digest.update(word.as_bytes());
        }
        Self(Sha256Digest::from_bytes(digest.finalize().into()))
    }

    /// Reads a key from the digest that [`CopyKey::digest`] gave.
    pub fn from_digest(digest: Sha256Digest) -> Self {
        Self(digest)
    }

    /// Returns the digest that the key is.
    pub fn digest(&self) -> Sha256Digest {
        self.0
    }

    /// Returns the first 64 bits: enough to tell apart what nobody made to collide, and to make
    /// a text collide with a given one takes 2^63 attempts.
    pub fn short(&self) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0.as_bytes()[..8]);
        u64::from_be_bytes(bytes)
    }
}

impl fmt::Display for CopyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.to_hex())
    }
}

/// Letters and digits of a name; the name where it has none.
fn letters(name: &str) -> String {
    let normalised = normalise(name);
    let letters: String = normalised.chars().filter(|character| character.is_alphanumeric()).collect();
    if letters.is_empty() { normalised } else { letters }
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in normalise(text).split(|character: char| !character.is_alphanumeric()) {
        let mut word = String::new();
        for character in run.chars() {
            if character >= WITHOUT_BLANKS {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                words.push(character.to_string());
            } else {
                word.push(character);
            }
        }
        words.extend((!word.is_empty()).then_some(word));
    }
    words
}

fn normalise(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LONG: &str = "Merge, split and rotate PDF documents when a user asks.";

    fn key(name: &str, description: &str) -> CopyKey {
        CopyKey::of(name, description, Sha256Digest::of(b"one"))
    }

    #[test]
    fn one_name_and_one_description_of_their_own_have_one_key() {
        let chinese = "审查代码质量并给出修改建议";
        let rows = [
            (("PDF_Tools", LONG), ("pdf tools", "merge split AND rotate: pdf documents,\nwhen a user asks"), true),
            (("ＰＤＦ-tools", LONG), ("pdf-tools", LONG), true),
            (("pdf-tools", LONG), ("doc-tools", LONG), false),
            (("pdf-tools", LONG), ("pdf-tools", "Merge, split and rotate DOC documents when a user asks."), false),
            (("审查", chinese), ("审查", "审查代码质量，并给出修改建议。"), true),
            (("审查", chinese), ("审查", "审查代码质量并给出测试建议"), false),
        ];
        for (left, right, expected) in rows {
            assert_eq!(key(left.0, left.1) == key(right.0, right.1), expected, "{left:?} {right:?}");
        }
    }

    #[test]
    fn a_short_description_leaves_the_content_to_decide() {
        for description in ["", "Use this skill.", "修复", "\u{0}", "-- ! --"] {
            let other = CopyKey::of("pdf", description, Sha256Digest::of(b"two"));
            assert_ne!(key("pdf", description), other, "{description:?}");
            assert_eq!(key("pdf", description), key("other", description), "{description:?}");
        }
    }

    #[test]
    fn keys_do_not_change_between_versions() {
        assert_eq!(key("PDF", LONG).short(), 10_470_220_613_582_118_300);
    }

    proptest! {
        #[test]
        fn any_text_has_a_key_that_reads_back(name in any::<String>(), description in any::<String>()) {
            let key = key(&name, &description);
            prop_assert_eq!(CopyKey::from_digest(key.digest()), key);
        }
    }
}
