//! Which of several copies stands for all, and which repositories mostly hold copies.
//!
//! The rule is [`CanonicalStanding`]; here are the groups that it chooses from: skills with one
//! content, of which one is canonical, and skills with one [`CopyKey`], by which it is counted
//! what a repository has from others. Both are kept up in the transaction that changes a skill,
//! so they depend on what is listed and on nothing else.

use std::collections::BTreeSet;

use futures::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};

use super::super::{AggregatorCounts, StoreError};
use super::read::{digest, json};
use super::write::{Change, next_sequence};
use crate::skill::{
    CanonicalStanding, CopyKey, Originality, PublisherStanding, Publishers, RepositoryKey, SkillId, SkillSource,
    Timestamp, is_aggregator,
};

/// Rows that are completed in one transaction.
const CHUNK: u32 = 5_000;

/// What changed in a transaction.
#[derive(Debug, Default)]
pub(super) struct Touched {
    contents: BTreeSet<Vec<u8>>,
    copy_keys: BTreeSet<Vec<u8>>,
    repositories: BTreeSet<String>,
    /// Whether the numbers of change, and which skills are canonical, are those of another index.
    keeps_numbers: bool,
}

impl Touched {
    /// Leaves the numbers of change and what is canonical as they are: they were taken over from
    /// the index that this one follows.
    pub(super) fn keep_numbers(&mut self) {
        self.keeps_numbers = true;
    }

    /// Notes that skills of this content, copy key and repository changed.
    pub(super) fn add(&mut self, content_hash: Vec<u8>, copy_key: Option<Vec<u8>>, repository: String) {
        self.contents.insert(content_hash);
        self.copy_keys.extend(copy_key);
        self.repositories.insert(repository);
    }

    /// Notes that skills of this content changed in their verdict.
    pub(super) fn add_content(&mut self, content_hash: Vec<u8>) {
        self.contents.insert(content_hash);
    }
}

/// A listed skill among its copies.
struct Copy {
    standing: CanonicalStanding,
    repository: String,
    is_canonical: bool,
    is_copy: bool,
}

/// Columns of a [`CanonicalStanding`], and the tables that they are in; `s` is the skill, `v`
/// its latest verdict.
macro_rules! standing_columns {
    () => {
        "s.first_committed_at, coalesce(q.standing, p.standing) AS publisher_standing, a.repository_key IS NOT NULL AS is_aggregator, \
         coalesce(json_extract(r.facts, '$.is_fork'), 0) AS is_fork, coalesce(s.stars, json_extract(r.facts, '$.stars')) AS known_stars"
    };
}
macro_rules! standing_tables {
    () => {
        "LEFT JOIN publishers p ON p.account = s.account \
         LEFT JOIN publishers q ON q.account = s.repository_key LEFT JOIN aggregators a ON a.repository_key = s.repository_key \
         LEFT JOIN repositories r ON r.repository_key = s.repository_key "
    };
}
pub(super) use {standing_columns, standing_tables};

/// Reads the standing of a skill from a row with [`standing_columns`].
pub(super) fn standing(
    row: &SqliteRow,
    skill_id: SkillId,
    source: &SkillSource,
    is_complete: bool,
    status: &str,
) -> CanonicalStanding {
    let is_fork: i64 = row.get("is_fork");
    let originality = match Originality::of(source) {
        _ if is_fork != 0 => Originality::Mirror,
        other => other,
    };
    CanonicalStanding {
        skill_id,
        is_dangerous: status == "dangerous",
        publisher: row
            .get::<Option<i64>, _>("publisher_standing")
            .and_then(|place| PublisherStanding::ALL.get(usize::try_from(place).ok()?).copied())
            .unwrap_or_default(),
        originality,
        is_aggregator: row.get("is_aggregator"),
        is_complete,
        is_warned_of: matches!(status, "warning" | "dangerous"),
        first_committed_at: row.get::<Option<i64>, _>("first_committed_at").map(Timestamp::from_milliseconds),
        stars: row.get::<Option<i64>, _>("known_stars").map(|stars| stars as u64),
    }
}

