//! What hosts say of repositories.

use sqlx::{Row, SqlitePool};

use super::super::StoreError;
use super::canonical::choose_again;
use super::read;
use super::write::{Change, json, next_sequence};
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
        let known: Option<String> = sqlx::query_scalar("SELECT facts FROM repositories WHERE repository_key = ?")
            .bind(key.as_str())
            .fetch_optional(&mut *change)
            .await?;
        let known = known.map(|text| read::json::<RepositoryFacts>("repository", text)).transpose()?;
        let known = known.unwrap_or_default();
        if shown(&known) != shown(facts) {
            tell_skills(&mut change, key, facts.stars).await?;
        }
        if what_decides(&known) != what_decides(facts) {
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

/// Returns facts without what no answer shows.
fn shown(facts: &RepositoryFacts) -> RepositoryFacts {
    RepositoryFacts { asked_at: None, entity_tag: None, pushed_at: None, default_branch: None, ..facts.clone() }
}

/// Lets the skills of a repository have changed: their stars, and whatever else answers say of it.
async fn tell_skills(change: &mut Change<'_>, key: &RepositoryKey, stars: Option<u64>) -> Result<(), StoreError> {
    // The canonical source of a skill is the key, two slashes and its folder; `0` follows `/`.
    let skills: Vec<(Vec<u8>, bool)> = sqlx::query_as(
        "SELECT skill_id, is_listed FROM skills WHERE canonical_source >= ?1 || '//' AND canonical_source < ?1 || '/0'",
    )
    .bind(key.as_str())
    .fetch_all(&mut **change)
    .await?;
    for (skill, is_listed) in skills {
        let sequence = if is_listed { Some(next_sequence(change).await?) } else { None };
        sqlx::query(
            "UPDATE skills SET stars = coalesce(?, stars), sequence = coalesce(?, sequence) WHERE skill_id = ?",
        )
        .bind(stars.map(|stars| i64::try_from(stars).unwrap_or(i64::MAX)))
        .bind(sequence)
        .bind(skill)
        .execute(&mut **change)
        .await?;
    }
    Ok(())
}
