//! The verdict, as every surface shows it.

use serde::{Deserialize, Serialize};

use super::ThreatNotice;
use crate::scan::{INCOMPLETE_FLAG, RecommendedAction, RulesetVersion, SafetyStatus, ScanReport, ruleset_version};
use crate::skill::{Sha256Digest, Timestamp};

/// What a verdict is about.
pub const SAFETY_SCOPE: &str = "Verdict covers every file of the skill bundle by static analysis — not dependencies, remote content or behaviour at run time.";

/// The verdict in a list of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SafetySummary {
    /// Safety verdict. safe: no known safety concern. caution: install is allowed but deserves review. warning: stronger safety concern, review before use. dangerous: blocked from /discover. unaudited: no current safety analysis is available.
    pub status: SafetyStatus,
    /// What to do. safe_to_install: nothing speaks against it and nothing in the bundle runs. review_before_install: a person or a policy should look first. block: do not install.
    pub recommended_action: RecommendedAction,
    /// Whether the bundle holds something that runs: a script, an executable, or a command in SKILL.md that a client runs while loading it.
    pub executes_code: bool,
    /// Ids of the rules that found something. Empty means assessed and clean.
    pub safety_flags: Vec<String>,
}

/// Whether a verdict still matches the indexed content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Freshness {
    /// No audit exists.
    NeverAudited,
    /// Freshness cannot be checked: the source is gone, or was not seen for too long.
    StaleUnverifiable,
    /// The content differs from the audited one.
    StaleContentDrift,
    /// The scanner changed since the audit.
    StaleScannerVersion,
    /// The verdict matches the current content and scanner.
    Fresh,
}

/// What a skill is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentContent {
    /// Digest of its SKILL.md.
    pub content_hash: Sha256Digest,
    /// Root digest of its bundle.
    pub package_hash: Sha256Digest,
}

/// Whether anybody can say that a source still holds what is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceCheck {
    /// It was seen a short enough time ago.
    Possible,
    /// It is gone, or was not seen for too long.
    Unverifiable,
}

/// The flag of what was taken down because it does harm.
pub const TAKEDOWN_FLAG: &str = "taken-down";

/// The verdict in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SafetyView {
    /// Safety verdict: safe, caution, warning, dangerous or unaudited.
    pub status: SafetyStatus,
    /// What to do: safe_to_install, review_before_install or block.
    pub recommended_action: RecommendedAction,
    /// Whether the bundle holds something that runs.
    pub executes_code: bool,
    /// Ids of the rules that found something. Empty means assessed and clean.
    pub safety_flags: Vec<String>,
    /// Composite safety score: 1 is clean, 0 is as bad as it gets.
    pub score: f64,
    /// When the analysis ran, or null where the report is not stored.
    pub analyzed_at: Option<Timestamp>,
    /// Number of the ruleset that produced the verdict, or null if unaudited.
    pub safety_version: Option<u32>,
    /// Digest of the SKILL.md that was analysed.
    pub audited_content_hash: Option<String>,
    /// Whether the verdict still matches the indexed content and the current rules.
    pub freshness: Freshness,
    /// What the verdict covers.
    #[schemars(extend("const" = SAFETY_SCOPE))]
    pub scope: String,
    /// Root digest of the bundle that was analysed.
    pub audited_package_hash: Option<String>,
    /// Rules that produced the verdict, as number and digest.
    pub ruleset_version: Option<String>,
    /// The identity of the index whose snapshot the verdict was taken over from: it is the word of whoever scanned. Only where this service has not scanned itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub taken_over_from: Option<String>,
    /// The known threat that makes the verdict dangerous, only where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ThreatNotice")]
    pub threat: Option<ThreatNotice>,
}

/// The facts of a verdict from which a view is made.
#[derive(Debug, Clone)]
pub struct VerdictFacts {
    /// The verdict.
    pub status: SafetyStatus,
    /// What to do.
    pub recommended_action: RecommendedAction,
    /// Whether something runs.
    pub executes_code: bool,
    /// Rules that found something.
    pub safety_flags: Vec<String>,
    /// 1 is clean.
    pub score: f64,
    /// When the analysis ran.
    pub analyzed_at: Option<Timestamp>,
    /// The rules.
    pub ruleset_version: RulesetVersion,
    /// What was analysed.
    pub content_hash: Sha256Digest,
    /// What was analysed.
    pub package_hash: Sha256Digest,
    /// The known threat that the rest already shows.
    pub threat: Option<ThreatNotice>,
    /// The index that the verdict was taken over from.
    pub taken_over_from: Option<String>,
}

