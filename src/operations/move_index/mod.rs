//! Move an index: write it into one file, take it over from one, and give it away by deltas.
//!
//! `snapshot` knows the file, `store` the rows; this puts them together, with Zstandard around
//! the file.

mod error;
mod export;
mod import;
mod origin;
mod pack;
mod publish;
mod stream;

pub use error::MoveError;
pub use export::{ExportReport, ExportRequest, export_snapshot};
pub use import::{ImportReport, IncomingSnapshot, import_snapshot, open_snapshot};
pub use origin::{FollowTerms, Origin, OriginStanding, OriginTrouble, take_from_origin};
pub use publish::{PublishedSnapshot, Publisher};

pub use crate::store::Declined;
