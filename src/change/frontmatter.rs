//! Keys of the frontmatter that changed, and tools that are asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::skill::{Frontmatter, FrontmatterStatus, sanitise_line};

/// Keys that are listed; the rest is counted.
const KEYS: usize = 60;
/// Characters of a key.
const KEY_CHARACTERS: usize = 80;
/// Characters of a value.
const VALUE_CHARACTERS: usize = 400;
/// Characters that are shown before the place at which two long values part.
const LEAD_CHARACTERS: usize = 60;
/// Tools that are listed.
const TOOLS: usize = 60;
/// Characters of a tool.
const TOOL_CHARACTERS: usize = 120;

/// How two blocks of frontmatter differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FrontmatterChanges {
    /// Whether the block of the base could be read.
    pub status_before: FrontmatterStatus,
    /// Whether the block of the candidate could be read.
    pub status_after: FrontmatterStatus,
    /// Keys that differ, in order; at most sixty.
    pub keys: Vec<KeyChange>,
    /// How many keys differ.
    pub key_count: u64,
}

/// A key at which another value stands. All texts are author-controlled, sanitised and cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyChange {
    /// The key; below `metadata` with a dot.
    pub key: String,
    /// The old value as text; absent where there was none.
    pub before: Option<String>,
    /// The new value as text; absent where there is none.
    pub after: Option<String>,
}

/// Tools that the frontmatter asks to use without a question (`allowed-tools`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ToolChanges {
    /// Tools that were not asked for; sanitised, at most sixty.
    pub added: Vec<String>,
    /// Tools that are not asked for any more; sanitised, at most sixty.
    pub removed: Vec<String>,
}

impl FrontmatterChanges {
    /// Compares two blocks.
    pub(super) fn between(base: &Frontmatter, candidate: &Frontmatter) -> Self {
        let (before, after) = (values(base), values(candidate));
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let differing: Vec<&String> = keys.into_iter().filter(|key| before.get(*key) != after.get(*key)).collect();
        let change = |key: &&String| {
            let (old, new) = (before.get(*key), after.get(*key));
            let (before, after) = shown(old.map(String::as_str), new.map(String::as_str));
            KeyChange { key: sanitise_line(key, KEY_CHARACTERS), before, after }
        };
        Self {
            status_before: base.status,
            status_after: candidate.status,
            keys: differing.iter().take(KEYS).map(change).collect(),
            key_count: differing.len() as u64,
        }
    }

    /// Tells whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.status_before == self.status_after && self.key_count == 0
    }
}

impl ToolChanges {
    /// Compares what two blocks ask for.
    pub(super) fn between(base: &Frontmatter, candidate: &Frontmatter) -> Self {
        let tools = |frontmatter: &Frontmatter| -> BTreeSet<String> {
            frontmatter.allowed_tools.iter().flatten().cloned().collect()
        };
        let (before, after) = (tools(base), tools(candidate));
        let shown = |left: &BTreeSet<String>, right: &BTreeSet<String>| {
            left.difference(right).take(TOOLS).map(|tool| sanitise_line(tool, TOOL_CHARACTERS)).collect()
        };
        Self { added: shown(&after, &before), removed: shown(&before, &after) }
    }
}

/// Returns every key with its value as text.
fn values(frontmatter: &Frontmatter) -> BTreeMap<String, String> {
    let scalars = [
        ("name", &frontmatter.name),
        ("description", &frontmatter.description),
        ("license", &frontmatter.license),
        ("compatibility", &frontmatter.compatibility),
    ];
    let mut values: BTreeMap<String, String> =
        scalars.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?))).collect();
    if let Some(tools) = &frontmatter.allowed_tools {
        values.insert("allowed-tools".to_owned(), tools.join(", "));
    }
    values.extend(frontmatter.metadata.iter().map(|(key, value)| (format!("metadata.{key}"), value.clone())));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values.extend(frontmatter.extra.iter().map(|(key, value)| (key.clone(), text(value))));
    values
}

/// Returns two values as they are shown: where they are long, from shortly before they part.
fn shown(before: Option<&str>, after: Option<&str>) -> (Option<String>, Option<String>) {
    let (old, new) = (before.unwrap_or_default(), after.unwrap_or_default());
    let same = old.chars().zip(new.chars()).take_while(|(left, right)| left == right).count();
    let skipped = if same + LEAD_CHARACTERS > VALUE_CHARACTERS { same - LEAD_CHARACTERS.min(same) } else { 0 };
    let cut = |text: &str| {
        let rest: String = text.chars().skip(skipped).collect();
        let lead = if skipped > 0 { "…" } else { "" };
        format!("{lead}{}", sanitise_line(&rest, VALUE_CHARACTERS))
    };
    (before.map(cut), after.map(cut))
}
