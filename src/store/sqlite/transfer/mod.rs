//! Moving an index: rows out of one read transaction, rows into one write transaction.

mod blobs;
mod bundles;
mod insert;
mod origin;
mod pending;
mod root;
mod send;
mod skills;
mod take_over;
mod verdicts;
mod warnings;

pub(super) use take_over::forget_starter;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::SqliteStore;
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::{
    IndexStanding, SentState, StoreError, TakeOver, TakeOverBatch, TakenOver, Transfer, TransferError, TransferRow,
};

#[async_trait]
impl Transfer for SqliteStore {
    async fn index_standing(&self) -> Result<IndexStanding, StoreError> {
        origin::standing(&self.readers).await
    }

    async fn send_rows(&self, since: Option<u64>, rows: mpsc::Sender<TransferRow>) -> Result<SentState, StoreError> {
        send::send_rows(&self.readers, since, rows).await
    }

    async fn change_count(&self, sequence: u64) -> Result<u64, StoreError> {
        origin::change_count(&self.readers, sequence).await
    }

    async fn take_over(
        &self,
        terms: TakeOver,
        batches: mpsc::Receiver<TakeOverBatch>,
    ) -> Result<TakenOver, TransferError> {
        take_over::take_over(&self.writer, terms, batches).await
    }

    async fn publish_state(&self, sequence: u64, root: Sha256Digest, now: Timestamp) -> Result<(), StoreError> {
        origin::publish_state(&self.writer, sequence, root, now).await
    }

    async fn published_root(&self, sequence: u64) -> Result<Option<Sha256Digest>, StoreError> {
        origin::published_root(&self.readers, sequence).await
    }
}
