//! Skills over MCP (SEP-2640): entries with the frontmatter as it was written, a digest for each
//! file, and our verdict in `_meta`.

use rmcp::ErrorData;
use rmcp::model::{
    DIRECTORY_MIME_TYPE, JsonObject, MetaObject, Resource, Skill, SkillFrontmatter, SkillResource, SkillResources,
};
use serde_json::{Value, json};

use super::cursor::List;
use super::media_type::media_type;
use super::namespace::VERDICT_KEY;
use super::skill_uri::{SkillUri, uri_of};
use super::text::untrusted_line;
use crate::operations::ServedSkill;

/// Children of a directory in one answer.
const CHILDREN: usize = 200;
/// Characters of a description in a list of resources.
const DESCRIPTION_CHARACTERS: usize = 500;

/// Shows a skill as an entry.
pub(super) fn entry(skill: &ServedSkill) -> Skill {
    let mut extra = skill.frontmatter.clone();
    extra.shift_remove("name");
    let description = match extra.shift_remove("description") {
        Some(Value::String(description)) => description,
        _ => String::new(),
    };
    let mut frontmatter = SkillFrontmatter::new(skill.name.clone(), description);
    frontmatter.extra = extra;
    let files = skill
        .files
        .iter()
        .map(|file| SkillResource::new(uri_of(skill, &file.path), file.sha256.to_string(), file.size_bytes));
    Skill::new(uri_of(skill, "SKILL.md"), frontmatter, SkillResources::Files(files.collect())).with_meta(verdict(skill))
}

/// Says what is known of a skill, bound to exactly its files.
pub(super) fn verdict(skill: &ServedSkill) -> MetaObject {
    let mut verdict = serde_json::to_value(&skill.safety).unwrap_or_default();
    verdict["skill_id"] = json!(skill.skill_id);
    verdict["source_url"] = json!(skill.source_url);
    verdict["resources_digest"] = json!(skill.resources_digest().to_string());
    verdict["is_content_withheld"] = json!(skill.is_blocked());
    MetaObject(JsonObject::from_iter([(VERDICT_KEY.to_owned(), verdict)]))
}

/// Shows the SKILL.md of a skill in a list of resources.
pub(super) fn resource(skill: &ServedSkill) -> Resource {
    let description = skill.frontmatter.get("description").and_then(Value::as_str).unwrap_or_default();
    let size = skill.files.iter().find(|file| file.path == "SKILL.md").map_or(0, |file| file.size_bytes);
    Resource::new(uri_of(skill, "SKILL.md"), skill.name.clone())
        .with_description(untrusted_line(description, DESCRIPTION_CHARACTERS))
        .with_mime_type("text/markdown")
        .with_size(size)
        .with_meta(verdict(skill))
}

/// Children of a folder, and where the list goes on.
pub(super) type Children = (Vec<Resource>, Option<String>);

/// Lists the direct children of a folder of a skill, in byte order; nothing where it has no such
/// folder. Also tells where the list goes on.
pub(super) fn children(
    skill: &ServedSkill,
    uri: &SkillUri,
    cursor: Option<&str>,
) -> Result<Option<Children>, ErrorData> {
    let after = List::Directory.position(cursor)?.unwrap_or(0);
    let prefix = if uri.path.is_empty() { String::new() } else { format!("{}/", uri.path) };
    // Files are in byte order; a folder comes again and again, but not always at once.
    let mut children: Vec<(&str, Option<u64>)> = Vec::new();
    for file in &skill.files {
        let Some(rest) = file.path.strip_prefix(&prefix) else { continue };
        match rest.split_once('/') {
            Some((folder, _)) if children.iter().any(|(name, size)| *name == folder && size.is_none()) => {}
            Some((folder, _)) => children.push((folder, None)),
            None => children.push((rest, Some(file.size_bytes))),
        }
    }
    if children.is_empty() {
        return Ok(None);
    }
    let start = usize::try_from(after).unwrap_or(usize::MAX);
    if start > children.len() {
        return Err(ErrorData::invalid_params("the cursor lies behind the end of the directory", None));
    }
    let next = (start + CHILDREN < children.len()).then(|| List::Directory.cursor(after + CHILDREN as u64));
    let show = |(name, size): &(&str, Option<u64>)| {
        let child = Resource::new(uri_of(skill, &format!("{prefix}{name}")), (*name).to_owned());
        match size {
            Some(size) => child.with_mime_type(media_type(name)).with_size(*size),
            None => child.with_mime_type(DIRECTORY_MIME_TYPE),
        }
    };
    Ok(Some((children[start..].iter().take(CHILDREN).map(show).collect(), next)))
}
