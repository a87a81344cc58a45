//! The bytes of files.

use rayon::prelude::*;
use sqlx::QueryBuilder;

use super::pending::Pending;
use crate::skill::Sha256Digest;
use crate::store::StoreError;
use crate::store::revision::compress;
use crate::store::sqlite::write::Change;

/// Rows of one statement: it is as long for all but the last, so that it is prepared once.
const ROWS: usize = 64;

/// Hashes and compresses files on other threads.
pub(super) fn pack(contents: Vec<Vec<u8>>) -> Pending {
    let pack = |bytes: Vec<u8>| (Sha256Digest::of(&bytes), compress(&bytes));
    Pending::Blobs(tokio::task::spawn_blocking(move || contents.into_par_iter().map(pack).collect()))
}

/// Writes files that are not there.
pub(super) async fn insert(change: &mut Change<'_>, blobs: &[(Sha256Digest, Vec<u8>)]) -> Result<(), StoreError> {
    for rows in blobs.chunks(ROWS) {
        let mut query = QueryBuilder::new("INSERT INTO blobs (sha256, compressed) ");
        query.push_values(rows, |mut row, (sha256, compressed)| {
            row.push_bind(sha256.as_bytes().as_slice()).push_bind(compressed.as_slice());
        });
        query.push(" ON CONFLICT DO NOTHING").build().execute(&mut **change).await?;
    }
    Ok(())
}
