//! Whether what somebody holds may be loaded.

use super::held::Held;
use crate::api::{MatchedBy, VerifyHit, VerifyRequest, VerifyResponse};
use crate::scan::RecommendedAction;

/// The flag of a verdict about a bundle of which not every file was read.
const INCOMPLETE: &str = "incomplete-scan";

/// How what somebody holds stands to what is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// All of its files are those that were audited, and nothing blocks it.
    Verified,
    /// SKILL.md is the indexed one, and nothing blocks it; the files beside it were not compared.
    ContentVerified,
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
        let VerifyResponse::Hit(hit) = response else { return Self::Unknown };
        if !hit.matched {
            return Self::Unknown;
        }
        if hit.safety.recommended_action == RecommendedAction::Block {
            return Self::Blocked;
        }
        if request.content_hash.is_some() && hit.comparison.your_hash_matches_audited != Some(true) {
            return Self::ContentDiffers;
        }
        if request.source_url.is_some() && hit.matched_by == MatchedBy::ContentHash {
            return Self::SourceUnknown;
        }
        if request.content_hash.is_none() {
            return Self::SourceKnown;
        }
        match files_agree(hit, held) {
            Some(true) => Self::Verified,
            Some(false) => Self::FilesDiffer,
            None => Self::ContentVerified,
        }
    }

    /// Tells whether it may be loaded.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Verified | Self::ContentVerified | Self::SourceKnown)
    }

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified | Self::ContentVerified => "verified",
            Self::SourceKnown => "known",
            Self::Blocked => "blocked",
            Self::ContentDiffers | Self::FilesDiffer => "drift",
            Self::SourceUnknown | Self::Unknown => "unknown",
        }
    }

    /// Returns what it means, and what to do.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Verified => "your SKILL.md and all files beside it are those that were audited",
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
    let is_whole = !hit.safety.safety_flags.iter().any(|flag| flag == INCOMPLETE);
    (is_same || is_whole).then_some(is_same)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn hit(changes: Value) -> VerifyResponse {
        let mut body = json!({
            "matched": true, "matched_by": "both",
            "skill": {"skill_id": "550e8400-e29b-41d4-a716-446655440000", "source_url": "https://github.com/o/r", "name": "x"},
            "match": {"your_hash_matches_audited": true, "current_content_hash": "sha256:1"},
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

    #[test]
    fn only_what_was_confirmed_is_verified() {
        let both = VerifyRequest { content_hash: Some("1".to_owned()), source_url: Some("u".to_owned()) };
        let url = VerifyRequest { content_hash: None, source_url: Some("u".to_owned()) };
        let held = |package: Option<&str>| Held {
            content_hash: "sha256:1".to_owned(),
            package_hash: package.map(str::to_owned),
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
