//! Rows out: one read transaction, whatever is written meanwhile.

use std::collections::{BTreeSet, HashMap};

use futures::TryStreamExt;
use sqlx::{Row, SqliteConnection, SqlitePool};
use tokio::sync::mpsc;

use super::origin::read_standing;
use super::root::root_digest;
use crate::scan::ScanReport;
use crate::skill::{RepositoryKey, Sha256Digest, SkillSource, Timestamp};
use crate::store::revision::FileEntry;
use crate::store::sqlite::read::{decompress, digest, json};
use crate::store::{BundleRow, RepositoryRow, SentState, SkillRow, SourceRow, StoreError, TransferRow, VerdictRow};

/// Why rows are no longer sent.
enum Stop {
    /// Nobody receives them.
    Unheard,
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What is sent of a state.
struct Selection {
    /// Skills whose latest change is after this one.
    since: i64,
    /// Bundles that a skill had before, by the id of the skill.
    earlier: HashMap<Vec<u8>, Vec<Sha256Digest>>,
    bundles: BTreeSet<Sha256Digest>,
    blobs: BTreeSet<Sha256Digest>,
    repositories: BTreeSet<RepositoryKey>,
}

pub(super) async fn send_rows(
    pool: &SqlitePool,
    since: Option<u64>,
    rows: mpsc::Sender<TransferRow>,
) -> Result<SentState, StoreError> {
    let mut reading = pool.begin().await?;
    let standing = read_standing(&mut reading).await?;
    let root = root_digest(&mut reading).await?;
    let state = SentState { identity: standing.identity, sequence: standing.sequence, root };
    let since = since.map_or(-1, |since| i64::try_from(since).unwrap_or(i64::MAX));
    match send(&mut reading, since, &rows).await {
        Ok(()) | Err(Stop::Unheard) => Ok(state),
        Err(Stop::Store(error)) => Err(error),
    }
}

async fn send(reading: &mut SqliteConnection, since: i64, rows: &mpsc::Sender<TransferRow>) -> Result<(), Stop> {
    let selection = select(reading, since).await?;
    sources(reading, rows).await?;
    repositories(reading, &selection, rows).await?;
    for sha256 in &selection.blobs {
        let compressed: Vec<u8> = sqlx::query_scalar("SELECT compressed FROM blobs WHERE sha256 = ?")
            .bind(sha256.as_bytes().as_slice())
            .fetch_one(&mut *reading)
            .await?;
        tell(rows, TransferRow::Blob(decompress(compressed)?)).await?;
    }
    for key in &selection.bundles {
        let row = bundle(reading, *key).await?;
        tell(rows, TransferRow::Bundle(Box::new(row))).await?;
    }
    for key in &selection.bundles {
        for verdict in verdicts(reading, *key).await? {
            tell(rows, TransferRow::Verdict(Box::new(verdict))).await?;
        }
    }
    skills(reading, &selection, rows).await
}

async fn tell(rows: &mpsc::Sender<TransferRow>, row: TransferRow) -> Result<(), Stop> {
    rows.send(row).await.map_err(|_| Stop::Unheard)
}

async fn select(reading: &mut SqliteConnection, since: i64) -> Result<Selection, Stop> {
    let mut selection = Selection {
        since,
        earlier: HashMap::new(),
        bundles: BTreeSet::new(),
        blobs: BTreeSet::new(),
        repositories: BTreeSet::new(),
    };
    let mut found =
        sqlx::query("SELECT bundle_key, source FROM skills WHERE sequence > ?").bind(since).fetch(&mut *reading);
    while let Some(row) = found.try_next().await? {
        selection.bundles.insert(digest(row.get(0))?);
        let source: SkillSource = json("source", row.get(1))?;
        selection.repositories.extend(RepositoryKey::of(&source.identity));
    }
    drop(found);
    let mut found = sqlx::query(
        "SELECT h.skill_id, h.bundle_key FROM skill_bundles h JOIN skills s ON s.skill_id = h.skill_id \
         WHERE s.sequence > ? AND h.bundle_key <> s.bundle_key ORDER BY h.bundle_key",
    )
    .bind(since)
    .fetch(&mut *reading);
    while let Some(row) = found.try_next().await? {
        let key = digest(row.get(1))?;
        selection.bundles.insert(key);
        selection.earlier.entry(row.get(0)).or_default().push(key);
    }
    drop(found);
    for key in &selection.bundles {
        let files: String = sqlx::query_scalar("SELECT files FROM bundles WHERE bundle_key = ?")
            .bind(key.as_bytes().as_slice())
            .fetch_one(&mut *reading)
            .await?;
        let files: Vec<FileEntry> = json("list of files", files)?;
        selection.blobs.extend(files.iter().filter(|file| file.link_target.is_none()).map(|file| file.sha256));
    }
    Ok(selection)
}

async fn sources(reading: &mut SqliteConnection, rows: &mpsc::Sender<TransferRow>) -> Result<(), Stop> {
    let mut found = sqlx::query(
        "SELECT k.key, max(r.finished_at) FROM sources k LEFT JOIN runs r ON r.source_id = k.source_id \
         GROUP BY k.source_id ORDER BY k.key",
    )
    .fetch(reading);
    while let Some(row) = found.try_next().await? {
        let finished_at = row.get::<Option<i64>, _>(1).map(Timestamp::from_milliseconds);
        tell(rows, TransferRow::Source(SourceRow { key: row.get(0), finished_at })).await?;
    }
    Ok(())
}

async fn repositories(
    reading: &mut SqliteConnection,
    selection: &Selection,
    rows: &mpsc::Sender<TransferRow>,
) -> Result<(), Stop> {
    let mut found =
        sqlx::query("SELECT repository_key, facts FROM repositories ORDER BY repository_key").fetch(reading);
    while let Some(row) = found.try_next().await? {
        let key = RepositoryKey::from_stored(row.get(0));
        if selection.since < 0 || selection.repositories.contains(&key) {
            let facts = json("repository", row.get(1))?;
            tell(rows, TransferRow::Repository(Box::new(RepositoryRow { key, facts }))).await?;
        }
    }
    Ok(())
}

async fn bundle(reading: &mut SqliteConnection, key: Sha256Digest) -> Result<BundleRow, StoreError> {
    let row = sqlx::query(
        "SELECT name, context_cost_tokens, quality_flags, issues, unread, files FROM bundles WHERE bundle_key = ?",
    )
    .bind(key.as_bytes().as_slice())
    .fetch_one(reading)
    .await?;
    Ok(BundleRow {
        key,
        name: row.get(0),
        context_cost_tokens: row.get::<Option<i64>, _>(1).map(|tokens| tokens as u64),
        quality_flags: json("list of flags", row.get(2))?,
        issues: json("list of issues", row.get(3))?,
        unread: json("list of unread files", row.get(4))?,
        files: json("list of files", row.get(5))?,
    })
}

async fn verdicts(reading: &mut SqliteConnection, key: Sha256Digest) -> Result<Vec<VerdictRow>, StoreError> {
    let rows = sqlx::query("SELECT report, analyzed_at FROM verdicts WHERE bundle_key = ? ORDER BY verdict_id")
        .bind(key.as_bytes().as_slice())
        .fetch_all(reading)
        .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let report: ScanReport =
            serde_json::from_slice(&decompress(row.get(0))?).map_err(|error| StoreError::corrupt("report", error))?;
        Ok(VerdictRow { bundle: key, analyzed_at: Timestamp::from_milliseconds(row.get(1)), report })
    };
    rows.iter().map(read).collect()
}

