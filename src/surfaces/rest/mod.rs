//! The REST API and the documents, over HTTP.
//!
//! Every operation of the list gets its route here; nothing in this room knows what a skill
//! is. Start at [`router`] and [`serve`].

mod accounts;
mod answer;
mod answer_cache;
mod client;
mod document;
mod negotiation;
mod observe;
mod packages;
mod payment;
mod protocols;
mod quota;
mod request;
mod route;
mod serve;
mod skills;
mod snapshot;

pub use route::{Rest, router};
pub use serve::{ServeError, serve, serve_snapshots};
pub use snapshot::snapshot_router;
