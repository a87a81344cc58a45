//! `.clawhub/lock.json`, version 1, which records versions and no bytes.

use super::entry::{Entry, Lockfile, Origin, Recorded};
use super::error::LockfileError;
use super::folders;
use super::kind::LockfileKind;
use super::name::{PlacePath, SkillName};
use super::node::Table;
use super::skill_map;
use super::source_text::github_url;

/// Why the file alone says nothing of bytes.
const NO_DIGEST: &str = "the file records a version and no hash, and the skill holds no .clawhub/origin.json with one";

/// Reads the file.
pub(super) fn parse(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    skill_map::read(bytes, LockfileKind::ClawHub, 1, entry)
}

fn entry(name: SkillName, key: String, table: Table<'_>) -> Result<Entry, LockfileError> {
    table.text("version")?;
    let source_url = match (table.text("sourceRepository")?, table.text("sourcePath")?) {
        (Some(repository), Some(path)) => {
            let path = PlacePath::parse(path, &table.key_of("sourcePath"))?;
            github_url(repository, None, &path.without_instructions())
        }
        _ => None,
    };
    let places = folders::in_project(&name);
    let origin = Origin { source_url, ..Origin::default() };
    Ok(Entry { name, key, recorded: Recorded::Nothing(NO_DIGEST), places, is_optional: false, origin })
}
