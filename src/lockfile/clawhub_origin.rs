//! `.clawhub/origin.json` inside of an installed skill, with the fingerprint of its bytes.

use super::digest_text::sha256;
use super::entry::RecordedDigest;
use super::error::LockfileError;
use super::json;
use super::node::Table;
use crate::recipe::HashRecipe;

/// Where an installed skill says what it is; the second is of older releases.
pub(super) const ORIGINS: [&str; 2] = [".clawhub/origin.json", ".clawdhub/origin.json"];

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
