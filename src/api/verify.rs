//! `GET /verify` and the tool `verify_skill`.

use serde::{Deserialize, Serialize};

use super::{Problem, SafetyView, SourceStandingView, TakedownView, ThreatNotice};
use crate::recipe::{Covers, HashRecipe, HeldDigest, Strength, Weakness};
use crate::skill::SkillId;

/// At least one of content_hash and source_url.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{"required": ["content_hash"]}, {"required": ["source_url"]}]))]
pub struct VerifyRequest {
    /// Content hash in sha256: form; bare hex is accepted, and so is the digest of any recipe in docs/recipes (skills-lock.json, APM, git tree SHA-1, …). Provide content_hash, source_url, or both for a cross-check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub content_hash: Option<String>,
    /// Human-browsable SKILL.md source URL. Provide content_hash, source_url, or both for a cross-check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub source_url: Option<String>,
}

/// A checked request to verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyQuery {
    /// By what is held.
    ContentHash(HeldDigest),
    /// By where it came from.
    SourceUrl(String),
    /// By where it came from, with what is held as a cross-check.
    Both {
        /// Where it came from.
        source_url: String,
        /// What is held.
        content_hash: HeldDigest,
    },
}

impl TryFrom<VerifyRequest> for VerifyQuery {
    type Error = Problem;

    fn try_from(request: VerifyRequest) -> Result<Self, Problem> {
        let parse = |hash: String| {
            HeldDigest::parse(&hash).map_err(|error| Problem::invalid_request(format!("content_hash is {error}")))
        };
        if request.source_url.as_ref().is_some_and(|url| url.trim().is_empty()) {
            return Err(Problem::invalid_request("source_url is empty"));
        }
        match (request.content_hash, request.source_url) {
            (Some(hash), None) => Ok(Self::ContentHash(parse(hash)?)),
            (None, Some(url)) => Ok(Self::SourceUrl(url)),
            (Some(hash), Some(source_url)) => Ok(Self::Both { source_url, content_hash: parse(hash)? }),
            (None, None) => Err(Problem::invalid_request("name what you hold by content_hash, source_url or both")),
        }
    }
}

/// What is known of what a caller holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum VerifyResponse {
    /// The selector leads to an indexed skill.
    Hit(Box<VerifyHit>),
    /// It does not.
    Miss(VerifyMiss),
}

/// A verification hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct VerifyHit {
    /// Constant true for a verification hit.
    #[schemars(extend("const" = true))]
    pub matched: bool,
    /// Selector that matched an indexed skill: content_hash, source_url or both.
    pub matched_by: MatchedBy,
    /// The skill.
    pub skill: SkillRef,
    /// How what is held compares.
    #[serde(rename = "match")]
    pub comparison: MatchView,
    /// The verdict in full; of several bundles with this SKILL.md, the worst.
    pub safety: SafetyView,
    /// How the skill stands to its source, only where that is not as it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SourceStandingView")]
    pub source_state: Option<SourceStandingView>,
    /// Why this index does not give it out, only where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TakedownView")]
    pub takedown: Option<TakedownView>,
}

/// Which selector matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MatchedBy {
    /// The content hash.
    ContentHash,
    /// The source URL.
    SourceUrl,
    /// Both lead to the same skill.
    Both,
}

/// A skill that matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SkillRef {
    /// Matched skill UUID.
    pub skill_id: SkillId,
    /// Matched skill source URL.
    pub source_url: String,
    /// Matched skill display name. Written by the skill's author.
    pub name: String,
}

/// How what is held compares with what is indexed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct MatchView {
    /// Whether the supplied content_hash matches the current indexed content hash (current_content_hash); null when none was supplied. Of a digest by another recipe, recipe says whether it is that of the current revision.
    pub your_hash_matches_audited: Option<bool>,
    /// Current indexed content hash.
    pub current_content_hash: Option<String>,
    /// Root digest of the current bundle: the strong digest of everything that ships; null where not every file was read.
    #[serde(default)]
    pub current_package_hash: Option<String>,
    /// How the supplied content_hash led to this skill; null when it did not.
    #[serde(default)]
    pub recipe: Option<RecipeMatchView>,
    /// Only where the supplied content_hash is not that of the skill at source_url: a skill from elsewhere that has it. The verdict is the worse of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SkillRef")]
    pub elsewhere: Option<SkillRef>,
}

