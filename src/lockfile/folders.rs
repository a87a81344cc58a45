//! The folders in which agents look for skills.

use super::name::{PlacePath, SkillName};

/// Below a project.
pub(super) const PROJECT: [&str; 8] = [
    ".agents/skills",
    ".claude/skills",
    ".codex/skills",
    ".cursor/skills",
    ".opencode/skill",
    ".opencode/skills",
    ".github/skills",
    "skills",
];

/// Below the home folder of a user.
pub(super) const HOME: [&str; 7] = [
    ".agents/skills",
    ".claude/skills",
    ".codex/skills",
    ".cursor/skills",
    ".config/opencode/skill",
    ".config/opencode/skills",
    ".opencode/skills",
];

/// Returns every place below a project at which a skill of this name may be installed.
pub fn in_project(name: &SkillName) -> Vec<PlacePath> {
    PROJECT.iter().map(|folder| PlacePath::below(folder, name)).collect()
}

/// Returns every place below the home folder at which a skill of this name may be installed.
pub(super) fn in_home(name: &SkillName) -> Vec<PlacePath> {
    HOME.iter().map(|folder| PlacePath::below(folder, name)).collect()
}
