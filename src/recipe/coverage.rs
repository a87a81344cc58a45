//! Which files each recipe covers, by their paths alone.

use super::catalogue::HashRecipe;

/// What a model signature leaves out at the root: itself, and what belongs to git and GitHub.
const BESIDE_THE_MODEL: &[&str] = &[".gitattributes", ".github", ".gitignore", "skill.oms.sig"];

impl HashRecipe {
    /// Tells whether the digest depends on a regular file at this path, which is relative and has
    /// `/` between its parts.
    pub fn covers_path(self, path: &str) -> bool {
        let mut parts = path.split('/');
        if parts.clone().any(|part| part == ".git") {
            return false;
        }
        match self {
            // Of several names that differ in case only, the exact one counts.
            Self::SkillMd | Self::SkillMdLf | Self::SkillMdSourceKeysRemoved | Self::SkillMdCanonical => {
                path.eq_ignore_ascii_case("SKILL.md")
            }
            Self::RootDigestV1 | Self::RootDigestV1Lf => parts.all(|part| part != ".sigildex"),
            Self::SkillsLock => {
                path.rsplit_once('/').is_none_or(|(folders, _)| folders.split('/').all(|part| part != "node_modules"))
            }
            Self::ApmContent => path != ".apm-pin" && parts.all(|part| part != "__pycache__"),
            Self::ClawhubFingerprint => parts.all(|part| !part.starts_with('.') && part != "node_modules"),
            Self::OmsRoot => parts.next().is_some_and(|root| !BESIDE_THE_MODEL.contains(&root)),
            Self::GitTree | Self::ClawhubGithubFolder | Self::Fastskill | Self::Agentskills358 => true,
        }
    }
}
