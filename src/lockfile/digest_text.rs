//! Digests as lockfiles write them.

use super::entry::RecordedDigest;
use super::error::LockfileError;
use super::node::{Node, Table};
use crate::recipe::HashRecipe;
use crate::skill::Sha256Digest;

/// Reads `sha256:` and 64 hex digits, or the digits alone.
pub(super) fn sha256(table: Table<'_>, name: &str) -> Result<Option<Sha256Digest>, LockfileError> {
    sha256_of(table, name, table.get(name))
}

/// Reads the digest of `node`, which stands at `name` in `table`.
pub(super) fn sha256_of<'a>(
    table: Table<'a>,
    name: &str,
    node: Option<&'a Node>,
) -> Result<Option<Sha256Digest>, LockfileError> {
    let Some(text) = table.text_of(name, node)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| table.wrong(name, "is no SHA-256 digest (64 hex digits)"))
}

/// Reads the 40 hex digits of a git object.
pub(super) fn sha1(table: Table<'_>, name: &str) -> Result<Option<String>, LockfileError> {
    match table.text(name)? {
        None => Ok(None),
        Some(text) if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Ok(Some(text.to_ascii_lowercase()))
        }
        Some(_) => Err(table.wrong(name, "is no git object (40 hex digits)")),
    }
}

/// A digest that stands at `name` in `table`.
pub(super) fn recorded(table: Table<'_>, name: &str, recipe: HashRecipe, digest: String) -> RecordedDigest {
    RecordedDigest { key: table.key_of(name), recipe, digest, is_inside: false }
}
