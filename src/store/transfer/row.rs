//! Rows as they travel. What can be computed from the rest does not travel.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{TakedownRow, ThreatRow};
use crate::recipe::RecipeDigest;
use crate::scan::{ScanReport, ruleset_version};
use crate::skill::{
    FileContent, Frontmatter, Manifest, ParseIssue, RawBundle, RawFile, RepositoryFacts, RepositoryKey, Sha256Digest,
    SkillBundle, SkillSource, SourceIdentity, Timestamp, UnreadFile, limits, selection_flags,
};
use crate::store::revision::FileEntry;
use crate::store::{BundleKey, recipe_digests};
use crate::trust::PublisherStatement;

/// Characters of a flag.
const FLAG_CHARACTERS: usize = 64;
/// Who says what a threat is, until it is known which index does.
const FOLLOWED: &str = "index";
/// Bytes of the key of a source, and of what identifies a skill.
const KEY_BYTES: usize = 4_096;

/// The kinds of rows, in the order in which they travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum RowKind {
    Takedown,
    Threat,
    Statement,
    Source,
    Repository,
    Blob,
    Bundle,
    Verdict,
    Skill,
}

/// One row.
#[derive(Debug, Clone)]
pub enum TransferRow {
    /// Something that is taken down.
    Takedown(TakedownRow),
    /// Something that is known to do harm.
    Threat(Box<ThreatRow>),
    /// What a domain says of repositories.
    Statement(PublisherStatement),
    /// A source that was read.
    Source(SourceRow),
    /// What a host says of a repository.
    Repository(Box<RepositoryRow>),
    /// The bytes of a file; their digest is computed wherever it is needed.
    Blob(Vec<u8>),
    /// A bundle.
    Bundle(Box<BundleRow>),
    /// A verdict.
    Verdict(Box<VerdictRow>),
    /// A skill.
    Skill(Box<SkillRow>),
}

/// A source that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRow {
    /// What names it.
    pub key: String,
    /// When it was last read to its end.
    pub finished_at: Option<Timestamp>,
}

/// What a host says of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryRow {
    /// The repository.
    pub key: RepositoryKey,
    /// What is said of it.
    pub facts: RepositoryFacts,
}

/// A bundle: what it was parsed from, and what parsing cannot tell again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleRow {
    /// The digest of its key; computed again by whoever takes it over.
    pub key: Sha256Digest,
    /// The name under which it was scanned.
    pub name: String,
    /// Tokens of SKILL.md.
    pub context_cost_tokens: Option<u64>,
    /// Flags of quality.
    pub quality_flags: Vec<String>,
    /// What was odd, the name of the folder included, which is not in the bundle.
    pub issues: Vec<ParseIssue>,
    /// What was not read.
    pub unread: Vec<UnreadFile>,
    /// Its files; the bytes are blobs.
    pub(in crate::store) files: Vec<FileEntry>,
}

/// A verdict on a bundle.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictRow {
    /// The digest of the bundle's key.
    pub bundle: Sha256Digest,
    /// When the scan ran.
    pub analyzed_at: Timestamp,
    /// The report; it names the rules.
    pub report: ScanReport,
}

/// A skill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillRow {
    /// The number of its latest change.
    pub sequence: u64,
    /// Where it was last seen; its id is computed from that.
    pub source: SkillSource,
    /// The digest of its bundle's key.
    pub bundle: Sha256Digest,
    /// The keys of the bundles that it had before.
    pub earlier: Vec<Sha256Digest>,
    /// The keys of the sources that show it.
    pub seen_by: Vec<String>,
    /// Stars of the repository, where known.
    pub stars: Option<u64>,
    /// Whether any source still shows it.
    pub is_listed: bool,
    /// Whether it stands for its byte-identical copies.
    pub is_canonical: bool,
    /// When its revision was stored.
    pub indexed_at: Timestamp,
}

impl TransferRow {
    /// Returns the kind.
    pub fn kind(&self) -> RowKind {
        match self {
            Self::Takedown(_) => RowKind::Takedown,
            Self::Threat(_) => RowKind::Threat,
            Self::Statement(_) => RowKind::Statement,
            Self::Source(_) => RowKind::Source,
            Self::Repository(_) => RowKind::Repository,
            Self::Blob(_) => RowKind::Blob,
            Self::Bundle(_) => RowKind::Bundle,
            Self::Verdict(_) => RowKind::Verdict,
            Self::Skill(_) => RowKind::Skill,
        }
    }

