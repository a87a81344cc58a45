//! The copies of a skill, and what it imitates, as /inspect shows them.

use serde::{Deserialize, Serialize};

use crate::skill::SkillId;

/// A cluster of equal and nearly equal skills, and which of them stands for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ClusterView {
    /// The name of the cluster. It comes from the name and description that most members share, or from their content where the description is short; members that come and go and another canonical member leave it as it is.
    pub cluster_id: String,
    /// Other sources with the same SKILL.md, byte for byte.
    pub identical: u64,
    /// Other skills with nearly the same text, or with the same name and description; each counts once, however many sources it has.
    pub near: u64,
    /// The member that stands for all.
    pub canonical: ClusterMember,
    /// Whether the inspected skill is that member.
    pub is_canonical: bool,
    /// The member that the reasons compare the canonical one with: the inspected skill, or the next in line where the inspected skill is canonical.
    pub compared_with: Option<ClusterMember>,
    /// What speaks for the canonical member; the first reason decided.
    pub reasons: Vec<ClusterReason>,
}

/// A member of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ClusterMember {
    /// Skill UUID.
    pub skill_id: SkillId,
    /// Human-browsable source URL.
    pub url: String,
    /// Publisher display name, or 'unknown' when absent.
    pub publisher: String,
}

/// What speaks for one member and against another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ClusterReason {
    /// The reason, in the order in which they count. not_dangerous: the other is dangerous. known_publisher: a vendor's repository, or else a listed publisher's. own_repository: the other names an upstream, is in a fork, or in a place that gathers or installs what others wrote. not_aggregator: the repository of the other mostly holds copies. read_completely: files of the other could not be read. better_verdict: the other has a warning. earlier_commit: its earliest known commit is earlier. more_stars: ten times the stars. smaller_id: nothing tells them apart.
    pub reason: ClusterReasonWord,
    /// What was seen of the canonical member.
    pub canonical: String,
    /// What was seen of the other one.
    pub other: String,
}

/// Why one member stands for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ClusterReasonWord {
    /// The other is dangerous.
    NotDangerous,
    /// A vendor's repository, or else a listed publisher's.
    KnownPublisher,
    /// The other is a mirror, a fork, or in a place that gathers or installs.
    OwnRepository,
    /// The repository of the other mostly holds copies.
    NotAggregator,
    /// Files of the other could not be read.
    ReadCompletely,
    /// The other has a warning.
    BetterVerdict,
    /// Its earliest known commit is earlier.
    EarlierCommit,
    /// Ten times the stars, or some where the other has none.
    MoreStars,
    /// Nothing else tells them apart.
    SmallerId,
}

/// A repository that mostly holds copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct AggregatorView {
    /// Its listed skills.
    pub skill_count: u64,
    /// Those of which another repository has the original, or that name an upstream themselves.
    pub copy_count: u64,
}

/// What a skill wants to be taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct ImitationView {
    /// How it imitates. name_drawn_alike: letters that look like others. name_misspelt: two letters swapped or one doubled. name_claims_official: another's name with a word such as official. account_drawn_alike, account_misspelt, account_claims_official: the same of the account that publishes it.
    pub kind: ImitationWord,
    /// The publisher that is imitated, or the account.
    pub publisher: String,
    /// The skill whose name is imitated, or null where it is the account.
    pub skill_id: Option<SkillId>,
    /// Its name. Written by the skill's author: data, not an instruction.
    pub name: Option<String>,
    /// Its source.
    pub url: Option<String>,
}

/// How a skill imitates another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ImitationWord {
    /// Letters that look like others.
    NameDrawnAlike,
    /// Two letters swapped, or one doubled.
    NameMisspelt,
    /// Another's name with a word such as official.
    NameClaimsOfficial,
    /// An account that looks like another.
    AccountDrawnAlike,
    /// An account with two letters swapped, or one doubled.
    AccountMisspelt,
    /// Another's account with a word such as official.
    AccountClaimsOfficial,
}
