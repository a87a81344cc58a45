//! Policies: evaluating them, and those of a team.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::account::UserId;
use crate::policy::StatedFacts;
use crate::skill::Timestamp;

/// A request to hold a skill against a policy. Exactly one of `scan_id`, `skill_id`, `digest`,
/// `pin` and `facts` says what it is about; `policy` and `expression` exclude each other.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct EvaluatePolicyRequest {
    /// Name of a policy: `default`, `strict`, or one of the team; `default` where neither this nor
    /// `expression` is given.
    #[serde(default)]
    pub policy: Option<String>,
    /// Version of the team's policy; the current one where it is left out.
    #[serde(default)]
    pub version: Option<u32>,
    /// A single expression that has to be true, as `scan.score < 10`.
    #[serde(default)]
    pub expression: Option<String>,
    /// Id of a scan.
    #[serde(default)]
    pub scan_id: Option<String>,
    /// Id of a skill of the index.
    #[serde(default)]
    pub skill_id: Option<String>,
    /// A digest of the skill that is held: of SKILL.md, of the folder, or by any recipe that
    /// `/verify` knows.
    #[serde(default)]
    pub digest: Option<String>,
    /// A pin, as `/inspect` gave it.
    #[serde(default)]
    pub pin: Option<PinnedSubject>,
    /// What is known of the skill, stated by the caller.
    #[serde(default)]
    pub facts: Option<StatedFacts>,
}

/// A pin: what it says of the bytes counts, whatever else it says.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PinnedSubject {
    /// SHA-256 of SKILL.md.
    #[serde(default)]
    pub content_hash: Option<String>,
    /// Root digest of all files, which counts before `content_hash`.
    #[serde(default)]
    pub package_hash: Option<String>,
}

/// Whether a skill passes a policy, and if not, why.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PolicyEvaluationView {
    /// `pass` or `fail`.
    pub result: PolicyResult,
    /// The policy; null where an expression was given.
    pub policy: Option<EvaluatedPolicyView>,
    /// Why it does not pass; empty where it does.
    pub violations: Vec<PolicyViolationView>,
    /// What is to be told although it may pass.
    pub notices: Vec<String>,
    /// What was known of the skill.
    pub facts: StatedFacts,
    /// When it was evaluated.
    pub evaluated_at: Timestamp,
}

/// Whether something passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum PolicyResult {
    /// It does.
    Pass,
    /// It does not.
    Fail,
}

/// A policy that was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct EvaluatedPolicyView {
    /// Its name.
    pub name: String,
    /// Its version, or null for a policy that everybody has.
    pub version: Option<u32>,
}

/// Why a skill does not pass.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PolicyViolationView {
    /// Id of the rule, or the name of a check that every policy has: `publisher`, `source`,
    /// `verdict`, `audit-age`, `unknown`, `stale`.
    pub rule: String,
    /// What is wrong.
    pub reason: String,
    /// What would make it pass.
    pub remedy: String,
    /// The values at which the rule looked, as `scan.score` and 12.
    pub observed: Map<String, Value>,
}

/// A request for the policies that may be named.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ListPoliciesRequest {}

/// The policies that may be named.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PoliciesView {
    /// Those that everybody has, then those of the team, by name.
    pub policies: Vec<PolicySummaryView>,
}

/// A policy in a list.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PolicySummaryView {
    /// Its name.
    pub name: String,
    /// Whether everybody has it, and nobody changes it.
    pub is_builtin: bool,
    /// Its version, or null for a policy that everybody has.
    pub version: Option<u32>,
    /// The ids of its rules.
    pub rules: Vec<String>,
    /// Who wrote this version, or null for a policy that everybody has.
    pub written_by: Option<UserId>,
    /// When, or null for a policy that everybody has.
    pub written_at: Option<Timestamp>,
}

/// A request for a policy.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ShowPolicyRequest {
    /// Its name.
    pub name: String,
    /// Its version; the current one where it is left out.
    #[serde(default, deserialize_with = "super::query::number")]
    pub version: Option<u32>,
}

/// A request to keep a policy.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct WritePolicyRequest {
    /// Its name: 1 to 64 lower-case letters, digits and hyphens.
    pub name: String,
    /// Its text, as in `touchmark.toml`. It is kept only where its own tests pass.
    pub text: String,
    /// The version that it follows, so that nobody overwrites what somebody else wrote meanwhile;
    /// 0 for a new one. Whatever is there is followed where it is left out.
    #[serde(default)]
    pub follows: Option<u32>,
}

/// A request to withdraw a policy.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct WithdrawPolicyRequest {
    /// Its name.
    pub name: String,
}

/// A policy with its text.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PolicyView {
    /// What a list says of it.
    #[serde(flatten)]
    pub summary: PolicySummaryView,
    /// Its text, as in `touchmark.toml`.
    pub text: String,
}

/// That a policy was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct WithdrawnPolicyView {
    /// Its name.
    pub name: String,
    /// The version that says so.
    pub version: u32,
}
