//! What a target is.

use crate::package::{PackageSpec, SpecError};
use crate::skill::SkillId;
use crate::source::{CallbackError, OutgoingUrl, Reach, SourceSpec, is_archive_name};

/// Longest target, in bytes.
const TARGET_BYTES: usize = 1_000;

/// What is to be scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScanTarget {
    /// A skill of the index.
    Skill(SkillId),
    /// A source that everybody can reach.
    Source(SourceSpec),
    /// A release of a package of npm or PyPI.
    Package(PackageSpec),
    /// An archive at a URL.
    Archive(OutgoingUrl),
}

/// Why a target is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TargetError {
    /// It is too long, or holds what no target has.
    #[error("target is empty, has more than {TARGET_BYTES} bytes, or holds control characters")]
    Text,
    /// It is no package.
    #[error("target: {0}")]
    Package(#[from] SpecError),
    /// It is a file at a URL where nobody may go.
    #[error("target: {0}")]
    Url(#[from] CallbackError),
    /// It is no id.
    #[error("target has no UUID of a skill behind `skill:`")]
    Skill,
    /// It is no source that may be fetched.
    #[error("target: {0}")]
    Source(String),
}

impl ScanTarget {
    /// Reads a target; `reach` says where requests may go.
    pub(super) fn parse(text: &str, reach: Reach) -> Result<Self, TargetError> {
        if text.is_empty() || text.len() > TARGET_BYTES || text.chars().any(char::is_control) {
            return Err(TargetError::Text);
        }
        if let Some(id) = text.strip_prefix("skill:") {
            return id.parse().map(Self::Skill).map_err(|_| TargetError::Skill);
        }
        if let Some(package) = Self::package(text) {
            return Ok(Self::Package(package?));
        }
        let path = text.split(['#', '?']).next().unwrap_or_default();
        if (text.starts_with("https://") || text.starts_with("http://")) && is_archive_name(path) {
            return Ok(Self::Archive(OutgoingUrl::parse(text, reach)?));
        }
        SourceSpec::parse_public(text).map(Self::Source).map_err(|error| TargetError::Source(error.to_string()))
    }
}

impl ScanTarget {
    /// Reads a target that begins as a package does.
    pub(super) fn package(text: &str) -> Option<Result<PackageSpec, SpecError>> {
        if let Some(name) = text.strip_prefix("pip:") {
            return Some(PackageSpec::parse(&format!("pypi:{name}")));
        }
        let is_package = ["npm:", "pypi:", "pkg:"].iter().any(|prefix| text.starts_with(prefix));
        is_package.then(|| PackageSpec::parse(text))
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
            "npm:express@4.18.2",
            "npm:@scope/name",
            "pypi:requests==2.31.0",
            "pip:requests@2.31.0",
            "pkg:npm/express@4.18.2",
            "https://example.com/skill.zip",
        ] {
            assert!(ScanTarget::parse(good, Reach::Public).is_ok(), "{good}");
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
            "npm:",
            "npm:../x",
            "npm:express@latest",
            "pypi:x==1.*",
            "https://127.0.0.1/skill.zip",
            "http://example.com/skill.zip",
            "https://user:secret@example.com/skill.zip",
        ] {
            assert!(ScanTarget::parse(refused, Reach::Public).is_err(), "{refused}");
        }
        assert!(ScanTarget::parse(&"x".repeat(5_000), Reach::Public).is_err());
    }
}
