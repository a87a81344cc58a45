//! `touchmark.lock`, version 1: what a project holds, which bytes they are, and what was
//! known of them when somebody took them in.
//!
//! ```json
//! {
//!   "skills": {
//!     "pdf": {
//!       "path": ".claude/skills/pdf",
//!       "pin": { "audited_at": …, "commit_sha": …, "content_hash": …, "skill_id": …, "source_url": …, "verdict": … },
//!       "review": { "executes_code": true, "recommended_action": …, "ruleset_version": …, "safety_flags": [] },
//!       "root_digest": "sha256:…"
//!     }
//!   },
//!   "version": 1
//! }
//! ```
//!
//! Keys are in byte order and every fact has a line of its own, so that two branches that pin
//! two skills merge, and a review shows what an update changes: the commit, the verdict, that
//! it now runs code. `pin` is what `/inspect` returned, `root_digest` what was measured on
//! disk. There is no time of writing: pinning the same again changes nothing.

use serde_json::{Map, Value, json};

use super::digest_text::{recorded, sha256};
use super::entry::{Entry, Lockfile, Origin, PinnedVerdict, Recorded};
use super::error::LockfileError;
use super::json;
use super::kind::LockfileKind;
use super::name::{PlacePath, SkillName};
use super::node::Table;
use super::skill_map;
use crate::recipe::HashRecipe;
use crate::scan::SafetyStatus;
use crate::skill::{Sha256Digest, SkillId, Timestamp};

/// The version of the format.
const VERSION: u64 = 1;

/// A skill that is pinned.
#[derive(Debug, Clone, PartialEq)]
pub struct PinnedSkill {
    /// The name under which it is pinned.
    pub name: SkillName,
    /// Where it is installed, below the project.
    pub path: PlacePath,
    /// The root digest v1 of the installed folder.
    pub root_digest: Sha256Digest,
    /// The skill.
    pub skill_id: SkillId,
    /// The URL of its SKILL.md.
    pub source_url: String,
    /// The SHA-256 of its SKILL.md.
    pub content_hash: Sha256Digest,
    /// The commit, where it is known.
    pub commit_sha: Option<String>,
    /// The verdict when it was pinned.
    pub verdict: SafetyStatus,
    /// When that verdict was made.
    pub audited_at: Option<Timestamp>,
    /// What a reviewer should see change.
    pub review: Review,
}

/// What a reviewer of a change should see: information, which no check believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What to do, in the words of the API.
    pub recommended_action: String,
    /// Whether the bundle holds something that runs.
    pub executes_code: bool,
    /// Ids of the rules that found something.
    pub safety_flags: Vec<String>,
    /// The rules that produced the verdict.
    pub ruleset_version: Option<String>,
}

impl PinnedSkill {
    /// Reads a name for a pin.
    ///
    /// # Errors
    /// Fails where it is no name of a single folder.
    pub fn name(text: &str) -> Result<SkillName, LockfileError> {
        SkillName::parse(text, "name")
    }

    /// Reads the place of a pin.
    ///
    /// # Errors
    /// Fails where it is no relative path that stays in the project.
    pub fn path(text: &str) -> Result<PlacePath, LockfileError> {
        PlacePath::parse(text, "path")
    }

    fn to_json(&self) -> Value {
        json!({
            "path": self.path.to_string(),
            "root_digest": self.root_digest,
            "pin": {
                "skill_id": self.skill_id,
                "source_url": self.source_url,
                "content_hash": self.content_hash,
                "commit_sha": self.commit_sha,
                "verdict": self.verdict,
                "audited_at": self.audited_at,
            },
            "review": {
                "recommended_action": self.review.recommended_action,
                "executes_code": self.review.executes_code,
                "safety_flags": self.review.safety_flags,
                "ruleset_version": self.review.ruleset_version,
            }
        })
    }
}

/// Reads the file.
pub(super) fn parse(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    skill_map::read(bytes, LockfileKind::Touchmark, VERSION, entry)
}

fn entry(name: SkillName, key: String, table: Table<'_>) -> Result<Entry, LockfileError> {
    let path = PlacePath::parse(table.required("path")?, &table.key_of("path"))?;
    let Some(root) = sha256(table, "root_digest")? else { return Err(table.wrong("root_digest", "is missing")) };
    let pin_key = table.key_of("pin");
    let Some(pin) = table.get("pin") else { return Err(table.wrong("pin", "is missing")) };
    let pin = Table::of(pin, &pin_key)?;
    let mut digests = vec![recorded(table, "root_digest", HashRecipe::RootDigestV1, root.to_string())];
    if let Some(content) = sha256(pin, "content_hash")? {
        digests.push(recorded(pin, "content_hash", HashRecipe::SkillMd, content.to_string()));
    }
    let skill_id = pin.required("skill_id")?.parse().map_err(|_| pin.wrong("skill_id", "is no UUID"))?;
    let status = serde_json::from_value(Value::String(pin.required("verdict")?.to_owned()))
        .map_err(|_| pin.wrong("verdict", "is none of safe, caution, warning, dangerous, unaudited"))?;
    let origin = Origin {
        source_url: Some(pin.required("source_url")?.to_owned()),
        commit: pin.text("commit_sha")?.map(str::to_owned),
        pinned: Some(PinnedVerdict { skill_id, status }),
    };
    Ok(Entry { name, key, recorded: Recorded::Folder(digests), places: vec![path], is_optional: false, origin })
}

/// Returns the file with one skill pinned; what else it holds stays as it is.
///
/// # Errors
/// Fails where the file is none that this version wrote, holds an entry that cannot be read,
/// or marks of a merge that nobody finished: none of them is ours to resolve.
pub fn with_pin(existing: Option<&[u8]>, pinned: &PinnedSkill) -> Result<String, LockfileError> {
    let mut root = match existing {
        None => Map::new(),
        Some(bytes) => {
            let lockfile = parse(bytes)?;
            if !lockfile.notices.is_empty() {
                return Err(LockfileError::of_file("holds marks of a git conflict; finish the merge first"));
            }
            for entry in lockfile.entries {
                let entry = entry?;
                if entry.name == pinned.name && !entry.places.contains(&pinned.path) {
                    let place = entry.places.first().map(PlacePath::to_string).unwrap_or_default();
                    let place = crate::skill::sanitise_line(&place, 200);
                    let reason = format!("is already pinned for `{place}`; choose another name with --name");
                    return Err(LockfileError::new(&entry.key, reason));
                }
            }
            match serde_json::from_str(json::text(bytes)?) {
                Ok(Value::Object(root)) => root,
                _ => return Err(LockfileError::of_file("is not an object")),
            }
        }
    };
    root.insert("version".to_owned(), json!(VERSION));
    let skills = root.entry("skills").or_insert_with(|| json!({}));
    if let Some(skills) = skills.as_object_mut() {
        skills.insert(pinned.name.as_str().to_owned(), pinned.to_json());
    }
    let sorted = sorted(Value::Object(root));
    let text = serde_json::to_string_pretty(&sorted);
    text.map(|text| text + "\n").map_err(|error| LockfileError::of_file(format!("cannot be written: {error}")))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_unstable_by(|left, right| left.0.cmp(&right.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
