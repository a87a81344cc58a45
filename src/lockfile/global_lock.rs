//! `~/.agents/.skill-lock.json`, version 3, of the skills command line. Its own tool throws
//! older versions away, and so nothing is read of them here.

use super::digest_text::{recorded, sha1};
use super::entry::{Entry, Lockfile, Origin, Recorded};
use super::error::LockfileError;
use super::folders;
use super::kind::LockfileKind;
use super::name::SkillName;
use super::node::Table;
use super::skill_map;
use super::skills_lock::skill_path;
use super::source_text::github_url;
use crate::recipe::HashRecipe;

/// Reads the file.
pub(super) fn parse(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    skill_map::read(bytes, LockfileKind::GlobalSkillLock, 3, entry)
}

fn entry(name: SkillName, key: String, table: Table<'_>) -> Result<Entry, LockfileError> {
    let recorded = match table.text("skillFolderHash")? {
        // What was not installed from GitHub has an empty hash.
        None | Some("") => Recorded::Nothing("skillFolderHash is empty, so no bytes are recorded"),
        Some(_) => {
            let digest = sha1(table, "skillFolderHash")?.unwrap_or_default();
            Recorded::Folder(vec![recorded(table, "skillFolderHash", HashRecipe::GitTree, digest)])
        }
    };
    let path = skill_path(table)?;
    let source = table.text("sourceUrl")?.or(table.text("source")?);
    let reference = table.text("pinnedRef")?.or(table.text("ref")?);
    let source_url = match (source, &path, table.text("sourceType")?) {
        (Some(source), Some(path), Some("github")) => github_url(source, reference, path),
        _ => None,
    };
    let places = folders::in_home(&name);
    Ok(Entry { name, key, recorded, places, is_optional: false, origin: Origin { source_url, ..Origin::default() } })
}
