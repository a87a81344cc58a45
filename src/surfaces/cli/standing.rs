//! Whether what somebody holds may be loaded.

use super::held::Held;
use crate::api::{MatchedBy, VerifyHit, VerifyRequest, VerifyResponse};
use crate::scan::RecommendedAction;

/// The flag of a verdict about a bundle of which not every file was read.
const INCOMPLETE: &str = "incomplete-scan";

/// How what somebody holds stands to what is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the indexed content, and nothing blocks it.
    Verified,
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
        if files_differ(hit, held) { Self::FilesDiffer } else { Self::Verified }
    }

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Blocked => "blocked",
            Self::ContentDiffers | Self::FilesDiffer => "drift",
            Self::SourceUnknown | Self::Unknown => "unknown",
        }
    }

    /// Returns what it means, and what to do.
    pub fn meaning(self, request: &VerifyRequest, held: Option<&Held>) -> &'static str {
        let is_folder = held.is_some_and(|held| held.package_hash.is_some());
        match self {
            Self::Verified if request.content_hash.is_none() => {
                "a skill from there is indexed; without a hash or a path, what you hold was not compared"
            }
            Self::Verified if is_folder => {
                "your SKILL.md is the indexed one, and so are the files beside it as far as they were audited"
            }
            Self::Verified => "your SKILL.md is the indexed one; the files beside it were not compared",
            Self::Blocked => "the verdict is dangerous: do not load it",
            Self::ContentDiffers => {
                "your SKILL.md is not the indexed one: it was changed, or the index has a newer one"
            }
            Self::FilesDiffer => {
                "your SKILL.md is the indexed one, but the files are not those that were audited: look at them with `touchmark scan`"
            }
            Self::SourceUnknown => "the content is indexed, but from elsewhere: nothing is known of that source",
            Self::Unknown => "nothing is known of it: look at it with `touchmark scan`, or ingest its source",
        }
    }
}

/// Compares bundles where both are whole; an incomplete one is no evidence of a change.
fn files_differ(hit: &VerifyHit, held: Option<&Held>) -> bool {
    let is_whole = !hit.safety.safety_flags.iter().any(|flag| flag == INCOMPLETE);
    let held = held.and_then(|held| held.package_hash.as_ref());
    is_whole && held.zip(hit.safety.audited_package_hash.as_ref()).is_some_and(|(held, audited)| held != audited)
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
            (hit(json!({})), &both, held(None), Standing::Verified),
            (hit(json!({})), &both, held(Some("sha256:3")), Standing::FilesDiffer),
            (
                hit(json!({"/safety/safety_flags": ["incomplete-scan"]})),
                &both,
                held(Some("sha256:3")),
                Standing::Verified,
            ),
            (hit(json!({"/match/your_hash_matches_audited": false})), &both, held(None), Standing::ContentDiffers),
            (hit(json!({"/match/your_hash_matches_audited": null})), &both, held(None), Standing::ContentDiffers),
            (hit(json!({"/match/your_hash_matches_audited": null})), &url, held(None), Standing::Verified),
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
