//! The keys that `gh skill` writes into the frontmatter of an installed SKILL.md.

use super::digest_text::sha1;
use super::entry::{Entry, Origin, Recorded, RecordedDigest};
use super::error::LockfileError;
use super::json;
use super::name::{PlacePath, SkillName};
use super::node::{Table, join};
use super::source_text::github_url;
use crate::recipe::HashRecipe;
use crate::skill::body_start;

/// The key without which there is nothing to compare.
const TREE: &str = "github-tree-sha";

/// Reads the keys of the SKILL.md of an installed skill; nothing where `gh` wrote none.
pub(super) fn entry(bytes: &[u8], name: SkillName, place: PlacePath) -> Option<Result<Entry, LockfileError>> {
    let head = String::from_utf8_lossy(bytes);
    let head = &head[..body_start(&head)];
    // Most skills were not installed by `gh`, and odd YAML in them is nobody's fault here.
    if !head.contains(TREE) {
        return None;
    }
    let block: Vec<&str> = head.trim_start().lines().skip(1).collect();
    let block = block.split_last().map(|(_, lines)| lines.join("\n")).unwrap_or_default();
    let node = match json::yaml(block.as_bytes()) {
        Ok(node) => node,
        Err(error) => return Some(Err(LockfileError::new("metadata", error.reason()))),
    };
    let key = join("metadata", TREE);
    let read = Table::of(&node, "").and_then(|root| match root.get("metadata") {
        None => Ok(None),
        Some(metadata) => {
            let metadata = Table::of(metadata, "metadata")?;
            Ok(sha1(metadata, TREE)?.map(|tree| -> Result<Entry, LockfileError> {
                let origin = origin(metadata)?;
                let digest =
                    RecordedDigest { key: key.clone(), recipe: HashRecipe::GitTree, digest: tree, is_inside: true };
                Ok(Entry {
                    name,
                    key,
                    recorded: Recorded::Folder(vec![digest]),
                    places: vec![place],
                    is_optional: false,
                    origin,
                })
            }))
        }
    });
    match read {
        Ok(None) => None,
        Ok(Some(entry)) => Some(entry),
        Err(error) => Some(Err(error)),
    }
}

fn origin(metadata: Table<'_>) -> Result<Origin, LockfileError> {
    let path = match metadata.text("github-path")? {
        Some(path) => Some(PlacePath::parse(path, &metadata.key_of("github-path"))?.without_instructions()),
        None => None,
    };
    let source_url = match (metadata.text("github-repo")?, path) {
        (Some(repository), Some(path)) => github_url(repository, metadata.text("github-ref")?, &path),
        _ => None,
    };
    Ok(Origin { source_url, ..Origin::default() })
}