impl MatchView {
    /// Tells whether what was hashed is the current indexed content, by whichever recipe that
    /// does not change bytes first; nothing where nothing was supplied.
    pub fn is_current_content(&self) -> Option<bool> {
        let is_exact = |recipe: &RecipeMatchView| recipe.is_current && !recipe.is_normalised();
        self.your_hash_matches_audited.map(|is_same| is_same || self.recipe.as_ref().is_some_and(is_exact))
    }

    /// Tells whether what was hashed is, or was, what the skill holds, byte for byte.
    pub fn is_known_content(&self) -> bool {
        let is_earlier = |recipe: &RecipeMatchView| !recipe.is_current && !recipe.is_normalised();
        self.is_current_content() == Some(true) || self.recipe.as_ref().is_some_and(is_earlier)
    }
}

/// The recipe that made a digest, and how much a match of it proves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct RecipeMatchView {
    /// Stable name of the recipe, such as skill_md, root_digest_v1, skills_lock_computed_hash or git_tree_sha1.
    pub name: String,
    /// strong: no two different skills match. weak: different ones can, or differences are not seen; compare a strong digest as well.
    pub strength: StrengthWord,
    /// What was hashed: whole_bundle, or skill_md alone.
    pub covers: CoversWord,
    /// What a match proves and what it does not.
    pub note: String,
    /// Whether the revision that matched is the current one, or an earlier one of this skill.
    pub is_current: bool,
    /// Content hash of the revision that matched.
    pub matched_content_hash: String,
    /// Root digest of the revision that matched; null where not every file was read.
    pub matched_package_hash: Option<String>,
}

impl RecipeMatchView {
    /// Tells whether bytes were changed before they were hashed, so that others match as well.
    /// Of a recipe that only a newer server knows, every weak one may do so.
    pub fn is_normalised(&self) -> bool {
        let is_weak = self.strength == StrengthWord::Weak;
        HashRecipe::from_name(&self.name).map_or(is_weak, |recipe| recipe.weakness() == Some(Weakness::Normalised))
    }
}

/// How much a match proves of what was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum StrengthWord {
    /// No two different skills match.
    Strong,
    /// Different skills can match, or differences are not seen.
    Weak,
}

/// What was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum CoversWord {
    /// Every file that ships.
    WholeBundle,
    /// SKILL.md alone.
    SkillMd,
}

impl From<Strength> for StrengthWord {
    fn from(strength: Strength) -> Self {
        match strength {
            Strength::Strong => Self::Strong,
            Strength::Weak => Self::Weak,
        }
    }
}

impl From<Covers> for CoversWord {
    fn from(covers: Covers) -> Self {
        match covers {
            Covers::WholeBundle => Self::WholeBundle,
            Covers::SkillMd => Self::SkillMd,
        }
    }
}

/// A verification miss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyMiss {
    /// Constant false for a verification miss.
    #[schemars(extend("const" = false))]
    pub matched: bool,
    /// Constant miss marker.
    #[schemars(extend("const" = "unknown"))]
    pub verification: String,
    /// Why this index would not give it out, only where that is so: what was never indexed can be taken down as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TakedownView")]
    pub takedown: Option<TakedownView>,
    /// What is known to do harm of what was never indexed, only where anything is: do not load it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ThreatNotice")]
    pub threat: Option<ThreatNotice>,
}

impl VerifyMiss {
    /// Nothing is known.
    pub fn new() -> Self {
        Self { matched: false, verification: "unknown".to_owned(), takedown: None, threat: None }
    }
}

impl VerifyMiss {
    /// Says why what is held must not be loaded, where it must not.
    pub fn block_line(&self) -> Option<String> {
        let takedown = self.takedown.as_ref().filter(|takedown| takedown.blocks).map(TakedownView::line);
        self.threat.as_ref().map(ThreatNotice::line).or(takedown)
    }
}

impl Default for VerifyMiss {
    fn default() -> Self {
        Self::new()
    }
}
