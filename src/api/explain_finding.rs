//! The tool `explain_finding`.

use serde::{Deserialize, Serialize};

use super::SafetySummary;
use crate::scan::{Confidence, Finding, Persona, Phase, Severity};
use crate::skill::SkillId;

/// A rule, and perhaps a skill in which it found something.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainFindingRequest {
    /// Rule id, as in safety_flags and findings.
    pub rule_id: String,
    /// UUID of an indexed skill, to see what the rule found in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "uuid"))]
    pub skill_id: Option<String>,
}

/// What a rule means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExplainFindingResponse {
    /// The rule.
    pub rule_id: String,
    /// What it finds, in a sentence.
    pub summary: String,
    /// The phase in which it reports.
    pub phase: Phase,
    /// Harm if a finding is true.
    pub severity: Severity,
    /// How often a finding is true.
    pub confidence: Confidence,
    /// Who wants to hear of it: only findings for the user count for a verdict.
    pub persona: Persona,
    /// stable, preview (does not count for a verdict) or deprecated.
    pub lifecycle: String,
    /// Ids of the threat in public lists.
    pub references: Vec<String>,
    /// Why it matters.
    pub why_it_matters: String,
    /// What looks alike and is left alone: a finding that is one of these is a false alarm.
    pub not_flagged: Vec<String>,
    /// What the rule does not see.
    pub what_it_misses: String,
    /// What to do about a finding.
    pub what_to_do: String,
    /// The page of the rule, with examples.
    pub documentation: String,
    /// What it found in the skill, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<ExplainedSkill>,
}

/// What a rule found in a skill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ExplainedSkill {
    /// The skill.
    pub skill_id: SkillId,
    /// Display name. Written by the skill's author.
    pub name: String,
    /// Digest of the SKILL.md that was scanned.
    pub content_hash: String,
    /// The verdict on the skill as a whole.
    pub safety: SafetySummary,
    /// What the rule found, worst first.
    pub findings: Vec<Finding>,
}
