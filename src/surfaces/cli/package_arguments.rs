//! What can be said about packages on the command line.

use std::path::PathBuf;

use clap::Args;

use super::scan_arguments::{FailOn, ReportFormat};

/// `touchmark package`.
#[derive(Debug, Args)]
pub(super) struct PackageArguments {
    /// npm:NAME@VERSION, pypi:NAME==VERSION, either without its version for the latest, or a package URL.
    #[arg(required = true, value_name = "PACKAGE")]
    pub packages: Vec<String>,
    /// Keep the certificate in the data folder, where the service shows it.
    #[arg(long)]
    pub certify: bool,
    /// Fetch the repository that the package names at the tag of this version, and compare the code.
    #[arg(long)]
    pub compare_source: bool,
    /// Fetch the version before, and tell what came since.
    #[arg(long)]
    pub compare_previous: bool,
    /// How the report is written [default: text; --json is short for json].
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Option<ReportFormat>,
    /// Write the report into this file instead of the standard output.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub output: Option<PathBuf>,
    /// Show every finding, notes and those in what never runs included.
    #[arg(long, help_heading = "Report")]
    pub all: bool,
    /// The verdict from which on the command ends with 2.
    #[arg(long, value_name = "VERDICT", default_value = "warning", help_heading = "Report")]
    pub fail_on: FailOn,
    /// A file of TOML that says which hosts are asked; the environment wins over it.
    #[arg(long, value_name = "FILE", env = "TOUCHMARK_CONFIG")]
    pub config: Option<PathBuf>,
}