async fn skills(
    reading: &mut SqliteConnection,
    selection: &Selection,
    rows: &mpsc::Sender<TransferRow>,
) -> Result<(), Stop> {
    // The names of the sources of a skill as one list, so that one statement reads everything.
    let mut found = sqlx::query(
        "SELECT s.skill_id, s.sequence, s.source, s.bundle_key, s.stars, s.is_listed, s.is_canonical, s.indexed_at, \
         (SELECT json_group_array(k.key) FROM (SELECT k.key FROM sightings g JOIN sources k ON k.source_id = g.source_id \
          WHERE g.skill_id = s.skill_id ORDER BY k.key) k) \
         FROM skills s WHERE s.sequence > ? ORDER BY s.sequence",
    )
    .bind(selection.since)
    .fetch(reading);
    while let Some(row) = found.try_next().await? {
        let id: Vec<u8> = row.get(0);
        let skill = SkillRow {
            sequence: row.get::<i64, _>(1) as u64,
            source: json("source", row.get(2))?,
            bundle: digest(row.get(3))?,
            earlier: selection.earlier.get(&id).cloned().unwrap_or_default(),
            seen_by: json("list of sources", row.get(8))?,
            stars: row.get::<Option<i64>, _>(4).map(|stars| stars as u64),
            is_listed: row.get(5),
            is_canonical: row.get(6),
            indexed_at: Timestamp::from_milliseconds(row.get(7)),
        };
        tell(rows, TransferRow::Skill(Box::new(skill))).await?;
    }
    Ok(())
}
