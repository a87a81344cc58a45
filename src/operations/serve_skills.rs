//! The skills of the catalogue as other programs load them: whole, file by file, with digests.
//!
//! Served is what a host can verify and show without being deceived: a skill whose every file is
//! known, whose frontmatter is that of the specification, and in whose names nothing hides. What
//! is not served here can still be inspected. A skill that is to be blocked is not listed, and
//! its content is not handed out; whoever names it is told the verdict.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Services;
use super::problem::{store_failed, unforeseen};
use super::source_standing::standing;
use crate::api::{ErrorCode, Problem, SafetyView};
use crate::scan::RecommendedAction;
use crate::search::{Ranking, SearchRequest};
use crate::skill::{Sha256Digest, SkillId, decode_text, frontmatter_mapping, sanitise_block, sanitise_line};
use crate::store::{BundleDetail, BundleKey, SkillRecord};

/// Files of a served skill, SKILL.md included: the limit of the skills extension.
const FILES: usize = 512;
/// Bytes of all files of a served skill: the limit of the skills extension.
const BYTES: u64 = 16 * 1024 * 1024;
/// Longest description that the specification allows, in characters.
const DESCRIPTION_CHARACTERS: usize = 1_024;
/// Longest name that the specification allows, in bytes.
const NAME_BYTES: usize = 64;
/// Skills of a page.
const PAGE_SKILLS: usize = 50;
/// Files of all skills of a page, beyond which no further skill comes into it.
const PAGE_FILES: usize = 2_000;
/// Skills that are looked at for a page; of many that are not served the rest is for the next.
const PAGE_CANDIDATES: u32 = 200;
/// Names that are proposed.
const NAMES: usize = 50;

/// A skill that can be loaded from here.
#[derive(Debug, Clone, PartialEq)]
pub struct ServedSkill {
    /// The skill.
    pub skill_id: SkillId,
    /// The name, as the specification allows it: letters, digits and hyphens.
    pub name: String,
    /// The frontmatter as the author wrote it. Nothing hides in it; it is data all the same.
    pub frontmatter: Map<String, Value>,
    /// Every regular file, in byte order of the paths.
    pub files: Vec<ServedFile>,
    /// Where it was found; author-controlled.
    pub source_url: String,
    /// The verdict on exactly these files.
    pub safety: SafetyView,
    bundle: BundleKey,
}

/// A file of a served skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedFile {
    /// The path below the skill's folder; author-controlled, with nothing hidden in it.
    pub path: String,
    /// The digest of its bytes.
    pub sha256: Sha256Digest,
    /// How many bytes it has.
    pub size_bytes: u64,
}

/// Some skills, the latest change first.
#[derive(Debug, Clone, PartialEq)]
pub struct ServedPage {
    /// The skills.
    pub skills: Vec<ServedSkill>,
    /// Where the next page begins, where there is one.
    pub next: Option<u64>,
}

impl ServedSkill {
    /// Tells whether the content is withheld.
    pub fn is_blocked(&self) -> bool {
        self.safety.recommended_action == RecommendedAction::Block
    }

    /// Returns a digest over all files: SHA-256 of a line `<sha256> <size> <path>` for each, in
    /// byte order of the paths, so that a verdict can be bound to exactly this set.
    pub fn resources_digest(&self) -> Sha256Digest {
        let mut hasher = Sha256::new();
        for file in &self.files {
            hasher.update(format!("{} {} {}\n", file.sha256.to_hex(), file.size_bytes, file.path));
        }
        Sha256Digest::from_bytes(hasher.finalize().into())
    }

