//! What is known of a skill, as it is written: by whoever asks with a result at hand, in the
//! tests of a policy, and as expressions see it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::expression::limits;
use super::facts::{IndexFacts, SkillFacts};
use crate::scan::{Capability, Confidence, Finding, Phase, SafetyStatus, ScanReport, Severity};
use crate::skill::{Sha256Digest, Timestamp, sanitise_line};

/// What is known of a skill. Everything may be left out, and is unknown then; a rule that asks
/// for what is unknown does not hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(inline)]
pub struct StatedFacts {
    /// What it is called, and where it came from.
    pub skill: StatedSkill,
    /// Which bytes it is about.
    pub pin: StatedPin,
    /// Whom it comes from.
    pub publisher: StatedPublisher,
    /// What the index says of exactly these bytes.
    pub index: StatedIndex,
    /// What a scan of these bytes found.
    pub scan: StatedScan,
}

/// What a skill is called, and where it came from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(inline)]
pub struct StatedSkill {
    /// The name under which it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The URL from which it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
}

/// Which bytes it is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(inline)]
pub struct StatedPin {
    /// Root digest v1 of all files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub root_digest: Option<Sha256Digest>,
    /// SHA-256 of SKILL.md.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub content_hash: Option<Sha256Digest>,
}

/// Whom it comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(inline)]
pub struct StatedPublisher {
    /// The owner of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the publisher is proved to be who it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_verified: Option<bool>,
}

/// What the index says of exactly these bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(inline)]
pub struct StatedIndex {
    /// Whether it knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_known: Option<bool>,
    /// The verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<SafetyStatus>,
    /// Whole days since the verdict was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_age_days: Option<u32>,
    /// Whether the verdict is of other content or of older rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_stale: Option<bool>,
}

/// What a scan found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(inline)]
pub struct StatedScan {
    /// The verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<SafetyStatus>,
    /// Cumulative risk: 0 is clean, 50 and more is critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
    /// Version of the rules that scanned it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruleset: Option<String>,
    /// Whether every file was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_complete: Option<bool>,
    /// Whether it holds something that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executes_code: Option<bool>,
    /// What it is able to do: `execution`, `network`, `shell`, `filesystem`, `credentials`, `packages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub capabilities: Option<Vec<Capability>>,
    /// What was found that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<StatedFinding>>,
    /// How many findings there are; how many are listed, where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding_count: Option<u32>,
    /// Score of each phase that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<BTreeMap<String, u32>>")]
    pub phases: Option<BTreeMap<Phase, u32>>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct StatedFinding {
    /// Id of the rule.
    pub rule: String,
    /// Phase of the rule.
    pub phase: Phase,
    /// Harm if the finding is true.
    pub severity: Severity,
    /// How often a finding of this kind is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Path of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl StatedScan {
    /// Takes what a scan found.
    pub fn of(report: &ScanReport) -> Self {
        let counted: Vec<&Finding> = report.findings.iter().filter(|finding| finding.counts()).collect();
        let findings = counted.iter().take(limits::FINDINGS).map(|finding| StatedFinding {
            rule: text(&finding.rule_id),
            phase: finding.phase,
            severity: finding.severity,
            confidence: Some(finding.confidence),
            file: Some(text(&finding.location.path)),
            line: finding.location.line,
        });
        let scores = report.phases();
        let score = |phase: &Phase| scores.get(phase.as_str()).map(|report| report.score).filter(|score| *score > 0);
        Self {
            verdict: Some(report.status),
            score: Some(report.risk_score),
            ruleset: Some(report.ruleset_version.to_string()),
            is_complete: Some(report.completeness.unread.is_empty()),
            executes_code: Some(report.executes_code),
            capabilities: Some(report.capabilities.keys().copied().collect()),
            findings: Some(findings.collect()),
            finding_count: Some(u32::try_from(counted.len()).unwrap_or(u32::MAX)),
            phases: Some(Phase::ALL.into_iter().filter_map(|phase| Some((phase, score(&phase)?))).collect()),
        }
    }
}

impl StatedScan {
    /// Takes what a scan of several parts found, as of one: the worst verdict, and all findings.
    /// None where there is no part.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a ScanReport>) -> Option<Self> {
        parts.into_iter().map(Self::of).reduce(|mut whole, part| {
            whole.verdict = whole.verdict.max(part.verdict);
            whole.score = Some(whole.score.unwrap_or_default().saturating_add(part.score.unwrap_or_default()));
            whole.is_complete = Some(whole.is_complete == Some(true) && part.is_complete == Some(true));
            whole.executes_code = Some(whole.executes_code == Some(true) || part.executes_code == Some(true));
            let (capabilities, known) = (whole.capabilities.get_or_insert_default(), part.capabilities);
            for capability in known.into_iter().flatten() {
                if !capabilities.contains(&capability) {
                    capabilities.push(capability);
                }
            }
            let findings = whole.findings.get_or_insert_default();
            findings.extend(part.findings.into_iter().flatten());
            findings.truncate(limits::FINDINGS);
            let count = part.finding_count.unwrap_or_default();
            whole.finding_count = Some(whole.finding_count.unwrap_or_default().saturating_add(count));
            let phases = whole.phases.get_or_insert_default();
            for (phase, score) in part.phases.into_iter().flatten() {
                let sum = phases.entry(phase).or_default();
                *sum = sum.saturating_add(score);
            }
            whole
        })
    }
}

