//! Moving an index: rows out in one consistent state, rows in as one change.
//!
//! A row that comes in is checked by what it claims: ids are computed from sources, digests
//! from bytes, and a verdict has to be about the bundle that it names. Start at [`Transfer`].

mod contract;
mod row;
mod warning;

pub use contract::{
    Declined, FollowedIndex, IndexStanding, STARTER_SOURCE, SentState, TakeOver, TakeOverBatch, TakenOver, Transfer,
    TransferError,
};
pub(super) use row::ParsedBundle;
pub use row::{BundleRow, RepositoryRow, RowKind, SkillRow, SourceRow, TransferRow, VerdictRow};
pub use warning::{TakedownRow, ThreatRow, issuer_of};