    /// Returns what is served of a stored skill with this verdict, or why it is not.
    fn of(record: &SkillRecord, detail: BundleDetail, safety: SafetyView) -> Result<Self, &'static str> {
        if !record.is_complete || detail.manifest.summary.omitted_count > 0 || detail.manifest.files.len() > FILES {
            return Err("not every file of it is known, or it has too many");
        }
        if detail.manifest.files.iter().map(|file| file.size_bytes).sum::<u64>() > BYTES {
            return Err("its files together are larger than 16 MiB");
        }
        if !detail.manifest.files.iter().any(|file| file.path == "SKILL.md") {
            return Err("its instructions are not called SKILL.md");
        }
        let decoded = decode_text(&detail.content).filter(|decoded| decoded.issues.is_empty());
        let text = decoded.ok_or("its SKILL.md is not plain UTF-8")?.text;
        let frontmatter = frontmatter_mapping(&text).ok_or("its frontmatter cannot be read")?;
        let frontmatter: Map<String, Value> = frontmatter.into_iter().collect();
        let name = frontmatter.get("name").and_then(Value::as_str).filter(|name| is_served_name(name));
        let name = name.ok_or("its name is not one that the specification allows")?.to_owned();
        let description = frontmatter.get("description").and_then(Value::as_str).unwrap_or_default().trim();
        if description.is_empty() || description.chars().count() > DESCRIPTION_CHARACTERS {
            return Err("its description is missing or longer than 1024 characters");
        }
        let mut keys = frontmatter.iter();
        let is_plain_path = |path: &str| sanitise_line(path, path.len() + 1) == path;
        if !keys.all(|(key, value)| is_plain(key) && is_plain_value(value))
            || !detail.manifest.files.iter().all(|file| is_plain_path(&file.path))
        {
            return Err("its frontmatter or a path in it holds characters that hide or deceive");
        }
        let files = detail.manifest.files.into_iter();
        Ok(Self {
            skill_id: record.skill_id,
            name,
            frontmatter,
            files: files
                .map(|file| ServedFile { path: file.path, sha256: file.sha256, size_bytes: file.size_bytes })
                .collect(),
            source_url: record.source.url(),
            safety,
            bundle: record.bundle,
        })
    }
}

/// Tells whether the specification allows a name, in its strict form.
pub fn is_served_name(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    name.len() <= NAME_BYTES && name.split('-').all(is_word)
}

/// Tells whether nothing in a text hides or deceives. Line ends are part of YAML's texts.
fn is_plain(text: &str) -> bool {
    sanitise_block(text) == text
}

fn is_plain_value(value: &Value) -> bool {
    match value {
        Value::String(text) => is_plain(text),
        Value::Array(items) => items.iter().all(is_plain_value),
        Value::Object(fields) => fields.iter().all(|(key, value)| is_plain(key) && is_plain_value(value)),
        _ => true,
    }
}

/// Returns a page of the served skills that are not to be blocked, the latest change first:
/// those before the change `before`. What changes while somebody reads page by page comes first
/// in the next reading.
///
/// # Errors
/// Fails where the store does.
pub async fn served_page(services: &Services, before: Option<u64>) -> Result<ServedPage, Problem> {
    let failed = store_failed("serve_skills");
    let candidates = services.store().newest_skills(before, PAGE_CANDIDATES).await.map_err(&failed)?;
    let is_last = candidates.len() < PAGE_CANDIDATES as usize;
    let (mut skills, mut files, mut seen) = (Vec::new(), 0, None);
    let count = candidates.len();
    for (index, (sequence, record)) in candidates.into_iter().enumerate() {
        seen = Some(sequence);
        if record.verdict.recommended_action != RecommendedAction::Block
            && let Some(detail) = services.store().bundle(record.bundle).await.map_err(&failed)?
            && let Ok(skill) = ServedSkill::of(&record, detail, safety(services, &record).await?)
        {
            files += skill.files.len();
            skills.push(skill);
        }
        if (skills.len() >= PAGE_SKILLS || files >= PAGE_FILES) && index + 1 < count {
            return Ok(ServedPage { skills, next: seen });
        }
    }
    Ok(ServedPage { skills, next: seen.filter(|_| !is_last) })
}

/// Returns a served skill.
///
/// # Errors
/// Says that there is no such skill, or why it is not served.
pub async fn served_skill(services: &Services, id: SkillId) -> Result<ServedSkill, Problem> {
    let failed = store_failed("serve_skills");
    let found = services.store().skills(&[id]).await.map_err(&failed)?;
    let record = found.into_iter().find(|record| record.is_listed);
    let record = record.ok_or_else(|| Problem::not_found(format!("no listed skill has skill_id {id}")))?;
    let detail = services.store().bundle(record.bundle).await.map_err(failed)?;
    let detail = detail.ok_or_else(|| unforeseen("serve_skills", &format!("the bundle of {id} is missing")))?;
    ServedSkill::of(&record, detail, safety(services, &record).await?)
        .map_err(|reason| Problem::not_found(format!("{id} is not served as a skill: {reason}; use inspect_skill")))
}