    /// Writes the row as it stands in a file: JSON, or the bytes of a blob.
    ///
    /// # Errors
    /// Fails where a value cannot be written as JSON.
    pub fn encode(&self) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Takedown(row) => serde_json::to_vec(row),
            Self::Threat(row) => serde_json::to_vec(row),
            Self::Statement(row) => serde_json::to_vec(row),
            Self::Source(row) => serde_json::to_vec(row),
            Self::Repository(row) => serde_json::to_vec(row),
            Self::Blob(bytes) => Ok(bytes.clone()),
            Self::Bundle(row) => serde_json::to_vec(row),
            Self::Verdict(row) => serde_json::to_vec(row),
            Self::Skill(row) => serde_json::to_vec(row),
        }
    }

    /// Reads a row of a kind, and checks what can be checked of it alone.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn decode(kind: RowKind, bytes: &[u8]) -> Result<Self, String> {
        fn read<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, String> {
            serde_json::from_slice(bytes).map_err(|error| format!("a {what} cannot be read: {error}"))
        }
        let row = match kind {
            RowKind::Takedown => Self::Takedown(read("takedown", bytes)?),
            RowKind::Threat => Self::Threat(Box::new(read("threat", bytes)?)),
            RowKind::Statement => Self::Statement(read("statement of a domain", bytes)?),
            RowKind::Source => Self::Source(read("source", bytes)?),
            RowKind::Repository => Self::Repository(Box::new(read("repository", bytes)?)),
            RowKind::Blob => Self::Blob(bytes.to_vec()),
            RowKind::Bundle => Self::Bundle(Box::new(read("bundle", bytes)?)),
            RowKind::Verdict => Self::Verdict(Box::new(read("verdict", bytes)?)),
            RowKind::Skill => Self::Skill(Box::new(read("skill", bytes)?)),
        };
        match &row {
            Self::Takedown(row) => drop(row.read()?),
            Self::Threat(row) => drop(row.read(FOLLOWED)?),
            Self::Statement(row) => row.check().map_err(|error| format!("the domain {}: {error}", row.domain))?,
            Self::Source(row) => check_key("source", &row.key)?,
            Self::Repository(row) => row.check()?,
            Self::Blob(bytes) if bytes.len() as u64 > limits::FILE_BYTES => {
                return Err(format!("a file has {} bytes, the limit is {}", bytes.len(), limits::FILE_BYTES));
            }
            Self::Blob(_) => {}
            Self::Bundle(row) => row.check()?,
            Self::Verdict(row) => row.check()?,
            Self::Skill(row) => row.check()?,
        }
        Ok(row)
    }
}

impl RepositoryRow {
    fn check(&self) -> Result<(), String> {
        check_key("repository", self.key.as_str())?;
        let facts = &self.facts;
        let texts = [&facts.license, &facts.default_branch, &facts.entity_tag].into_iter().flatten();
        texts.chain(&facts.topics).try_for_each(|text| check_key("fact of a repository", text))
    }
}

impl BundleRow {
    fn check(&self) -> Result<(), String> {
        if self.files.len() > limits::BUNDLE_FILES {
            return Err(format!("the bundle {} has {} files", self.key, self.files.len()));
        }
        let is_flag = |flag: &String| {
            flag.len() <= FLAG_CHARACTERS
                && flag.chars().all(|character| character.is_ascii_alphanumeric() || "-_:".contains(character))
        };
        if !self.quality_flags.iter().all(is_flag) {
            return Err(format!("the bundle {} has a flag of quality that is none", self.key));
        }
        let shown = self.issues.iter().flat_map(|issue| [&issue.path, &issue.message]);
        let shown = shown.chain(self.unread.iter().flat_map(|file| [&file.path, &file.reason]));
        if shown.into_iter().any(|text| has_control(text)) {
            return Err(format!("the bundle {} has control characters in what is said of it", self.key));
        }
        Ok(())
    }

