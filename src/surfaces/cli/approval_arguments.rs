//! What can be said about approvals on the command line.

use std::path::PathBuf;

use clap::Args;

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
    /// The skill's folder [default: every folder that the project has a record of].
    pub folder: Option<PathBuf>,
    /// The record to compare with [default: those of the project].
    #[arg(long, value_name = "RECORD", requires = "folder")]
    pub against: Option<PathBuf>,
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
