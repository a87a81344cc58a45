//! The formats, and where each of them lies.

use serde::{Serialize, Serializer};

/// A format of lockfiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockfileKind {
    /// `touchmark.lock`.
    Touchmark,
    /// `skills-lock.json` of the skills command line, for a project.
    SkillsLock,
    /// `.clawhub/lock.json`.
    ClawHub,
    /// `apm.lock.yaml`.
    Apm,
    /// `skills.lock` of fastskill.
    Fastskill,
    /// The keys that `gh skill` writes into the frontmatter of SKILL.md.
    GitHub,
    /// `~/.agents/.skill-lock.json` of the skills command line, for a user.
    GlobalSkillLock,
}

/// What the paths of a lockfile are below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The folder of the project.
    Project,
    /// The home folder of the user.
    Home,
}

impl LockfileKind {
    /// Every format, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Touchmark,
        Self::SkillsLock,
        Self::ClawHub,
        Self::Apm,
        Self::Fastskill,
        Self::GitHub,
        Self::GlobalSkillLock,
    ];

    /// Returns the word for the format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Touchmark => "touchmark",
            Self::SkillsLock => "skills-lock",
            Self::ClawHub => "clawhub",
            Self::Apm => "apm",
            Self::Fastskill => "fastskill",
            Self::GitHub => "github-frontmatter",
            Self::GlobalSkillLock => "global-skill-lock",
        }
    }

    /// Returns where the file lies, below the folder of its scope; of several places the
    /// first that is there counts. `gh` has no file of its own.
    pub fn paths(self) -> &'static [&'static str] {
        match self {
            Self::Touchmark => &["touchmark.lock"],
            Self::SkillsLock => &["skills-lock.json"],
            Self::ClawHub => &[".clawhub/lock.json", ".clawdhub/lock.json"],
            Self::Apm => &["apm.lock.yaml"],
            Self::Fastskill => &["skills.lock"],
            Self::GitHub => &[],
            Self::GlobalSkillLock => &[".agents/.skill-lock.json"],
        }
    }

    /// Returns what its paths are below.
    pub fn scope(self) -> Scope {
        match self {
            Self::GlobalSkillLock => Scope::Home,
            _ => Scope::Project,
        }
    }
}

impl Serialize for LockfileKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
