//! What can be said about packages on the command line.

use std::path::PathBuf;

use clap::Args;

use super::scan_arguments::ReportArguments;

/// `touchmark package`.
#[derive(Debug, Args)]
#[command(mut_arg("all", |all| all.help("Show every finding, notes and those in what never runs included")))]
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
    /// What the report is like.
    #[command(flatten)]
    pub report: ReportArguments,
    /// A file of TOML that says which hosts are asked; the environment wins over it.
    #[arg(long, value_name = "FILE", env = "TOUCHMARK_CONFIG")]
    pub config: Option<PathBuf>,
}