    /// Parses the bundle anew from the bytes of its files, one after the other; links have
    /// none. What comes out is what this program reads in it, under the key that was claimed.
    ///
    /// # Errors
    /// Says what the bytes contradict.
    pub(in crate::store) fn parse(self, contents: Vec<Vec<u8>>) -> Result<ParsedBundle, String> {
        let Self { key, name, context_cost_tokens, quality_flags, issues, unread, files } = self;
        let mut contents = contents.into_iter();
        let mut raw = Vec::with_capacity(files.len());
        for file in &files {
            let content = match &file.link_target {
                Some(target) => FileContent::Symlink(target.clone()),
                None => FileContent::Bytes(contents.next().unwrap_or_default()),
            };
            raw.push(RawFile { path: file.path.clone(), content, is_executable: file.is_executable });
        }
        let (bundle, _) = SkillBundle::parse(RawBundle { files: raw, unread }, Some(&name))
            .map_err(|_| format!("the bundle {key} holds no SKILL.md"))?;
        let is_same_file = |file: &FileEntry, parsed: &crate::skill::BundleFile| {
            file.path == parsed.path.as_str()
                && file.sha256 == parsed.sha256
                && file.is_executable == parsed.is_executable
        };
        let has_same_files = files.len() == bundle.files.len()
            && files.iter().zip(&bundle.files).all(|(file, parsed)| is_same_file(file, parsed));
        let computed = BundleKey::of(&bundle);
        if !has_same_files || computed.digest() != key || bundle.name != name {
            return Err(format!(
                "the bundle {key} is not what its bytes give ({}); the snapshot is false, or of a program that reads \
                 skills otherwise",
                computed.digest()
            ));
        }
        Ok(ParsedBundle {
            key: computed,
            content_hash: bundle.content_hash,
            package_hash: bundle.package_hash,
            is_complete: bundle.is_complete(),
            manifest: bundle.manifest(),
            recipe_digests: recipe_digests(&bundle),
            selection_flags: selection_flags(&bundle.name, &bundle.description),
            name: bundle.name,
            description: bundle.description,
            frontmatter: bundle.frontmatter,
            unread: bundle.unread,
            context_cost_tokens,
            quality_flags,
            issues,
            files,
        })
    }
}

/// A bundle that was parsed from its bytes.
#[derive(Debug)]
pub(in crate::store) struct ParsedBundle {
    pub key: BundleKey,
    pub content_hash: Sha256Digest,
    pub package_hash: Sha256Digest,
    pub is_complete: bool,
    pub manifest: Manifest,
    pub recipe_digests: Vec<RecipeDigest>,
    pub selection_flags: Vec<String>,
    pub name: String,
    pub description: String,
    pub frontmatter: Frontmatter,
    pub unread: Vec<UnreadFile>,
    pub context_cost_tokens: Option<u64>,
    pub quality_flags: Vec<String>,
    pub issues: Vec<ParseIssue>,
    pub files: Vec<FileEntry>,
}

impl VerdictRow {
    /// A verdict has to be what its findings say, where the rules are those of this program.
    /// A finding that somebody has decided not to count is never stored, so none is taken over.
    fn check(&self) -> Result<(), String> {
        let report = &self.report;
        check_key("version of rules", report.ruleset_version.as_str())?;
        if report.suppressed_count() > 0 {
            return Err(format!("the verdict on the bundle {} leaves findings out", self.bundle));
        }
        let is_of_these_rules = report.ruleset_version == *ruleset_version();
        if is_of_these_rules && !report.is_judged_right() {
            return Err(format!("the verdict on the bundle {} is not what its findings say", self.bundle));
        }
        let texts = report
            .findings
            .iter()
            .flat_map(|finding| [&finding.rule_id, &finding.evidence, &finding.reason, &finding.location.path]);
        if texts.chain(report.capabilities.values()).any(|text| has_control(text)) {
            return Err(format!("the verdict on the bundle {} has control characters", self.bundle));
        }
        Ok(())
    }
}

impl SkillRow {
    fn check(&self) -> Result<(), String> {
        let identity = &self.source.identity;
        let canonical = identity.canonical();
        check_key("skill", &canonical)?;
        let spelled =
            SourceIdentity::new(identity.host(), identity.owner(), identity.repository(), identity.directory());
        if spelled != *identity {
            return Err(format!("the source {canonical:?} is not spelled as sources are"));
        }
        if i64::try_from(self.sequence).is_err() || self.stars.is_some_and(|stars| i64::try_from(stars).is_err()) {
            return Err(format!("the skill {canonical:?} has a number that is too high"));
        }
        if self.is_canonical && !self.is_listed {
            return Err(format!("the skill {canonical:?} stands for others and is not listed"));
        }
        if self.earlier.contains(&self.bundle) {
            return Err(format!("the skill {canonical:?} has one bundle twice"));
        }
        let source = &self.source;
        let texts = [&source.reference, &source.commit_sha, &source.upstream, &source.license].into_iter().flatten();
        texts.chain(&self.seen_by).chain([&source.file_name]).try_for_each(|text| check_key("source", text))
    }
}

fn check_key(what: &str, text: &str) -> Result<(), String> {
    if text.len() > KEY_BYTES {
        return Err(format!("a {what} has {} bytes, the limit is {KEY_BYTES}", text.len()));
    }
    if has_control(text) {
        return Err(format!("a {what} has control characters: {text:?}"));
    }
    Ok(())
}

pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}
