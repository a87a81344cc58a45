//! Where a skill comes from and how it is installed.

use serde::{Deserialize, Serialize};

use super::shell;
use crate::scan::SafetyStatus;
use crate::skill::{Registry, RepositoryFacts, Sha256Digest, SkillSource, SourceIdentity, Timestamp, sanitise_line};

/// The source of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SourceRef {
    /// Where the skill was indexed: github, clawhub, git (another git host), local (this machine), well-known (a host's own list).
    pub registry: Registry,
    /// Human-browsable source URL.
    pub url: String,
    /// Digest of SKILL.md, to compare with what you hold.
    pub content_hash: String,
    /// Git commit captured when the skill was indexed, when available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_sha: Option<String>,
}

/// The source of an inspected skill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct SourceView {
    /// Where the skill was indexed: github, clawhub, git, local or well-known.
    pub registry: Registry,
    /// Human-browsable source URL.
    pub url: String,
    /// Canonical raw URL when available.
    pub raw_url: Option<String>,
    /// SHA-256 of the raw SKILL.md bytes.
    pub content_hash: Option<String>,
    /// ISO date-time when this skill was last indexed.
    pub indexed_at: Timestamp,
    /// Git commit captured when the skill was indexed, when available.
    pub commit_sha: Option<String>,
    /// Tree URL pinned to commit_sha, when available.
    pub tree_url_at_commit: Option<String>,
}

impl SourceView {
    /// Shows a source.
    pub fn new(source: &SkillSource, content_hash: Sha256Digest, indexed_at: Timestamp) -> Self {
        Self {
            registry: source.registry,
            url: source.url(),
            raw_url: source.raw_url(),
            content_hash: Some(content_hash.to_string()),
            indexed_at,
            commit_sha: source.commit_sha.clone(),
            tree_url_at_commit: source.tree_url_at_commit(),
        }
    }
}

/// How to install a skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct InstallView {
    /// Installer family. skills: install with the skills CLI. manual: manual install instructions.
    pub manager: InstallManager,
    /// Package or source identifier to install.
    pub package: String,
    /// Skill name in the package when present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<String>,
    /// Rendered command. Does not include --yes.
    pub command: String,
    /// Whether autonomous agents should obtain user confirmation before running the command.
    pub requires_confirmation: bool,
}

/// Families of installers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum InstallManager {
    /// The `skills` command line.
    Skills,
    /// By hand.
    Manual,
}

/// An install command for one runtime, pinned to a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct InstallOption {
    /// Runtime destination: claude_code_user, claude_code_project or codex_user.
    pub target: InstallTarget,
    /// Destination directory for the install.
    pub destination: String,
    /// Multi-line shell command. Display verbatim.
    pub command: String,
}

/// Runtimes that have a place for skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum InstallTarget {
    /// Claude Code user skills directory.
    ClaudeCodeUser,
    /// Claude Code project skills directory.
    ClaudeCodeProject,
    /// Codex user skills directory.
    CodexUser,
}

/// Third-party audit aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum AuditStatus {
    /// No audit concern.
    Pass,
    /// Audit warning.
    Warn,
    /// Audit failure.
    Fail,
    /// No third-party audit result.
    Unaudited,
}

/// Evidence level for the skill metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum VerificationLevel {
    /// No independent verification.
    Unverified,
    /// Publisher-declared only.
    Declared,
    /// Tested by the index or an upstream source.
    Tested,
    /// Formal verification evidence.
    Formal,
}

/// Facts about a repository. Missing means not known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct PublisherMetrics {
    /// First repository commit date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_commit_date: Option<String>,
    /// Repository age in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repo_age_days: Option<u64>,
    /// Number of repository contributors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributor_count: Option<u64>,
    /// Number of repository releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_count: Option<u64>,
    /// Whether the repository is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Repository license identifier or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Publisher and repository trust score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_score: Option<f64>,
}

/// Returns what is known of the repository, if anything is: what its host said, and the licence
/// that its source names where the host did not.
pub fn publisher_metrics(
    source: &SkillSource,
    facts: Option<&RepositoryFacts>,
    now: Timestamp,
) -> Option<PublisherMetrics> {
    let facts = facts.cloned().unwrap_or_default();
    let metrics = PublisherMetrics {
        first_commit_date: facts.first_commit_at.map(|first| first.to_string()),
        repo_age_days: facts.first_commit_at.map(|first| first.days_until(now) as u64),
        contributor_count: facts.contributors,
        release_count: facts.releases,
        archived: facts.is_archived,
        license: facts.license.or_else(|| source.license.clone()).map(|license| sanitise_line(&license, 100)),
        trust_score: None,
    };
    (metrics != PublisherMetrics::default()).then_some(metrics)
}

