//! Whether what somebody holds may be loaded.

use super::held::Held;
use crate::api::{CoversWord, MatchedBy, StrengthWord, VerifyHit, VerifyRequest, VerifyResponse};
use crate::scan::RecommendedAction;

/// How what somebody holds stands to what is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// All of its files are those that were audited, and nothing blocks it.
    Verified,
    /// SKILL.md is the indexed one, and nothing blocks it; the files beside it were not compared.
    ContentVerified,
    /// A digest that other bytes can share is that of the indexed skill, and nothing blocks it.
    WeaklyVerified,
    /// All of its files are those that were audited but for line ends and execute bits.
    LineEndsDiffer,
    /// SKILL.md says what the indexed one says, and was written anew; it is all there is.
    Rewritten,
    /// SKILL.md says what the indexed one says, and was written anew; the files beside it were
    /// not compared.
    RewrittenFolder,
    /// It is what the skill was before.
    Earlier,
    /// Its source is indexed, and nothing blocks it; nothing of what is held was compared.
    SourceKnown,
    /// It is known, and must not be loaded.
    Blocked,
    /// SKILL.md is another than the indexed one.
    ContentDiffers,
    /// SKILL.md is the indexed one, and another file of the folder is not.
    FilesDiffer,
    /// The content is known, but not from where it is said to come from.
    SourceUnknown,
    /// Nothing is known of it.
    Unknown,
}

impl Standing {
    /// Reads an answer. What was asked for and not confirmed is never taken as confirmed.
    pub fn of(response: &VerifyResponse, request: &VerifyRequest, held: Option<&Held>) -> Self {
        let hit = match response {
            VerifyResponse::Hit(hit) => hit,
            VerifyResponse::Miss(miss) if miss.block_line().is_some() => return Self::Blocked,
            VerifyResponse::Miss(_) => return Self::Unknown,
        };
        if !hit.matched {
            return Self::Unknown;
        }
        if hit.safety.recommended_action == RecommendedAction::Block {
            return Self::Blocked;
        }
        let recipe = hit.comparison.recipe.as_ref();
        if request.content_hash.is_some() && hit.comparison.is_current_content() != Some(true) {
            return match recipe {
                Some(recipe) if !recipe.is_current => Self::Earlier,
                Some(recipe) => Self::of_normalised(recipe.covers, held),
                None => Self::ContentDiffers,
            };
        }
        if request.source_url.is_some() && hit.matched_by == MatchedBy::ContentHash {
            return Self::SourceUnknown;
        }
        if request.content_hash.is_none() {
            return Self::SourceKnown;
        }
        match recipe {
            Some(recipe) if recipe.strength == StrengthWord::Weak => return Self::WeaklyVerified,
            Some(recipe) if recipe.covers == CoversWord::WholeBundle => return Self::Verified,
            _ => {}
        }
        match files_agree(hit, held) {
            Some(true) => Self::Verified,
            Some(false) => Self::FilesDiffer,
            None => Self::ContentVerified,
        }
    }

    /// Reads the answer to a question by a digest of `held` that was made of changed bytes.
    pub fn of_second(response: &VerifyResponse, request: &VerifyRequest, held: &Held) -> Self {
        match Self::of(response, request, Some(held)) {
            // The digest is that of the indexed skill, and what was changed for it is not.
            Self::Verified | Self::WeaklyVerified | Self::ContentVerified | Self::FilesDiffer => match response {
                VerifyResponse::Hit(hit) => {
                    let covers = hit.comparison.recipe.as_ref().map_or(CoversWord::SkillMd, |recipe| recipe.covers);
                    Self::of_normalised(covers, Some(held))
                }
                VerifyResponse::Miss(_) => Self::Unknown,
            },
            other => other,
        }
    }

    fn of_normalised(covers: CoversWord, held: Option<&Held>) -> Self {
        match covers {
            CoversWord::WholeBundle => Self::LineEndsDiffer,
            CoversWord::SkillMd if held.is_some_and(|held| held.package_hash.is_some()) => Self::RewrittenFolder,
            CoversWord::SkillMd => Self::Rewritten,
        }
    }

    /// Tells whether it may be loaded.
    pub fn is_good(self) -> bool {
        matches!(
            self,
            Self::Verified
                | Self::ContentVerified
                | Self::WeaklyVerified
                | Self::LineEndsDiffer
                | Self::Rewritten
                | Self::SourceKnown
        )
    }

