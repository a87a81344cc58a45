//! What can be said about snapshots on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::arguments::{DEFAULT_LISTEN, date};
use super::crawl_arguments::age;
use super::exit::help;
use crate::skill::{Sha256Digest, Timestamp};

/// `touchmark snapshot`.
#[derive(Debug, Args)]
pub(super) struct SnapshotArguments {
    #[command(subcommand)]
    pub command: SnapshotCommand,
}

/// What is done with snapshots.
#[derive(Debug, Subcommand)]
pub(super) enum SnapshotCommand {
    /// Write the index into one file: skills with their files, verdicts and sources.
    #[command(after_help = help::SNAPSHOT_EXPORT)]
    Export(SnapshotExportArguments),
    /// Start from somebody's index, after computing every digest in it anew.
    #[command(after_help = help::SNAPSHOT_IMPORT)]
    Import(SnapshotImportArguments),
    /// Give the index away over HTTP: the whole of it, and what has changed.
    #[command(after_help = help::SNAPSHOT_SERVE)]
    Serve(SnapshotServeArguments),
    /// Follow an index that somebody gives away: the whole of it first, then what has changed.
    #[command(after_help = help::SNAPSHOT_FOLLOW)]
    Follow(SnapshotFollowArguments),
}

/// `touchmark snapshot export`.
#[derive(Debug, Args)]
pub(super) struct SnapshotExportArguments {
    /// The file to write, such as index.tar.zst; `-` is the standard output.
    pub file: String,
    /// The time that the snapshot names as its own [default: now]; the same index and time give the same bytes.
    #[arg(long, value_name = "TIME", value_parser = date)]
    pub created_at: Option<Timestamp>,
    /// Sign it with the key in this file; `touchmark signatures new-key` makes one.
    #[arg(long, value_name = "FILE")]
    pub sign: Option<PathBuf>,
    /// Leave the vectors out; whoever takes it over embeds again.
    #[arg(long)]
    pub no_vectors: bool,
}

/// `touchmark snapshot import`.
#[derive(Debug, Args)]
pub(super) struct SnapshotImportArguments {
    /// The file, `-` for the standard input, or a URL: a file's, or that of a server.
    pub from: String,
    /// Take it only if this is its digest, as `export` prints it.
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<Sha256Digest>,
    /// Take it only if one of these keys has signed it: `ed25519:` and 44 characters; may be given more than once.
    #[arg(long = "key", value_name = "KEY")]
    pub keys: Vec<String>,
    /// What not to take over: takedowns, threats or statements; may be given more than once.
    #[arg(long, value_name = "WHAT")]
    pub without: Vec<String>,
    /// Give up what is in the data folder, whatever it is.
    #[arg(long)]
    pub replace: bool,
}

/// `touchmark snapshot serve`.
#[derive(Debug, Args)]
pub(super) struct SnapshotServeArguments {
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", env = "TOUCHMARK_LISTEN", default_value_t = DEFAULT_LISTEN)]
    pub listen: SocketAddr,
    /// Sign what is given away with the key in this file.
    #[arg(long, value_name = "FILE")]
    pub sign: Option<PathBuf>,
}

/// `touchmark snapshot follow`.
#[derive(Debug, Args)]
pub(super) struct SnapshotFollowArguments {
    /// The address of the server, such as https://skills.example.
    pub from: String,
    /// Take only what one of these keys has signed; may be given more than once.
    #[arg(long = "key", value_name = "KEY")]
    pub keys: Vec<String>,
    /// What not to take over: takedowns, threats or statements; may be given more than once.
    #[arg(long, value_name = "WHAT")]
    pub without: Vec<String>,
    /// Ask once and end.
    #[arg(long)]
    pub once: bool,
    /// How long to wait between two questions.
    #[arg(long, value_name = "AGE", default_value = "60s", value_parser = age)]
    pub interval: Duration,
}
