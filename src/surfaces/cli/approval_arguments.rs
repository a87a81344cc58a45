//! What can be said about approvals on the command line.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::operations::{FailOn, InstallTarget};

/// `touchmark lock`.
#[derive(Debug, Args)]
pub(super) struct LockArguments {
    /// The folder of the skill that was looked at.
    pub folder: PathBuf,
    /// The file of the record, called APPROVAL-ID.lock.json [default: below .sigildex/approvals].
    #[arg(long, value_name = "RECORD")]
    pub out: Option<PathBuf>,
    /// The id of the approval [default: as the record is called, else the folder].
    #[arg(long, value_name = "ID")]
    pub approval_id: Option<String>,
    /// Where the folder lies in its project [default: as it does now].
    #[arg(long, value_name = "PATH")]
    pub artifact_path: Option<String>,
    /// What kind of source it is said to come from, such as git; nobody verifies it.
    #[arg(long, value_name = "KIND", help_heading = "Declared source")]
    pub source_kind: Option<String>,
    /// The repository that it is said to come from.
    #[arg(long, value_name = "URL", help_heading = "Declared source")]
    pub source_repository: Option<String>,
    /// The folder in the repository.
    #[arg(long, value_name = "PATH", help_heading = "Declared source")]
    pub source_path: Option<String>,
    /// The commit that was looked at, in full or 7 digits at least.
    #[arg(long, value_name = "HEX", help_heading = "Declared source")]
    pub source_commit: Option<String>,
    /// How updates are to be followed.
    #[arg(long, value_name = "POLICY", help_heading = "Declared source")]
    pub source_tracking: Option<String>,
}

/// `touchmark check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The skill's folder, offline, by every record and lockfile that names it [default: everything
    /// that the project has a record or a lockfile of].
    pub folder: Option<PathBuf>,
    /// The record to compare with [default: those of the project].
    #[arg(long, value_name = "RECORD", requires = "folder")]
    pub against: Option<PathBuf>,
    /// Compare bytes only: ask neither the index on this machine nor a server for verdicts.
    #[arg(long, help_heading = "Project")]
    pub offline: bool,
    /// Leave out what belongs to the user: ~/.agents/.skill-lock.json and ~/touchmark.lock.
    #[arg(long, conflicts_with = "folder", help_heading = "Project")]
    pub no_global: bool,
    /// How the report is written [default: text; --json is short for json].
    #[arg(long, value_name = "FORMAT", conflicts_with = "folder", help_heading = "Project")]
    pub format: Option<CheckFormat>,
    /// What refuses beside other bytes: verdicts from this one on, stale ones, weak digests; several
    /// with commas. A skill without a verdict then ends with 1 [default: dangerous, where it is known].
    #[arg(long, value_name = "WHAT", value_delimiter = ',', conflicts_with = "folder", help_heading = "Project")]
    pub fail_on: Vec<FailOnWord>,
}

/// How the report of a project is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// For a person: a line for each skill.
    Text,
    /// For a program: one object.
    Json,
    /// For code scanning: one SARIF 2.1.0 log.
    Sarif,
    /// For GitHub Actions: workflow commands.
    Github,
    /// For CI systems that read test results: XML of JUnit.
    Junit,
}

/// What refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOnWord {
    /// A verdict from caution on.
    Caution,
    /// A verdict from warning on.
    Warning,
    /// A verdict of dangerous only.
    Dangerous,
    /// A verdict of other content or older rules, and a source that moved on.
    Stale,
    /// A match by a weak digest only.
    Weak,
    /// No verdict at all, where it stands alone.
    Never,
}

impl From<FailOnWord> for FailOn {
    fn from(word: FailOnWord) -> Self {
        match word {
            FailOnWord::Caution => Self::Caution,
            FailOnWord::Warning => Self::Warning,
            FailOnWord::Dangerous => Self::Dangerous,
            FailOnWord::Stale => Self::Stale,
            FailOnWord::Weak => Self::Weak,
            FailOnWord::Never => Self::Never,
        }
    }
}

/// `touchmark pin`.
#[derive(Debug, Args)]
pub(super) struct PinArguments {
    /// The skill: its id, the URL of its SKILL.md, or the folder in which it is installed.
    pub skill: String,
    /// The folder in which it is installed [default: where agents look for a skill of this name].
    #[arg(long, value_name = "FOLDER")]
    pub path: Option<PathBuf>,
    /// The name under which it is pinned [default: that of its folder].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// `touchmark install`.
#[derive(Debug, Args)]
pub(super) struct InstallArguments {
    /// The skill: its id, as search shows it, or the URL of its SKILL.md.
    pub skill: String,
    /// For whom: where this agent looks for skills.
    #[arg(long, value_name = "AGENT")]
    pub target: TargetWord,
    /// Install into the project in the current folder instead of the home folder.
    #[arg(long)]
    pub project: bool,
    /// The name of its folder [default: the skill's own name].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Do not ask: install only what is safe_to_install.
    #[arg(long)]
    pub yes: bool,
    /// Install over local edits, which are kept aside.
    #[arg(long)]
    pub replace: bool,
    /// Show everything and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Agents for which skills are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TargetWord {
    /// ~/.claude/skills, or .claude/skills with --project.
    ClaudeCode,
    /// ~/.codex/skills, or .codex/skills with --project.
    Codex,
    /// ~/.cursor/skills, or .cursor/skills with --project.
    Cursor,
    /// ~/.config/opencode/skill, or .opencode/skill with --project.
    Opencode,
    /// .agents/skills, which agents share in a project.
    Project,
}

impl TargetWord {
    /// Returns what is meant.
    pub fn into_target(self) -> InstallTarget {
        match self {
            Self::ClaudeCode => InstallTarget::ClaudeCode,
            Self::Codex => InstallTarget::Codex,
            Self::Cursor => InstallTarget::Cursor,
            Self::Opencode => InstallTarget::OpenCode,
            Self::Project => InstallTarget::Project,
        }
    }
}

/// `touchmark diff`.
#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The folder that is compared with; with --upstream, the pin: a file with one (`-` for
    /// the standard input), the folder of a skill, or an entry of touchmark.lock.
    pub base: PathBuf,
    /// The folder that is compared.
    #[arg(required_unless_present = "upstream", conflicts_with = "upstream")]
    pub candidate: Option<PathBuf>,
    /// With --json, add the review to the document, under `review`.
    #[arg(long, conflicts_with = "upstream")]
    pub review: bool,
    /// Compare a pin with what the index, or the server of --url, holds now.
    #[arg(long, help_heading = "Upstream")]
    pub upstream: bool,
    /// The folder in which the pinned skill is held: its SKILL.md is compared line by line.
    #[arg(long, value_name = "FOLDER", requires = "upstream", help_heading = "Upstream")]
    pub folder: Option<PathBuf>,
    /// The URL that the skill came from, instead of what the pin says.
    #[arg(long, value_name = "URL", requires = "upstream", help_heading = "Upstream")]
    pub source_url: Option<String>,
}
