//! What the index knows of a publisher, and the reputation that follows from it.

mod account;
mod knowledge;
mod show;

pub(super) use knowledge::reputation_of_account;
pub use show::ShowPublisher;
pub(super) use show::publisher_of_source;
