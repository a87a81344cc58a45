//! What the JSON formats share: a version, and a map of skills by name.

use super::entry::{Entry, Lockfile};
use super::error::LockfileError;
use super::json::{Document, document};
use super::kind::LockfileKind;
use super::limits;
use super::name::SkillName;
use super::node::{Node, Table, join};
use crate::skill::sanitise_line;

/// The map of skills of one file, both sides of a merge united.
struct SkillMap {
    skills: Vec<(String, Twins)>,
}

/// What stands at one name.
#[derive(Clone, PartialEq)]
enum Twins {
    One(Node),
    Two,
}

/// Reads a lockfile of `version`, and each of its skills with `entry`.
pub(super) fn read(
    bytes: &[u8],
    kind: LockfileKind,
    version: u64,
    entry: impl Fn(SkillName, String, Table<'_>) -> Result<Entry, LockfileError>,
) -> Result<Lockfile, LockfileError> {
    let mut notices = Vec::new();
    let map = match document(bytes)? {
        Document::Whole(node) => SkillMap::of(&node, version)?,
        Document::Merging { ours, theirs } => {
            let (ours, theirs) = (SkillMap::of(&ours, version)?, SkillMap::of(&theirs, version)?);
            ours.united_with(theirs, &mut notices)
        }
    };
    let mut entries: Vec<(String, Result<Entry, LockfileError>)> =
        map.skills
            .into_iter()
            .map(|(name, value)| {
                let key = join("skills", &name);
                let read = match &value {
                    Twins::Two => Err(LockfileError::new(&key, "occurs twice")),
                    Twins::One(node) => Table::of(node, &key)
                        .and_then(|table| entry(SkillName::parse(&name, &key)?, key.clone(), table)),
                };
                (name, read)
            })
            .collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(Lockfile { kind, entries: entries.into_iter().map(|(_, entry)| entry).collect(), notices })
}

impl SkillMap {
    fn of(node: &Node, version: u64) -> Result<Self, LockfileError> {
        let root = Table::of(node, "")?;
        let found = root.version("version")?;
        if found != version {
            let reason = format!("is {found}; this program reads version {version} only");
            return Err(LockfileError::new("version", reason));
        }
        let Some(skills) = root.get("skills") else { return Err(LockfileError::new("skills", "is missing")) };
        let skills = Table::with_twins(skills, "skills")?;
        if skills.len() > limits::ENTRIES {
            return Err(LockfileError::new("skills", format!("records more than {} skills", limits::ENTRIES)));
        }
        let mut all: Vec<(String, Twins)> =
            skills.entries().map(|(name, node)| (name.to_owned(), Twins::One(node.clone()))).collect();
        all.sort_by(|left, right| left.0.cmp(&right.0));
        all.dedup_by(|later, earlier| {
            let is_twin = later.0 == earlier.0;
            if is_twin {
                earlier.1 = Twins::Two;
            }
            is_twin
        });
        Ok(Self { skills: all })
    }

    /// Takes what either side records; where both record a skill, theirs counts.
    fn united_with(mut self, theirs: Self, notices: &mut Vec<String>) -> Self {
        let mut differing = Vec::new();
        for (name, value) in theirs.skills {
            match self.skills.iter_mut().find(|(own, _)| *own == name) {
                None => self.skills.push((name, value)),
                Some(own) if own.1 == value => {}
                Some(own) => {
                    differing.push(sanitise_line(&name, 60));
                    own.1 = value;
                }
            }
        }
        let mut notice = "git conflict marks: the skills of both sides are checked".to_owned();
        if !differing.is_empty() {
            notice.push_str(&format!("; both record {}, of which theirs counts", differing.join(", ")));
        }
        notices.push(notice);
        self
    }
}
