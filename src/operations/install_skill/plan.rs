//! What an installation would do, and what speaks against it.

use std::path::Path;

use super::fetch::{Fetched, fetch};
use super::{InstallError, InstallScope, SkillsPlace};
use crate::api::{Freshness, InspectResponse, folder_name_of};
use crate::approval::measure;
use crate::change::{ChangeReview, DriftReview, FileChange, FileState, Moved};
use crate::lockfile::{Entry, FoundError, LockfileKind, PinnedSkill, Root, check_pin, read_lockfile_of};
use crate::operations::find_pin::recorded;
use crate::operations::pin_skill::pinned_skill;
use crate::operations::review_change::scan_one;
use crate::placement::{FolderName, Occupant, SkillsFolder};
use crate::policy::{IndexFacts, Policy, SkillFacts, StatedScan, Violation};
use crate::recipe::HashRecipe;
use crate::scan::{RecommendedAction, Ruleset, SafetyStatus, ScannedBundle};
use crate::skill::{Sha256Digest, Timestamp};

/// What is installed, and where.
#[derive(Debug, Clone, Copy)]
pub struct InstallRequest<'a> {
    /// The folder of the project.
    pub project: &'a Path,
    /// The home folder.
    pub home: Option<&'a Path>,
    /// Where skills are installed.
    pub place: SkillsPlace,
    /// The name of the folder; by default the skill's own.
    pub name: Option<&'a str>,
    /// Whether a server named the source.
    pub is_remote: bool,
    /// What is let in.
    pub policy: Option<&'a Policy>,
    /// The time.
    pub now: Timestamp,
}

/// What an installation would do.
#[derive(Debug)]
pub struct InstallPlan {
    /// What was fetched, as it was scanned just now.
    pub scanned: ScannedBundle,
    /// What stands at its place.
    pub standing: InstallStanding,
    /// Where it is put, as reports name it.
    pub folder: String,
    /// The lockfile, as reports name it.
    pub lockfile: String,
    /// What is pinned.
    pub pinned: PinnedSkill,
    /// The verdict: of the scan here and of the index, the worse.
    pub status: SafetyStatus,
    /// What to do, by the worse of both.
    pub recommended_action: RecommendedAction,
    /// Why the policy does not let it in.
    pub violations: Vec<Violation>,
    /// What the policy lets in and tells all the same; sanitised.
    pub notices: Vec<String>,
    /// What its files do, as if each were new.
    pub review: DriftReview,
    pub(super) root: Root,
    pub(super) place: SkillsPlace,
    pub(super) prefix: &'static str,
    pub(super) name: FolderName,
}

/// What stands at the place of a skill, compared with what is to be installed.
#[derive(Debug)]
pub enum InstallStanding {
    /// Nothing.
    New,
    /// The same files.
    Unchanged {
        /// Whether they are pinned so.
        is_pinned: bool,
    },
    /// What was installed, as it was pinned.
    Outdated {
        /// Its root digest.
        root_digest: Sha256Digest,
        /// What the update changes.
        review: Box<ChangeReview>,
    },
    /// Something that nobody pinned: local edits, or another skill.
    Edited {
        /// Whether another state of it is pinned.
        is_pinned: bool,
        /// What replacing it changes; absent where it cannot be scanned.
        review: Option<Box<ChangeReview>>,
    },
}

impl InstallStanding {
    /// Returns the word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged { .. } => "unchanged",
            Self::Outdated { .. } => "outdated",
            Self::Edited { .. } => "edited",
        }
    }
}

impl InstallPlan {
    /// Says what speaks against it whatever somebody answers; nothing where nothing does.
    pub fn refusals(&self, replaces_edits: bool) -> Vec<String> {
        let mut refusals = Vec::new();
        if self.recommended_action == RecommendedAction::Block {
            refusals.push(format!("the verdict is {}: it is not installed", self.status.as_str()));
        }
        refusals.extend(
            self.violations.iter().map(|violation| format!("the policy, {}: {}", violation.name(), violation.message)),
        );
        if let (InstallStanding::Edited { is_pinned, .. }, false) = (&self.standing, replaces_edits) {
            let what = if *is_pinned { "was edited since it was installed" } else { "is not in touchmark.lock" };
            let kept = "it is never overwritten: --replace keeps it aside";
            refusals.push(format!("what stands in `{}` {what}, and {kept}", self.folder));
        }
        refusals
    }

    /// Says why it is not installed without a question, where it is not.
    pub fn refusal_without_question(&self) -> Option<String> {
        let action = self.recommended_action;
        (action != RecommendedAction::SafeToInstall).then(|| {
            let why = if self.scanned.report.executes_code { ", and it runs code" } else { "" };
            format!(
                "--yes installs only what is safe_to_install; this is {} (the verdict is {}{why})",
                action.as_str(),
                self.status.as_str()
            )
        })
    }

    /// Tells whether there is nothing to do.
    pub fn is_done(&self) -> bool {
        matches!(self.standing, InstallStanding::Unchanged { is_pinned: true })
    }
}