impl StatedFacts {
    /// Takes what is known of a skill at `now`.
    pub fn of(facts: &SkillFacts<'_>, now: Timestamp) -> Self {
        let index = match facts.index {
            IndexFacts::NotAsked => StatedIndex::default(),
            IndexFacts::Unknown => StatedIndex { is_known: Some(false), ..StatedIndex::default() },
            IndexFacts::Known { verdict, audited_at, is_stale } => StatedIndex {
                is_known: Some(true),
                verdict: Some(verdict),
                audit_age_days: audited_at.map(|at| days(at, now)),
                is_stale: Some(is_stale),
            },
        };
        Self {
            skill: StatedSkill { name: Some(text(facts.name)), source_url: facts.source_url.map(text) },
            pin: StatedPin { root_digest: facts.root_digest, content_hash: facts.content_hash },
            publisher: StatedPublisher { name: facts.publisher.map(text), is_verified: facts.is_verified },
            index,
            scan: facts.scan.cloned().unwrap_or_default(),
        }
    }

    /// Tells whether anything is said of what is in it. Nothing can be held against what nobody
    /// looked at, so that it would pass.
    pub fn says_something(&self) -> bool {
        self.index.is_known.is_some() || self.index.verdict.is_some() || self.scan.verdict.is_some()
    }

    /// Returns what the checks that every policy has look at.
    pub(super) fn facts(&self, now: Timestamp) -> SkillFacts<'_> {
        let ago = |days: u32| Timestamp::from_milliseconds(now.as_milliseconds() - i64::from(days) * 86_400_000);
        let index = match self.index {
            StatedIndex { is_known: Some(false), .. } => IndexFacts::Unknown,
            StatedIndex { verdict: Some(verdict), audit_age_days, is_stale, .. } => {
                IndexFacts::Known { verdict, audited_at: audit_age_days.map(ago), is_stale: is_stale.unwrap_or(false) }
            }
            StatedIndex { .. } => IndexFacts::NotAsked,
        };
        SkillFacts {
            name: self.skill.name.as_deref().unwrap_or_default(),
            publisher: self.publisher.name.as_deref(),
            is_verified: self.publisher.is_verified,
            source_url: self.skill.source_url.as_deref(),
            root_digest: self.pin.root_digest,
            content_hash: self.pin.content_hash,
            index,
            scan: Some(&self.scan),
        }
    }

    /// Returns the values that expressions see.
    pub(super) fn values(&self) -> Value {
        let mut values = serde_json::to_value(self).unwrap_or_else(|_| json!({}));
        let texts = [("skill", "name", &self.skill.name), ("skill", "source_url", &self.skill.source_url)];
        for (record, field, text) in texts {
            if let Some(text) = text {
                values[record][field] = json!(cut(text));
            }
        }
        if let Some(name) = &self.publisher.name {
            values["publisher"]["name"] = json!(cut(&name.to_ascii_lowercase()));
        }
        if let Some(findings) = &self.scan.findings {
            let count = self.scan.finding_count.unwrap_or(u32::try_from(findings.len()).unwrap_or(u32::MAX));
            values["scan"]["finding_count"] = json!(count);
            let findings = findings.iter().take(limits::FINDINGS).map(finding);
            values["scan"]["findings"] = findings.collect();
        }
        if let Some(capabilities) = values["scan"].get("capabilities").cloned() {
            values["capabilities"] = capabilities;
        }
        values
    }
}

fn finding(finding: &StatedFinding) -> Value {
    let mut value = json!({
        "rule": cut(&finding.rule),
        "phase": finding.phase,
        "severity": finding.severity,
        "level": finding.severity as u8,
    });
    let known = [
        ("confidence", finding.confidence.map(|confidence| json!(confidence))),
        ("file", finding.file.as_ref().map(|file| json!(cut(file)))),
        ("line", finding.line.map(|line| json!(line))),
    ];
    for (name, known) in known {
        if let Some(known) = known {
            value[name] = known;
        }
    }
    value
}

fn days(from: Timestamp, until: Timestamp) -> u32 {
    // Whole days; the conversion saturates.
    from.days_until(until).max(0.0) as u32
}

fn text(text: &str) -> String {
    sanitise_line(text, limits::TEXT_CHARACTERS)
}

fn cut(text: &str) -> String {
    text.chars().take(limits::TEXT_CHARACTERS).collect()
}
