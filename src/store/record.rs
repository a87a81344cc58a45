//! What goes into a store, and what comes out.

use serde::{Deserialize, Serialize};

use super::{BundleKey, SkillRevision, VerdictThreat};
use crate::recipe::HashRecipe;
use crate::scan::{RecommendedAction, RulesetVersion, SafetyStatus, ScanReport};
use crate::skill::{
    CanonicalStanding, CopyKey, Frontmatter, Manifest, ParseIssue, Sha256Digest, SkillId, SkillSource, Timestamp,
};

/// A run of an ingest over one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceRun {
    pub(super) source_id: i64,
    pub(super) run_id: i64,
}

/// A skill as it was seen in a run.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Where it was seen.
    pub source: SkillSource,
    /// The bundle that was seen.
    pub bundle: BundleKey,
    /// The bundle's revision, unless the store said that it knows the bundle.
    pub revision: Option<SkillRevision>,
}

/// What a batch changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    /// Skills that were not listed before.
    pub added: u64,
    /// Skills whose files changed.
    pub changed: u64,
    /// Skills with the same files, of which the source says something else: another commit, date
    /// or star.
    pub moved: u64,
    /// Skills that are as they were.
    pub unchanged: u64,
}

/// Totals of a finished run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// Skills that no source shows any more, and that were unlisted.
    pub removed: u64,
}

/// A skill with its current revision and verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct SkillRecord {
    /// The stable id.
    pub skill_id: SkillId,
    /// Where it was last seen.
    pub source: SkillSource,
    /// Whether any source still shows it.
    pub is_listed: bool,
    /// Whether it stands for its byte-identical copies.
    pub is_canonical: bool,
    /// What decides whether it stands for its copies.
    pub standing: CanonicalStanding,
    /// What its copies mostly share.
    pub copy_key: CopyKey,
    /// How many listed skills have the same SKILL.md, this one included.
    pub copy_count: u64,
    /// Display name, sanitised.
    pub name: String,
    /// Description, sanitised.
    pub description: String,
    /// Digest of SKILL.md.
    pub content_hash: Sha256Digest,
    /// Root digest of the bundle.
    pub package_hash: Sha256Digest,
    /// Key of the bundle.
    pub bundle: BundleKey,
    /// Whether every file of the skill was read.
    pub is_complete: bool,
    /// Stars of the repository, where known.
    pub stars: Option<u64>,
    /// When its revision was stored.
    pub indexed_at: Timestamp,
    /// Flags of quality.
    pub quality_flags: Vec<String>,
    /// Claims of name and description.
    pub selection_flags: Vec<String>,
    /// Tokens of SKILL.md.
    pub context_cost_tokens: Option<u64>,
    /// The latest verdict on the bundle; on an earlier one of the skill where it was not scanned
    /// yet, and none where nothing was.
    pub verdict: StoredVerdict,
}

impl SkillRecord {
    /// Tells whether the verdict is about the files that the skill has now.
    pub fn is_audited(&self) -> bool {
        self.verdict.status != SafetyStatus::Unaudited && self.verdict.package_hash == self.package_hash
    }

    /// Tells whether the skill may be handed out to whoever asks: listed, scanned as it is now,
    /// and not blocked.
    pub fn is_offered(&self) -> bool {
        self.is_listed && self.is_audited() && self.verdict.recommended_action != RecommendedAction::Block
    }
}

/// The summary of a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredVerdict {
    /// The verdict.
    pub status: SafetyStatus,
    /// What to do.
    pub recommended_action: RecommendedAction,
    /// Whether the bundle holds something that runs.
    pub executes_code: bool,
    /// Ids of the rules that found something.
    pub safety_flags: Vec<String>,
    /// 1 is clean, 0 is as bad as it gets.
    pub score: f64,
    /// When the scan ran.
    pub analyzed_at: Timestamp,
    /// The rules that ran.
    pub ruleset_version: RulesetVersion,
    /// The SKILL.md that was scanned.
    pub content_hash: Sha256Digest,
    /// The bundle that was scanned.
    pub package_hash: Sha256Digest,
    /// The index from which it was taken over; none where this program scanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_over_from: Option<uuid::Uuid>,
    /// The known threat that lowers it. It is looked up whenever a verdict is read, and is no
    /// part of what is stored.
    #[serde(skip)]
    pub threat: Option<VerdictThreat>,
}

