//! `skills.lock` of fastskill, format 3.0 (TOML).

use super::digest_text::recorded;
use super::entry::{Entry, Lockfile, Origin, Recorded};
use super::error::LockfileError;
use super::folders;
use super::json;
use super::kind::LockfileKind;
use super::limits;
use super::name::{PlacePath, SkillName};
use super::node::{Node, Table};
use super::source_text::github_url;
use crate::recipe::HashRecipe;

/// The version of the format that is read.
const VERSION: &str = "3.0";

/// Reads the file. Other tools keep JSON under the same name, which is told and left alone.
pub(super) fn parse(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        let notice = "it is JSON and so not of fastskill; what it records was not checked".to_owned();
        return Ok(Lockfile { kind: LockfileKind::Fastskill, entries: Vec::new(), notices: vec![notice] });
    }
    let node = json::toml(bytes)?;
    let root = Table::of(&node, "")?;
    let Some(metadata) = root.get("metadata") else { return Err(LockfileError::new("metadata", "is missing")) };
    let metadata = Table::of(metadata, "metadata")?;
    if metadata.required("version")? != VERSION {
        return Err(metadata.wrong("version", &format!("is not {VERSION}, the only version that this program reads")));
    }
    let skills = match root.get("skills") {
        None => &[][..],
        Some(Node::List(skills)) if skills.len() <= limits::ENTRIES => skills,
        Some(Node::List(_)) => {
            return Err(LockfileError::new("skills", format!("records more than {} skills", limits::ENTRIES)));
        }
        Some(_) => return Err(LockfileError::new("skills", "is not a list")),
    };
    let entries = skills.iter().enumerate().map(|(index, node)| entry(node, format!("skills[{index}]"))).collect();
    Ok(Lockfile { kind: LockfileKind::Fastskill, entries, notices: Vec::new() })
}

fn entry(node: &Node, key: String) -> Result<Entry, LockfileError> {
    let table = Table::of(node, &key)?;
    let name = SkillName::parse(table.required("id")?, &table.key_of("id"))?;
    let resolved_key = table.key_of("resolved");
    let Some(resolved) = table.get("resolved") else { return Err(table.wrong("resolved", "is missing")) };
    let resolved = Table::of(resolved, &resolved_key)?;
    let recorded = match resolved.text("checksum")? {
        None => Recorded::Nothing("resolved.checksum is not recorded"),
        Some(text) if is_known_form(text) => {
            Recorded::Folder(vec![recorded(resolved, "checksum", HashRecipe::Fastskill, text.to_ascii_lowercase())])
        }
        Some(_) => Recorded::Nothing("resolved.checksum is of a form that this program cannot make"),
    };
    let mut origin = Origin { commit: resolved.text("commit_hash")?.map(str::to_owned), ..Origin::default() };
    let origin_key = table.key_of("origin");
    if let Some(source) = table.get("origin") {
        let source = Table::of(source, &origin_key)?;
        if let (Some(url), Some(folder)) = (source.text("url")?, source.text("subdir")?) {
            let folder = PlacePath::parse(folder, &source.key_of("subdir"))?.without_instructions();
            origin.source_url = github_url(url, None, &folder);
        }
    }
    let places = folders::in_project(&name);
    Ok(Entry { name, key, recorded, places, is_optional: false, origin })
}

/// Tells whether a checksum is one of those that can be made; earlier and later releases write
/// others, which are told by what stands before the colon.
fn is_known_form(checksum: &str) -> bool {
    let digits = checksum.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
