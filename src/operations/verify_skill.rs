//! Does what a caller holds still match, and what is the verdict now?

use super::known_threats::{notice, threat_notice};
use super::problem::store_failed;
use super::source_standing::{standing, takedown_view};
use super::{Charge, Effect, Operation, Services};
use crate::api::{
    MatchView, MatchedBy, Problem, RecipeMatchView, SkillRef, TakedownView, ThreatNotice, VerdictFacts, VerifyHit,
    VerifyMiss, VerifyQuery, VerifyRequest, VerifyResponse,
};
use crate::recipe::{HashRecipe, HeldDigest, Weakness};
use crate::skill::{SkillId, locate_source_url};
use crate::store::{DigestMatch, SkillRecord, StoredVerdict, TakedownTarget};

/// `GET /verify` and `verify_skill`.
#[derive(Debug)]
pub struct VerifySkill;

impl Operation for VerifySkill {
    type Request = VerifyRequest;
    type Response = VerifyResponse;
    const NAME: &'static str = "verify_skill";
    const TITLE: &'static str = "Verify a skill";
    const SUMMARY: &'static str = "Re-check a skill you already hold, free and without an account: pass the SHA-256 of its SKILL.md (or the digest that a lockfile or git holds of its folder), its source URL, or both for a cross-check. \
        Returns whether it is the indexed content, by which recipe and how strong that is, and the current safety verdict. Call it whenever a pinned skill is loaded and in CI; do not load a skill whose recommended_action is block.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Lookups(|_| 1);

    async fn run(services: &Services, request: VerifyRequest) -> Result<VerifyResponse, Problem> {
        verify(services, VerifyQuery::try_from(request)?).await
    }
}

/// Answers one question.
pub(super) async fn verify(services: &Services, query: VerifyQuery) -> Result<VerifyResponse, Problem> {
    match query {
        VerifyQuery::ContentHash(held) => by_hash(services, held).await,
        VerifyQuery::SourceUrl(url) => match by_url(services, &url).await? {
            Some(record) => hit(services, record, MatchedBy::SourceUrl, None, None).await,
            None => miss(services, places(&url), None).await,
        },
        VerifyQuery::Both { source_url, content_hash } => match by_url(services, &source_url).await? {
            Some(record) => {
                let own = matches(services, content_hash, Some(record.skill_id)).await?;
                let found = own.first();
                // Both selectors lead to what the skill is now, or the hash does not cross-check.
                let is_both = found.is_some_and(is_current_content);
                let matched_by = if is_both { MatchedBy::Both } else { MatchedBy::SourceUrl };
                // Whoever names a place must not choose by it what is said of the bytes.
                let others = match found {
                    Some(found) if !is_normalised(found) => Vec::new(),
                    _ => matches(services, content_hash, None).await?,
                };
                let elsewhere = others.iter().find(|other| other.record.skill_id != record.skill_id);
                let elsewhere = elsewhere.filter(|other| !is_normalised(other)).map(|other| skill_ref(&other.record));
                let earlier = found.filter(|found| !found.is_current).map(|found| &found.verdict);
                let of_bytes = worst_of(&others);
                let verdict = worst([&record.verdict].into_iter().chain(earlier).chain(&of_bytes));
                let mut answer =
                    hit(services, with_verdict(record, verdict), matched_by, Some(content_hash), found).await?;
                if let VerifyResponse::Hit(hit) = &mut answer {
                    hit.comparison.elsewhere = elsewhere;
                }
                Ok(answer)
            }
            // An unknown place must not hide what is known of the bytes.
            None => match by_hash(services, content_hash).await? {
                VerifyResponse::Miss(known) if known.takedown.is_none() && known.threat.is_none() => {
                    miss(services, places(&source_url), None).await
                }
                answer => Ok(answer),
            },
        },
    }
}

/// Finds the skill at a place: one that is listed, else one that was.
async fn by_url(services: &Services, url: &str) -> Result<Option<SkillRecord>, Problem> {
    let located = locate_source_url(url).map_err(|error| Problem::invalid_request(format!("source_url: {error}")))?;
    let (store, failed) = (services.store(), store_failed(VerifySkill::NAME));
    match store.skill_at(&located.candidates).await.map_err(&failed)? {
        Some(record) => Ok(Some(record)),
        None => store.unlisted_skill_at(&located.candidates).await.map_err(failed),
    }
}

async fn matches(services: &Services, held: HeldDigest, only: Option<SkillId>) -> Result<Vec<DigestMatch>, Problem> {
    let (store, failed) = (services.store(), store_failed(VerifySkill::NAME));
    let listed = store.skills_with_digest(held, only).await.map_err(&failed)?;
    if !listed.is_empty() {
        return Ok(listed);
    }
    let mut unlisted = store.unlisted_with_digest(held).await.map_err(failed)?;
    unlisted.retain(|found| only.is_none_or(|id| found.record.skill_id == id));
    Ok(unlisted)
}

/// Several bundles can share a digest: of SKILL.md, or of a recipe that is ambiguous. The
/// answer names the first and carries the worst verdict, because the caller has shown no more.
/// Where any of them is current, earlier ones do not count.
async fn by_hash(services: &Services, held: HeldDigest) -> Result<VerifyResponse, Problem> {
    let matches = matches(services, held, None).await?;
    let Some(first) = matches.first() else { return miss(services, bytes(&held, None), Some(held)).await };
    let record = with_verdict(first.record.clone(), worst_of(&matches));
    hit(services, record, MatchedBy::ContentHash, Some(held), Some(first)).await
}

