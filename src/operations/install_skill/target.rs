//! Where a skill can be installed, and how one is named.

use super::InstallError;
use crate::api::InspectRequest;
use crate::skill::{SkillId, sanitise_line};

/// An agent, or every agent that works in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallTarget {
    /// Claude Code.
    ClaudeCode,
    /// Codex.
    Codex,
    /// Cursor.
    Cursor,
    /// opencode.
    OpenCode,
    /// The folder that agents share in a project.
    Project,
}

/// Whom an installation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallScope {
    /// The user, in every project: below the home folder.
    User,
    /// Whoever works in the project: below its folder.
    Project,
}

/// The folder in which skills are installed, and what it is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkillsPlace {
    /// The agent.
    pub target: InstallTarget,
    /// What the folder is below.
    pub scope: InstallScope,
    /// The folder.
    pub folder: &'static str,
}

impl InstallTarget {
    /// Every target.
    pub const ALL: [Self; 5] = [Self::ClaudeCode, Self::Codex, Self::Cursor, Self::OpenCode, Self::Project];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Cursor => "cursor",
            Self::OpenCode => "opencode",
            Self::Project => "project",
        }
    }

    /// Returns where it looks for skills. What agents share is always of a project.
    pub fn place(self, scope: InstallScope) -> SkillsPlace {
        let scope = if self == Self::Project { InstallScope::Project } else { scope };
        let folder = match (self, scope) {
            (Self::ClaudeCode, _) => ".claude/skills",
            (Self::Codex, _) => ".codex/skills",
            (Self::Cursor, _) => ".cursor/skills",
            (Self::OpenCode, InstallScope::User) => ".config/opencode/skill",
            (Self::OpenCode, InstallScope::Project) => ".opencode/skill",
            (Self::Project, _) => ".agents/skills",
        };
        SkillsPlace { target: self, scope, folder }
    }
}

/// Returns what an index is asked about a skill that is named by its id or its URL.
///
/// # Errors
/// Fails where it is neither.
pub fn install_question(text: &str) -> Result<InspectRequest, InstallError> {
    let nothing = InspectRequest::default();
    if text.contains("://") {
        return Ok(InspectRequest { source_url: Some(text.to_owned()), ..nothing });
    }
    match text.parse::<SkillId>() {
        Ok(id) => Ok(InspectRequest { skill_id: Some(id.to_string()), ..nothing }),
        Err(_) => Err(InstallError::Question { text: sanitise_line(text, 200) }),
    }
}
