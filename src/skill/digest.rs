//! SHA-256 digests and the root digest of a bundle.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The first line of what a root digest is computed over (root digest v1).
const ROOT_DIGEST_HEADER: &str = "sigildex-root-digest-v1\n";

/// A SHA-256 digest, written `sha256:` and 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256Digest([u8; 32]);

/// A text that is not a SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest: expected 64 hex digits, with or without `sha256:` before them")]
pub struct DigestParseError;

impl Sha256Digest {
    /// Digests `bytes` as they are: nothing is trimmed, decoded or normalised.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Wraps the 32 bytes of a digest that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the 64 hex digits without the `sha256:` prefix.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sha256:{}", self.to_hex())
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Sha256Digest {
    type Err = DigestParseError;

    /// Accepts `sha256:<hex>` and bare hex, in either case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = match text.get(..7) {
            Some(prefix) if prefix.eq_ignore_ascii_case("sha256:") => &text[7..],
            _ => text,
        };
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| DigestParseError)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Sha256Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Computes the root digest v1 of a bundle: the canonical digest of everything that ships.
///
/// Each file is one line `<sha256 hex> <size> <x or -> <path>` and a line feed; lines are
/// ordered by the bytes of the path, whatever order the files come in.
pub fn root_digest<'a>(files: impl IntoIterator<Item = (&'a str, Sha256Digest, u64, bool)>) -> Sha256Digest {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_by(|left, right| left.0.as_bytes().cmp(right.0.as_bytes()));
    let mut hasher = Sha256::new();
    hasher.update(ROOT_DIGEST_HEADER);
    for (path, digest, size_bytes, is_executable) in files {
        let mark = if is_executable { 'x' } else { '-' };
        hasher.update(format!("{} {size_bytes} {mark} {path}\n", digest.to_hex()));
    }
    Sha256Digest(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_published_demo_skill_has_the_published_root_digest() {
        let instructions = b"---\nname: demo-skill\ndescription: Demo.\n---\nHello\n";
        let script = b"#!/bin/sh\necho hi\n";
        let digest = root_digest([
            ("scripts/run.sh", Sha256Digest::of(script), 18, true),
            ("SKILL.md", Sha256Digest::of(instructions), 50, false),
        ]);
        assert_eq!(digest.to_string(), "sha256:32a00acb5f1de919f1398b729c211f9a6f1904e869cc1961c28b0248423af975");
    }

    #[test]
    fn digests_are_read_with_and_without_prefix_and_in_either_case() {
        let digest = Sha256Digest::of(b"x");
        for text in
            [digest.to_string(), digest.to_hex(), digest.to_hex().to_uppercase(), format!("SHA256:{}", digest.to_hex())]
        {
            assert_eq!(text.parse(), Ok(digest), "{text}");
        }
        for text in ["", "sha256:", "sha256:12", "md5:00", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(text.parse::<Sha256Digest>(), Err(DigestParseError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_change_of_a_file_changes_the_root_digest(content in prop::collection::vec(any::<u8>(), 1..64), at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let root = |bytes: &[u8], executable| root_digest([("SKILL.md", Sha256Digest::of(bytes), bytes.len() as u64, executable)]);
            let mut changed = content.clone();
            changed[at.index(content.len())] ^= 1 << bit;
            prop_assert_ne!(root(&content, false), root(&changed, false));
            prop_assert_ne!(root(&content, false), root(&content, true));
        }

        #[test]
        fn parsing_a_digest_never_panics(text in ".*") {
            let _ = text.parse::<Sha256Digest>();
        }
    }
}
