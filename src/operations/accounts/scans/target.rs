//! What a target is.

use crate::skill::SkillId;
use crate::source::SourceSpec;

/// Longest target, in bytes.
const TARGET_BYTES: usize = 1_000;

/// What is to be scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScanTarget {
    /// A skill of the index.
    Skill(SkillId),
    /// A source that everybody can reach.
    Source(SourceSpec),
}

/// Why a target is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TargetError {
    /// It is too long, or holds what no target has.
    #[error("target is empty, has more than {TARGET_BYTES} bytes, or holds control characters")]
    Text,
    /// It is a package.
    #[error(
        "target is a package of a registry, which this instance does not fetch; upload the package to /api/scans, or name its repository with git:https://…"
    )]
    Package,
    /// It is a file at a URL.
    #[error("target is an archive at a URL, which is not fetched; upload it to /api/scans")]
    ArchiveUrl,
    /// It is no id.
    #[error("target has no UUID of a skill behind `skill:`")]
    Skill,
    /// It is no source that may be fetched.
    #[error("target: {0}")]
    Source(String),
}

impl ScanTarget {
    /// Reads a target.
    pub(super) fn parse(text: &str) -> Result<Self, TargetError> {
        if text.is_empty() || text.len() > TARGET_BYTES || text.chars().any(char::is_control) {
            return Err(TargetError::Text);
        }
        if let Some(id) = text.strip_prefix("skill:") {
            return id.parse().map(Self::Skill).map_err(|_| TargetError::Skill);
        }
        if ["npm:", "pypi:", "pip:"].iter().any(|prefix| text.starts_with(prefix)) {
            return Err(TargetError::Package);
        }
        let path = text.split(['#', '?']).next().unwrap_or_default().to_ascii_lowercase();
        let is_archive = [".zip", ".tar", ".tar.gz", ".tgz", ".skill"].iter().any(|ending| path.ends_with(ending));
        if text.starts_with("https://") && is_archive {
            return Err(TargetError::ArchiveUrl);
        }
        SourceSpec::parse_public(text).map(Self::Source).map_err(|error| TargetError::Source(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_skill_or_a_source_that_everybody_can_reach() {
        let skill = "00000000-0000-5000-8000-000000000000";
        for good in [
            &format!("skill:{skill}"),
            "git:https://github.com/owner/repository",
            "https://github.com/owner/repository#main:skills",
            "github:owner/repository",
            "well-known:https://skills.example.com",
        ] {
            assert!(ScanTarget::parse(good).is_ok(), "{good}");
        }
        for refused in [
            "",
            "skill:",
            "skill:x",
            "/etc",
            ".",
            "folder:/etc",
            "corpus:/etc/passwd",
            "archive:/tmp/x.zip",
            "file:///etc",
            "git:/etc",
            "git:file:///etc",
            "http://github.com/owner/repository",
            "git:http://github.com/o/r",
            "ssh://git@github.com/o/r",
            "git@github.com:o/r",
            "https://127.0.0.1/o/r",
            "https://localhost/o/r",
            "git:https://localhost/o/r",
            "https://10.0.0.1/o/r",
            "https://[::1]/o/r",
            "https://[fd00::1]/o/r",
            "https://169.254.169.254/o/r",
            "https://metadata.google.internal/o/r",
            "https://intranet/o/r",
            "https://nas.local/o/r",
            "https://0x7f000001/o/r",
            "https://2130706433/o/r",
            "https://user:secret@github.com/o/r",
            "well-known:http://localhost:8080",
            "well-known:https://localhost",
            "mcp:https://127.0.0.1:9000/mcp",
            "https://github.com/o/r\u{0}",
            "npm:express@4.18.2",
            "pypi:x==1",
            "https://example.com/skill.zip",
        ] {
            assert!(ScanTarget::parse(refused).is_err(), "{refused}");
        }
        assert!(ScanTarget::parse(&"x".repeat(5_000)).is_err());
    }
}
