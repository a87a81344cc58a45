//! What is known of the skill that a request is about. Everything comes from what is there: the
//! verdict of `/verify`, the stored report, and who publishes it.

use super::super::super::source_standing::standing;
use super::super::super::verify_skill::verify;
use super::super::refusals::store_failure;
use super::super::scans::facts_of;
use super::chosen::invalid;
use crate::account::Principal;
use crate::api::accounts::{EvaluatePolicyRequest, Refusal, RefusalCode};
use crate::api::{ErrorCode, Freshness, Problem, SafetyView, VerifyQuery, VerifyResponse};
use crate::operations::Services;
use crate::policy::{StatedFacts, StatedIndex, StatedPin, StatedPublisher, StatedScan, StatedSkill};
use crate::recipe::HeldDigest;
use crate::scan::SafetyStatus;
use crate::skill::{SkillId, sanitise_line};
use crate::store::{BundleKey, SkillRecord};

const NAME: &str = "evaluate_policy";
/// Characters of a name or a URL.
const TEXT_CHARACTERS: usize = 500;

/// Returns what is known of what a request is about.
pub(super) async fn subject(
    services: &Services,
    principal: &Principal,
    request: &EvaluatePolicyRequest,
) -> Result<StatedFacts, Refusal> {
    let EvaluatePolicyRequest { scan_id, skill_id, digest, pin, facts, .. } = request;
    let held = match pin {
        None => None,
        Some(pin) => {
            let held = pin.package_hash.as_deref().or(pin.content_hash.as_deref());
            Some(held.ok_or_else(|| invalid("the pin has neither a package_hash nor a content_hash"))?)
        }
    };
    match (scan_id, skill_id, digest.as_deref(), held, facts) {
        (Some(id), None, None, None, None) => of_scan(services, principal, id).await,
        (None, Some(id), None, None, None) => of_skill(services, id).await,
        (None, None, Some(digest), None, None) | (None, None, None, Some(digest), None) => {
            of_digest(services, digest).await
        }
        (None, None, None, None, Some(facts)) if facts.says_something() => Ok(facts.clone()),
        (None, None, None, None, Some(_)) => Err(invalid(
            "the facts hold no verdict, of a scan or of the index, so that nothing could be held against it",
        )),
        _ => Err(invalid("say what it is about by exactly one of scan_id, skill_id, digest, pin and facts")),
    }
}

async fn of_scan(services: &Services, principal: &Principal, id: &str) -> Result<StatedFacts, Refusal> {
    Ok(StatedFacts { scan: facts_of(services, principal, id).await?, ..StatedFacts::default() })
}

async fn of_skill(services: &Services, id: &str) -> Result<StatedFacts, Refusal> {
    let id: SkillId = id.parse().map_err(|_| Refusal::not_found("skill"))?;
    let found = services.store().skills(&[id]).await.map_err(|error| store_failure(&error))?;
    let record = found.into_iter().find(|record| record.is_listed).ok_or_else(|| Refusal::not_found("skill"))?;
    let safety = standing(services, NAME, &record).await.map_err(refuse)?.safety(record.verdict.clone(), &record);
    let bundle = record.bundle;
    of_record(services, record, &safety, Some(bundle)).await
}

async fn of_digest(services: &Services, text: &str) -> Result<StatedFacts, Refusal> {
    let held = HeldDigest::parse(text).map_err(|error| invalid(sanitise_line(&error.to_string(), 200)))?;
    let store = services.store();
    let hit = match verify(services, VerifyQuery::ContentHash(held)).await.map_err(refuse)? {
        VerifyResponse::Hit(hit) => hit,
        VerifyResponse::Miss(miss) => {
            // What was taken down as dangerous stays that, although nobody is given it.
            let verdict = miss.takedown.filter(|takedown| takedown.blocks).map(|_| SafetyStatus::Dangerous);
            let index = StatedIndex { is_known: Some(verdict.is_some()), verdict, ..StatedIndex::default() };
            return Ok(StatedFacts { index, ..StatedFacts::default() });
        }
    };
    let found = store.skills(&[hit.skill.skill_id]).await.map_err(|error| store_failure(&error))?;
    let record = found.into_iter().next().ok_or_else(|| Refusal::not_found("skill"))?;
    let matches = store.skills_with_digest(held, Some(record.skill_id)).await.map_err(|error| store_failure(&error))?;
    let bundle = match matches.first() {
        Some(found) if found.is_current => Some(record.bundle),
        // Of an earlier bundle there may still be the report.
        Some(found) => match found.package_hash {
            Some(package) => store.bundle_with_digest(package).await.map_err(|error| store_failure(&error))?,
            None => None,
        },
        None => None,
    };
    of_record(services, record, &hit.safety, bundle).await
}

/// Puts together what is known of a skill of the index: of these bytes, as far as `bundle` names
/// them.
async fn of_record(
    services: &Services,
    record: SkillRecord,
    safety: &SafetyView,
    bundle: Option<BundleKey>,
) -> Result<StatedFacts, Refusal> {
    let (store, now) = (services.store(), services.now());
    let detail = match bundle {
        Some(key) => store.bundle(key).await.map_err(|error| store_failure(&error))?,
        None => None,
    };
    let report = detail.and_then(|detail| detail.report);
    let trust = services.trust_signals(std::iter::once(&record)).await.map_err(|error| store_failure(&error))?;
    let is_verified = trust.of(&record).standing.proof.is_some();
    let owner = record.source.identity.owner().to_owned();
    let scan = report.as_ref().map(StatedScan::of).unwrap_or_default();
    let pin = report
        .as_ref()
        .map(|report| StatedPin { root_digest: Some(report.package_hash), content_hash: Some(report.content_hash) });
    Ok(StatedFacts {
        skill: StatedSkill {
            name: Some(sanitise_line(&record.name, TEXT_CHARACTERS)),
            source_url: Some(sanitise_line(&record.source.url(), TEXT_CHARACTERS)),
        },
        pin: pin.unwrap_or_default(),
        publisher: StatedPublisher {
            name: Some(sanitise_line(&owner, TEXT_CHARACTERS)).filter(|owner| !owner.is_empty()),
            is_verified: Some(is_verified),
        },
        index: StatedIndex {
            is_known: Some(true),
            verdict: Some(safety.status),
            // Whole days; the conversion saturates.
            audit_age_days: safety.analyzed_at.map(|at| at.days_until(now) as u32),
            is_stale: Some(safety.freshness != Freshness::Fresh),
        },
        scan,
    })
}

/// A problem of the index in the words of the API with accounts.
fn refuse(problem: Problem) -> Refusal {
    match problem.code {
        ErrorCode::InvalidRequest => invalid(problem.message),
        ErrorCode::DependencyUnavailable => Refusal::new(RefusalCode::Unavailable, problem.message),
        _ => Refusal::internal(),
    }
}
