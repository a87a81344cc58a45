//! What can be said about advisories on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::exit::help;
use crate::package::PackageSpec;

/// `touchmark advisories`.
#[derive(Debug, Args)]
pub(super) struct AdvisoriesArguments {
    #[command(subcommand)]
    pub command: AdvisoriesCommand,
}

/// What is done with advisories.
#[derive(Debug, Subcommand)]
pub(super) enum AdvisoriesCommand {
    /// Take over what is publicly known of packages of npm and PyPI, from a file.
    #[command(after_help = help::ADVISORIES_IMPORT)]
    Import {
        /// A zip archive, JSON file or folder of records in the Open Source Vulnerability format, or a
        /// file with one a line (.jsonl, .jsonl.gz, .jsonl.zst).
        file: PathBuf,
    },
    /// Tell what is known of a package: `npm:express@4.18.2`, `pypi:requests==2.31.0`, or any version.
    #[command(after_help = help::ADVISORIES_OF)]
    Of {
        /// The package.
        #[arg(value_parser = PackageSpec::parse)]
        package: PackageSpec,
    },
    /// Tell how many there are, and how new they are.
    Status,
}
