//! GitHub through its REST API: which repositories an account or a search names, and what is
//! known of a repository beside its files.
//!
//! The room asks and reads; it knows neither the store nor git. One request is one step: what is
//! left to ask is handed back, so that whoever asks can stop between any two. It never waits for
//! a limit: it says until when nothing is answered, and sends nothing until then. The time is an
//! argument. What the host says is hostile: sizes, names and numbers are checked.
//! Start at [`GithubClient`].

mod address;
mod answer;
mod client;
mod error;
mod facts;
mod find;
mod finder;
mod limit;
mod link;
mod name;
#[cfg(test)]
mod tests;

pub use address::{AddressError, GithubAddress};
pub use client::{GithubClient, GithubSettings, GithubToken, Resource};
pub use error::GithubError;
pub use find::Found;
pub use finder::{Finder, FinderError, SizeRange};
pub use name::RepositoryName;
