//! What can be said about takedowns on the command line.

use clap::{Args, Subcommand};

use super::arguments::date;
use super::exit::help;
use crate::skill::Timestamp;

/// `touchmark takedown`.
#[derive(Debug, Args)]
pub(super) struct TakedownArguments {
    #[command(subcommand)]
    pub command: TakedownCommand,
}

/// What is done with takedowns.
#[derive(Debug, Subcommand)]
pub(super) enum TakedownCommand {
    /// Take a skill, a repository, an owner or bytes down; a running service acts within seconds.
    #[command(after_help = help::TAKEDOWN_ADD)]
    Add(TakedownAddArguments),
    /// Show what is taken down, and which list says so.
    List(TakedownListArguments),
    /// Lift what `add` took down.
    Remove(TakedownRemoveArguments),
}

/// What is taken down.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct TargetArguments {
    /// One skill, by its id.
    #[arg(long, value_name = "ID")]
    pub skill_id: Option<String>,
    /// The skill at this URL and all below its folder.
    #[arg(long, value_name = "URL")]
    pub source: Option<String>,
    /// All of a repository, such as github.com/owner/repository.
    #[arg(long, value_name = "PLACE")]
    pub repository: Option<String>,
    /// All of an account or a group, such as github.com/owner.
    #[arg(long, value_name = "PLACE")]
    pub owner: Option<String>,
    /// Every SKILL.md with this SHA-256, wherever it is.
    #[arg(long, value_name = "HASH")]
    pub content_hash: Option<String>,
    /// Every bundle with this root digest, wherever it is.
    #[arg(long, value_name = "HASH")]
    pub package_hash: Option<String>,
}

impl TargetArguments {
    /// Returns the key and the name of what is named.
    pub fn named(self) -> Option<(&'static str, String)> {
        let named = [
            ("skill_id", self.skill_id),
            ("source", self.source),
            ("repository", self.repository),
            ("owner", self.owner),
            ("content_hash", self.content_hash),
            ("package_hash", self.package_hash),
        ];
        named.into_iter().find_map(|(kind, name)| Some((kind, name?)))
    }
}

/// `touchmark takedown add`.
#[derive(Debug, Args)]
pub(super) struct TakedownAddArguments {
    #[command(flatten)]
    pub target: TargetArguments,
    /// Why: malware or compromised (nobody may load it), legal, owner-request or policy (it is not given out).
    #[arg(long, value_name = "REASON")]
    pub reason: String,
    /// Where more is said: a URL, or the number of a case.
    #[arg(long, value_name = "TEXT")]
    pub reference: Option<String>,
    /// A line for people.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Since when, such as 2026-11-21 [default: now].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub since: Option<Timestamp>,
    /// Who does it, for the audit trail [default: TOUCHMARK_OPERATOR, else the user's name].
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// `touchmark takedown list`.
#[derive(Debug, Args)]
pub(super) struct TakedownListArguments {
    /// Show the audit trail as well: who did what, and when.
    #[arg(long)]
    pub history: bool,
}

/// `touchmark takedown remove`.
#[derive(Debug, Args)]
pub(super) struct TakedownRemoveArguments {
    #[command(flatten)]
    pub target: TargetArguments,
    /// Who does it, for the audit trail [default: TOUCHMARK_OPERATOR, else the user's name].
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}