/// Renders how to install the skill `name` of `source`.
///
/// Every part that an author chose is quoted for the shell. A blocked skill gets no command.
pub fn install_of(source: &SkillSource, name: &str, status: SafetyStatus) -> InstallView {
    let skill = install_name(source, name);
    let (manager, package, skill, command) = if source.registry == Registry::Github {
        let package = format!("github:{}/{}", source.identity.owner(), source.identity.repository());
        let command = format!("skills install {} --skill {}", shell::quote(&package), shell::quote(&skill));
        (InstallManager::Skills, package, Some(skill), command)
    } else {
        let command = format!("# copy the folder of {} to your runtime's skills folder", shell::comment(&source.url()));
        (InstallManager::Manual, source.url(), None, command)
    };
    let command = if status == SafetyStatus::Dangerous {
        "# blocked: the verdict is dangerous, do not install".to_owned()
    } else {
        command
    };
    InstallView { manager, package, skill, command, requires_confirmation: true }
}

/// Renders install commands pinned to the commit; none where no commit is known or the
/// skill is blocked.
pub fn install_options(source: &SkillSource, name: &str, status: SafetyStatus) -> Vec<InstallOption> {
    let (Some(commit), false) = (source.commit_sha.as_deref(), status == SafetyStatus::Dangerous) else {
        return Vec::new();
    };
    if !matches!(source.registry, Registry::Github | Registry::Git)
        || !commit.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return Vec::new();
    }
    let folder = install_name(source, name);
    let targets = [
        (InstallTarget::ClaudeCodeUser, "~/.claude/skills"),
        (InstallTarget::ClaudeCodeProject, ".claude/skills"),
        (InstallTarget::CodexUser, "~/.codex/skills"),
    ];
    let option = |(target, parent): (InstallTarget, &str)| {
        let inside = if source.identity.directory().is_empty() {
            ".".to_owned()
        } else {
            source.identity.directory().to_owned()
        };
        let command = format!(
            "checkout=\"$(mktemp -d)\" &&\ngit -C \"$checkout\" init --quiet &&\ngit -C \"$checkout\" fetch --quiet --depth 1 {} {commit} &&\n\
             git -C \"$checkout\" checkout --quiet {commit} &&\nrm -rf \"$checkout/.git\" &&\nmkdir -p {parent} &&\ncp -R \"$checkout\"/{}/. {parent}/{}",
            shell::quote(&source.repository_url()),
            shell::quote(&inside),
            shell::quote(&folder)
        );
        InstallOption { target, destination: format!("{parent}/{folder}"), command }
    };
    targets.into_iter().map(option).collect()
}

/// The name under which a skill is installed: its own where that can be a folder's name,
/// else the folder's.
fn install_name(source: &SkillSource, name: &str) -> String {
    folder_name_of(&source.identity, name)
}

/// Returns the name of the folder in which the skill `name` is installed that was found at
/// `identity`.
pub fn folder_name_of(identity: &SourceIdentity, name: &str) -> String {
    let is_plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 100
            && text.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'))
    };
    [name, identity.folder_name()]
        .into_iter()
        .find(|text| is_plain(text))
        .map_or_else(|| "skill".to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn github(directory: &str) -> SkillSource {
        let mut source =
            SkillSource::new(SourceIdentity::new("github.com", "org", "repo", directory), Registry::Github);
        source.commit_sha = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
        source
    }

    #[test]
    fn the_command_is_the_contracts() {
        let install = install_of(&github("skills/pdf-ocr"), "pdf-ocr", SafetyStatus::Safe);
        assert_eq!(install.command, "skills install github:org/repo --skill pdf-ocr");
        assert_eq!(install_options(&github("skills/pdf-ocr"), "pdf-ocr", SafetyStatus::Safe).len(), 3);
    }

    #[test]
    fn what_an_author_chose_cannot_leave_its_quotes() {
        for hostile in ["$(touch x)", "a; rm -rf ~", "a'b", "a\nb", "--yes", "`id`", ""] {
            let source = github(&format!("skills/{hostile}"));
            let install = install_of(&source, hostile, SafetyStatus::Safe);
            let options = install_options(&source, hostile, SafetyStatus::Safe);
            assert!(!install.command.contains(';') && !install.command.contains("$("), "{}", install.command);
            for option in options {
                let outside: String = option.command.split('\'').step_by(2).collect();
                assert!(
                    !outside.contains("rm -rf ~") && !outside.contains("touch") && !outside.contains('`'),
                    "{}",
                    option.command
                );
                assert!(!option.destination.contains(['$', ';', '`', '\n']), "{}", option.destination);
            }
        }
    }

    #[test]
    fn a_blocked_skill_gets_no_command() {
        let install = install_of(&github("x"), "x", SafetyStatus::Dangerous);
        assert!(install.command.starts_with('#'));
        assert!(install_options(&github("x"), "x", SafetyStatus::Dangerous).is_empty());
    }
}