impl StoredVerdict {
    /// Makes of the verdict of the scanner what it is while a threat is known of the bundle.
    pub(super) fn threaten(&mut self, threat: VerdictThreat) {
        self.status = SafetyStatus::Dangerous;
        self.recommended_action = RecommendedAction::Block;
        self.score = 0.0;
        // First, where a surface names only some.
        self.safety_flags.insert(0, threat.id.flag());
        self.threat = Some(threat);
    }

    /// Stands for the verdict on a bundle that nobody has scanned, as one that came in without
    /// its verdict.
    pub fn none(content_hash: Sha256Digest, package_hash: Sha256Digest) -> Self {
        Self {
            status: SafetyStatus::Unaudited,
            recommended_action: RecommendedAction::ReviewBeforeInstall,
            executes_code: false,
            safety_flags: Vec::new(),
            score: 0.0,
            analyzed_at: Timestamp::from_milliseconds(0),
            ruleset_version: RulesetVersion::from_stored("0-none".to_owned()),
            content_hash,
            package_hash,
            taken_over_from: None,
            threat: None,
        }
    }
}

/// A skill that has, or had, a bundle with a digest that somebody holds.
#[derive(Debug, Clone, PartialEq)]
pub struct DigestMatch {
    /// The recipe whose digest it is.
    pub recipe: HashRecipe,
    /// The skill as it is now.
    pub record: SkillRecord,
    /// Whether the bundle is the one that the skill has now, or an earlier one.
    pub is_current: bool,
    /// Digest of the SKILL.md of the bundle that matched.
    pub content_hash: Sha256Digest,
    /// Root digest of the bundle that matched, where every file of it was read.
    pub package_hash: Option<Sha256Digest>,
    /// The latest verdict on the bundle that matched.
    pub verdict: StoredVerdict,
}

/// Everything that is known of a bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct BundleDetail {
    /// What ships.
    pub manifest: Manifest,
    /// What the frontmatter says.
    pub frontmatter: Frontmatter,
    /// What was odd.
    pub issues: Vec<ParseIssue>,
    /// The latest report; none where it was not scanned yet.
    pub report: Option<ScanReport>,
    /// The bytes of SKILL.md.
    pub content: Vec<u8>,
}

/// What a skill is assessed by.
#[derive(Debug, Clone, PartialEq)]
pub struct BundleText {
    /// Key of the bundle.
    pub key: BundleKey,
    /// Display name, sanitised.
    pub name: String,
    /// Description, sanitised.
    pub description: String,
    /// Tokens of SKILL.md.
    pub context_cost_tokens: Option<u64>,
    /// What the frontmatter says.
    pub frontmatter: Frontmatter,
    /// What was odd.
    pub issues: Vec<ParseIssue>,
    /// The paths of the bundle's files, those included that were not read.
    pub file_paths: Vec<String>,
    /// The bytes of SKILL.md.
    pub content: Vec<u8>,
}

/// A skill that changed, for whoever follows the store.
#[derive(Debug, Clone)]
pub struct SkillChange {
    /// The number of the change; later changes have higher numbers.
    pub sequence: u64,
    /// The skill as it is now.
    pub record: SkillRecord,
    /// The bytes of SKILL.md.
    pub content: Vec<u8>,
    /// The paths of the bundle's files, those included that were not read.
    pub file_paths: Vec<String>,
}

/// A repository that mostly holds copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AggregatorCounts {
    /// Its listed skills.
    pub skill_count: u64,
    /// Those that are original elsewhere.
    pub copy_count: u64,
}

/// Totals of a store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreCounts {
    /// Listed skills.
    pub listed: u64,
    /// Listed skills that are not copies.
    pub canonical: u64,
    /// The number of the latest change.
    pub sequence: u64,
    /// When the latest run finished.
    pub last_finished_at: Option<Timestamp>,
}

/// What a client has used of its quotas on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientUse {
    /// The day in UTC, counted from 1970.
    pub day: i64,
    /// The client, as bytes that only the meter understands.
    pub client: Vec<u8>,
    /// Discovery workflows.
    pub workflows: u32,
    /// Inspections that led to no skill.
    pub unresolved_inspects: u32,
    /// Pins that were looked up.
    pub lookups: u32,
}
