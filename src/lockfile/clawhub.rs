//! `.clawhub/lock.json`, version 1, which records versions, and `.clawhub/origin.json` inside
//! of an installed skill, which records a fingerprint of its bytes.

use super::digest_text::sha256;
use super::entry::{Entry, Lockfile, Origin, Recorded, RecordedDigest};
use super::error::LockfileError;
use super::folders;
use super::json;
use super::kind::LockfileKind;
use super::name::{PlacePath, SkillName};
use super::node::Table;
use super::skill_map;
use super::source_text::github_url;
use crate::recipe::HashRecipe;

/// Why the file alone says nothing of bytes.
const NO_DIGEST: &str = "the file records a version and no hash, and the skill holds no .clawhub/origin.json with one";
/// Where an installed skill says what it is.
#[cfg(feature = "service")]
pub(super) const ORIGINS: [&str; 2] = [".clawhub/origin.json", ".clawdhub/origin.json"];

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

/// Reads the fingerprint in the `origin.json` of an installed skill; nothing where it has
/// none. Older releases wrote none.
pub(super) fn fingerprint(bytes: &[u8], path: &str) -> Result<Option<RecordedDigest>, LockfileError> {
    let text = std::str::from_utf8(bytes).map_err(|_| LockfileError::new(path, "is not UTF-8"))?;
    let in_file = |error: LockfileError| LockfileError::new(&format!("{path}: {}", error.key()), error.reason());
    let node = json::json(text).map_err(in_file)?;
    let table = Table::of(&node, "").map_err(in_file)?;
    let digest = sha256(table, "fingerprint").map_err(in_file)?;
    Ok(digest.map(|digest| RecordedDigest {
        key: format!("{path}: fingerprint"),
        recipe: HashRecipe::ClawhubFingerprint,
        digest: digest.to_hex(),
        is_inside: true,
    }))
}
