//! Messages to the callback URLs of accounts: the secrets that sign them, sending them until
//! they are taken or given up, and what an operator does with those.

mod deliver;
mod manage;
mod rotate;
mod secret;
mod show;

pub use deliver::deliver_webhooks;
pub(in crate::operations) use deliver::keep_webhooks;
pub use manage::{list_webhooks, retry_webhooks};
pub use rotate::RotateWebhookSecret;
pub(super) use secret::ensure_secret;
pub use show::ShowWebhookSecret;
