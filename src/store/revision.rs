//! A revision: a scanned bundle with its source, the only thing that can be stored.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zstd::bulk::Compressor;

use super::digests::recipe_digests;
use crate::recipe::RecipeDigest;
use crate::scan::{PackageUse, SafetyStatus, ScanReport, ScannedBundle};
use crate::skill::{
    BundleFile, FileContent, Frontmatter, Manifest, ParseIssue, Sha256Digest, SkillBundle, SkillId, SkillSource,
    Timestamp, UnreadFile, quality_flags, selection_flags,
};

/// What a scan depends on, as one digest: the files, the links, the name, and what was not
/// read. Two sightings with equal keys get one verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BundleKey(Sha256Digest);

impl BundleKey {
    /// Computes the key of a parsed bundle.
    pub fn of(bundle: &SkillBundle) -> Self {
        let mut hasher = Sha256::new();
        hasher.update("touchmark-bundle-key-v1\n");
        hasher.update(bundle.package_hash.as_bytes());
        // Lengths keep one field from running into the next.
        let mut field = |text: &str| {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        };
        field(&bundle.name);
        for file in &bundle.files {
            if let FileContent::Symlink(target) = &file.content {
                field(file.path.as_str());
                field(target);
            }
        }
        for file in &bundle.unread {
            field(&file.path);
            field(&file.reason);
        }
        Self(Sha256Digest::from_bytes(hasher.finalize().into()))
    }

    /// Returns the digest.
    pub fn digest(self) -> Sha256Digest {
        self.0
    }

    /// Takes a key that was stored.
    pub(super) fn from_digest(digest: Sha256Digest) -> Self {
        Self(digest)
    }
}

/// A revision of a skill: its bundle, its report, and what follows from both.
#[derive(Debug, Clone)]
pub struct SkillRevision {
    pub(super) key: BundleKey,
    pub(super) content_hash: Sha256Digest,
    pub(super) package_hash: Sha256Digest,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) manifest: Manifest,
    pub(super) frontmatter: Frontmatter,
    pub(super) issues: Vec<ParseIssue>,
    pub(super) unread: Vec<UnreadFile>,
    pub(super) quality_flags: Vec<String>,
    pub(super) selection_flags: Vec<String>,
    pub(super) context_cost_tokens: Option<u64>,
    pub(super) files: Vec<StoredFile>,
    pub(super) recipe_digests: Vec<RecipeDigest>,
    pub(super) packages: Vec<PackageUse>,
    pub(super) report: ScanReport,
    pub(super) analyzed_at: Timestamp,
}

/// A file of a stored bundle; its bytes are compressed here, off the store's own thread.
#[derive(Debug, Clone)]
pub(super) struct StoredFile {
    pub entry: FileEntry,
    pub compressed: Option<Vec<u8>>,
}

/// What a stored bundle says of one of its files; the bytes are found by digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FileEntry {
    pub path: String,
    pub sha256: Sha256Digest,
    pub is_executable: bool,
    pub link_target: Option<String>,
}

impl StoredFile {
    fn new(file: BundleFile) -> Self {
        let (link_target, compressed) = match file.content {
            FileContent::Bytes(bytes) => (None, Some(compress(&bytes))),
            FileContent::Symlink(target) => (Some(target), None),
        };
        let entry = FileEntry {
            path: file.path.as_str().to_owned(),
            sha256: file.sha256,
            is_executable: file.is_executable,
            link_target,
        };
        Self { entry, compressed }
    }
}

/// Level 1 costs a fraction of what parsing costs, and text shrinks to a third.
const COMPRESSION_LEVEL: i32 = 1;

/// Compresses bytes for the store. Where the library fails for want of memory, an empty
/// frame would lose content, so the failure is a panic that the pool reports.
pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    thread_local! {
        // Its tables are costlier to make than a small file is to compress.
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    const DONE: &str = "compression into a growing buffer does not fail";
    COMPRESSOR.with_borrow_mut(|compressor| {
        let compressor = compressor.get_or_insert_with(|| Compressor::new(COMPRESSION_LEVEL).expect(DONE));
        compressor.compress(bytes).expect(DONE)
    })
}

impl SkillRevision {
    /// Makes a revision of a bundle that was scanned at `analyzed_at`.
    pub fn new(scanned: ScannedBundle, context_cost_tokens: Option<u64>, analyzed_at: Timestamp) -> Self {
        let ScannedBundle { bundle, issues, report, packages } = scanned;
        let quality_flags = quality_flags(&bundle.description, bundle.body(), context_cost_tokens, &issues);
        Self {
            key: BundleKey::of(&bundle),
            content_hash: bundle.content_hash,
            package_hash: bundle.package_hash,
            manifest: bundle.manifest(),
            selection_flags: selection_flags(&bundle.name, &bundle.description),
            quality_flags,
            context_cost_tokens,
            recipe_digests: recipe_digests(&bundle),
            files: bundle.files.into_iter().map(StoredFile::new).collect(),
            name: bundle.name,
            description: bundle.description,
            frontmatter: bundle.frontmatter,
            issues,
            unread: bundle.unread,
            packages,
            report,
            analyzed_at,
        }
    }

    /// Returns the key of the bundle.
    pub fn key(&self) -> BundleKey {
        self.key
    }

    /// Returns the verdict.
    pub fn status(&self) -> SafetyStatus {
        self.report.status
    }
}

/// Returns the id of the skill at `source`.
pub(super) fn skill_id(source: &SkillSource) -> SkillId {
    SkillId::of(&source.identity)
}
