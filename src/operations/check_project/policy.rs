//! Holds every installed skill of a report against the policy of its project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::installed_scans::InstalledScans;
use super::project::blank;
use super::report::{BytesStatus, ProjectReport, SkillCheck};
use super::verdict::{KnownVerdict, Upstream, VerdictState};
use crate::api::Freshness;
use crate::operations::ProjectPolicyError;
use crate::policy::{IndexFacts, Policy, SkillFacts};
use crate::skill::{Sha256Digest, SourceIdentity, Timestamp, locate_source_url, sanitise_line};

/// The format of a policy, in a report that says that it cannot be read.
const POLICY: &str = "policy";
/// Characters of a source in a notice.
const SOURCE_CHARACTERS: usize = 300;

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
        let origins = self.origins();
        let mut used = BTreeSet::new();
        let mut scans = InstalledScans::default();
        for check in self.checks.iter_mut().filter(|check| check.root_digest.is_some()) {
            let origin = FolderKey::of(check).and_then(|folder| origins.get(&folder));
            let source_url = origin.and_then(Origin::believed);
            let publisher = source_url.and_then(publisher_of);
            // A rule that asks what is in it gets what is there, and not what an index says of it.
            let found = if policy.needs_scan() { scans.of(check, &policy, now) } else { None };
            let facts = SkillFacts { scan: found, ..facts(check, source_url, publisher.as_deref()) };
            let judgement = policy.judge(&facts, now);
            check.violations = judgement.violations;
            check.policy_notices = judgement.notices;
            if policy.names_origins() {
                check.policy_notices.extend(origin.and_then(Origin::doubt));
            }
            used.extend(judgement.used);
        }
        // Where nobody was asked, nothing can be said of what an exception is needed for.
        let is_asked = |check: &SkillCheck| !matches!(check.verdict, None | Some(VerdictState::Unknown { .. }));
        let are_all_asked = self.checks.iter().filter(|check| check.question.is_some()).all(is_asked);
        let notices = if are_all_asked { policy.notices(&used, now) } else { policy.ended(now) };
        self.notices.extend(notices.into_iter().map(|notice| format!("{}: {notice}", Policy::FILE)));
    }

    /// Returns where the bytes of each folder came from. What the index knows of them comes
    /// before what lockfiles say, which is whatever the author of a change wrote.
    fn origins(&self) -> BTreeMap<FolderKey, Origin> {
        let mut folders: BTreeMap<FolderKey, Vec<&SkillCheck>> = BTreeMap::new();
        for check in &self.checks {
            if let Some(folder) = FolderKey::of(check) {
                folders.entry(folder).or_default().push(check);
            }
        }
        let origin = |(folder, checks): (FolderKey, Vec<&SkillCheck>)| Some((folder, Origin::of(&checks)?));
        folders.into_iter().filter_map(origin).collect()
    }
}

/// Which folder a check is about. How a report names it may be how it names another one; that
/// counts only where it could not be told where the folder really is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum FolderKey {
    Real(PathBuf),
    Shown(String),
}

impl FolderKey {
    fn of(check: &SkillCheck) -> Option<Self> {
        let real = check.real_folder.clone().map(Self::Real);
        real.or_else(|| check.folder.clone().map(Self::Shown))
    }
}

/// Where the bytes of a folder came from, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// The index knows these bytes from there.
    Indexed(String),
    /// Lockfiles say so, and no index does.
    Claimed(String),
    /// Lockfiles say so, and the index holds other bytes there.
    Contradicted(String),
    /// Lockfiles name two sources.
    Disputed(String, String),
}

impl Origin {
    /// Reads it off every check of one folder; nothing where nobody says anything.
    fn of(checks: &[&SkillCheck]) -> Option<Self> {
        let claims: Vec<&str> = checks.iter().filter_map(|check| claim(check)).collect();
        let other =
            |first: &&str| claims.iter().find(|claim| !may_be_one(first, claim)).map(|other| (*other).to_owned());
        if let Some((first, other)) = claims.iter().find_map(|first| Some((*first, other(first)?))) {
            return Some(Self::Disputed(first.to_owned(), other));
        }
        let known: Vec<(Option<&str>, &KnownVerdict)> = checks
            .iter()
            .filter_map(|check| match &check.verdict {
                Some(VerdictState::Known(verdict)) => Some((claim(check), verdict)),
                _ => None,
            })
            .collect();
        let is_contradicted =
            |verdict: &KnownVerdict| verdict.upstream == Upstream::Changed && !verdict.is_about_installed;
        let contradicted = known.iter().find_map(|(claim, verdict)| claim.filter(|_| is_contradicted(verdict)));
        if let Some(source) = contradicted {
            return Some(Self::Contradicted(source.to_owned()));
        }
        // Of several copies, the index confirms the one that is recorded.
        let indexed = known.iter().filter(|(_, verdict)| verdict.is_about_installed);
        let indexed = indexed.min_by_key(|(claim, _)| claim.is_none());
        indexed
            .map(|(_, verdict)| Self::Indexed(verdict.source_url.clone()))
            .or_else(|| claims.first().map(|claim| Self::Claimed((*claim).to_owned())))
    }

    /// Returns the source as far as it is to be believed.
    fn believed(&self) -> Option<&str> {
        match self {
            Self::Indexed(source) | Self::Claimed(source) => Some(source),
            Self::Contradicted(_) | Self::Disputed(..) => None,
        }
    }

    /// Says why it is not, or not wholly; sanitised.
    fn doubt(&self) -> Option<String> {
        let shown = |source: &str| sanitise_line(source, SOURCE_CHARACTERS);
        match self {
            Self::Indexed(_) => None,
            Self::Claimed(source) => {
                Some(format!("that it comes from `{}` is what a lockfile says; no index confirms it", shown(source)))
            }
            Self::Contradicted(source) => Some(format!(
                "a lockfile says that it comes from `{}`, and the index holds other bytes there",
                shown(source)
            )),
            Self::Disputed(first, other) => {
                Some(format!("its records name two sources: `{}` and `{}`", shown(first), shown(other)))
            }
        }
    }
}

/// Returns where the record of a check says that its folder came from.
fn claim(check: &SkillCheck) -> Option<&str> {
    check.question.as_ref().and_then(|question| question.source_url.as_deref())
}

/// Tells whether two URLs can mean one source: a repository, and a folder in it.
fn may_be_one(left: &str, right: &str) -> bool {
    let (Ok(left), Ok(right)) = (locate_source_url(left), locate_source_url(right)) else { return left == right };
    let repository = |one: &SourceIdentity| [one.host(), one.owner(), one.repository()].map(str::to_ascii_lowercase);
    left.candidates.iter().any(|left| {
        right.candidates.iter().any(|right| {
            let is_whole = left.directory().is_empty() || right.directory().is_empty();
            left.canonical() == right.canonical() || (is_whole && repository(left) == repository(right))
        })
    })
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
        Some(VerdictState::Known(_) | VerdictState::NotIndexed | VerdictState::NothingToAsk) => IndexFacts::Unknown,
    };
    SkillFacts {
        name: &check.name,
        is_verified: None,
        scan: None,
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