macro_rules! select_copies {
    ($group:literal) => {
        select_copies!(where concat!("s.", $group, " = ? AND s.is_listed = 1"))
    };
    (where $condition:expr) => {
        concat!(
            "SELECT s.skill_id, s.copy_key, s.repository_key, s.source, s.is_complete, s.is_canonical, s.is_copy, ",
            "(SELECT status FROM verdicts WHERE verdicts.bundle_key = s.bundle_key ORDER BY verdict_id DESC LIMIT 1) AS status, ",
            standing_columns!(),
            " FROM skills s ",
            standing_tables!(),
            "WHERE ",
            $condition
        )
    };
}

/// Chooses anew in every group that was touched.
pub(super) async fn choose_canonical(change: &mut Change<'_>, touched: Touched) -> Result<(), StoreError> {
    let Touched { mut contents, copy_keys, mut repositories, keeps_numbers } = touched;
    for copy_key in copy_keys {
        mark_copies(change, copy_key, &mut repositories).await?;
    }
    for repository in repositories.iter().filter(|repository| !repository.is_empty()) {
        let has_changed = recognise(change, repository).await?;
        if has_changed && !keeps_numbers {
            touch_skills(change, "repository_key", repository, &mut contents).await?;
        }
    }
    if keeps_numbers {
        return Ok(());
    }
    for content_hash in contents {
        let copies = copies(change, select_copies!("content_hash"), content_hash).await?;
        let canonical = copies.iter().map(|copy| copy.standing).min();
        for copy in &copies {
            let is_canonical = canonical == Some(copy.standing);
            if copy.is_canonical != is_canonical {
                let sequence = next_sequence(change).await?;
                sqlx::query("UPDATE skills SET is_canonical = ?, sequence = ? WHERE skill_id = ?")
                    .bind(is_canonical)
                    .bind(sequence)
                    .bind(copy.standing.skill_id.as_bytes().to_vec())
                    .execute(&mut **change)
                    .await?;
            }
        }
    }
    Ok(())
}

/// Notes which skills of a group another repository has the original of.
async fn mark_copies(
    change: &mut Change<'_>,
    copy_key: Vec<u8>,
    repositories: &mut BTreeSet<String>,
) -> Result<(), StoreError> {
    let copies = copies(change, select_copies!("copy_key"), copy_key).await?;
    let marked: BTreeSet<[u8; 16]> = copies_among(&copies).into_iter().collect();
    for copy in &copies {
        let is_copy = marked.contains(copy.standing.skill_id.as_bytes());
        if copy.is_copy != is_copy {
            sqlx::query("UPDATE skills SET is_copy = ? WHERE skill_id = ?")
                .bind(is_copy)
                .bind(copy.standing.skill_id.as_bytes().to_vec())
                .execute(&mut **change)
                .await?;
            repositories.insert(copy.repository.clone());
        }
    }
    Ok(())
}

/// Notes of every listed skill whether it is a copy, and counts every repository, where nothing
/// of it is known yet: in one pass, where [`choose_canonical`] asks for each group.
pub(super) async fn mark_all_copies(change: &mut Change<'_>) -> Result<(), StoreError> {
    let mut found = Vec::new();
    {
        let mut group: Vec<Copy> = Vec::new();
        let mut group_key: Vec<u8> = Vec::new();
        let mut rows = sqlx::query(select_copies!(where "s.is_listed = 1 ORDER BY s.copy_key")).fetch(&mut **change);
        while let Some(row) = rows.try_next().await? {
            let key: Option<Vec<u8>> = row.get("copy_key");
            let key = key.unwrap_or_default();
            if key != group_key {
                found.extend(copies_among(&group));
                group.clear();
                group_key = key;
            }
            group.push(read_copy(&row)?);
        }
        found.extend(copies_among(&group));
    }
    for ids in found.chunks(CHUNK as usize) {
        let ids: Vec<String> = ids.iter().map(hex::encode).collect();
        sqlx::query("UPDATE skills SET is_copy = 1 WHERE skill_id IN (SELECT unhex(value) FROM json_each(?))")
            .bind(super::write::json(&ids)?)
            .execute(&mut **change)
            .await?;
    }
    let counts = sqlx::query(
        "SELECT repository_key, count(*), coalesce(sum(is_copy), 0) FROM skills \
         WHERE is_listed = 1 AND repository_key <> '' GROUP BY repository_key",
    )
    .fetch_all(&mut **change)
    .await?;
    for row in counts {
        let (skill_count, copy_count): (i64, i64) = (row.get(1), row.get(2));
        if is_aggregator(skill_count as u64, copy_count as u64) {
            put_aggregator(change, row.get(0), skill_count, copy_count).await?;
        }
    }
    Ok(())
}

