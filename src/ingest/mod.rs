//! The pipeline: fetch, parse, scan, store, index.
//!
//! A run reads its source on a thread, parses and scans in batches on all cores, and stores
//! each batch in one transaction; the index follows the store by the number of its latest
//! change. So a run that is killed at any moment loses nothing that was stored, and running
//! it again doubles nothing. Start at [`ingest`].

mod embed;
mod follow;
mod hash_stored;
mod moved_vectors;
mod prepare;
mod read_packages;
mod report;
mod rescan;
mod run;
mod starter;
mod tokens;

pub use embed::embed_missing;
pub use follow::{FollowReport, follow};
pub use hash_stored::hash_stored;
pub use moved_vectors::take_over_vectors;
pub use read_packages::read_packages;
pub use report::{IngestError, IngestProgress, IngestReport, IngestStage};
pub use rescan::rescan_outdated;
pub use run::{Pipeline, ingest, ingest_starter, store_source};
pub use starter::starter_skill;