    /// Tells whether what is held may be the indexed skill, written otherwise.
    pub fn may_be_rewritten(self) -> bool {
        matches!(
            self,
            Self::ContentDiffers | Self::FilesDiffer | Self::Unknown | Self::Rewritten | Self::RewrittenFolder
        )
    }

    /// Tells whether what is held is the indexed skill but for how it is written.
    pub fn is_rewritten(self) -> bool {
        matches!(self, Self::LineEndsDiffer | Self::Rewritten | Self::RewrittenFolder)
    }

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified | Self::ContentVerified => "verified",
            Self::WeaklyVerified | Self::LineEndsDiffer | Self::Rewritten => "alike",
            Self::SourceKnown => "known",
            Self::Blocked => "blocked",
            Self::ContentDiffers | Self::FilesDiffer | Self::RewrittenFolder | Self::Earlier => "drift",
            Self::SourceUnknown | Self::Unknown => "unknown",
        }
    }

    /// Returns what it means, and what to do.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Verified => "your SKILL.md and all files beside it are those that were audited",
            Self::WeaklyVerified => {
                "your digest is that of the indexed skill, but of a kind that other bytes can share: \
                 name the folder, or compare its root digest"
            }
            Self::LineEndsDiffer => {
                "your files are those that were audited but for line ends (CRLF or LF) and execute bits"
            }
            Self::Rewritten => {
                "your SKILL.md says what the indexed one says; an installer noted a source in it, or its line ends differ"
            }
            Self::RewrittenFolder => {
                "your SKILL.md says what the indexed one says, and is written otherwise (an installer noted a source in it, \
                 or its line ends differ); the files beside it could not be compared: look at them with `touchmark scan`"
            }
            Self::Earlier => "what you hold is an earlier revision of it; the index holds a newer one",
            Self::ContentVerified => "your SKILL.md is the indexed one; the files beside it were not compared",
            Self::SourceKnown => {
                "a skill from there is indexed; what you hold was not compared, for which a path or a hash is needed"
            }
            Self::Blocked => "the verdict is dangerous: do not load it",
            Self::ContentDiffers => {
                "your SKILL.md is not the indexed one: it was changed, or the index holds another version"
            }
            Self::FilesDiffer => {
                "your SKILL.md is the indexed one, but the files beside it are not those that were audited; \
                 look at them with `touchmark scan`"
            }
            Self::SourceUnknown => "the content is indexed, but from elsewhere: nothing is known of that source",
            Self::Unknown => "nothing is known of it; look at it with `touchmark scan`, or ingest its source",
        }
    }
}

