//! The index of the skills that an instance publishes itself.

use serde_json::{Value, json};

use super::pretty;
use crate::skill::Sha256Digest;

/// What an index of 0.2.0 names itself by.
pub const DISCOVERY_SCHEMA: &str = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";

/// Renders `/.well-known/agent-skills/index.json` of a service at `url` for its own skills, each
/// a name, a description and the text of its SKILL.md.
///
/// Nothing of the index of skills is in it: a client fetches every entry, so that the skills of
/// others are in collections, which are bounded.
pub fn agent_skills(url: &str, skills: &[(&str, &str, &str)]) -> String {
    let entry = |(name, description, text): &(&str, &str, &str)| -> Value {
        json!({
            "name": name,
            "type": "skill-md",
            "description": description,
            "url": format!("{url}/.well-known/agent-skills/{name}/SKILL.md"),
            "digest": Sha256Digest::of(text.as_bytes()).to_string(),
            "files": ["SKILL.md"],
        })
    };
    pretty(&json!({
        "$schema": DISCOVERY_SCHEMA,
        "skills": skills.iter().map(entry).collect::<Vec<_>>(),
        "touchmark": {
            "collections": format!("{url}/collections/{{scope}}/.well-known/agent-skills/index.json"),
            "note": "The skills of others are below /collections: OWNER, OWNER/REPOSITORY, OWNER/REPOSITORY/FOLDER or HOST/OWNER/REPOSITORY.",
        },
    }))
}
