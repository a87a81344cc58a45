//! What can be said about policies and teams on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::account_arguments::AccountName;
use super::exit::help;

/// `touchmark policy`.
#[derive(Debug, Args)]
pub(super) struct PolicyArguments {
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// What is done with a policy.
#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// List the policies that everybody has, or show one of them.
    #[command(after_help = help::POLICY_LIST)]
    List(ListPolicyArguments),
    /// Run the tests that stand in policies beside their rules.
    #[command(after_help = help::POLICY_TEST)]
    Test(TestPolicyArguments),
    /// Hold a skill on this machine, or facts that are stated, against a policy.
    #[command(after_help = help::POLICY_EVALUATE)]
    Evaluate(EvaluatePolicyArguments),
}

/// `touchmark policy list`.
#[derive(Debug, Args)]
pub(super) struct ListPolicyArguments {
    /// Show the text of this policy.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `touchmark policy test`.
#[derive(Debug, Args)]
pub(super) struct TestPolicyArguments {
    /// Policies, as touchmark.toml.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// `touchmark policy evaluate`.
#[derive(Debug, Args)]
pub(super) struct EvaluatePolicyArguments {
    /// The folder of a skill, which is scanned here and now.
    #[arg(value_name = "FOLDER", required_unless_present = "facts", conflicts_with = "facts")]
    pub folder: Option<PathBuf>,
    /// Facts as JSON, in the form of docs/policies.md.
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// `default`, `strict`, or a file such as touchmark.toml.
    #[arg(long, value_name = "NAME|FILE", default_value = "default")]
    pub policy: String,
    /// A single expression in the place of a policy, such as 'scan.score < 10'.
    #[arg(long, value_name = "CEL", conflicts_with = "policy")]
    pub expression: Option<String>,
}

/// `touchmark team`.
#[derive(Debug, Args)]
pub(super) struct TeamArguments {
    #[command(subcommand)]
    pub command: TeamCommand,
}

/// What is done with a team.
#[derive(Debug, Subcommand)]
pub(super) enum TeamCommand {
    /// Show the team that an account is in.
    #[command(after_help = help::ACCOUNT)]
    Show(AccountName),
    /// Make an account an owner of its team, as where the only one can no longer log in.
    #[command(after_help = help::ACCOUNT)]
    Owner(AccountName),
}
