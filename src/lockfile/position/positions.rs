//! The places of the keys of one file.

use std::collections::BTreeMap;

use super::{json, toml, yaml};
use crate::lockfile::conflict;
use crate::lockfile::error::LockfileError;
use crate::lockfile::json::text;
use crate::lockfile::kind::LockfileKind;
use crate::skill::frontmatter_range;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The character in the line, from 1.
    pub column: u64,
}

/// The places of the keys of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Positions {
    /// By the key as entries have it.
    by_key: BTreeMap<String, Position>,
    /// By the key as errors show it; nothing where several keys are shown alike.
    by_shown: BTreeMap<String, Option<Position>>,
}

impl Positions {
    /// Finds the keys in the bytes of a lockfile; of a key that occurs twice, the later one.
    pub fn of(kind: LockfileKind, bytes: &[u8]) -> Self {
        let mut found = Self::default();
        if kind == LockfileKind::GitHub {
            found.add_frontmatter(&String::from_utf8_lossy(bytes));
            return found;
        }
        let Ok(text) = text(bytes) else { return found };
        match kind {
            LockfileKind::Apm => found.add_all(text, 0, yaml::keys(text)),
            LockfileKind::Fastskill => found.add_all(text, 0, toml::keys(text)),
            _ => match conflict::sides(text) {
                // Lines of the other side are empty in each, and theirs counts where both record a key.
                Ok(Some(sides)) => {
                    found.add_all(&sides.ours, 0, json::keys(&sides.ours));
                    found.add_all(&sides.theirs, 0, json::keys(&sides.theirs));
                }
                Ok(None) => found.add_all(text, 0, json::keys(text)),
                Err(_) => {}
            },
        }
        found
    }

    /// Returns the place of a key, as an entry or an error has it; where there is none of
    /// it, that of the one above.
    pub fn find(&self, key: &str) -> Option<Position> {
        let mut key = key;
        loop {
            if let Some(position) = self.by_key.get(key).or_else(|| self.by_shown.get(key)?.as_ref()) {
                return Some(*position);
            }
            // Names may hold dots themselves; what is cut too short is just not found.
            key = &key[..key.rfind(['.', '['])?];
        }
    }

    fn add_frontmatter(&mut self, text: &str) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(range) = frontmatter_range(text) {
            self.add_all(text, range.start, yaml::keys(&text[range.clone()]));
        }
    }

    /// Takes keys with the bytes at which they stand in a part of `text` that begins at `start`.
    fn add_all(&mut self, text: &str, start: usize, keys: Vec<(String, usize)>) {
        let lines: Vec<usize> = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1))
            .collect();
        for (key, at) in keys {
            let at = start + at;
            let line = lines.partition_point(|first| *first <= at);
            let Some(before) = lines.get(line.wrapping_sub(1)).and_then(|first| text.get(*first..at)) else { continue };
            let position = Position { line: line as u64, column: before.chars().count() as u64 + 1 };
            let shown = LockfileError::new(&key, "").key().to_owned();
            if let Some(other) = self.by_key.insert(key, position).filter(|_| self.by_shown.contains_key(&shown)) {
                // The same key a second time is no other key that is shown alike.
                if self.by_shown.get(&shown) == Some(&Some(other)) {
                    self.by_shown.insert(shown, Some(position));
                }
                continue;
            }
            self.by_shown.entry(shown).and_modify(|known| *known = None).or_insert(Some(position));
        }
    }
}
