//! Fetches the bytes that a pin is about, from where the pin says.

use std::path::PathBuf;

use super::InstallError;
use crate::api::InspectResponse;
use crate::ingest::starter_skill;
use crate::scan::{Ruleset, ScannedBundle, scan_bundle_with};
use crate::skill::{Registry, SkillBundle, SkillId, SkillSource, SourceIdentity, locate_source_url, sanitise_line};
use crate::source::{FoundSkill, GitLocation, GitSpec, SourceItem, SourceSpec, open, skills_at};

/// A skill that was fetched, is what was pinned, and was scanned.
pub(super) struct Fetched {
    pub identity: SourceIdentity,
    pub scanned: ScannedBundle,
}

/// Fetches a skill, compares it with its pin, and scans it. `is_remote` says that a server
/// named the source, whose folders are not those of this machine.
pub(super) fn fetch(inspected: &InspectResponse, is_remote: bool, ruleset: &Ruleset) -> Result<Fetched, InstallError> {
    let pin = &inspected.pin;
    let url = sanitise_line(&pin.source_url, 300);
    if !inspected.safety.is_whole() {
        let reason = "the index has not read every file of it, as where it comes from a file of skills that holds \
                      SKILL.md alone; ingest its repository, and install it from there";
        return Err(InstallError::NoDigest { reason });
    }
    let (Some(content_hash), Some(package_hash)) = (&pin.content_hash, &inspected.safety.audited_package_hash) else {
        return Err(InstallError::NoDigest { reason: "the index holds none; ingest its source again" });
    };
    let identity = identity_of(inspected)
        .ok_or_else(|| not_fetchable(&url, "its URL is not that of the skill; ingest its source again"))?;
    let found = find(inspected, &identity, is_remote, &url)?;
    let (bundle, issues) = SkillBundle::parse(found.bundle, found.folder_name.as_deref())
        .map_err(|error| InstallError::Gone { url: url.clone(), reason: format!(" ({error})") })?;
    // What could not be read would not be installed: that is told before any difference.
    crate::placement::FilesToPlace::of(&bundle)?;
    let compare = |what, fetched: String, pinned: &String| match fetched == *pinned {
        true => Ok(()),
        false => Err(InstallError::Differs { url: url.clone(), what, fetched, pinned: sanitise_line(pinned, 100) }),
    };
    compare("SKILL.md", bundle.content_hash.to_string(), content_hash)?;
    compare("the root digest of all files", bundle.package_hash.to_string(), package_hash)?;
    if bundle.instructions().path.as_str() != "SKILL.md" {
        return Err(not_fetchable(&url, "its instructions are not called SKILL.md, and agents would not find them"));
    }
    Ok(Fetched { identity, scanned: scan_bundle_with(bundle, issues, ruleset) })
}

/// Returns which of the sources that the URL may mean is the skill: the id is made of it.
fn identity_of(inspected: &InspectResponse) -> Option<SourceIdentity> {
    let located = locate_source_url(&inspected.pin.source_url).ok()?;
    located.candidates.into_iter().find(|identity| SkillId::of(identity) == inspected.pin.skill_id)
}

fn find(
    inspected: &InspectResponse,
    identity: &SourceIdentity,
    is_remote: bool,
    url: &str,
) -> Result<FoundSkill, InstallError> {
    let host = identity.host();
    if is_remote && matches!(host, "local" | "file") {
        return Err(not_fetchable(url, "it lies on the machine of the server; ingest it here, and leave out --url"));
    }
    let items: Box<dyn Iterator<Item = SourceItem>> = match host {
        "starter" => Box::new(starter_skill(identity).into_iter().map(|skill| SourceItem::Skill(Box::new(skill)))),
        "local" => skills_at(&PathBuf::from(format!("/{}", identity.directory())))?,
        "file" if PathBuf::from(identity.repository()).is_file() => {
            open(&SourceSpec::Archive(PathBuf::from(identity.repository())))?
        }
        "file" => git(GitLocation::OnDisk(PathBuf::from(identity.repository())), identity, inspected, url)?,
        _ if matches!(inspected.source.registry, Registry::Github | Registry::Git) => {
            let source = SkillSource::new(identity.clone(), inspected.source.registry);
            git(GitLocation::Remote(source.repository_url()), identity, inspected, url)?
        }
        _ => return Err(not_fetchable(url, "only folders and git repositories can be; install it by hand")),
    };
    let mut reason = String::new();
    for item in items {
        match item {
            SourceItem::Skill(skill) if SkillId::of(&skill.source.identity) == inspected.pin.skill_id => {
                return Ok(*skill);
            }
            SourceItem::Skill(_) => {}
            SourceItem::Failure(failure) => {
                reason = format!(" ({})", sanitise_line(&failure.reason, 300));
            }
        }
    }
    Err(InstallError::Gone { url: url.to_owned(), reason })
}

/// Reads the pinned commit of a repository.
fn git(
    location: GitLocation,
    identity: &SourceIdentity,
    inspected: &InspectResponse,
    url: &str,
) -> Result<Box<dyn Iterator<Item = SourceItem>>, InstallError> {
    let is_commit = |text: &&str| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let commit = inspected.pin.commit_sha.as_deref().filter(is_commit).ok_or_else(|| {
        not_fetchable(url, "the index knows no commit of it, and a branch may hold anything; ingest its repository")
    })?;
    let directory = identity.directory();
    let path = (!directory.is_empty()).then(|| directory.to_owned());
    Ok(open(&SourceSpec::Git(GitSpec { location, reference: Some(commit.to_owned()), path }))?)
}

fn not_fetchable(url: &str, reason: &str) -> InstallError {
    InstallError::NotFetchable { url: url.to_owned(), reason: reason.to_owned() }
}
