//! Does what a caller holds still match, and what is the verdict now?

use super::problem::store_failed;
use super::{Effect, Operation, Services};
use crate::api::{
    MatchView, MatchedBy, Problem, SafetyView, SkillRef, VerdictFacts, VerifyHit, VerifyMiss, VerifyQuery,
    VerifyRequest, VerifyResponse,
};
use crate::skill::{Sha256Digest, locate_source_url};
use crate::store::{SkillRecord, StoredVerdict};

/// `GET /verify` and `verify_skill`.
#[derive(Debug)]
pub struct VerifySkill;

impl Operation for VerifySkill {
    type Request = VerifyRequest;
    type Response = VerifyResponse;
    const NAME: &'static str = "verify_skill";
    const TITLE: &'static str = "Verify a skill";
    const SUMMARY: &'static str = "Re-check a skill you already hold, free and without an account: pass the SHA-256 of its SKILL.md, its source URL, or both for a cross-check. \
        Returns whether it is the indexed content and the current safety verdict. Call it whenever a pinned skill is loaded and in CI; do not load a skill whose recommended_action is block.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;

    async fn run(services: &Services, request: VerifyRequest) -> Result<VerifyResponse, Problem> {
        match VerifyQuery::try_from(request)? {
            VerifyQuery::ContentHash(hash) => by_hash(services, hash).await,
            VerifyQuery::SourceUrl(url) => {
                let record = by_url(services, &url).await?;
                Ok(record.map_or_else(miss, |record| hit(record, MatchedBy::SourceUrl, None)))
            }
            VerifyQuery::Both { source_url, content_hash } => match by_url(services, &source_url).await? {
                Some(record) if record.content_hash == content_hash => {
                    Ok(hit(record, MatchedBy::Both, Some(content_hash)))
                }
                Some(record) => Ok(hit(record, MatchedBy::SourceUrl, Some(content_hash))),
                // An unknown place must not hide what is known of the bytes.
                None => by_hash(services, content_hash).await,
            },
        }
    }
}

async fn by_url(services: &Services, url: &str) -> Result<Option<SkillRecord>, Problem> {
    let located = locate_source_url(url).map_err(|error| Problem::invalid_request(format!("source_url: {error}")))?;
    services.store().skill_at(&located.candidates).await.map_err(store_failed(VerifySkill::NAME))
}

/// Several bundles can share a SKILL.md; the answer names the canonical one and carries the
/// worst verdict, because the caller has shown only that file.
async fn by_hash(services: &Services, hash: Sha256Digest) -> Result<VerifyResponse, Problem> {
    let records = services.store().skills_with_content(hash).await.map_err(store_failed(VerifySkill::NAME))?;
    let worst = records
        .iter()
        .map(|record| &record.verdict)
        .max_by(|left, right| left.status.cmp(&right.status).then(right.score.total_cmp(&left.score)))
        .cloned();
    let Some((mut record, worst)) = records.into_iter().next().zip(worst) else { return Ok(miss()) };
    record.verdict = worst;
    Ok(hit(record, MatchedBy::ContentHash, Some(hash)))
}

fn hit(record: SkillRecord, matched_by: MatchedBy, held: Option<Sha256Digest>) -> VerifyResponse {
    VerifyResponse::Hit(Box::new(VerifyHit {
        matched: true,
        matched_by,
        skill: SkillRef { skill_id: record.skill_id, source_url: record.source.url(), name: record.name },
        comparison: MatchView {
            your_hash_matches_audited: held.map(|held| held == record.content_hash),
            current_content_hash: Some(record.content_hash.to_string()),
        },
        safety: SafetyView::new(facts(record.verdict), record.content_hash),
    }))
}

fn miss() -> VerifyResponse {
    VerifyResponse::Miss(VerifyMiss::new())
}

/// Hands a stored verdict over to the contract.
pub(super) fn facts(verdict: StoredVerdict) -> VerdictFacts {
    VerdictFacts {
        status: verdict.status,
        recommended_action: verdict.recommended_action,
        executes_code: verdict.executes_code,
        safety_flags: verdict.safety_flags,
        score: verdict.score,
        analyzed_at: Some(verdict.analyzed_at),
        ruleset_version: verdict.ruleset_version,
        content_hash: verdict.content_hash,
        package_hash: verdict.package_hash,
    }
}
