//! What a snapshot says of itself.

use serde::{Deserialize, Serialize};

use super::{IndexIdentity, PART_BYTES, PARTS};
use crate::skill::{Sha256Digest, Timestamp};

/// The name of the format.
pub const FORMAT: &str = "touchmark-snapshot";
/// The version of the format. A reader of one version reads that version.
pub const FORMAT_VERSION: u32 = 2;
/// The highest number of a change that can be stored.
const SEQUENCE_LIMIT: u64 = i64::MAX as u64;
/// Rows of one kind at most; no index is near it.
const ROW_LIMIT: u64 = 1_000_000_000;
/// Characters of a version.
const VERSION_CHARACTERS: usize = 100;
/// Dimensions of a vector at most; no embedder is near it.
const DIMENSIONS: u32 = 16_384;
/// Bytes of the fingerprint that stands before a vector.
pub const FINGERPRINT_BYTES: u64 = 8;

/// The manifest: it names every part by digest, so its own digest is that of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`FORMAT_VERSION`].
    pub version: u32,
    /// Whether it holds everything or what has changed.
    pub kind: SnapshotKind,
    /// The version of the program that wrote it.
    pub program: String,
    /// The rules of that program; verdicts name their own.
    pub ruleset: String,
    /// Which index it is.
    pub index: IndexIdentity,
    /// The number of the latest change that is in it.
    pub sequence: u64,
    /// The root digest of the state with that number.
    pub root: Sha256Digest,
    /// The state that a delta begins at.
    pub follows: Option<Followed>,
    /// When it was made.
    pub created_at: Timestamp,
    /// What made its vectors; none where it holds none.
    pub embedder: Option<EmbedderMark>,
    /// How many rows it holds.
    pub counts: Counts,
    /// The parts, in the order in which they stand in the file.
    pub parts: Vec<Part>,
}

/// Whether a snapshot holds everything or what has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotKind {
    /// Everything.
    Full,
    /// What has changed since an earlier state.
    Delta,
}

/// A state of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Followed {
    /// The number of its latest change.
    pub sequence: u64,
    /// Its root digest.
    pub root: Sha256Digest,
}

/// What made the vectors of a snapshot. Whoever has the same takes them over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbedderMark {
    /// The name of the embedder.
    pub name: String,
    /// What tells two states of it apart: vectors of different ones cannot be compared.
    pub version: String,
    /// The length of every vector; one byte a dimension.
    pub dimensions: u32,
}

impl EmbedderMark {
    /// Bytes of a row: the fingerprint of what was embedded, and the vector.
    pub fn row_bytes(&self) -> u64 {
        FINGERPRINT_BYTES + u64::from(self.dimensions)
    }
}

/// One member of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The name of the member.
    pub name: String,
    /// What it holds.
    pub kind: PartKind,
    /// How many rows.
    pub rows: u64,
    /// Bytes, not compressed.
    pub size_bytes: u64,
    /// Digest of the bytes, not compressed.
    pub digest: Sha256Digest,
}

/// What a part holds. The order is that of the file: what must not be given out comes first, and
/// then what is referred to. A reader refuses a kind that it does not know, rather than leave it
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// What is taken down, as lines of JSON.
    Takedowns,
    /// What is known to do harm, as lines of JSON.
    Threats,
    /// What domains say of repositories, as lines of JSON.
    Statements,
    /// Sources that were read, as lines of JSON.
    Sources,
    /// What hosts say of repositories, as lines of JSON.
    Repositories,
    /// Contents of files: a length of four bytes, the least first, and the bytes.
    Blobs,
    /// Bundles, as lines of JSON.
    Bundles,
    /// Verdicts, as lines of JSON.
    Verdicts,
    /// Skills, as lines of JSON.
    Skills,
    /// Vectors: the fingerprint of what was embedded, eight bytes, the least first, and a signed
    /// byte for each dimension.
    Vectors,
}

impl PartKind {
    /// Every kind, in the order of the file.
    pub const ALL: [Self; 10] = [
        Self::Takedowns,
        Self::Threats,
        Self::Statements,
        Self::Sources,
        Self::Repositories,
        Self::Blobs,
        Self::Bundles,
        Self::Verdicts,
        Self::Skills,
        Self::Vectors,
    ];

    /// Returns the name of the member that is number `number` of its kind, from 1 on.
    pub fn member_name(self, number: usize) -> String {
        match self {
            Self::Takedowns => format!("takedowns-{number:06}.ndjson"),
            Self::Threats => format!("threats-{number:06}.ndjson"),
            Self::Statements => format!("statements-{number:06}.ndjson"),
            Self::Sources => format!("sources-{number:06}.ndjson"),
            Self::Repositories => format!("repositories-{number:06}.ndjson"),
            Self::Blobs => format!("blobs-{number:06}.bin"),
            Self::Bundles => format!("bundles-{number:06}.ndjson"),
            Self::Verdicts => format!("verdicts-{number:06}.ndjson"),
            Self::Skills => format!("skills-{number:06}.ndjson"),
            Self::Vectors => format!("vectors-{number:06}.bin"),
        }
    }
}

/// How many rows of each kind there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each name says what is counted")]
pub struct Counts {
    pub takedowns: u64,
    pub threats: u64,
    pub statements: u64,
    pub sources: u64,
    pub repositories: u64,
    pub blobs: u64,
    pub bundles: u64,
    pub verdicts: u64,
    pub skills: u64,
    pub vectors: u64,
}

