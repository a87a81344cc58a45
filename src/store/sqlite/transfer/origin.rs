//! Which index this is, and which states of it were given away.

use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::skill::{Sha256Digest, Timestamp};
use crate::store::sqlite::read::digest;
use crate::store::{FollowedIndex, IndexStanding, STARTER_SOURCE, StoreError};

/// States that are remembered.
const STATES: i64 = 1_000;

pub(super) async fn standing(pool: &SqlitePool) -> Result<IndexStanding, StoreError> {
    let mut connection = pool.begin().await?;
    read_standing(&mut connection).await
}

pub(super) async fn read_standing(connection: &mut SqliteConnection) -> Result<IndexStanding, StoreError> {
    let sequence: i64 =
        sqlx::query_scalar("SELECT value FROM meta WHERE key = 'sequence'").fetch_one(&mut *connection).await?;
    let foreign: i64 = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sources WHERE key <> ?)")
        .bind(STARTER_SOURCE)
        .fetch_one(&mut *connection)
        .await?;
    let row =
        sqlx::query("SELECT own_identity, identity, sequence, root, local_sequence, created_at FROM index_origin")
            .fetch_one(&mut *connection)
            .await?;
    let own = identity(row.get(0))?;
    let followed = match row.get::<Option<Vec<u8>>, _>(1) {
        None => None,
        Some(bytes) => Some(FollowedIndex {
            identity: identity(bytes)?,
            sequence: row.get::<i64, _>(2) as u64,
            root: digest(row.get(3))?,
            created_at: Timestamp::from_milliseconds(row.get(5)),
        }),
    };
    let is_as_it_came = row.get::<Option<i64>, _>(4) == Some(sequence);
    Ok(IndexStanding {
        identity: followed.filter(|_| is_as_it_came).map_or(own, |followed| followed.identity),
        sequence: sequence as u64,
        followed,
        is_empty: foreign == 0,
    })
}

pub(super) async fn change_count(pool: &SqlitePool, sequence: u64) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM skills WHERE sequence > ?")
        .bind(i64::try_from(sequence).unwrap_or(i64::MAX))
        .fetch_one(pool)
        .await?;
    Ok(count as u64)
}

pub(super) async fn publish_state(
    pool: &SqlitePool,
    sequence: u64,
    root: Sha256Digest,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "INSERT INTO published_states (sequence, root, published_at) VALUES (?, ?, ?) \
         ON CONFLICT (sequence) DO UPDATE SET root = excluded.root, published_at = excluded.published_at",
    )
    .bind(sequence as i64)
    .bind(root.as_bytes().as_slice())
    .bind(now.as_milliseconds())
    .execute(&mut *change)
    .await?;
    sqlx::query(
        "DELETE FROM published_states WHERE sequence IN \
         (SELECT sequence FROM published_states ORDER BY sequence DESC LIMIT -1 OFFSET ?)",
    )
    .bind(STATES)
    .execute(&mut *change)
    .await?;
    change.commit().await?;
    Ok(())
}

pub(super) async fn published_root(pool: &SqlitePool, sequence: u64) -> Result<Option<Sha256Digest>, StoreError> {
    let root: Option<Vec<u8>> = sqlx::query_scalar("SELECT root FROM published_states WHERE sequence = ?")
        .bind(i64::try_from(sequence).unwrap_or(i64::MAX))
        .fetch_optional(pool)
        .await?;
    root.map(digest).transpose()
}

fn identity(bytes: Vec<u8>) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(|_| StoreError::corrupt("identity of the index", "it has not 16 bytes"))
}
