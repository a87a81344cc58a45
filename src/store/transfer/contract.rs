//! The contract of every store whose index can be moved.

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::TransferRow;
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::StoreError;

/// Gives an index away and takes one over.
#[async_trait]
pub trait Transfer: Send + Sync {
    /// Tells which index this is.
    async fn index_standing(&self) -> Result<IndexStanding, StoreError>;

    /// Sends rows of one consistent state: all of them, or, with `since`, what belongs to skills
    /// that changed after that number. Sources, repositories, blobs, bundles, verdicts and skills
    /// come in this order, after takedowns, threats and
    /// statements, which always come whole; within each, in the order of their keys, skills by the number of their
    /// change. It ends early where nobody receives any more.
    async fn send_rows(&self, since: Option<u64>, rows: mpsc::Sender<TransferRow>) -> Result<SentState, StoreError>;

    /// Returns how many skills changed after `sequence`.
    async fn change_count(&self, sequence: u64) -> Result<u64, StoreError>;

    /// Takes rows over as one change of the store: all of them, or, where one is refused or the
    /// sender goes away before [`TakeOverBatch::End`], none.
    async fn take_over(
        &self,
        terms: TakeOver,
        batches: mpsc::Receiver<TakeOverBatch>,
    ) -> Result<TakenOver, TransferError>;

    /// Notes that a state was given away, and forgets the oldest beyond a thousand.
    async fn publish_state(&self, sequence: u64, root: Sha256Digest, now: Timestamp) -> Result<(), StoreError>;

    /// Returns the root digest of a state that was given away.
    async fn published_root(&self, sequence: u64) -> Result<Option<Sha256Digest>, StoreError>;
}

/// The key of the source from which the catalogue comes that ships with the program. An index that
/// holds nothing else is empty to whoever brings another.
pub const STARTER_SOURCE: &str = "starter:touchmark";

/// Which index a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexStanding {
    /// The identity under which it is given away: that of the index that it follows as long as
    /// it is nothing but that, else its own.
    pub identity: [u8; 16],
    /// The number of its latest change.
    pub sequence: u64,
    /// The index that it follows, and the state of it that it took over last.
    pub followed: Option<FollowedIndex>,
    /// Whether it holds nothing, or nothing but the catalogue that ships with the program.
    pub is_empty: bool,
}

/// A state of another index that was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowedIndex {
    /// The identity of the other index.
    pub identity: [u8; 16],
    /// The number of its latest change.
    pub sequence: u64,
    /// Its root digest.
    pub root: Sha256Digest,
    /// When that state was given away.
    pub created_at: Timestamp,
}

/// A state that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentState {
    /// Which index it is.
    pub identity: [u8; 16],
    /// The number of its latest change.
    pub sequence: u64,
    /// The root digest of the whole state, whatever was sent of it: it covers which skills there
    /// are, with which bundle, and which of them are listed.
    pub root: Sha256Digest,
}

/// What is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakeOver {
    /// The identity of the index.
    pub identity: [u8; 16],
    /// The number of the latest change.
    pub sequence: u64,
    /// The root digest that the store has to have afterwards.
    pub root: Sha256Digest,
    /// The number and root digest that the store has to be at; none for a whole index.
    pub follows: Option<(u64, Sha256Digest)>,
    /// When the state was given away.
    pub created_at: Timestamp,
    /// What is not taken over of it.
    pub declined: Declined,
    /// The time.
    pub now: Timestamp,
}

/// What whoever takes an index over does not take the other's word for. Skills that the other has
/// unlisted stay so either way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Declined {
    /// What is taken down.
    pub takedowns: bool,
    /// What is known to do harm.
    pub threats: bool,
    /// What domains say of repositories.
    pub statements: bool,
}

/// What the sender of a take-over says.
#[derive(Debug)]
pub enum TakeOverBatch {
    /// More rows, in the order in which they were sent.
    Rows(Vec<TransferRow>),
    /// That was all; without it, nothing is taken over.
    End,
}

/// What a take-over changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// Skills that came.
    pub skills: u64,
    /// Bundles that came and were not there.
    pub bundles: u64,
    /// Verdicts that came and were not there.
    pub verdicts: u64,
    /// Skills that are listed now.
    pub listed: u64,
}

/// Why nothing was taken over. The store is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row is not what it claims to be.
    #[error("{0}")]
    Row(String),
    /// The store holds another index.
    #[error("the data folder holds another index than the snapshot; --replace puts the snapshot in its place")]
    OtherIndex,
    /// The store holds this index, and changes of its own.
    #[error(
        "the data folder follows this index and holds changes of its own, which following would mix up; \
         --replace gives them up"
    )]
    OwnChanges,
    /// It is older than what is there.
    #[error(
        "the snapshot is at change {offered} of an index of which change {held} is here already; \
         somebody may be giving out an old state"
    )]
    Older {
        /// The number of the latest change that is here.
        held: u64,
        /// The number of the latest change of the snapshot.
        offered: u64,
    },
    /// The states do not fit.
    #[error(
        "the snapshot goes on from another state than the one that is here; take the whole index (snapshot import)"
    )]
    OtherState,
    /// The result is not what was promised.
    #[error("the snapshot does not lead to the state that its manifest names")]
    OtherResult,
    /// The sender went away.
    #[error("the snapshot was not read to its end")]
    Interrupted,
}

impl From<sqlx::Error> for TransferError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
