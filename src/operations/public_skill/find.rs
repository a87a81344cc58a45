//! The skill that is meant, with what is known of it.

use super::super::Services;
use super::super::accounts::store_failure;
use super::super::inspect_skill::select;
use super::super::package_standing::package_standings;
use super::super::source_standing::standing;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::api::{ErrorCode, PackageStanding, Problem, SkillSelector};
use crate::skill::{Sha256Digest, SkillId};
use crate::store::{BundleDetail, SkillRecord};

/// The name under which failures are told.
const NAME: &str = "public_skill";

/// A skill that is given out.
pub(super) struct Found {
    pub(super) record: SkillRecord,
    pub(super) detail: BundleDetail,
    /// What is known of its packages; none where nobody has read which ones it uses.
    pub(super) packages: Option<Vec<PackageStanding>>,
}

/// Finds a skill by its id, the digest of its SKILL.md, the root digest of its bundle, or the URL
/// of its source.
pub(super) async fn find(services: &Services, skill: &str) -> Result<Found, Refusal> {
    let store = services.store();
    let failed = |error: crate::store::StoreError| store_failure(&error);
    let record = if let Ok(id) = skill.parse::<SkillId>() {
        select(services, &SkillSelector::Id(id)).await.map_err(refusal)?
    } else if let Ok(digest) = skill.parse::<Sha256Digest>() {
        match store.skills_with_package(digest).await.map_err(failed)?.into_iter().next() {
            Some(record) => record,
            None => select(services, &SkillSelector::ContentHash(digest)).await.map_err(refusal)?,
        }
    } else if skill.starts_with("https://") {
        select(services, &SkillSelector::SourceUrl(skill.to_owned())).await.map_err(refusal)?
    } else {
        return Err(Refusal::new(
            RefusalCode::NotFound,
            "there is no such skill; name it by its skill_id or by a digest of it",
        ));
    };
    if let Some(takedown) = &standing(services, NAME, &record).await.map_err(refusal)?.takedown {
        return Err(refusal(Problem::withheld(takedown)));
    }
    let detail = store.bundle(record.bundle).await.map_err(failed)?.ok_or_else(Refusal::internal)?;
    let packages = match store.packages_of(record.bundle).await.map_err(failed)? {
        Some(uses) => Some(package_standings(services, uses).await.map_err(failed)?),
        None => None,
    };
    Ok(Found { record, detail, packages })
}

/// Tells a problem in the words of this part of the API.
fn refusal(problem: Problem) -> Refusal {
    match problem.code {
        ErrorCode::NotFound | ErrorCode::InvalidSkillId | ErrorCode::InvalidRequest => {
            Refusal::new(RefusalCode::NotFound, problem.message)
        }
        ErrorCode::DependencyUnavailable => Refusal::new(RefusalCode::Unavailable, problem.message),
        _ => Refusal::internal(),
    }
}
