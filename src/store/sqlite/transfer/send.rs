//! Rows out: one read transaction, whatever is written meanwhile.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::TryStreamExt;
use sqlx::{Row, SqliteConnection, SqlitePool};
use tokio::sync::mpsc;

use super::origin::read_standing;
use super::root::root_digest;
use crate::scan::ScanReport;
use crate::skill::{RepositoryKey, Sha256Digest, SkillSource, Timestamp};
use crate::store::revision::FileEntry;
use crate::store::sqlite::read::{decompress, digest, json};
use crate::store::sqlite::takedowns::all_takedowns;
use crate::store::sqlite::threats::holding;
use crate::store::transfer::issuer_of;
use crate::store::{
    BundleRow, RepositoryRow, SentState, SkillRow, SourceRow, StoreError, TakedownRow, ThreatRow, TransferRow,
    VerdictRow,
};
use crate::threat::ThreatId;
use crate::trust::PublisherStatement;

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
    match send(&mut reading, since, standing.identity, &rows).await {
        Ok(()) | Err(Stop::Unheard) => Ok(state),
        Err(Stop::Store(error)) => Err(error),
    }
}

async fn send(
    reading: &mut SqliteConnection,
    since: i64,
    identity: [u8; 16],
    rows: &mpsc::Sender<TransferRow>,
) -> Result<(), Stop> {
    let selection = select(reading, since).await?;
    takedowns(reading, rows).await?;
    threats(reading, identity, rows).await?;
    statements(reading, rows).await?;
    sources(reading, rows).await?;
    repositories(reading, &selection, rows).await?;
    for sha256 in &selection.blobs {
        let compressed: Vec<u8> = sqlx::query_scalar("SELECT compressed FROM blobs WHERE sha256 = ?")
            .bind(sha256.as_bytes().as_slice())
            .fetch_one(&mut *reading)
            .await?;
        tell(rows, TransferRow::Blob(decompress(&compressed)?)).await?;
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

/// Sends what any list takes down; of two with one target, one that blocks.
async fn takedowns(reading: &mut SqliteConnection, rows: &mpsc::Sender<TransferRow>) -> Result<(), Stop> {
    let mut all: BTreeMap<String, TakedownRow> = BTreeMap::new();
    for stored in all_takedowns(reading).await? {
        let row = TakedownRow::from(stored);
        match all.entry(row.target.clone()) {
            Entry::Vacant(place) => drop(place.insert(row)),
            // The rest of the order has no meaning but that it is one.
            Entry::Occupied(mut place) => {
                let order = |row: &TakedownRow| {
                    (!row.reason.blocks(), row.reason, row.since, row.reference.clone(), row.note.clone())
                };
                if order(&row) < order(place.get()) {
                    place.insert(row);
                }
            }
        }
    }
    for row in all.into_values() {
        tell(rows, TransferRow::Takedown(row)).await?;
    }
    Ok(())
}

/// Sends every threat that holds, whoever says so, as what this index says: of two that are
/// recognised by the same, the worse.
async fn threats(
    reading: &mut SqliteConnection,
    identity: [u8; 16],
    rows: &mpsc::Sender<TransferRow>,
) -> Result<(), Stop> {
    let issuer = issuer_of(identity);
    let mut all: BTreeMap<ThreatId, ThreatRow> = BTreeMap::new();
    for known in holding(reading).await? {
        let row = ThreatRow::from(known.threat.parts());
        let Ok(threat) = row.read(&issuer) else { continue };
        let worse = all.get(threat.id()).is_none_or(|other| {
            let order = |row: &ThreatRow| (row.severity, row.digests.len(), row.last_seen, row.description.clone());
            order(&row) > order(other)
        });
        if worse {
            all.insert(threat.id().clone(), row);
        }
    }
    let mut all: Vec<(ThreatId, ThreatRow)> = all.into_iter().collect();
    all.sort_by(|left, right| left.0.as_str().cmp(right.0.as_str()));
    for (_, row) in all {
        tell(rows, TransferRow::Threat(Box::new(row))).await?;
    }
    Ok(())
}

async fn statements(reading: &mut SqliteConnection, rows: &mpsc::Sender<TransferRow>) -> Result<(), Stop> {
    let mut found = sqlx::query("SELECT statement FROM publisher_statements ORDER BY domain").fetch(reading);
    while let Some(row) = found.try_next().await? {
        let statement: PublisherStatement = json("statement of a publisher", row.get(0))?;
        tell(rows, TransferRow::Statement(statement)).await?;
    }
    Ok(())
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
        let report: ScanReport = serde_json::from_slice(&decompress(row.get::<&[u8], _>(0))?)
            .map_err(|error| StoreError::corrupt("report", error))?;
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
