//! What can be said about signed packs on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::exit::help;

/// `touchmark signatures`.
#[derive(Debug, Args)]
pub(super) struct SignaturesArguments {
    #[command(subcommand)]
    pub command: SignaturesCommand,
}

/// What is done with packs.
#[derive(Debug, Subcommand)]
pub(super) enum SignaturesCommand {
    /// Make a key that signs packs, and show its public half, which others pin.
    #[command(after_help = help::SIGNATURES)]
    NewKey(NewKeyArguments),
    /// Sign what this instance knows as a file that others can take over.
    #[command(after_help = help::SIGNATURES)]
    Pack(PackArguments),
    /// Fetch a pack, check it by a pinned key, and take its threats over.
    #[command(after_help = help::SIGNATURES)]
    Sync(SyncArguments),
    /// Show which packs were taken over, and whether they are still good.
    #[command(after_help = help::SIGNATURES)]
    List,
}

/// `touchmark signatures new-key`.
#[derive(Debug, Args)]
pub(super) struct NewKeyArguments {
    /// The file of the key, which must not exist.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `touchmark signatures pack`.
#[derive(Debug, Args)]
pub(super) struct PackArguments {
    /// The file of the key that signs.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Write the pack to this file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// It is good for so many days: make a new one before they are over.
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=90))]
    pub days: u32,
}

/// `touchmark signatures sync`.
#[derive(Debug, Args)]
pub(super) struct SyncArguments {
    /// Where the pack is: https, or this machine.
    // Not `url`, which is the server of every command.
    #[arg(value_name = "URL")]
    pub place: String,
    /// A public key of the issuer, as `new-key` shows it; several while keys are changed.
    #[arg(long = "key", value_name = "KEY", required = true)]
    pub keys: Vec<String>,
    /// Remember the issuer under this name, rather than its host.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Write its patterns to this file, for `touchmark scan --signatures`.
    #[arg(long, value_name = "FILE")]
    pub patterns: Option<PathBuf>,
}
