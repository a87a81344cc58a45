//! The skills of a publisher, a repository or a folder, as an index for other clients.

use std::collections::HashSet;

use super::artifact::{ArtifactKind, Unservable};
use super::install_name;
use super::scope::CollectionScope;
use super::summaries::summary;
use crate::api::Problem;
use crate::operations::problem::store_failed;
use crate::operations::{ClientAddress, Services, admit_lookups, give_back};
use crate::skill::{Sha256Digest, sanitise_line};
use crate::store::SkillRecord;

/// Skills of one index. The `skills` command line fetches all that an index names, at once and
/// before it asks which are wanted; a hundred are fetched within its ten seconds.
pub const COLLECTION_SKILLS: usize = 100;
/// Skills that are looked at for one index, those included that it then leaves out.
const CONSIDERED_SKILLS: u32 = 500;
/// Bytes of files that are read for one index, where their digests are not known yet.
const READ_BYTES: usize = 128 * 1024 * 1024;
/// UTF-16 units of a description, as the reader of the format counts them in JavaScript.
const DESCRIPTION_UNITS: usize = 1_024;

/// The index of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its skills, in byte order of their sources; each name once.
    pub entries: Vec<CollectionEntry>,
    /// What was left out, by the reason.
    pub omitted: Omitted,
    /// Whether there are more skills than were looked at.
    pub is_truncated: bool,
}

/// Skills of a scope that its index leaves out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Omitted {
    /// Whose verdict says that they should not be installed.
    pub blocked: u32,
    /// Of which not every file was read.
    pub incomplete: u32,
    /// That a client could not unpack, or not name, or that have no description.
    pub unservable: u32,
    /// Whose name another skill of the index has.
    pub same_name: u32,
}

/// A skill of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionEntry {
    /// The name under which it is installed: `a-z`, `0-9` and single hyphens, at most 64.
    pub name: String,
    /// What its author says of it, sanitised, at most 1,024 units of UTF-16.
    pub description: String,
    /// The artifact that is served for it.
    pub kind: ArtifactKind,
    /// Root digest of its files, by which the artifact is asked for.
    pub package_hash: Sha256Digest,
    /// Digest of the artifact's bytes.
    pub digest: Sha256Digest,
    /// The paths of its files, SKILL.md first.
    pub files: Vec<String>,
}

/// Lists what a scope has to offer, up to [`COLLECTION_SKILLS`]. Draws one look-up of `client`.
///
/// # Errors
/// Fails where no listed skill is in the scope, the look-ups of the client are used up, or the
/// store does not answer.
pub async fn list_collection(
    services: &Services,
    client: Option<ClientAddress>,
    scope: &CollectionScope,
) -> Result<Collection, Problem> {
    let draw = admit_lookups(services, client, 1)?;
    let listed = list(services, scope).await;
    if listed.is_err() {
        give_back(services, draw);
    }
    listed
}

async fn list(services: &Services, scope: &CollectionScope) -> Result<Collection, Problem> {
    let (records, mut is_truncated) = records_of(services, scope).await?;
    let mut entries: Vec<CollectionEntry> = Vec::new();
    let mut omitted = Omitted::default();
    let mut names: HashSet<String> = HashSet::new();
    let mut read_bytes = 0;
    for record in &records {
        if !record.is_offered() {
            omitted.blocked += 1;
            continue;
        }
        if !record.is_complete {
            omitted.incomplete += 1;
            continue;
        }
        let Some(name) = install_name(record).filter(|_| !record.description.is_empty()) else {
            omitted.unservable += 1;
            continue;
        };
        if names.contains(&name) {
            omitted.same_name += 1;
            continue;
        }
        if entries.len() == COLLECTION_SKILLS || read_bytes > READ_BYTES {
            is_truncated = true;
            break;
        }
        let (summary, bytes) = summary(services, record.bundle).await?;
        read_bytes += bytes;
        match &*summary {
            Ok(summary) => {
                names.insert(name.clone());
                entries.push(CollectionEntry {
                    name,
                    description: description(&record.description),
                    kind: summary.kind,
                    package_hash: record.package_hash,
                    digest: summary.digest,
                    files: summary.files.clone(),
                });
            }
            Err(Unservable::Incomplete) => omitted.incomplete += 1,
            Err(_) => omitted.unservable += 1,
        }
    }
    Ok(Collection { entries, omitted, is_truncated })
}

/// Reads the skills of a scope, and tells whether there are more.
pub(super) async fn records_of(
    services: &Services,
    scope: &CollectionScope,
) -> Result<(Vec<SkillRecord>, bool), Problem> {
    let found = services.store().skills_below(&scope.prefix(), "", CONSIDERED_SKILLS + 1).await;
    let mut records = found.map_err(store_failed("list_collection"))?;
    let is_truncated = records.len() > CONSIDERED_SKILLS as usize;
    records.truncate(CONSIDERED_SKILLS as usize);
    records.retain(|record| scope.contains(&record.source.identity));
    if records.is_empty() {
        let label = sanitise_line(scope.label(), 100);
        return Err(Problem::not_found(format!("no listed skill is below {label}; search with /discover")));
    }
    Ok((records, is_truncated))
}

/// Shows a description within the bound of the format.
fn description(text: &str) -> String {
    let line = sanitise_line(text, DESCRIPTION_UNITS);
    let mut units = 0;
    line.chars()
        .take_while(|character| {
            units += character.len_utf16();
            units <= DESCRIPTION_UNITS
        })
        .collect()
}
