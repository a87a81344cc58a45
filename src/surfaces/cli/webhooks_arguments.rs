//! What can be said about webhooks on the command line.

use clap::{Args, Subcommand};

use super::exit::help;

/// `touchmark webhooks`.
#[derive(Debug, Args)]
pub(super) struct WebhooksArguments {
    #[command(subcommand)]
    pub command: WebhooksCommand,
}

/// What is done with webhooks.
#[derive(Debug, Subcommand)]
pub(super) enum WebhooksCommand {
    /// List messages to callback URLs that were given up, the latest first.
    #[command(after_help = help::WEBHOOKS)]
    List(ListWebhooksArguments),
    /// Send messages again that were given up.
    #[command(after_help = help::WEBHOOKS)]
    Retry(RetryWebhooksArguments),
}

/// `touchmark webhooks list`.
#[derive(Debug, Args)]
pub(super) struct ListWebhooksArguments {
    /// List those as well that were delivered or wait to be sent.
    #[arg(long)]
    pub all: bool,
}

/// `touchmark webhooks retry`.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct RetryWebhooksArguments {
    /// The id of a message (`msg_…`).
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// Every message that was given up.
    #[arg(long)]
    pub all: bool,
}
