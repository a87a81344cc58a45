//! What is read from the file.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, SqlitePool};
use zstd::bulk::Decompressor;

use super::super::revision::FileEntry;
use super::super::{BundleDetail, BundleKey, SkillChange, SkillRecord, StoreCounts, StoreError, StoredVerdict};
use super::canonical::{standing, standing_columns, standing_tables};
use super::threats::of_bundles;
use crate::scan::{RecommendedAction, ScanReport, ruleset_version};
use crate::skill::{
    CopyKey, FileContent, RawBundle, RawFile, Sha256Digest, SkillId, SourceIdentity, Timestamp, UnreadFile, limits,
};

/// Columns and joins of a [`SkillRecord`]; the latest verdict is the one with the highest id. A
/// bundle that was not scanned yet has that of an earlier one of its skill, if there is any.
macro_rules! select_skills {
    ($rest:literal) => {
        concat!(
            "SELECT s.skill_id, s.source, s.is_listed, s.is_canonical, s.stars, s.indexed_at, s.content_hash, s.package_hash, s.bundle_key, s.is_complete, ",
            "b.name, b.description, b.quality_flags, b.selection_flags, b.context_cost_tokens, v.summary, v.bundle_key = s.bundle_key AS is_audited, s.sequence, s.copy_key, v.status, ",
            "EXISTS (SELECT 1 FROM threatened_bundles h WHERE h.bundle_key = s.bundle_key) AS is_threatened, ",
            standing_columns!(),
            ", ",
            "(SELECT count(*) FROM skills c WHERE c.content_hash = s.content_hash AND c.is_listed = 1) AS copy_count ",
            "FROM skills s JOIN bundles b ON b.bundle_key = s.bundle_key ",
            "LEFT JOIN verdicts v ON v.verdict_id = coalesce((SELECT max(verdict_id) FROM verdicts WHERE verdicts.bundle_key = s.bundle_key), ",
            "(SELECT max(w.verdict_id) FROM skill_bundles h JOIN verdicts w ON w.bundle_key = h.bundle_key WHERE h.skill_id = s.skill_id)) ",
            standing_tables!(),
            $rest
        )
    };
}

pub(super) async fn known_bundles(pool: &SqlitePool, keys: &[BundleKey]) -> Result<HashSet<BundleKey>, StoreError> {
    let wanted: Vec<String> = keys.iter().map(|key| key.digest().to_hex()).collect();
    let found: Vec<Vec<u8>> = sqlx::query_scalar("SELECT bundle_key FROM verdicts WHERE ruleset_version = ? AND bundle_key IN (SELECT unhex(value) FROM json_each(?))")
        .bind(ruleset_version().as_str())
        .bind(super::write::json(&wanted)?)
        .fetch_all(pool)
        .await?;
    found.into_iter().map(|bytes| Ok(BundleKey::from_digest(digest(bytes)?))).collect()
}

