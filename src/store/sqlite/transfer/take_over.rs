//! Rows in: one write transaction, which is rolled back where anything is refused.

use sqlx::SqlitePool;
use tokio::sync::mpsc;

use super::insert::Insertion;
use super::origin::read_standing;
use super::root::root_digest;
use crate::store::sqlite::write::Change;
use crate::store::{StoreError, TakeOver, TakeOverBatch, TakenOver, TransferError};

pub(super) async fn take_over(
    pool: &SqlitePool,
    terms: TakeOver,
    mut batches: mpsc::Receiver<TakeOverBatch>,
) -> Result<TakenOver, TransferError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let standing = read_standing(&mut change).await?;
    // An index that is nothing but what it took over keeps the numbers of the other; one that
    // has scanned again, as newer rules do, counts its own.
    // Numbers only grow, since search follows by them: those of an empty store are below any.
    let is_new = has_no(&mut change, "SELECT NOT EXISTS (SELECT 1 FROM skills)").await?;
    let is_below = standing.sequence == 0 || standing.sequence < terms.sequence;
    let keeps_numbers = match standing.followed {
        None if is_new && is_below && terms.follows.is_none() => true,
        None => return Err(TransferError::OtherIndex),
        Some(followed) if followed.identity != terms.identity => return Err(TransferError::OtherIndex),
        Some(followed) => {
            if terms.sequence < followed.sequence {
                return Err(TransferError::Older { held: followed.sequence, offered: terms.sequence });
            }
            let is_elsewhere = terms.follows.is_some_and(|state| state != (followed.sequence, followed.root));
            if is_elsewhere || (terms.sequence == followed.sequence && terms.root != followed.root) {
                return Err(TransferError::OtherState);
            }
            if root_digest(&mut change).await? != followed.root {
                return Err(TransferError::OwnChanges);
            }
            standing.identity == followed.identity
        }
    };
    let has_bundles = !has_no(&mut change, "SELECT NOT EXISTS (SELECT 1 FROM bundles)").await?;
    let mut insertion = Insertion::new(terms, keeps_numbers, is_new, has_bundles);
    loop {
        match batches.recv().await {
            Some(TakeOverBatch::Rows(rows)) => insertion.insert(&mut change, rows).await?,
            Some(TakeOverBatch::End) => break,
            None => return Err(TransferError::Interrupted),
        }
    }
    let taken = insertion.finish(&mut change).await?;
    if root_digest(&mut change).await? != terms.root {
        return Err(TransferError::OtherResult);
    }
    sqlx::query(
        "UPDATE index_origin SET identity = ?, sequence = ?, root = ?, created_at = ?, taken_at = ?, \
         local_sequence = CASE WHEN ? THEN (SELECT value FROM meta WHERE key = 'sequence') ELSE local_sequence END",
    )
    .bind(terms.identity.as_slice())
    .bind(terms.sequence as i64)
    .bind(terms.root.as_bytes().as_slice())
    .bind(terms.created_at.as_milliseconds())
    .bind(terms.now.as_milliseconds())
    .bind(keeps_numbers)
    .execute(&mut *change)
    .await?;
    change.commit().await?;
    Ok(taken)
}

async fn has_no(change: &mut Change<'_>, question: &'static str) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(question).fetch_one(&mut **change).await?)
}

/// Forgets the catalogue that ships with the program, where nothing else is there and no index
/// was taken over; the bytes stay. Tells whether anything was forgotten.
pub(in crate::store::sqlite) async fn forget_starter(pool: &SqlitePool) -> Result<bool, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let standing = read_standing(&mut change).await?;
    let is_new = has_no(&mut change, "SELECT NOT EXISTS (SELECT 1 FROM skills)").await?;
    if is_new || !standing.is_empty || standing.followed.is_some() {
        return Ok(false);
    }
    for table in ["sightings", "skill_bundles", "aggregators", "skills"] {
        let query = format!("DELETE FROM {table}");
        sqlx::query(sqlx::AssertSqlSafe(query)).execute(&mut *change).await?;
    }
    sqlx::query("UPDATE meta SET value = 0 WHERE key = 'sequence'").execute(&mut *change).await?;
    change.commit().await?;
    Ok(true)
}
