//! `skills-lock.json`, version 1, of the skills command line.

use super::digest_text::{recorded, sha256};
use super::entry::{Entry, Lockfile, Origin, Recorded};
use super::error::LockfileError;
use super::folders;
use super::kind::LockfileKind;
use super::name::{PlacePath, SkillName};
use super::node::Table;
use super::skill_map;
use super::source_text::github_url;
use crate::recipe::HashRecipe;

/// Reads the file.
pub(super) fn parse(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    skill_map::read(bytes, LockfileKind::SkillsLock, 1, entry)
}

fn entry(name: SkillName, key: String, table: Table<'_>) -> Result<Entry, LockfileError> {
    let Some(digest) = sha256(table, "computedHash")? else {
        return Err(table.wrong("computedHash", "is missing"));
    };
    let recorded = recorded(table, "computedHash", HashRecipe::SkillsLock, digest.to_hex());
    let skill_path = skill_path(table)?;
    let mut places = folders::in_project(&name);
    let kind = table.text("sourceType")?.unwrap_or_default();
    let origin = Origin {
        source_url: match (kind, table.text("source")?, &skill_path) {
            ("github", Some(source), Some(path)) => github_url(source, table.text("ref")?, path),
            _ => None,
        },
        ..Origin::default()
    };
    // The path is one of the source. Where the source is this project it is one here as well.
    if let (Some(path), "local") = (skill_path, kind)
        && !places.contains(&path)
    {
        places.push(path);
    }
    Ok(Entry { name, key, recorded: Recorded::Folder(vec![recorded]), places, is_optional: false, origin })
}

/// Returns the folder of the skill in its source.
pub(super) fn skill_path(table: Table<'_>) -> Result<Option<PlacePath>, LockfileError> {
    let Some(text) = table.text("skillPath")? else { return Ok(None) };
    Ok(Some(PlacePath::parse(text, &table.key_of("skillPath"))?.without_instructions()))
}
