//! The catalogue that ships inside the program, so that a first search shows something real.

use std::collections::BTreeMap;

use rust_embed::RustEmbed;

use crate::skill::{FileContent, RawBundle, RawFile, Registry, SkillSource, SourceIdentity};
use crate::source::{FoundSkill, SkillStream, SourceItem};

#[derive(RustEmbed)]
#[folder = "index/starter/"]
struct Files;

struct Catalogue {
    skills: std::vec::IntoIter<FoundSkill>,
    total: u64,
}

/// Returns a skill of the catalogue.
pub fn starter_skill(identity: &SourceIdentity) -> Option<FoundSkill> {
    catalogue().into_iter().find(|skill| skill.source.identity == *identity)
}

/// Opens the catalogue.
pub(super) fn open() -> Box<dyn SkillStream> {
    let skills = catalogue();
    Box::new(Catalogue { total: skills.len() as u64, skills: skills.into_iter() })
}

fn catalogue() -> Vec<FoundSkill> {
    let mut bundles: BTreeMap<String, RawBundle> = BTreeMap::new();
    for path in Files::iter() {
        let (Some((name, inner)), Some(file)) = (path.split_once('/'), Files::get(&path)) else { continue };
        let bytes = file.data.into_owned();
        // The binary keeps no execute bits; what begins with an interpreter line has them.
        let is_executable = bytes.starts_with(b"#!");
        bundles.entry(name.to_owned()).or_default().files.push(RawFile {
            path: inner.to_owned(),
            content: FileContent::Bytes(bytes),
            is_executable,
        });
    }
    bundles
        .into_iter()
        .map(|(name, bundle)| FoundSkill {
            source: SkillSource::new(SourceIdentity::starter(&name), Registry::Local),
            bundle,
            folder_name: Some(name),
        })
        .collect()
}

impl Iterator for Catalogue {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        self.skills.next().map(|skill| SourceItem::Skill(Box::new(skill)))
    }
}

impl SkillStream for Catalogue {
    fn progress(&self) -> (u64, Option<u64>) {
        (self.total - self.skills.len() as u64, Some(self.total))
    }
}