/// Fetches a skill, proves that it is what was pinned, scans it, and says what installing it
/// would do. Nothing is written.
///
/// # Errors
/// Fails where it cannot be fetched or is not what was pinned, where something stands in the
/// way that is no folder, or where `touchmark.lock` cannot take the pin.
pub fn plan_install(
    request: &InstallRequest<'_>,
    inspected: &InspectResponse,
    ruleset: &Ruleset,
) -> Result<InstallPlan, InstallError> {
    let InstallRequest { place, .. } = *request;
    let open = |path: &Path, source| InstallError::Open { path: path.display().to_string(), source };
    let (root, prefix) = match place.scope {
        InstallScope::Project => (Root::project(request.project).map_err(|source| open(request.project, source))?, ""),
        InstallScope::User => {
            let home = request.home.ok_or(InstallError::NoHome)?;
            (Root::home(home).map_err(|source| open(home, source))?, "~/")
        }
    };
    let Fetched { identity, scanned } = fetch(inspected, request.is_remote, ruleset)?;
    let name = match request.name {
        Some(name) => FolderName::try_from(name)?,
        None => FolderName::try_from(folder_name_of(&identity, &scanned.bundle.name).as_str())?,
    };
    let path = PinnedSkill::path(&format!("{}/{name}", place.folder))?;
    let entries = match read_lockfile_of(&root, LockfileKind::Touchmark)? {
        None => Vec::new(),
        Some(lockfile) => lockfile.entries.into_iter().collect::<Result<Vec<Entry>, _>>().map_err(FoundError::from)?,
    };
    let entry = entries.iter().find(|entry| entry.places.contains(&path));
    let pinned_name = match entry {
        Some(entry) => entry.name.clone(),
        None if entries.iter().all(|entry| entry.name.as_str() != name.as_str()) => PinnedSkill::name(name.as_str())?,
        // The same skill for another agent.
        None => PinnedSkill::name(&format!("{name}@{}", place.target.as_str()))?,
    };
    let (root_digest, content_hash) = (scanned.report.package_hash, scanned.report.content_hash);
    let pinned = pinned_skill(inspected, pinned_name, path, root_digest, content_hash);
    check_pin(root.path(), &pinned).map_err(InstallError::Pin)?;
    let standing = match SkillsFolder::find(root.path(), place.folder, prefix)? {
        None => InstallStanding::New,
        Some(skills) => match skills.occupant(&name)? {
            Occupant::Nothing => InstallStanding::New,
            Occupant::Folder(folder) => {
                let recorded = entry.and_then(|entry| recorded(entry, HashRecipe::RootDigestV1));
                standing(&folder, recorded, &scanned, ruleset)
            }
        },
    };
    let status = scanned.report.status.max(inspected.safety.status);
    let recommended_action = scanned.report.recommended_action().max(inspected.safety.recommended_action);
    let found = StatedScan::of(&scanned.report);
    let facts = SkillFacts {
        name: name.as_str(),
        is_verified: None,
        scan: Some(&found),
        publisher: Some(identity.owner()).filter(|owner| !owner.is_empty()),
        source_url: Some(&inspected.pin.source_url),
        root_digest: Some(root_digest),
        content_hash: Some(content_hash),
        index: IndexFacts::Known {
            verdict: status,
            audited_at: inspected.pin.audited_at,
            is_stale: inspected.safety.freshness != Freshness::Fresh,
        },
    };
    let judgement = request.policy.map(|policy| policy.judge(&facts, request.now)).unwrap_or_default();
    Ok(InstallPlan {
        review: DriftReview::of(Moved::Files(all_files(&scanned)), Some(&scanned), None),
        standing,
        folder: format!("{prefix}{}/{name}", place.folder),
        lockfile: root.shown(LockfileKind::Touchmark.paths()[0]),
        pinned,
        status,
        recommended_action,
        violations: judgement.violations,
        notices: judgement.notices,
        scanned,
        root,
        place,
        prefix,
        name,
    })
}

/// Compares what stands at the place with what was pinned and with what is to be installed.
fn standing(
    folder: &Path,
    recorded: Option<Sha256Digest>,
    scanned: &ScannedBundle,
    ruleset: &Ruleset,
) -> InstallStanding {
    // What cannot be measured is nothing that anybody pinned.
    let installed = measure(folder).ok().map(|measured| measured.manifest.root_digest());
    if installed == Some(scanned.report.package_hash) {
        return InstallStanding::Unchanged { is_pinned: recorded == installed };
    }
    let review = scan_one(folder, ruleset).ok().map(|old| Box::new(ChangeReview::between(&old, scanned)));
    match (installed, review) {
        (Some(root_digest), Some(review)) if recorded == Some(root_digest) => {
            InstallStanding::Outdated { root_digest, review }
        }
        (_, review) => InstallStanding::Edited { is_pinned: recorded.is_some(), review },
    }
}

/// Lists every file as one that is new.
fn all_files(scanned: &ScannedBundle) -> Vec<FileChange> {
    let files = scanned.bundle.files.iter();
    files.filter_map(|file| FileChange::new(file.path.as_str(), file.class, None, Some(FileState::of(file)))).collect()
}