/// Returns those of a group of which another repository has the original, or that say so.
fn copies_among(group: &[Copy]) -> Vec<[u8; 16]> {
    let original = group.iter().min_by_key(|copy| copy.standing.provisional());
    let copies = group.iter().filter(|copy| {
        let is_elsewhere = original.is_some_and(|original| original.repository != copy.repository);
        is_elsewhere || copy.standing.originality == Originality::Mirror
    });
    copies.map(|copy| *copy.standing.skill_id.as_bytes()).collect()
}

/// Counts a repository. Tells whether it becomes an aggregator, or is none any more: then each of
/// its skills has another standing, which followers of the store have to hear of.
async fn recognise(change: &mut Change<'_>, repository: &str) -> Result<bool, StoreError> {
    let counts = sqlx::query(
        "SELECT count(*), coalesce(sum(is_copy), 0) FROM skills WHERE repository_key = ? AND is_listed = 1",
    )
    .bind(repository)
    .fetch_one(&mut **change)
    .await?;
    let (skill_count, copy_count): (i64, i64) = (counts.get(0), counts.get(1));
    let was: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM aggregators WHERE repository_key = ?)")
        .bind(repository)
        .fetch_one(&mut **change)
        .await?;
    let is = is_aggregator(skill_count as u64, copy_count as u64);
    if is {
        put_aggregator(change, repository, skill_count, copy_count).await?;
    } else if was {
        sqlx::query("DELETE FROM aggregators WHERE repository_key = ?").bind(repository).execute(&mut **change).await?;
    }
    Ok(is != was)
}

async fn put_aggregator(
    change: &mut Change<'_>,
    repository: &str,
    skill_count: i64,
    copy_count: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO aggregators (repository_key, skill_count, copy_count) VALUES (?, ?, ?) ON CONFLICT (repository_key) \
         DO UPDATE SET skill_count = excluded.skill_count, copy_count = excluded.copy_count",
    )
    .bind(repository)
    .bind(skill_count)
    .bind(copy_count)
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// Gives the listed skills of a repository or an account new numbers of change.
async fn touch_skills(
    change: &mut Change<'_>,
    column: &'static str,
    value: &str,
    contents: &mut BTreeSet<Vec<u8>>,
) -> Result<(), StoreError> {
    let select = match column {
        "account" => "SELECT skill_id, content_hash FROM skills WHERE account = ? AND is_listed = 1 ORDER BY skill_id",
        _ => "SELECT skill_id, content_hash FROM skills WHERE repository_key = ? AND is_listed = 1 ORDER BY skill_id",
    };
    for row in sqlx::query(select).bind(value).fetch_all(&mut **change).await? {
        let sequence = next_sequence(change).await?;
        sqlx::query("UPDATE skills SET sequence = ? WHERE skill_id = ?")
            .bind(sequence)
            .bind(row.get::<Vec<u8>, _>(0))
            .execute(&mut **change)
            .await?;
        contents.insert(row.get(1));
    }
    Ok(())
}

async fn copies(change: &mut Change<'_>, select: &'static str, group: Vec<u8>) -> Result<Vec<Copy>, StoreError> {
    let rows = sqlx::query(select).bind(group).fetch_all(&mut **change).await?;
    rows.iter().map(read_copy).collect()
}

fn read_copy(row: &SqliteRow) -> Result<Copy, StoreError> {
    let source: SkillSource = json("source", row.get("source"))?;
    let status: Option<String> = row.get("status");
    let is_complete = row.get("is_complete");
    Ok(Copy {
        standing: standing(row, skill_id(row)?, &source, is_complete, status.as_deref().unwrap_or_default()),
        repository: row.get("repository_key"),
        is_canonical: row.get("is_canonical"),
        is_copy: row.get("is_copy"),
    })
}

fn skill_id(row: &SqliteRow) -> Result<SkillId, StoreError> {
    let id: Vec<u8> = row.get("skill_id");
    let id: [u8; 16] = id.try_into().map_err(|_| StoreError::corrupt("skill id", "it has not 16 bytes"))?;
    Ok(SkillId::from_bytes(id))
}

/// Names the repository of a source; empty where there is none.
pub(super) fn repository_of(source: &SkillSource) -> String {
    RepositoryKey::of(&source.identity).map(|key| key.as_str().to_owned()).unwrap_or_default()
}