/// Returns the worst verdict on what has a digest: on current content where any is.
fn worst_of(matches: &[DigestMatch]) -> Option<StoredVerdict> {
    let first = matches.first()?;
    // What is held may be an earlier revision: the verdict on the current one counts as well.
    let current = (!first.is_current).then_some(&first.record.verdict);
    let alike = matches.iter().filter(|found| found.is_current == first.is_current).map(|found| &found.verdict);
    worst(current.into_iter().chain(alike))
}

/// Returns the worst verdict; of several that are equally bad the first, which is about the
/// skill that the answer names.
fn worst<'a>(verdicts: impl Iterator<Item = &'a StoredVerdict>) -> Option<StoredVerdict> {
    let is_worse = |left: &StoredVerdict, right: &StoredVerdict| {
        left.status.cmp(&right.status).then(right.score.total_cmp(&left.score)).is_gt()
    };
    verdicts.reduce(|worst, verdict| if is_worse(verdict, worst) { verdict } else { worst }).cloned()
}

/// Names what a takedown of a place may name.
fn places(url: &str) -> Vec<TakedownTarget> {
    let located = locate_source_url(url).map(|located| located.candidates).unwrap_or_default();
    located.iter().flat_map(TakedownTarget::places).collect()
}

/// Names what a takedown of bytes may name: what is held, and what it led to.
fn bytes(held: &HeldDigest, found: Option<&DigestMatch>) -> Vec<TakedownTarget> {
    let held = held.sha256();
    let found_content = found.map(|found| found.content_hash);
    let found_package = found.and_then(|found| found.package_hash);
    let contents = held.into_iter().chain(found_content).map(TakedownTarget::content);
    contents.chain(held.into_iter().chain(found_package).map(TakedownTarget::package)).collect()
}

async fn takedown_of(services: &Services, targets: Vec<TakedownTarget>) -> Result<Option<TakedownView>, Problem> {
    let found = services.store().takedowns_of(&targets).await.map_err(store_failed(VerifySkill::NAME))?;
    Ok(found.first().map(takedown_view))
}

fn with_verdict(mut record: SkillRecord, verdict: Option<StoredVerdict>) -> SkillRecord {
    record.verdict = verdict.unwrap_or(record.verdict);
    record
}

/// Tells whether what the recipe hashed is the current content. A recipe that changes bytes
/// before it hashes them cannot say so.
fn is_current_content(found: &DigestMatch) -> bool {
    found.is_current && !is_normalised(found)
}

fn is_normalised(found: &DigestMatch) -> bool {
    found.recipe.weakness() == Some(Weakness::Normalised)
}

fn skill_ref(record: &SkillRecord) -> SkillRef {
    SkillRef { skill_id: record.skill_id, source_url: record.source.url(), name: record.name.clone() }
}

async fn hit(
    services: &Services,
    record: SkillRecord,
    matched_by: MatchedBy,
    held: Option<HeldDigest>,
    found: Option<&DigestMatch>,
) -> Result<VerifyResponse, Problem> {
    let mut standing = standing(services, VerifySkill::NAME, &record).await?;
    if let Some(held) = &held
        && let Some(takedown) = takedown_of(services, bytes(held, found)).await?
        && (takedown.blocks || standing.takedown.is_none())
    {
        standing.takedown = Some(takedown);
    }
    let mut safety = standing.safety(record.verdict.clone(), &record);
    // What is held may be known by itself, whatever is known of the skill that the place leads to.
    if safety.threat.is_none()
        && let Some(threat) = threat_of(services, held.as_ref()).await?
    {
        safety.threaten(threat);
    }
    Ok(VerifyResponse::Hit(Box::new(VerifyHit {
        matched: true,
        matched_by,
        skill: skill_ref(&record),
        comparison: MatchView {
            // What the contract calls the same is the SKILL.md of now; `recipe` carries the rest.
            your_hash_matches_audited: held
                .map(|_| found.is_some_and(|found| found.is_current && found.recipe == HashRecipe::SkillMd)),
            current_content_hash: Some(record.content_hash.to_string()),
            current_package_hash: record.is_complete.then(|| record.package_hash.to_string()),
            recipe: found.map(recipe_view),
            elsewhere: None,
        },
        safety,
        source_state: standing.view,
        takedown: standing.takedown,
    })))
}

fn recipe_view(found: &DigestMatch) -> RecipeMatchView {
    RecipeMatchView {
        name: found.recipe.name().to_owned(),
        strength: found.recipe.strength().into(),
        covers: found.recipe.covers().into(),
        note: found.recipe.note().to_owned(),
        is_current: found.is_current,
        matched_content_hash: found.content_hash.to_string(),
        matched_package_hash: found.package_hash.map(|digest| digest.to_string()),
    }
}

async fn miss(
    services: &Services,
    targets: Vec<TakedownTarget>,
    held: Option<HeldDigest>,
) -> Result<VerifyResponse, Problem> {
    let takedown = takedown_of(services, targets).await?;
    let threat = threat_of(services, held.as_ref()).await?.map(Box::new);
    Ok(VerifyResponse::Miss(VerifyMiss { takedown, threat, ..VerifyMiss::new() }))
}

/// Returns what is known of exactly these bytes.
async fn threat_of(services: &Services, held: Option<&HeldDigest>) -> Result<Option<ThreatNotice>, Problem> {
    let Some(digest) = held.and_then(HeldDigest::sha256) else { return Ok(None) };
    threat_notice(services, VerifySkill::NAME, &[digest]).await
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
        taken_over_from: verdict.taken_over_from.map(|index| index.hyphenated().to_string()),
        threat: verdict.threat.map(notice),
    }
}