/// Compares the files of two bundles, where both are known. That an incomplete one differs is
/// no evidence of a change.
fn files_agree(hit: &VerifyHit, held: Option<&Held>) -> Option<bool> {
    let held = held?.package_hash.as_ref()?;
    let is_same = hit.safety.audited_package_hash.as_ref()? == held;
    (is_same || hit.safety.is_whole()).then_some(is_same)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::recipe::HashRecipe;

    fn hit(changes: Value) -> VerifyResponse {
        let mut body = json!({
            "matched": true, "matched_by": "both",
            "skill": {"skill_id": "550e8400-e29b-41d4-a716-446655440000", "source_url": "https://github.com/o/r", "name": "x"},
            "match": {"your_hash_matches_audited": true, "current_content_hash": "sha256:1", "recipe": null},
            "safety": {
                "status": "safe", "recommended_action": "safe_to_install", "executes_code": false, "safety_flags": [], "score": 1.0,
                "analyzed_at": null, "safety_version": 1, "audited_content_hash": "sha256:1", "freshness": "fresh", "scope": "x",
                "audited_package_hash": "sha256:2", "ruleset_version": "1"
            }
        });
        for (pointer, value) in changes.as_object().expect("changes are an object") {
            *body.pointer_mut(pointer).expect("the field is there") = value.clone();
        }
        serde_json::from_value(body).expect("a hit")
    }

    /// A hit by a recipe, as the service says it.
    fn by_recipe(recipe: HashRecipe, is_current: bool) -> VerifyResponse {
        let view = json!({
            "name": recipe.name(), "strength": recipe.strength().as_str(), "covers": recipe.covers().as_str(),
            "note": "n", "is_current": is_current,
            "matched_content_hash": "sha256:1", "matched_package_hash": "sha256:2"
        });
        let is_same = is_current && recipe == HashRecipe::SkillMd;
        hit(json!({ "/match/recipe": view, "/match/your_hash_matches_audited": is_same }))
    }

    #[test]
    fn a_weak_match_is_never_a_strong_one() {
        let hash = VerifyRequest { content_hash: Some("1".to_owned()), source_url: None };
        let rows = [
            (by_recipe(HashRecipe::RootDigestV1, true), Standing::Verified, true),
            (by_recipe(HashRecipe::SkillMd, true), Standing::ContentVerified, true),
            (by_recipe(HashRecipe::SkillsLock, true), Standing::WeaklyVerified, true),
            (by_recipe(HashRecipe::RootDigestV1Lf, true), Standing::LineEndsDiffer, true),
            (by_recipe(HashRecipe::SkillMdLf, true), Standing::Rewritten, true),
            (by_recipe(HashRecipe::RootDigestV1, false), Standing::Earlier, false),
            (by_recipe(HashRecipe::SkillMd, false), Standing::Earlier, false),
            (by_recipe(HashRecipe::SkillMdLf, false), Standing::Earlier, false),
        ];
        for (index, (response, expected, is_good)) in rows.into_iter().enumerate() {
            let standing = Standing::of(&response, &hash, None);
            assert_eq!((standing, standing.is_good()), (expected, is_good), "row {index}");
        }
    }

    #[test]
    fn what_was_changed_before_it_was_hashed_is_not_verified() {
        let hash = VerifyRequest { content_hash: Some("1".to_owned()), source_url: None };
        let held = |package: Option<&str>| Held {
            content_hash: "sha256:1".to_owned(),
            package_hash: package.map(str::to_owned),
            normalised: Vec::new(),
        };
        let rows = [
            (by_recipe(HashRecipe::RootDigestV1, true), Some("sha256:2"), Standing::LineEndsDiffer),
            (by_recipe(HashRecipe::SkillMdLf, true), Some("sha256:2"), Standing::RewrittenFolder),
            (by_recipe(HashRecipe::SkillMd, true), None, Standing::Rewritten),
            (by_recipe(HashRecipe::SkillMdLf, false), None, Standing::Earlier),
            (VerifyResponse::Miss(crate::api::VerifyMiss::new()), None, Standing::Unknown),
        ];
        for (index, (response, package, expected)) in rows.into_iter().enumerate() {
            assert_eq!(Standing::of_second(&response, &hash, &held(package)), expected, "row {index}");
        }
    }

    #[test]
    fn only_what_was_confirmed_is_verified() {
        let both = VerifyRequest { content_hash: Some("1".to_owned()), source_url: Some("u".to_owned()) };
        let url = VerifyRequest { content_hash: None, source_url: Some("u".to_owned()) };
        let held = |package: Option<&str>| Held {
            content_hash: "sha256:1".to_owned(),
            package_hash: package.map(str::to_owned),
            normalised: Vec::new(),
        };
        let blocked = json!({"/safety/recommended_action": "block", "/safety/status": "dangerous"});
        let rows = [
            (hit(json!({})), &both, held(Some("sha256:2")), Standing::Verified),
            (hit(json!({})), &both, held(None), Standing::ContentVerified),
            (hit(json!({})), &both, held(Some("sha256:3")), Standing::FilesDiffer),
            (
                hit(json!({"/safety/safety_flags": ["incomplete-scan"]})),
                &both,
                held(Some("sha256:3")),
                Standing::ContentVerified,
            ),
            (hit(json!({"/match/your_hash_matches_audited": false})), &both, held(None), Standing::ContentDiffers),
            (hit(json!({"/match/your_hash_matches_audited": null})), &both, held(None), Standing::ContentDiffers),
            (hit(json!({"/match/your_hash_matches_audited": null})), &url, held(None), Standing::SourceKnown),
            (hit(json!({"/matched_by": "content_hash"})), &both, held(None), Standing::SourceUnknown),
            (hit(json!({"/matched": false})), &both, held(None), Standing::Unknown),
            (hit(blocked), &both, held(None), Standing::Blocked),
            (VerifyResponse::Miss(crate::api::VerifyMiss::new()), &both, held(None), Standing::Unknown),
        ];
        for (index, (response, request, held, expected)) in rows.into_iter().enumerate() {
            assert_eq!(Standing::of(&response, request, Some(&held)), expected, "row {index}");
        }
    }
}
