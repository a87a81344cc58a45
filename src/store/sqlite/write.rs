//! What changes the file, each in one transaction.

use std::collections::BTreeSet;

use sqlx::{Row, Sqlite, SqlitePool, Transaction};

use super::super::digests::RECIPE_SET;
use super::super::revision::{compress, skill_id};
use super::super::{
    BatchOutcome, BundleKey, Observation, RunSummary, SkillRevision, SourceRun, StoreError, StoredVerdict,
};
use super::digests::insert_digests;
use crate::skill::{RepositoryKey, SkillId, SkillSource, Timestamp};

pub(super) type Change<'a> = Transaction<'a, Sqlite>;

pub(super) async fn begin_run(pool: &SqlitePool, key: &str, now: Timestamp) -> Result<SourceRun, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("INSERT INTO sources (key) VALUES (?) ON CONFLICT (key) DO NOTHING")
        .bind(key)
        .execute(&mut *change)
        .await?;
    let source_id: i64 =
        sqlx::query_scalar("SELECT source_id FROM sources WHERE key = ?").bind(key).fetch_one(&mut *change).await?;
    let run_id: i64 = sqlx::query_scalar("INSERT INTO runs (source_id, started_at) VALUES (?, ?) RETURNING run_id")
        .bind(source_id)
        .bind(now.as_milliseconds())
        .fetch_one(&mut *change)
        .await?;
    change.commit().await?;
    Ok(SourceRun { source_id, run_id })
}

pub(super) async fn apply(
    pool: &SqlitePool,
    run: SourceRun,
    observations: Vec<Observation>,
    now: Timestamp,
) -> Result<BatchOutcome, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut outcome = BatchOutcome::default();
    let mut touched = BTreeSet::new();
    for observation in &observations {
        if let Some(revision) = &observation.revision {
            insert_bundle(&mut change, revision).await?;
            insert_verdict(&mut change, revision).await?;
        }
        match upsert_skill(&mut change, observation, now, &mut touched).await? {
            Effect::Added => outcome.added += 1,
            Effect::Changed => outcome.changed += 1,
            Effect::Moved => outcome.moved += 1,
            Effect::None => outcome.unchanged += 1,
        }
        sqlx::query("INSERT INTO sightings (source_id, skill_id, run_id) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET run_id = max(run_id, excluded.run_id)")
            .bind(run.source_id)
            .bind(id_bytes(skill_id(&observation.source)))
            .bind(run.run_id)
            .execute(&mut *change)
            .await?;
    }
    choose_canonical(&mut change, touched).await?;
    change.commit().await?;
    Ok(outcome)
}

pub(super) async fn finish_run(pool: &SqlitePool, run: SourceRun, now: Timestamp) -> Result<RunSummary, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    // A run that began later, as when somebody took over from a worker that was held up, knows
    // better: what it saw stays.
    let unseen: Vec<Vec<u8>> =
        sqlx::query_scalar("DELETE FROM sightings WHERE source_id = ? AND run_id < ? RETURNING skill_id")
            .bind(run.source_id)
            .bind(run.run_id)
            .fetch_all(&mut *change)
            .await?;
    let mut touched = BTreeSet::new();
    let mut removed = 0;
    for skill in unseen {
        let content_hash: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT content_hash FROM skills WHERE skill_id = ?1 AND is_listed = 1 \
             AND NOT EXISTS (SELECT 1 FROM sightings WHERE skill_id = ?1)",
        )
        .bind(&skill)
        .fetch_optional(&mut *change)
        .await?;
        let Some(content_hash) = content_hash else { continue };
        let sequence = next_sequence(&mut change).await?;
        sqlx::query("UPDATE skills SET is_listed = 0, is_canonical = 0, sequence = ? WHERE skill_id = ?")
            .bind(sequence)
            .bind(skill)
            .execute(&mut *change)
            .await?;
        touched.insert(content_hash);
        removed += 1;
    }
    choose_canonical(&mut change, touched).await?;
    sqlx::query("UPDATE runs SET finished_at = ? WHERE run_id = ?")
        .bind(now.as_milliseconds())
        .bind(run.run_id)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    Ok(RunSummary { removed })
}

