//! What is counted of a publisher.

use std::collections::HashSet;

use super::super::super::Services;
use super::super::super::known_threats::known_threats;
use crate::api::accounts::least_verdict;
use crate::scan::{RiskBand, SafetyStatus};
use crate::skill::{Sha256Digest, SkillId};
use crate::store::{PublishedSkill, PublisherHistory, StoreError};
use crate::trust::{NEUTRAL, Reputation, ReputationInputs};

/// Skills of one publisher that are read at most.
const SKILLS: u32 = 2_000;
/// Skills by which it is looked whether something proves who a publisher is: they are in a few
/// repositories, of which one suffices.
const PROOFS: usize = 50;
/// How long an earlier version that was dangerous is remembered.
const REMEMBERED_DAYS: f64 = 365.0;
/// Days for which somebody counts as new.
const NEW_DAYS: u64 = 30;

/// A skill of a publisher with what is known of it.
#[derive(Debug, Clone)]
pub(super) struct KnownSkill {
    /// What the store says.
    pub(super) skill: PublishedSkill,
    /// Verdict on its current files, a known threat included; none where they were not scanned.
    pub(super) verdict: Option<RiskBand>,
    /// Risk score of its current files.
    pub(super) risk: Option<u32>,
}

/// What is known of a publisher.
#[derive(Debug, Clone)]
pub(super) struct Knowledge {
    /// What the store says, without the skills.
    pub(super) history: PublisherHistory,
    /// The name to show, sanitised.
    pub(super) name: String,
    /// Its skills.
    pub(super) skills: Vec<KnownSkill>,
    /// The reputation.
    pub(super) reputation: Reputation,
    /// What stands out.
    pub(super) flags: Vec<String>,
}

impl KnownSkill {
    /// Tells whether it counts for or against: what somebody else wrote does neither.
    pub(super) fn is_own(&self) -> bool {
        !self.skill.is_copy
    }

    /// Tells whether people should be warned of it.
    pub(super) fn is_flagged(&self) -> bool {
        self.verdict >= Some(RiskBand::High)
    }
}

/// Returns the reputation of an account, the neutral one where nothing is known of it.
pub(in super::super) async fn reputation_of_account(services: &Services, account: &str) -> Result<u32, StoreError> {
    let known = know(services, &[account.to_owned()]).await?;
    Ok(known.map_or(NEUTRAL, |known| known.reputation.score))
}

/// Returns what is known of the first of these accounts of which anything is.
pub(super) async fn know(services: &Services, accounts: &[String]) -> Result<Option<Knowledge>, StoreError> {
    let found = services.store().publisher_history(accounts, SKILLS).await?;
    let Some(mut history) = found else { return Ok(None) };
    let skills = std::mem::take(&mut history.skills);
    let digests: Vec<Sha256Digest> = skills.iter().flat_map(|skill| [skill.package_hash, skill.content_hash]).collect();
    let threats = known_threats(services, &digests, None).await?;
    let threats: HashSet<Sha256Digest> =
        threats.into_iter().flat_map(|known| known.threat.into_parts().1.digests).collect();
    let is_threat =
        |skill: &PublishedSkill| [skill.package_hash, skill.content_hash].iter().any(|it| threats.contains(it));
    let skills: Vec<KnownSkill> = skills.into_iter().map(|skill| known_skill(is_threat(&skill), skill)).collect();
    let (name, is_verified) = who(services, &skills, &history.account).await?;
    let days_known = history.first_seen.days_until(services.now()) as u64;
    let reputation = Reputation::of(inputs(services, &skills, is_verified, days_known));
    let flags = flags(services, &skills, is_verified, days_known);
    Ok(Some(Knowledge { history, name, skills, reputation, flags }))
}

fn known_skill(is_threat: bool, skill: PublishedSkill) -> KnownSkill {
    let risk = skill.verdict.as_ref().map(|verdict| ((1.0 - verdict.score) * 100.0).round().clamp(0.0, 100.0) as u32);
    let verdict = skill.verdict.as_ref().zip(risk).map(|(verdict, risk)| {
        let band = RiskBand::of(risk).max(least_verdict(verdict.status));
        if is_threat { RiskBand::Critical } else { band }
    });
    KnownSkill { verdict: verdict.or_else(|| is_threat.then_some(RiskBand::Critical)), risk, skill }
}

fn inputs(services: &Services, skills: &[KnownSkill], is_verified: bool, days_known: u64) -> ReputationInputs {
    let count = |is_meant: &dyn Fn(&KnownSkill) -> bool| {
        skills.iter().filter(|skill| skill.is_own() && is_meant(skill)).count() as u64
    };
    let now = services.now();
    let was_critical = |skill: &KnownSkill| {
        skill
            .skill
            .worst_earlier
            .is_some_and(|(status, at)| status == SafetyStatus::Dangerous && at.days_until(now) <= REMEMBERED_DAYS)
    };
    ReputationInputs {
        is_verified,
        // What is no longer shown proves nothing good; what was bad in it stays bad.
        clean_skills: count(&|skill| {
            let is_clean = skill.verdict.is_some_and(|verdict| verdict <= RiskBand::Low);
            is_clean && skill.skill.is_listed && skill.skill.is_complete
        }),
        critical_skills: count(&|skill| skill.verdict == Some(RiskBand::Critical)),
        high_skills: count(&|skill| skill.verdict == Some(RiskBand::High)),
        earlier_critical_skills: count(&|skill| !skill.is_flagged() && was_critical(skill)),
        days_known,
    }
}

/// Says who a publisher is, and whether something proves it.
async fn who(services: &Services, skills: &[KnownSkill], account: &str) -> Result<(String, bool), StoreError> {
    let ids: Vec<SkillId> = skills.iter().map(|skill| skill.skill.skill_id).take(PROOFS).collect();
    let records = services.skills(&ids).await?;
    let signals = services.trust_signals(records.iter().map(|record| &**record)).await?;
    let standings: Vec<_> = records.iter().map(|record| signals.of(record).standing).collect();
    let proved = standings.iter().find(|standing| standing.proof.is_some());
    let handle = account.split_once('/').map_or(account, |(_, handle)| handle).to_owned();
    let name = proved.or(standings.first()).map_or(handle, |standing| standing.name.clone());
    Ok((name, proved.is_some()))
}

fn flags(services: &Services, skills: &[KnownSkill], is_verified: bool, days_known: u64) -> Vec<String> {
    let own = || skills.iter().filter(|skill| skill.is_own());
    let flagged = own().filter(|skill| skill.is_flagged()).count();
    let listed = skills.iter().filter(|skill| skill.skill.is_listed).count();
    let copies = skills.iter().filter(|skill| skill.skill.is_listed && !skill.is_own()).count();
    let imitates = || {
        skills.first().is_some_and(|skill| {
            services.vendor_accounts().imitated_by(services.publishers(), &skill.skill.source.identity).is_some()
        })
    };
    let rows = [
        ("dangerous_package", own().any(|skill| skill.verdict == Some(RiskBand::Critical))),
        ("multiple_flagged_packages", flagged > 1),
        ("typosquat_pattern", imitates()),
        ("mostly_copies", copies * 2 > listed),
        ("new_account", days_known < NEW_DAYS),
        ("verified", is_verified),
    ];
    rows.into_iter().filter(|(_, is_so)| *is_so).map(|(flag, _)| flag.to_owned()).collect()
}