impl SafetyView {
    /// Shows a verdict about a skill that is now `current`. Of several reasons against it, the
    /// first in the order of [`Freshness`] is told.
    pub fn new(facts: VerdictFacts, current: CurrentContent, source: SourceCheck) -> Self {
        // A threat lowers what nobody has scanned as well, of which there are no rules.
        let is_audited = facts.status != SafetyStatus::Unaudited && facts.ruleset_version.number() > 0;
        let is_same = facts.content_hash == current.content_hash && facts.package_hash == current.package_hash;
        let freshness = if !is_audited {
            Freshness::NeverAudited
        } else if source == SourceCheck::Unverifiable {
            Freshness::StaleUnverifiable
        } else if !is_same {
            Freshness::StaleContentDrift
        } else if facts.ruleset_version != *ruleset_version() {
            Freshness::StaleScannerVersion
        } else {
            Freshness::Fresh
        };
        Self::with_freshness(facts, freshness)
    }

    /// Makes of the verdict one that blocks, as of what was taken down because it does harm.
    pub fn block(&mut self) {
        self.status = SafetyStatus::Dangerous;
        self.recommended_action = RecommendedAction::Block;
        self.score = 0.0;
        self.safety_flags.push(TAKEDOWN_FLAG.to_owned());
    }

    /// Makes of the verdict what it is while a threat is known of these bytes.
    pub fn threaten(&mut self, threat: ThreatNotice) {
        self.status = SafetyStatus::Dangerous;
        self.recommended_action = RecommendedAction::Block;
        self.score = 0.0;
        // First, where a surface names only some.
        self.safety_flags.insert(0, threat.id.flag());
        self.threat = Some(threat);
    }

    fn with_freshness(facts: VerdictFacts, freshness: Freshness) -> Self {
        let is_audited = freshness != Freshness::NeverAudited;
        Self {
            status: facts.status,
            recommended_action: facts.recommended_action,
            executes_code: facts.executes_code,
            safety_flags: facts.safety_flags,
            score: facts.score,
            analyzed_at: facts.analyzed_at.filter(|_| is_audited),
            safety_version: is_audited.then(|| facts.ruleset_version.number()),
            audited_content_hash: is_audited.then(|| facts.content_hash.to_string()),
            freshness,
            scope: SAFETY_SCOPE.to_owned(),
            audited_package_hash: is_audited.then(|| facts.package_hash.to_string()),
            ruleset_version: is_audited.then(|| facts.ruleset_version.to_string()),
            taken_over_from: facts.taken_over_from.filter(|_| is_audited),
            threat: facts.threat,
        }
    }

    /// Tells whether the verdict is about every file of the bundle. Where it is not, that the
    /// digest of a folder is another is no evidence of a change.
    pub fn is_whole(&self) -> bool {
        !self.safety_flags.iter().any(|flag| flag == INCOMPLETE_FLAG)
    }

    /// Returns the part that lists of results show.
    pub fn summary(&self) -> SafetySummary {
        SafetySummary {
            status: self.status,
            recommended_action: self.recommended_action,
            executes_code: self.executes_code,
            safety_flags: self.safety_flags.clone(),
        }
    }
}

impl From<&ScanReport> for SafetyView {
    /// Shows a report that was just made and is not stored, so that it has no time.
    fn from(report: &ScanReport) -> Self {
        let facts = VerdictFacts {
            status: report.status,
            recommended_action: report.recommended_action(),
            executes_code: report.executes_code,
            safety_flags: report.safety_flags(),
            score: report.safety_score(),
            analyzed_at: None,
            ruleset_version: report.ruleset_version.clone(),
            content_hash: report.content_hash,
            package_hash: report.package_hash,
            taken_over_from: None,
            threat: None,
        };
        Self::with_freshness(facts, Freshness::Fresh)
    }
}