pub(super) async fn append_verdict(pool: &SqlitePool, revision: &SkillRevision) -> Result<(), StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    insert_verdict(&mut change, revision).await?;
    let key = key_bytes(revision.key);
    let skills: Vec<Vec<u8>> = sqlx::query_scalar("SELECT skill_id FROM skills WHERE bundle_key = ?")
        .bind(key)
        .fetch_all(&mut *change)
        .await?;
    for skill in skills {
        let sequence = next_sequence(&mut change).await?;
        sqlx::query("UPDATE skills SET sequence = ? WHERE skill_id = ?")
            .bind(sequence)
            .bind(skill)
            .execute(&mut *change)
            .await?;
    }
    choose_canonical(&mut change, BTreeSet::from([revision.content_hash.as_bytes().to_vec()])).await?;
    change.commit().await?;
    Ok(())
}

async fn insert_bundle(change: &mut Change<'_>, revision: &SkillRevision) -> Result<(), StoreError> {
    for file in &revision.files {
        let Some(compressed) = &file.compressed else { continue };
        sqlx::query("INSERT INTO blobs (sha256, compressed) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(file.entry.sha256.as_bytes().to_vec())
            .bind(compressed.as_slice())
            .execute(&mut **change)
            .await?;
    }
    let files: Vec<_> = revision.files.iter().map(|file| &file.entry).collect();
    let inserted = sqlx::query(
        "INSERT INTO bundles (bundle_key, package_hash, content_hash, name, description, is_complete, context_cost_tokens, \
         quality_flags, selection_flags, manifest, frontmatter, issues, unread, files, recipe_set) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(key_bytes(revision.key))
    .bind(revision.package_hash.as_bytes().to_vec())
    .bind(revision.content_hash.as_bytes().to_vec())
    .bind(&revision.name)
    .bind(&revision.description)
    .bind(revision.unread.is_empty())
    .bind(revision.context_cost_tokens.map(|tokens| tokens as i64))
    .bind(json(&revision.quality_flags)?)
    .bind(json(&revision.selection_flags)?)
    .bind(json(&revision.manifest)?)
    .bind(json(&revision.frontmatter)?)
    .bind(json(&revision.issues)?)
    .bind(json(&revision.unread)?)
    .bind(json(&files)?)
    .bind(RECIPE_SET)
    .execute(&mut **change)
    .await?;
    // One that is known already was hashed with it, or is waiting in `unhashed_bundles`.
    if inserted.rows_affected() == 1 {
        insert_digests(change, &key_bytes(revision.key), &revision.recipe_digests).await?;
    }
    Ok(())
}

async fn insert_verdict(change: &mut Change<'_>, revision: &SkillRevision) -> Result<(), StoreError> {
    let report = &revision.report;
    let summary = StoredVerdict {
        status: report.status,
        recommended_action: report.recommended_action(),
        executes_code: report.executes_code,
        safety_flags: report.safety_flags(),
        score: report.safety_score(),
        analyzed_at: revision.analyzed_at,
        ruleset_version: report.ruleset_version.clone(),
        content_hash: report.content_hash,
        package_hash: report.package_hash,
    };
    sqlx::query(
        "INSERT INTO verdicts (bundle_key, package_hash, ruleset_version, status, summary, report, analyzed_at) VALUES (?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (bundle_key, ruleset_version) DO NOTHING",
    )
    .bind(key_bytes(revision.key))
    .bind(revision.package_hash.as_bytes().to_vec())
    .bind(report.ruleset_version.as_str())
    .bind(report.status.as_str())
    .bind(json(&summary)?)
    .bind(compress(json(report)?.as_bytes()))
    .bind(revision.analyzed_at.as_milliseconds())
    .execute(&mut **change)
    .await?;
    Ok(())
}

enum Effect {
    Added,
    Changed,
    Moved,
    None,
}

async fn upsert_skill(
    change: &mut Change<'_>,
    observation: &Observation,
    now: Timestamp,
    touched: &mut BTreeSet<Vec<u8>>,
) -> Result<Effect, StoreError> {
    let id = skill_id(&observation.source);
    let source = json(&observation.source)?;
    let bundle = sqlx::query("SELECT content_hash, package_hash, is_complete FROM bundles WHERE bundle_key = ?")
        .bind(key_bytes(observation.bundle))
        .fetch_one(&mut **change)
        .await?;
    let (content_hash, package_hash, is_complete): (Vec<u8>, Vec<u8>, bool) =
        (bundle.get(0), bundle.get(1), bundle.get(2));
    let existing =
        sqlx::query("SELECT source, bundle_key, content_hash, is_listed, is_complete FROM skills WHERE skill_id = ?")
            .bind(id_bytes(id))
            .fetch_optional(&mut **change)
            .await?;
    let effect = match &existing {
        None => Effect::Added,
        Some(row) => {
            let was_listed: bool = row.get(3);
            let has_same_files = row.get::<Vec<u8>, _>(1) == key_bytes(observation.bundle);
            let is_known = has_same_files && row.get::<String, _>(0) == source;
            let is_poorer = row.get::<bool, _>(4) && !is_complete && row.get::<Vec<u8>, _>(2) == content_hash;
            if was_listed && (is_known || is_poorer) {
                return Ok(Effect::None);
            }
            touched.insert(row.get(2));
            match (was_listed, has_same_files) {
                (false, _) => Effect::Added,
                (true, true) => Effect::Moved,
                (true, false) => Effect::Changed,
            }
        }
    };
    touched.insert(content_hash.clone());
    let sequence = next_sequence(change).await?;
    sqlx::query(
        "INSERT INTO skills (skill_id, canonical_source, source, bundle_key, content_hash, package_hash, is_listed, is_canonical, is_mirror, is_complete, committed_at, indexed_at, sequence, stars) \
         VALUES (?, ?, ?, ?, ?, ?, 1, 0, ?, ?, ?, ?, ?, (SELECT json_extract(facts, '$.stars') FROM repositories WHERE repository_key = ?)) ON CONFLICT (skill_id) DO UPDATE SET source = excluded.source, bundle_key = excluded.bundle_key, \
         content_hash = excluded.content_hash, package_hash = excluded.package_hash, is_listed = 1, is_mirror = excluded.is_mirror, is_complete = excluded.is_complete, \
         committed_at = excluded.committed_at, indexed_at = excluded.indexed_at, sequence = excluded.sequence",
    )
    .bind(id_bytes(id))
    .bind(observation.source.identity.canonical())
    .bind(source)
    .bind(key_bytes(observation.bundle))
    .bind(content_hash)
    .bind(package_hash)
    .bind(is_mirror(&observation.source))
    .bind(is_complete)
    .bind(observation.source.committed_at.map(Timestamp::as_milliseconds))
    .bind(now.as_milliseconds())
    .bind(sequence)
    .bind(RepositoryKey::of(&observation.source.identity).as_ref().map(RepositoryKey::as_str))
    .execute(&mut **change)
    .await?;
    sqlx::query("INSERT INTO skill_bundles (bundle_key, skill_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(key_bytes(observation.bundle))
        .bind(id_bytes(id))
        .execute(&mut **change)
        .await?;
    Ok(effect)
}

/// A mirror says itself that the skill comes from another repository.
fn is_mirror(source: &SkillSource) -> bool {
    let own = format!("{}/{}", source.identity.owner(), source.identity.repository());
    source.upstream.as_ref().is_some_and(|upstream| !upstream.eq_ignore_ascii_case(&own))
}

/// Chooses, among byte-identical skills, the one that stands for all: one that is not
/// dangerous, was read completely, is no mirror, and is oldest.
async fn choose_canonical(change: &mut Change<'_>, touched: BTreeSet<Vec<u8>>) -> Result<(), StoreError> {
    for content_hash in touched {
        let rows = sqlx::query(
            "SELECT skill_id, is_canonical FROM skills WHERE content_hash = ? AND is_listed = 1 ORDER BY \
             (SELECT status FROM verdicts WHERE verdicts.bundle_key = skills.bundle_key ORDER BY verdict_id DESC LIMIT 1) = 'dangerous', \
             is_complete DESC, is_mirror, committed_at IS NULL, committed_at, canonical_source",
        )
        .bind(&content_hash)
        .fetch_all(&mut **change)
        .await?;
        for (position, row) in rows.iter().enumerate() {
            let is_canonical = position == 0;
            if row.get::<bool, _>(1) != is_canonical {
                let sequence = next_sequence(change).await?;
                sqlx::query("UPDATE skills SET is_canonical = ?, sequence = ? WHERE skill_id = ?")
                    .bind(is_canonical)
                    .bind(sequence)
                    .bind(row.get::<Vec<u8>, _>(0))
                    .execute(&mut **change)
                    .await?;
            }
        }
    }
    Ok(())
}

pub(super) async fn next_sequence(change: &mut Change<'_>) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("UPDATE meta SET value = value + 1 WHERE key = 'sequence' RETURNING value")
        .fetch_one(&mut **change)
        .await?)
}

fn id_bytes(id: SkillId) -> Vec<u8> {
    id.as_bytes().to_vec()
}

fn key_bytes(key: BundleKey) -> Vec<u8> {
    key.digest().as_bytes().to_vec()
}

/// Writes a value as one parameter.
pub(super) fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::corrupt("value to be stored", error))
}
