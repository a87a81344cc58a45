//! `GET /v1/publisher/{id}`.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::account::{Ecosystem, accounts, id_of};
use super::knowledge::{Knowledge, KnownSkill, know};
use crate::account::{Scope, Tier};
use crate::api::accounts::{
    PublisherPackage, PublisherView, Refusal, RefusalCode, ScanPublisherView, ShowPublisherRequest,
};
use crate::skill::sanitise_line;
use crate::store::StoreError;

/// Skills that an answer lists.
const PACKAGES: usize = 100;
/// Digits of a commit that are shown.
const COMMIT_DIGITS: usize = 12;

/// Shows what is known of a publisher.
pub struct ShowPublisher;

impl AccountOperation for ShowPublisher {
    type Request = ShowPublisherRequest;
    type Response = PublisherView;
    const NAME: &'static str = "show_publisher";
    const TITLE: &'static str = "Look up a publisher";
    const SUMMARY: &'static str = "Shows the reputation of a publisher by what the index knows: its skills and their \
         verdicts over time, known threats, since when it is known, and what proves who it is.";
    const ACCESS: Access = Access::Holder { scope: Scope::ThreatsRead, tier: Tier::Free };

    async fn run(services: &Services, _: Holder<'_>, request: ShowPublisherRequest) -> Result<PublisherView, Refusal> {
        let ecosystem = request.ecosystem.as_deref().map(Ecosystem::read).transpose()?;
        let accounts = accounts(&request.id, ecosystem);
        let known = know(services, &accounts).await.map_err(|error| store_failure(&error))?;
        known.map(view).ok_or_else(|| Refusal::new(RefusalCode::NotFound, "Publisher not found"))
    }
}

/// Returns what is known of the account that publishes a source; none where nothing is.
///
/// # Errors
/// Fails where the store does.
pub(in crate::operations::accounts) async fn publisher_of_source(
    services: &Services,
    account: &str,
) -> Result<Option<ScanPublisherView>, StoreError> {
    if account.is_empty() {
        return Ok(None);
    }
    let known = know(services, &[account.to_owned()]).await?;
    Ok(known.map(|known| {
        let (total_packages, flagged_packages) = counts(&known);
        ScanPublisherView {
            id: id_of(&known.history.account),
            reputation: known.reputation.score,
            name: known.name,
            total_packages,
            flagged_packages,
        }
    }))
}

/// Counts the skills that are listed, and those of their own that people should be warned of.
fn counts(known: &Knowledge) -> (u64, u64) {
    let listed = known.skills.iter().filter(|skill| skill.skill.is_listed).count();
    let flagged = known.skills.iter().filter(|skill| skill.is_own() && skill.is_flagged()).count();
    (listed as u64, flagged as u64)
}

fn view(known: Knowledge) -> PublisherView {
    let (total_packages, flagged_packages) = counts(&known);
    let Knowledge { history, name, mut skills, reputation, flags } = known;
    let risks: Vec<f64> =
        skills.iter().filter(|skill| skill.is_own()).filter_map(|skill| skill.risk.map(f64::from)).collect();
    let average = risks.iter().sum::<f64>() / risks.len().max(1) as f64;
    let total_scans = skills.iter().map(|skill| skill.skill.scan_count).sum();
    // The worst first, own ones before copies; the sort keeps the order of sources.
    skills.sort_by_key(|skill| (!skill.is_own(), std::cmp::Reverse((skill.verdict, skill.skill.scan_count))));
    PublisherView {
        id: id_of(&history.account),
        name,
        ecosystem: Ecosystem::of(&history.account).as_str().to_owned(),
        reputation_score: reputation.score,
        reputation_label: reputation.label.as_str().to_owned(),
        total_packages,
        flagged_packages,
        total_scans,
        average_risk_score: (!risks.is_empty()).then(|| (average * 10.0).round() / 10.0),
        first_seen: history.first_seen,
        flags,
        packages: skills.into_iter().take(PACKAGES).map(package).collect(),
    }
}

fn package(known: KnownSkill) -> PublisherPackage {
    let commit = known.skill.source.commit_sha.as_deref();
    PublisherPackage {
        name: sanitise_line(&known.skill.name, 200),
        version: commit.map(|commit| commit.chars().take(COMMIT_DIGITS).collect()),
        verdict: known.verdict,
        scans: known.skill.scan_count,
        is_copy: known.skill.is_copy,
    }
}