/// Returns the verdict on a skill, as it stands to its sources.
async fn safety(services: &Services, record: &SkillRecord) -> Result<SafetyView, Problem> {
    Ok(standing(services, "serve_skills", record).await?.safety(record.verdict.clone(), record))
}

/// Returns the bytes of a file of a served skill.
///
/// # Errors
/// Says that the skill is blocked, or has no such file.
pub async fn served_file(services: &Services, skill: &ServedSkill, path: &str) -> Result<Vec<u8>, Problem> {
    if skill.is_blocked() {
        return Err(Problem::new(
            ErrorCode::NotFound,
            format!(
                "{} is to be blocked, so its content is not handed out; inspect_skill shows what was found",
                skill.skill_id
            ),
        ));
    }
    let is_listed = skill.files.iter().any(|file| file.path == path);
    let bytes = if is_listed {
        services.store().bundle_file(skill.bundle, path).await.map_err(store_failed("serve_skills"))?
    } else {
        None
    };
    bytes.ok_or_else(|| Problem::not_found(format!("the skill has no file {}", sanitise_line(path, 200))))
}

/// Returns skills whose names have `text` in them, for somebody who is typing one: best first,
/// none that is blocked, and only names in which nothing can hide.
///
/// # Errors
/// Fails where the store or search does.
pub async fn skill_names(services: &Services, text: &str) -> Result<Vec<(SkillId, String)>, Problem> {
    let text = text.trim().to_lowercase();
    let is_meant = |record: &SkillRecord| {
        record.is_listed
            && record.verdict.recommended_action != RecommendedAction::Block
            && is_served_name(&record.name)
            && record.name.contains(&text)
    };
    let mut names: Vec<(SkillId, String)> = Vec::new();
    if !text.is_empty() && text.len() <= NAME_BYTES {
        let request = SearchRequest {
            query: text.replace('-', " "),
            limit: NAMES,
            min_stars: None,
            updated_after: None,
            registry: None,
            wants_facets: false,
            now: services.now(),
            ranking: Ranking::Lexical,
        };
        let answer = services.run_search("skill_names", request).await?;
        let ids: Vec<SkillId> = answer.hits.iter().map(|hit| hit.skill_id).collect();
        let records = services.skills(&ids).await.map_err(store_failed("skill_names"))?;
        names.extend(
            records.iter().filter(|record| is_meant(record)).map(|record| (record.skill_id, record.name.clone())),
        );
    }
    // A word that is not finished is in no full text; the newest skills stand in for it.
    let newest = services.store().newest_skills(None, PAGE_CANDIDATES).await.map_err(store_failed("skill_names"))?;
    let newest = newest.into_iter().map(|(_, record)| record).filter(is_meant);
    for record in newest {
        if names.len() < NAMES && !names.iter().any(|(id, _)| *id == record.skill_id) {
            names.push((record.skill_id, record.name));
        }
    }
    // Who types the beginning of a name sees those first that begin so.
    names.sort_by_key(|(_, name)| !name.starts_with(&text));
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_specification_are_served() {
        for name in ["pdf", "pdf-2", "a", "2fa"] {
            assert!(is_served_name(name), "{name}");
        }
        let long = "a".repeat(65);
        for name in ["", "-a", "a-", "a--b", "A", "a b", "a/b", "..", "ä", "a\u{200b}", "a%2f", &long] {
            assert!(!is_served_name(name), "{name:?}");
        }
    }

    #[test]
    fn a_value_in_which_something_hides_is_seen_at_any_depth() {
        let rows = [
            (serde_json::json!({"a": ["plain", {"b": "two\nlines"}]}), true),
            (serde_json::json!({"a": ["plain", {"b": "x\u{200b}y"}]}), false),
            (serde_json::json!({"a\u{202e}": 1}), false),
            (serde_json::json!(["\u{e0041}"]), false),
            (serde_json::json!("\u{1b}[2J"), false),
        ];
        for (value, expected) in rows {
            assert_eq!(is_plain_value(&value), expected, "{value}");
        }
    }
}
