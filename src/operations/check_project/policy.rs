//! Holds every installed skill of a report against the policy of its project.

use std::collections::{BTreeMap, BTreeSet};

use super::project::blank;
use super::report::{BytesStatus, ProjectReport, SkillCheck};
use super::verdict::VerdictState;
use crate::api::Freshness;
use crate::operations::ProjectPolicyError;
use crate::policy::{IndexFacts, Policy, SkillFacts};
use crate::skill::{Sha256Digest, Timestamp, locate_source_url};

/// The format of a policy, in a report that says that it cannot be read.
const POLICY: &str = "policy";

impl ProjectReport {
    /// Takes the policy of the project, once the verdicts are there: says of each installed
    /// skill what speaks against it, and of the policy what is to be told. A policy that
    /// cannot be read is an error of the report, and never a pass.
    pub fn hold(&mut self, policy: Result<Option<Policy>, ProjectPolicyError>, now: Timestamp) {
        let policy = match policy {
            Ok(Some(policy)) => policy,
            Ok(None) => return,
            Err(error) => return self.checks.insert(0, failed(&error)),
        };
        let sources = self.sources();
        let mut used = BTreeSet::new();
        for check in self.checks.iter_mut().filter(|check| check.root_digest.is_some()) {
            let source_url = check.folder.as_ref().and_then(|folder| sources.get(folder)).map(String::as_str);
            let publisher = source_url.and_then(publisher_of);
            let judgement = policy.judge(&facts(check, source_url, publisher.as_deref()), now);
            check.violations = judgement.violations;
            check.policy_notices = judgement.notices;
            used.extend(judgement.used);
        }
        // Where nobody was asked, nothing can be said of what an exception is needed for.
        let is_asked = |check: &SkillCheck| !matches!(check.verdict, None | Some(VerdictState::Unknown { .. }));
        let are_all_asked = self.checks.iter().filter(|check| check.question.is_some()).all(is_asked);
        let notices = if are_all_asked { policy.notices(&used, now) } else { policy.ended(now) };
        self.notices.extend(notices.into_iter().map(|notice| format!("{}: {notice}", Policy::FILE)));
    }

    /// Returns where each folder came from: what its lockfiles say comes before what an index
    /// knows of the same SKILL.md, which may be a copy.
    fn sources(&self) -> BTreeMap<String, String> {
        let mut sources = BTreeMap::new();
        let recorded = |check: &SkillCheck| check.question.as_ref().and_then(|question| question.source_url.clone());
        let indexed = |check: &SkillCheck| match &check.verdict {
            Some(VerdictState::Known(verdict)) => Some(verdict.source_url.clone()),
            _ => None,
        };
        for source_of in [&recorded as &dyn Fn(&SkillCheck) -> Option<String>, &indexed] {
            for check in &self.checks {
                if let (Some(folder), Some(source)) = (&check.folder, source_of(check)) {
                    sources.entry(folder.clone()).or_insert(source);
                }
            }
        }
        sources
    }
}

fn failed(error: &ProjectPolicyError) -> SkillCheck {
    let mut check = blank(Policy::FILE.to_owned(), POLICY);
    check.name = Policy::FILE.to_owned();
    check.status = match error {
        ProjectPolicyError::Unreadable(_) => BytesStatus::Error,
        ProjectPolicyError::Invalid(_) => BytesStatus::InvalidRecord,
    };
    check.error = Some(error.to_string());
    check
}

fn facts<'a>(check: &'a SkillCheck, source_url: Option<&'a str>, publisher: Option<&'a str>) -> SkillFacts<'a> {
    let content_hash = check.question.as_ref().and_then(|question| question.content_hash.as_deref());
    let index = match &check.verdict {
        // An index that could not be asked is a complaint of its own, whatever the policy is.
        None | Some(VerdictState::Unknown { .. }) => IndexFacts::NotAsked,
        Some(VerdictState::Known(verdict)) if verdict.is_about_installed => IndexFacts::Known {
            verdict: verdict.status,
            audited_at: verdict.analyzed_at,
            is_stale: verdict.freshness != Freshness::Fresh,
        },
        Some(VerdictState::Known(_) | VerdictState::NotIndexed) => IndexFacts::Unknown,
    };
    SkillFacts {
        name: &check.name,
        publisher,
        source_url,
        root_digest: check.root_digest,
        content_hash: content_hash.and_then(|hash| hash.parse::<Sha256Digest>().ok()),
        index,
    }
}

/// Returns the owner of the repository to which a URL leads.
fn publisher_of(source_url: &str) -> Option<String> {
    let located = locate_source_url(source_url).ok()?;
    let owner = located.candidates.first()?.owner();
    (!owner.is_empty()).then(|| owner.to_owned())
}