/// Replaces what is known of publishers, and chooses anew where it matters.
pub(super) async fn put_publishers(pool: &SqlitePool, publishers: &Publishers) -> Result<(), StoreError> {
    let wanted: BTreeSet<(String, i64)> =
        publishers.iter().map(|(account, standing)| (account.to_owned(), standing as i64)).collect();
    let known = sqlx::query("SELECT account, standing FROM publishers").fetch_all(pool).await?;
    let known: BTreeSet<(String, i64)> = known.iter().map(|row| (row.get(0), row.get(1))).collect();
    if known == wanted {
        return Ok(());
    }
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let changed: BTreeSet<&String> = known.symmetric_difference(&wanted).map(|(account, _)| account).collect();
    sqlx::query("DELETE FROM publishers").execute(&mut *change).await?;
    for (account, standing) in &wanted {
        sqlx::query("INSERT INTO publishers (account, standing) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(standing)
            .execute(&mut *change)
            .await?;
    }
    let mut touched = Touched::default();
    for account in changed {
        touch_skills(&mut change, "account", account, &mut touched.contents).await?;
        touch_skills(&mut change, "repository_key", account, &mut touched.contents).await?;
        let groups = sqlx::query(
            "SELECT DISTINCT copy_key, repository_key FROM skills WHERE ?1 IN (account, repository_key) AND is_listed = 1",
        )
            .bind(account)
            .fetch_all(&mut *change)
            .await?;
        for group in groups {
            touched.copy_keys.extend(group.get::<Option<Vec<u8>>, _>(0));
            touched.repositories.insert(group.get(1));
        }
    }
    choose_canonical(&mut change, touched).await?;
    change.commit().await?;
    Ok(())
}

/// Completes rows that were written before there were copy keys.
pub(super) async fn complete_rows(pool: &SqlitePool) -> Result<(), StoreError> {
    loop {
        let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query(
            "SELECT s.skill_id, s.source, s.content_hash, b.name, b.description FROM skills s \
             JOIN bundles b ON b.bundle_key = s.bundle_key WHERE s.copy_key IS NULL LIMIT ?",
        )
        .bind(CHUNK)
        .fetch_all(&mut *change)
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut touched = Touched::default();
        for row in &rows {
            let source: SkillSource = json("source", row.get("source"))?;
            let content_hash = digest(row.get("content_hash"))?;
            let copy_key = CopyKey::of(row.get("name"), row.get("description"), content_hash);
            let (copy_key, repository) = (copy_key.digest().as_bytes().to_vec(), repository_of(&source));
            sqlx::query("UPDATE skills SET account = ?, repository_key = ?, copy_key = ? WHERE skill_id = ?")
                .bind(Publishers::account_of(&source.identity))
                .bind(&repository)
                .bind(&copy_key)
                .bind(row.get::<Vec<u8>, _>("skill_id"))
                .execute(&mut *change)
                .await?;
            touched.add(row.get("content_hash"), Some(copy_key), repository);
        }
        choose_canonical(&mut change, touched).await?;
        change.commit().await?;
    }
}

/// Chooses anew among the copies of what these repositories hold, of which a host said
/// something else than before.
pub(super) async fn choose_again(change: &mut Change<'_>, repositories: &[RepositoryKey]) -> Result<(), StoreError> {
    let mut touched = Touched::default();
    for repository in repositories {
        let groups =
            sqlx::query("SELECT content_hash, copy_key FROM skills WHERE repository_key = ? AND is_listed = 1")
                .bind(repository.as_str())
                .fetch_all(&mut **change)
                .await?;
        for group in groups {
            touched.add(group.get(0), group.get(1), repository.as_str().to_owned());
        }
        touch_skills(change, "repository_key", repository.as_str(), &mut touched.contents).await?;
    }
    choose_canonical(change, touched).await
}

/// Reads by what a repository was recognised.
pub(super) async fn aggregator(
    pool: &SqlitePool,
    repository: &RepositoryKey,
) -> Result<Option<AggregatorCounts>, StoreError> {
    let row = sqlx::query("SELECT skill_count, copy_count FROM aggregators WHERE repository_key = ?")
        .bind(repository.as_str())
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| AggregatorCounts {
        skill_count: row.get::<i64, _>(0) as u64,
        copy_count: row.get::<i64, _>(1) as u64,
    }))
}
