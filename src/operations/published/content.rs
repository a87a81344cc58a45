//! The bytes of skills, for clients that know what they ask for.

use super::artifact::{Artifact, ArtifactKind, Unservable, servable_files};
use super::collection::records_of;
use super::install_name;
use super::scope::CollectionScope;
use crate::api::Problem;
use crate::operations::problem::{store_failed, unforeseen};
use crate::operations::{ClientAddress, Services, admit_lookups, give_back};
use crate::skill::{RawBundle, Sha256Digest, sanitise_line};
use crate::store::SkillRecord;

const NAME: &str = "read_artifact";

/// In which form a skill is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtifactForm {
    /// SKILL.md alone; only of a skill that is nothing else.
    SkillMd,
    /// A gzip'd tar.
    TarGz,
}

/// Bytes of an author's skill. They are data; whoever serves them says so to browsers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedContent {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their media type; nothing that a browser would show as a page.
    pub media_type: &'static str,
}

/// Returns the skill with this root digest as one file. Draws one look-up of `client`: the
/// bytes are public at their source, and naming them takes a digest, so it costs what verifying
/// them does.
///
/// # Errors
/// Fails where no listed skill has these files, or they are not handed out.
pub async fn read_artifact(
    services: &Services,
    client: Option<ClientAddress>,
    package_hash: Sha256Digest,
    form: ArtifactForm,
) -> Result<ServedContent, Problem> {
    let draw = admit_lookups(services, client, 1)?;
    let read = artifact(services, package_hash, form).await;
    if read.is_err() {
        give_back(services, draw);
    }
    read
}

async fn artifact(
    services: &Services,
    package_hash: Sha256Digest,
    form: ArtifactForm,
) -> Result<ServedContent, Problem> {
    let records = services.store().skills_with_package(package_hash).await.map_err(store_failed(NAME))?;
    let unknown = || Problem::not_found(format!("no listed skill has the root digest {package_hash}"));
    // Of equal files under several names, one blocked is enough.
    let record = records.first().ok_or_else(unknown)?;
    if !records.iter().all(SkillRecord::is_offered) {
        return Err(blocked(record));
    }
    let raw = files_of(services, record).await?;
    let packed = services.compute().run(move || match form {
        ArtifactForm::SkillMd => Artifact::of(&raw),
        ArtifactForm::TarGz => Artifact::archive_of(&raw),
    });
    let packed = packed.await.map_err(|error| unforeseen(NAME, &error))?.map_err(|reason| refused(record, reason))?;
    match (form, packed.kind) {
        (ArtifactForm::SkillMd, ArtifactKind::SkillMd) => {
            Ok(ServedContent { bytes: packed.bytes, media_type: media_type("SKILL.md") })
        }
        (ArtifactForm::TarGz, _) => Ok(ServedContent { bytes: packed.bytes, media_type: "application/gzip" }),
        (ArtifactForm::SkillMd, ArtifactKind::Archive) => Err(Problem::not_found(format!(
            "the skill with the root digest {package_hash} has more files than SKILL.md; ask for the .tar.gz"
        ))),
    }
}

/// Returns one file of the skill that an index of this scope names so. Draws one look-up of
/// `client`.
///
/// # Errors
/// Fails where there is no such skill or file, or it is not handed out.
pub async fn read_collection_file(
    services: &Services,
    client: Option<ClientAddress>,
    scope: &CollectionScope,
    skill: &str,
    path: &str,
) -> Result<ServedContent, Problem> {
    let draw = admit_lookups(services, client, 1)?;
    let read = collection_file(services, scope, skill, path).await;
    if read.is_err() {
        give_back(services, draw);
    }
    read
}

async fn collection_file(
    services: &Services,
    scope: &CollectionScope,
    skill: &str,
    path: &str,
) -> Result<ServedContent, Problem> {
    let (record, raw) = offered_skill(services, scope, skill).await?;
    let files = servable_files(&raw).map_err(|reason| refused(&record, reason))?;
    let file = files.iter().find(|file| file.path == path);
    let file = file.ok_or_else(|| Problem::not_found(format!("the skill has no file {}", sanitise_line(path, 200))))?;
    Ok(ServedContent { bytes: file.bytes.to_vec(), media_type: media_type(path) })
}

/// Finds the skill of a scope that an index names so, the first that can be handed out.
pub(super) async fn offered_skill(
    services: &Services,
    scope: &CollectionScope,
    skill: &str,
) -> Result<(SkillRecord, RawBundle), Problem> {
    let (records, _) = records_of(services, scope).await?;
    let named = records.into_iter().filter(|record| install_name(record).as_deref() == Some(skill));
    let mut reason = None;
    for record in named {
        if !record.is_offered() {
            reason = reason.or_else(|| Some(blocked(&record)));
            continue;
        }
        let raw = files_of(services, &record).await?;
        match servable_files(&raw) {
            Ok(_) => return Ok((record, raw)),
            Err(why) => reason = reason.or_else(|| Some(refused(&record, why))),
        }
    }
    Err(reason.unwrap_or_else(|| {
        let (skill, label) = (sanitise_line(skill, 64), sanitise_line(scope.label(), 100));
        Problem::not_found(format!("{label} has no skill {skill}"))
    }))
}

async fn files_of(services: &Services, record: &SkillRecord) -> Result<RawBundle, Problem> {
    let raw = services.store().bundle_files(record.bundle).await.map_err(store_failed(NAME))?;
    raw.ok_or_else(|| unforeseen(NAME, &format!("the bundle of {} is missing", record.skill_id)))
}

fn blocked(record: &SkillRecord) -> Problem {
    Problem::not_found(format!(
        "the skill {} is not handed out: its verdict is {}; its findings are in /inspect",
        record.skill_id,
        record.verdict.status.as_str()
    ))
}

fn refused(record: &SkillRecord, reason: Unservable) -> Problem {
    Problem::not_found(format!("the skill {} is not handed out: {reason}; its source is in /inspect", record.skill_id))
}

/// An author's file is text for a model or bytes for a disk, and never a page.
fn media_type(path: &str) -> &'static str {
    if path.rsplit('.').next().is_some_and(|extension| extension.eq_ignore_ascii_case("md")) {
        "text/markdown; charset=utf-8"
    } else {
        "application/octet-stream"
    }
}