impl Counts {
    /// Returns the count of a kind.
    pub fn of(&mut self, kind: PartKind) -> &mut u64 {
        match kind {
            PartKind::Takedowns => &mut self.takedowns,
            PartKind::Threats => &mut self.threats,
            PartKind::Statements => &mut self.statements,
            PartKind::Sources => &mut self.sources,
            PartKind::Repositories => &mut self.repositories,
            PartKind::Blobs => &mut self.blobs,
            PartKind::Bundles => &mut self.bundles,
            PartKind::Verdicts => &mut self.verdicts,
            PartKind::Skills => &mut self.skills,
            PartKind::Vectors => &mut self.vectors,
        }
    }

    /// Counts the rows of parts.
    pub fn of_parts(parts: &[Part]) -> Self {
        let mut counts = Self::default();
        for part in parts {
            let count = counts.of(part.kind);
            *count = count.saturating_add(part.rows);
        }
        counts
    }
}

/// Why a manifest is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestParseError {
    /// It is not of the form.
    #[error("it is not of the form: {0}")]
    Form(String),
    /// It is of another format or version.
    #[error("it is of version {found} of the format, this program reads version {FORMAT_VERSION}")]
    Version {
        /// The version that it names.
        found: u32,
    },
    /// It contradicts itself, or names what cannot be.
    #[error("{0}")]
    Contradiction(&'static str),
}

impl Manifest {
    /// The name of the manifest in the archive.
    pub const MEMBER: &'static str = "manifest.json";

    /// Reads a manifest. It is accepted only in the one spelling in which it is written.
    ///
    /// # Errors
    /// Fails where it is not of the form, of another version, or contradicts itself.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestParseError> {
        // The version is asked first: a newer manifest may have any other form.
        #[derive(Deserialize)]
        struct Versioned {
            format: String,
            version: u32,
        }
        let form = |error: serde_json::Error| ManifestParseError::Form(error.to_string());
        let versioned: Versioned = serde_json::from_slice(bytes).map_err(form)?;
        if versioned.format != FORMAT || versioned.version != FORMAT_VERSION {
            return Err(ManifestParseError::Version { found: versioned.version });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(form)?;
        if manifest.to_bytes() != bytes {
            return Err(ManifestParseError::Contradiction("it is not written as this format is written"));
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// Writes the manifest.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a manifest can be written as JSON")
    }

    fn check(&self) -> Result<(), ManifestParseError> {
        let refuse = |reason| Err(ManifestParseError::Contradiction(reason));
        let is_plain = |text: &String| {
            text.chars().count() <= VERSION_CHARACTERS && text.chars().all(|character| character.is_ascii_graphic())
        };
        let embedder = self.embedder.iter().flat_map(|embedder| [&embedder.name, &embedder.version]);
        if ![&self.program, &self.ruleset].into_iter().chain(embedder).all(is_plain) {
            return refuse("a version in it is none");
        }
        if self.sequence > SEQUENCE_LIMIT {
            return refuse("the number of its latest change is too high");
        }
        match (self.kind, &self.follows) {
            (SnapshotKind::Full, None) => {}
            (SnapshotKind::Delta, Some(followed)) if followed.sequence < self.sequence => {}
            // A delta of nothing says that nothing has changed.
            (SnapshotKind::Delta, Some(followed))
                if followed.sequence == self.sequence && followed.root == self.root => {}
            _ => return refuse("the state that it follows does not fit its kind and its own state"),
        }
        if self.parts.len() > PARTS {
            return refuse("it has too many parts");
        }
        self.check_parts()
    }

    fn check_parts(&self) -> Result<(), ManifestParseError> {
        let refuse = |reason| Err(ManifestParseError::Contradiction(reason));
        let (mut last, mut number) = (None, 0);
        for part in &self.parts {
            if last.is_some_and(|last| last > part.kind) {
                return refuse("its parts are not in order");
            }
            number = if last == Some(part.kind) { number + 1 } else { 1 };
            last = Some(part.kind);
            if part.name != part.kind.member_name(number) {
                return refuse("a part has another name than it should");
            }
            if part.size_bytes > PART_BYTES || part.size_bytes == 0 {
                return refuse("a part is empty or too large");
            }
            // No row is shorter than a byte and its end.
            if part.rows == 0 || part.rows > part.size_bytes {
                return refuse("a part has more rows than bytes, or none");
            }
        }
        let mut counts = Counts::of_parts(&self.parts);
        if counts != self.counts {
            return refuse("its counts are not those of its parts");
        }
        if PartKind::ALL.into_iter().any(|kind| *counts.of(kind) > ROW_LIMIT) {
            return refuse("it has more rows than any index");
        }
        self.check_vectors(counts)?;
        // Each change has a number of its own.
        if counts.skills > self.sequence {
            return refuse("it has more skills than changes");
        }
        Ok(())
    }
    /// A vector has one length, and belongs to what a skill says.
    fn check_vectors(&self, counts: Counts) -> Result<(), ManifestParseError> {
        let refuse = |reason| Err(ManifestParseError::Contradiction(reason));
        let Some(embedder) = &self.embedder else {
            return if counts.vectors == 0 { Ok(()) } else { refuse("nobody is named who made its vectors") };
        };
        if embedder.dimensions == 0 || embedder.dimensions > DIMENSIONS {
            return refuse("its vectors have no length that vectors have");
        }
        let mut parts = self.parts.iter().filter(|part| part.kind == PartKind::Vectors);
        if parts.any(|part| part.rows.checked_mul(embedder.row_bytes()) != Some(part.size_bytes)) {
            return refuse("a part of vectors has another length than its rows");
        }
        if counts.vectors > counts.skills {
            return refuse("it has more vectors than skills");
        }
        Ok(())
    }
}
