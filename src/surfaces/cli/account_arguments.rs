//! What can be said about accounts on the command line.

use clap::{Args, Subcommand, ValueEnum};

use super::exit::help;
use crate::account::Tier;

/// `touchmark account`.
#[derive(Debug, Args)]
pub(super) struct AccountArguments {
    #[command(subcommand)]
    pub command: AccountCommand,
}

/// What is done with an account.
#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Make an account; its password is drawn and shown once, or read from standard input.
    #[command(after_help = help::ACCOUNT)]
    Create(CreateAccountArguments),
    /// Give an account another tier.
    #[command(after_help = help::ACCOUNT)]
    Tier(TierArguments),
    /// Lock an account: its sessions end, and its keys are refused.
    #[command(after_help = help::ACCOUNT)]
    Lock(AccountName),
    /// Open an account that was locked.
    #[command(after_help = help::ACCOUNT)]
    Unlock(AccountName),
    /// Sign access tokens with a new key from now on; those of the key before stay good for their hour.
    #[command(after_help = help::ACCOUNT)]
    RotateKey,
}

/// An account.
#[derive(Debug, Args)]
pub(super) struct AccountName {
    /// The e-mail address of the account.
    #[arg(value_name = "EMAIL")]
    pub email: String,
}

/// `touchmark account create`.
#[derive(Debug, Args)]
pub(super) struct CreateAccountArguments {
    /// The e-mail address, which no other account has.
    #[arg(value_name = "EMAIL")]
    pub email: String,
    /// A name for people.
    #[arg(long)]
    pub name: Option<String>,
    /// What the account may use.
    #[arg(long, value_enum, default_value = "free")]
    pub tier: TierWord,
    /// Read the password from the first line of standard input instead of drawing one.
    #[arg(long)]
    pub password_stdin: bool,
}

/// `touchmark account tier`.
#[derive(Debug, Args)]
pub(super) struct TierArguments {
    /// The e-mail address of the account.
    #[arg(value_name = "EMAIL")]
    pub email: String,
    /// What the account may use from now on.
    #[arg(value_enum)]
    pub tier: TierWord,
}

/// A tier on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TierWord {
    /// Look-ups, reports and the history of one's own scans.
    Free,
    /// Scans by the service, threats and verification as well.
    Pro,
    /// Policies and teams as well.
    Team,
}

impl From<TierWord> for Tier {
    fn from(word: TierWord) -> Self {
        match word {
            TierWord::Free => Self::Free,
            TierWord::Pro => Self::Pro,
            TierWord::Team => Self::Team,
        }
    }
}
