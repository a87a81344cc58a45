//! Tests at the room's door: what goes in is text and bytes on a disk, what comes out is items.

use std::fs;
use std::path::Path;

use crate::skill::{FileContent, SkillBundle};

use super::{FoundSkill, SourceFailure, SourceItem, SourceSpec, open};

mod clawhub;
mod corpus;
mod folder;
mod git;
mod mcp;
pub(super) mod packed;
pub(super) mod plain_tar;
mod spec;
pub(super) mod station;
mod well_known;

/// A SKILL.md that parses without issues, for a folder of that name.
fn instructions(name: &str) -> String {
    format!("---\nname: {name}\ndescription: Does {name}.\n---\n# {name}\n")
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders are made");
    fs::write(path, content).expect("files are written");
}

fn read(spec: &str) -> (Vec<FoundSkill>, Vec<SourceFailure>) {
    read_spec(&SourceSpec::parse(spec).expect(spec))
}

fn read_spec(spec: &SourceSpec) -> (Vec<FoundSkill>, Vec<SourceFailure>) {
    let mut stream = open(spec).expect("the source opens");
    let (mut skills, mut failures) = (Vec::new(), Vec::new());
    for item in stream.by_ref() {
        match item {
            SourceItem::Skill(skill) => skills.push(*skill),
            SourceItem::Failure(failure) => failures.push(failure),
        }
    }
    assert!(stream.next().is_none(), "a stream that ended stays ended");
    let (done, total) = stream.progress();
    assert!(total.is_none_or(|total| done <= total), "{done} of {total:?}");
    for skill in &skills {
        SkillBundle::parse(skill.bundle.clone(), skill.folder_name.as_deref()).expect("a found skill has instructions");
    }
    (skills, failures)
}

/// Lists a bundle as `path`, `path*` for executables, `path -> target` for links, `path ! reason`
/// for what was not read.
fn listed(skill: &FoundSkill) -> Vec<String> {
    let files = skill.bundle.files.iter().map(|file| match &file.content {
        FileContent::Bytes(_) => format!("{}{}", file.path, if file.is_executable { "*" } else { "" }),
        FileContent::Symlink(target) => format!("{} -> {target}", file.path),
    });
    let unread = skill.bundle.unread.iter().map(|file| format!("{} ! {}", file.path, file.reason));
    let mut lines: Vec<String> = files.chain(unread).collect();
    lines.sort();
    lines
}

fn directories(skills: &[FoundSkill]) -> Vec<&str> {
    skills.iter().map(|skill| skill.source.identity.directory()).collect()
}