pub(super) async fn skills(pool: &SqlitePool, ids: &[SkillId]) -> Result<Vec<SkillRecord>, StoreError> {
    let wanted: Vec<String> = ids.iter().map(|id| hex::encode(id.as_bytes())).collect();
    let rows = sqlx::query(select_skills!("WHERE s.skill_id IN (SELECT unhex(value) FROM json_each(?))"))
        .bind(super::write::json(&wanted)?)
        .fetch_all(pool)
        .await?;
    let mut found: HashMap<SkillId, SkillRecord> = HashMap::new();
    for record in records(pool, &rows).await? {
        found.insert(record.skill_id, record);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

pub(super) async fn skill_at(
    pool: &SqlitePool,
    identities: &[SourceIdentity],
    is_listed: bool,
) -> Result<Option<SkillRecord>, StoreError> {
    for identity in identities {
        let row = sqlx::query(select_skills!("WHERE s.canonical_source = ? AND s.is_listed = ?"))
            .bind(identity.canonical())
            .bind(is_listed)
            .fetch_optional(pool)
            .await?;
        if let Some(row) = row {
            return Ok(records(pool, &[row]).await?.pop());
        }
    }
    Ok(None)
}

/// Copies of one content that are read at most; beyond it a worst verdict would no longer
/// be worth the time, and the dangerous ones come first.
const COPIES_LIMIT: i64 = 200;

pub(super) async fn skills_with_content(
    pool: &SqlitePool,
    content_hash: Sha256Digest,
) -> Result<Vec<SkillRecord>, StoreError> {
    let rows = sqlx::query(select_skills!("WHERE s.content_hash = ? AND s.is_listed = 1 ORDER BY row_number() OVER (PARTITION BY v.status, EXISTS (SELECT 1 FROM threatened_bundles h WHERE h.bundle_key = s.bundle_key) ORDER BY s.is_canonical DESC, s.canonical_source), v.status = 'dangerous' OR EXISTS (SELECT 1 FROM threatened_bundles h WHERE h.bundle_key = s.bundle_key) DESC, s.canonical_source LIMIT ?"))
        .bind(content_hash.as_bytes().to_vec())
        .bind(COPIES_LIMIT)
        .fetch_all(pool)
        .await?;
    Ok(canonical_first(records(pool, &rows).await?))
}

pub(super) async fn skills_with_package(
    pool: &SqlitePool,
    package_hash: Sha256Digest,
) -> Result<Vec<SkillRecord>, StoreError> {
    let rows = sqlx::query(select_skills!("WHERE s.package_hash = ? AND s.is_listed = 1 ORDER BY row_number() OVER (PARTITION BY v.status, EXISTS (SELECT 1 FROM threatened_bundles h WHERE h.bundle_key = s.bundle_key) ORDER BY s.is_canonical DESC, s.canonical_source), v.status = 'dangerous' OR EXISTS (SELECT 1 FROM threatened_bundles h WHERE h.bundle_key = s.bundle_key) DESC, s.canonical_source LIMIT ?"))
        .bind(package_hash.as_bytes().to_vec())
        .bind(COPIES_LIMIT)
        .fetch_all(pool)
        .await?;
    Ok(canonical_first(records(pool, &rows).await?))
}

/// Of each verdict some are read, whatever there are more of; the canonical copy names them all.
fn canonical_first(mut copies: Vec<SkillRecord>) -> Vec<SkillRecord> {
    copies.sort_by_key(|copy| !copy.is_canonical);
    copies
}

/// Reads a range of the unique index over sources: what begins with a prefix lies between it
/// and the prefix with the last character of Unicode behind it.
pub(super) async fn skills_below(
    pool: &SqlitePool,
    prefix: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<SkillRecord>, StoreError> {
    let rows = sqlx::query(select_skills!("WHERE s.canonical_source >= ? AND s.canonical_source < ? AND s.canonical_source > ? AND s.is_listed = 1 ORDER BY s.canonical_source LIMIT ?"))
        .bind(prefix)
        .bind(format!("{prefix}{}", char::MAX))
        .bind(after)
        .bind(limit)
        .fetch_all(pool)
        .await?;
    records(pool, &rows).await
}

pub(super) async fn bundle_files(pool: &SqlitePool, key: BundleKey) -> Result<Option<RawBundle>, StoreError> {
    let rows = sqlx::query("SELECT bundle_key, files, unread, name FROM bundles WHERE bundle_key = ?")
        .bind(key.digest().as_bytes().to_vec())
        .fetch_all(pool)
        .await?;
    Ok(raw_bundles(pool, &rows).await?.into_iter().next().map(|(_, bundle, _)| bundle))
}

pub(super) async fn bundle(pool: &SqlitePool, key: BundleKey) -> Result<Option<BundleDetail>, StoreError> {
    let row = sqlx::query(
        "SELECT b.manifest, b.frontmatter, b.issues, v.report, c.compressed FROM bundles b \
         LEFT JOIN verdicts v ON v.verdict_id = (SELECT max(verdict_id) FROM verdicts WHERE verdicts.bundle_key = b.bundle_key) \
         JOIN blobs c ON c.sha256 = b.content_hash WHERE b.bundle_key = ?",
    )
    .bind(key.digest().as_bytes().to_vec())
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let report: Option<ScanReport> = match row.get::<Option<Vec<u8>>, _>(3) {
        Some(report) => {
            Some(serde_json::from_slice(&decompress(&report)?).map_err(|error| StoreError::corrupt("report", error))?)
        }
        None => None,
    };
    Ok(Some(BundleDetail {
        manifest: json("manifest", row.get(0))?,
        frontmatter: json("frontmatter", row.get(1))?,
        issues: json("list of issues", row.get(2))?,
        report,
        content: decompress(row.get::<&[u8], _>(4))?,
    }))
}

pub(super) async fn newest_skills(
    pool: &SqlitePool,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<(u64, SkillRecord)>, StoreError> {
    let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let rows = sqlx::query(select_skills!(
        "WHERE s.sequence < ? AND s.is_listed = 1 AND s.is_canonical = 1 ORDER BY s.sequence DESC LIMIT ?"
    ))
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let numbers = rows.iter().map(|row| row.get::<i64, _>("sequence") as u64);
    Ok(numbers.zip(records(pool, &rows).await?).collect())
}

pub(super) async fn changes_since(
    pool: &SqlitePool,
    sequence: u64,
    limit: u32,
) -> Result<Vec<SkillChange>, StoreError> {
    let rows = sqlx::query(select_skills!("WHERE s.sequence > ? ORDER BY s.sequence LIMIT ?"))
        .bind(sequence as i64)
        .bind(limit)
        .fetch_all(pool)
        .await?;
    let records = records(pool, &rows).await?;
    let texts = changed_texts(pool, &records).await?;
    let mut changes = Vec::with_capacity(rows.len());
    for (row, record) in rows.iter().zip(records) {
        let (content, file_paths) = texts
            .get(&record.bundle)
            .ok_or_else(|| StoreError::corrupt("bundle", "one that a skill names is not there"))?
            .clone();
        changes.push(SkillChange { file_paths, sequence: row.get::<i64, _>("sequence") as u64, content, record });
    }
    Ok(changes)
}

/// Reads SKILL.md and the paths of the files of each record's bundle, in few statements.
async fn changed_texts(
    pool: &SqlitePool,
    records: &[SkillRecord],
) -> Result<HashMap<BundleKey, (Vec<u8>, Vec<String>)>, StoreError> {
    const BUNDLES: usize = 500;
    let keys: Vec<BundleKey> =
        records.iter().map(|record| record.bundle).collect::<BTreeSet<_>>().into_iter().collect();
    let mut texts = HashMap::with_capacity(keys.len());
    for keys in keys.chunks(BUNDLES) {
        let mut query = QueryBuilder::new(
            "SELECT b.bundle_key, c.compressed, b.files, b.unread FROM bundles b \
             JOIN blobs c ON c.sha256 = b.content_hash WHERE b.bundle_key IN (",
        );
        let mut list = query.separated(", ");
        for key in keys {
            list.push_bind(key.digest().as_bytes().to_vec());
        }
        for row in query.push(")").build().fetch_all(pool).await? {
            let files: Vec<NamedFile> = json("list of files", row.get(2))?;
            let unread: Vec<UnreadFile> = json("list of unread files", row.get(3))?;
            let paths = files.into_iter().map(|file| file.path).chain(unread.into_iter().map(|file| file.path));
            let text = (decompress(row.get::<&[u8], _>(1))?, paths.collect());
            texts.insert(BundleKey::from_digest(digest(row.get(0))?), text);
        }
    }
    Ok(texts)
}

/// A file of a bundle, of which only the path is wanted.
#[derive(serde::Deserialize)]
struct NamedFile {
    path: String,
}

pub(super) async fn counts(pool: &SqlitePool) -> Result<StoreCounts, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM skills WHERE is_listed = 1), (SELECT count(*) FROM skills WHERE is_listed = 1 AND is_canonical = 1), \
         (SELECT value FROM meta WHERE key = 'sequence'), (SELECT max(finished_at) FROM runs)",
    )
    .fetch_one(pool)
    .await?;
    Ok(StoreCounts {
        listed: row.get::<i64, _>(0) as u64,
        canonical: row.get::<i64, _>(1) as u64,
        sequence: row.get::<i64, _>(2) as u64,
        last_finished_at: row.get::<Option<i64>, _>(3).map(Timestamp::from_milliseconds),
    })
}

pub(super) async fn sequence(pool: &SqlitePool) -> Result<u64, StoreError> {
    let sequence: i64 = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'sequence'").fetch_one(pool).await?;
    Ok(sequence as u64)
}

pub(super) async fn outdated_bundles(
    pool: &SqlitePool,
    after: Option<BundleKey>,
    limit: u32,
) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError> {
    let rows = sqlx::query(
        "SELECT b.bundle_key, b.files, b.unread, b.name FROM bundles b WHERE EXISTS (SELECT 1 FROM skills s WHERE s.bundle_key = b.bundle_key AND s.is_listed = 1) \
         AND NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.bundle_key = b.bundle_key AND v.ruleset_version = ?) AND b.bundle_key > ? ORDER BY b.bundle_key LIMIT ?",
    )
    .bind(ruleset_version().as_str())
    .bind(after.map_or_else(Vec::new, |key| key.digest().as_bytes().to_vec()))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    raw_bundles(pool, &rows).await
}

/// Reads bundles from rows of key, list of files, list of unread files and name.
pub(super) async fn raw_bundles(
    pool: &SqlitePool,
    rows: &[SqliteRow],
) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError> {
    let mut bundles = Vec::with_capacity(rows.len());
    for row in rows {
        let entries: Vec<FileEntry> = json("list of files", row.get(1))?;
        let unread: Vec<UnreadFile> = json("list of unread files", row.get(2))?;
        let mut files = Vec::with_capacity(entries.len());
        for entry in entries {
            let content = match entry.link_target {
                Some(target) => FileContent::Symlink(target),
                None => {
                    let compressed: Vec<u8> = sqlx::query_scalar("SELECT compressed FROM blobs WHERE sha256 = ?")
                        .bind(entry.sha256.as_bytes().to_vec())
                        .fetch_one(pool)
                        .await?;
                    FileContent::Bytes(decompress(&compressed)?)
                }
            };
            files.push(RawFile { path: entry.path, content, is_executable: entry.is_executable });
        }
        bundles.push((BundleKey::from_digest(digest(row.get(0))?), RawBundle { files, unread }, row.get(3)));
    }
    Ok(bundles)
}

/// Reads records, in the order of the rows, with the threats that are known of their bundles:
/// one more question only where there are any.
async fn records(pool: &SqlitePool, rows: &[SqliteRow]) -> Result<Vec<SkillRecord>, StoreError> {
    let is_threatened = |row: &&SqliteRow| row.get::<bool, _>("is_threatened");
    let keys: BTreeSet<Vec<u8>> = rows.iter().filter(is_threatened).map(|row| row.get("bundle_key")).collect();
    let threats = if keys.is_empty() { BTreeMap::new() } else { of_bundles(pool, &keys).await? };
    let mut records = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
    for (row, record) in rows.iter().zip(&mut records) {
        if let Some(known) = threats.get(row.get::<&[u8], _>("bundle_key")) {
            record.verdict.threaten(known.into());
        }
    }
    Ok(records)
}

fn record(row: &SqliteRow) -> Result<SkillRecord, StoreError> {
    let id: Vec<u8> = row.get("skill_id");
    let id: [u8; 16] = id.try_into().map_err(|_| StoreError::corrupt("skill id", "it has not 16 bytes"))?;
    let (skill_id, source) = (SkillId::from_bytes(id), json("source", row.get("source"))?);
    let status: Option<String> = row.get("status");
    let standing = standing(row, skill_id, &source, row.get("is_complete"), status.as_deref().unwrap_or_default());
    let (content_hash, package_hash) = (digest(row.get("content_hash"))?, digest(row.get("package_hash"))?);
    let mut verdict: StoredVerdict = match row.get::<Option<String>, _>("summary") {
        Some(summary) => json("verdict", summary)?,
        None => StoredVerdict::none(content_hash, package_hash),
    };
    if row.get::<Option<bool>, _>("is_audited") == Some(false) {
        // What was good of other bytes lets nobody install these.
        verdict.recommended_action = verdict.recommended_action.max(RecommendedAction::ReviewBeforeInstall);
    }
    Ok(SkillRecord {
        skill_id,
        source,
        standing,
        copy_key: CopyKey::from_digest(digest(row.get("copy_key"))?),
        is_listed: row.get("is_listed"),
        is_canonical: row.get("is_canonical"),
        copy_count: row.get::<i64, _>("copy_count") as u64,
        name: row.get("name"),
        description: row.get("description"),
        content_hash,
        package_hash,
        bundle: BundleKey::from_digest(digest(row.get("bundle_key"))?),
        is_complete: row.get("is_complete"),
        stars: row.get::<Option<i64>, _>("stars").map(|stars| stars as u64),
        indexed_at: Timestamp::from_milliseconds(row.get("indexed_at")),
        quality_flags: json("list of flags", row.get("quality_flags"))?,
        selection_flags: json("list of flags", row.get("selection_flags"))?,
        context_cost_tokens: row.get::<Option<i64>, _>("context_cost_tokens").map(|tokens| tokens as u64),
        verdict,
    })
}

pub(super) fn digest(bytes: Vec<u8>) -> Result<Sha256Digest, StoreError> {
    bytes.try_into().map(Sha256Digest::from_bytes).map_err(|_| StoreError::corrupt("digest", "it has not 32 bytes"))
}

pub(super) fn json<T: DeserializeOwned>(what: &'static str, text: String) -> Result<T, StoreError> {
    serde_json::from_str(&text).map_err(|error| StoreError::corrupt(what, error))
}

pub(super) fn decompress(compressed: &[u8]) -> Result<Vec<u8>, StoreError> {
    thread_local! {
        // What a decompressor needs is costlier to make than a small file is to decompress.
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    let corrupt = |error: std::io::Error| StoreError::corrupt("content", error);
    // The frame names its length; without it, as much is set aside as there may be.
    let length = zstd::zstd_safe::get_frame_content_size(compressed).ok().flatten();
    let capacity = length.unwrap_or(limits::BUNDLE_BYTES).min(limits::BUNDLE_BYTES) as usize;
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let decompressor = match decompressor {
            Some(decompressor) => decompressor,
            None => decompressor.insert(Decompressor::new().map_err(corrupt)?),
        };
        decompressor.decompress(compressed, capacity).map_err(corrupt)
    })
}
