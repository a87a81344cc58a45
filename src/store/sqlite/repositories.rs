//! What hosts say of repositories.

use sqlx::{Row, SqlitePool};

use super::super::StoreError;
use super::canonical::choose_again;
use super::read;
use super::write::json;
use crate::skill::{RepositoryFacts, RepositoryKey};

pub(super) async fn repository_facts(
    pool: &SqlitePool,
    keys: &[RepositoryKey],
) -> Result<Vec<(RepositoryKey, RepositoryFacts)>, StoreError> {
    let rows = sqlx::query(
        "SELECT repository_key, facts FROM repositories \
         WHERE repository_key IN (SELECT value FROM json_each(?)) ORDER BY repository_key",
    )
    .bind(json(keys)?)
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let facts = serde_json::from_str(row.get::<&str, _>(1));
            let key = RepositoryKey::from_stored(row.get(0));
            facts.map(|facts| (key, facts)).map_err(|error| StoreError::corrupt("repository", error))
        })
        .collect()
}

pub(super) async fn put_repository_facts(
    pool: &SqlitePool,
    rows: &[(RepositoryKey, RepositoryFacts)],
) -> Result<(), StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut moved = Vec::new();
    for (key, facts) in rows {
        let before: Option<String> = sqlx::query_scalar("SELECT facts FROM repositories WHERE repository_key = ?")
            .bind(key.as_str())
            .fetch_optional(&mut *change)
            .await?;
        let before = before.map(|text| read::json::<RepositoryFacts>("repository", text)).transpose()?;
        if what_decides(&before.unwrap_or_default()) != what_decides(facts) {
            moved.push(key.clone());
        }
        sqlx::query(
            "INSERT INTO repositories (repository_key, facts) VALUES (?, ?) \
             ON CONFLICT (repository_key) DO UPDATE SET facts = excluded.facts",
        )
        .bind(key.as_str())
        .bind(json(facts)?)
        .execute(&mut *change)
        .await?;
    }
    choose_again(&mut change, &moved).await?;
    change.commit().await?;
    Ok(())
}

/// What of the facts decides which of several copies stands for all.
fn what_decides(facts: &RepositoryFacts) -> (bool, Option<u32>) {
    (facts.is_fork == Some(true), facts.stars.and_then(u64::checked_ilog10))
}
