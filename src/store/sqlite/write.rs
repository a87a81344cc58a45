//! What changes the file, each in one transaction.

use sqlx::{Row, Sqlite, SqlitePool, Transaction};

use super::super::digests::RECIPE_SET;
use super::super::revision::{compress, skill_id};
use super::super::{
    BatchOutcome, BundleKey, Observation, RunSummary, SkillRevision, SourceRun, StoreError, StoredVerdict,
    TakedownTarget,
};
use super::canonical::{Touched, choose_canonical, repository_of};
use super::digests::insert_digests;
use super::freshness::note_seen;
use super::listing::{is_taken_down, settle};
use super::package_uses::write_packages;
use super::read::digest;
use crate::scan::ScanReport;
use crate::skill::{CopyKey, Originality, Publishers, RepositoryKey, SkillId, Timestamp};

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
    let mut touched = Touched::default();
    for observation in &observations {
        if let Some(revision) = &observation.revision {
            insert_bundle(&mut change, revision).await?;
            insert_verdict(&mut change, revision).await?;
            write_packages(&mut change, &key_bytes(revision.key), &revision.packages, now).await?;
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
    if !observations.is_empty() {
        let is_changed = outcome.added + outcome.changed > 0;
        note_seen(&mut change, run.source_id, is_changed, now).await?;
    }
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
    note_seen(&mut change, run.source_id, !unseen.is_empty(), now).await?;
    let removed = settle(&mut change, unseen, now).await?.unlisted;
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
    write_packages(&mut change, &key, &revision.packages, revision.analyzed_at).await?;
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
    let mut touched = Touched::default();
    touched.add_content(revision.content_hash.as_bytes().to_vec());
    choose_canonical(&mut change, touched).await?;
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

/// Returns the summary of a report.
pub(super) fn summary_of(report: &ScanReport, analyzed_at: Timestamp) -> StoredVerdict {
    StoredVerdict {
        status: report.status,
        recommended_action: report.recommended_action(),
        executes_code: report.executes_code,
        safety_flags: report.safety_flags(),
        score: report.safety_score(),
        analyzed_at,
        ruleset_version: report.ruleset_version.clone(),
        content_hash: report.content_hash,
        package_hash: report.package_hash,
        taken_over_from: None,
        threat: None,
    }
}

async fn insert_verdict(change: &mut Change<'_>, revision: &SkillRevision) -> Result<(), StoreError> {
    let report = &revision.report;
    let summary = summary_of(report, revision.analyzed_at);
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
    touched: &mut Touched,
) -> Result<Effect, StoreError> {
    let id = skill_id(&observation.source);
    let source = json(&observation.source)?;
    let bundle = sqlx::query(
        "SELECT content_hash, package_hash, is_complete, name, description FROM bundles WHERE bundle_key = ?",
    )
    .bind(key_bytes(observation.bundle))
    .fetch_one(&mut **change)
    .await?;
    let (content_hash, package_hash, is_complete): (Vec<u8>, Vec<u8>, bool) =
        (bundle.get(0), bundle.get(1), bundle.get(2));
    let copy_key = CopyKey::of(bundle.get(3), bundle.get(4), digest(content_hash.clone())?);
    let copy_key = copy_key.digest().as_bytes().to_vec();
    let repository = repository_of(&observation.source);
    let existing = sqlx::query(
        "SELECT source, bundle_key, content_hash, is_listed, is_complete, copy_key FROM skills WHERE skill_id = ?",
    )
    .bind(id_bytes(id))
    .fetch_optional(&mut **change)
    .await?;
    let targets = TakedownTarget::covering(
        &observation.source.identity,
        digest(content_hash.clone())?,
        digest(package_hash.clone())?,
    );
    let is_taken_down = is_taken_down(change, &targets).await?;
    let effect = match &existing {
        None => Effect::Added,
        Some(row) => {
            let was_listed: bool = row.get(3);
            let has_same_files = row.get::<Vec<u8>, _>(1) == key_bytes(observation.bundle);
            let is_known = has_same_files && row.get::<String, _>(0) == source;
            let is_poorer = row.get::<bool, _>(4) && !is_complete && row.get::<Vec<u8>, _>(2) == content_hash;
            if (was_listed || is_taken_down) && (is_known || is_poorer) {
                return Ok(Effect::None);
            }
            touched.add(row.get(2), row.get(5), repository.clone());
            match (was_listed || is_taken_down, has_same_files) {
                (false, _) => Effect::Added,
                (true, true) => Effect::Moved,
                (true, false) => Effect::Changed,
            }
        }
    };
    touched.add(content_hash.clone(), Some(copy_key.clone()), repository.clone());
    let sequence = next_sequence(change).await?;
    sqlx::query(
        "INSERT INTO skills (skill_id, canonical_source, source, bundle_key, content_hash, package_hash, is_canonical, is_mirror, is_complete, committed_at, indexed_at, sequence, account, repository_key, copy_key, first_committed_at, is_listed, unlisted_at, stars) \
         VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT json_extract(facts, '$.stars') FROM repositories WHERE repository_key = ?)) ON CONFLICT (skill_id) DO UPDATE SET source = excluded.source, bundle_key = excluded.bundle_key, \
         content_hash = excluded.content_hash, package_hash = excluded.package_hash, is_listed = excluded.is_listed, unlisted_at = excluded.unlisted_at, \
         is_canonical = is_canonical AND excluded.is_listed, is_mirror = excluded.is_mirror, is_complete = excluded.is_complete, \
         committed_at = excluded.committed_at, indexed_at = excluded.indexed_at, sequence = excluded.sequence, \
         copy_key = excluded.copy_key, first_committed_at = min(coalesce(first_committed_at, excluded.first_committed_at), coalesce(excluded.first_committed_at, first_committed_at))",
    )
    .bind(id_bytes(id))
    .bind(observation.source.identity.canonical())
    .bind(source)
    .bind(key_bytes(observation.bundle))
    .bind(content_hash)
    .bind(package_hash)
    .bind(Originality::of(&observation.source) == Originality::Mirror)
    .bind(is_complete)
    .bind(observation.source.committed_at.map(Timestamp::as_milliseconds))
    .bind(now.as_milliseconds())
    .bind(sequence)
    .bind(Publishers::account_of(&observation.source.identity))
    .bind(repository)
    .bind(copy_key)
    .bind(observation.source.committed_at.map(Timestamp::as_milliseconds))
    .bind(!is_taken_down)
    .bind(is_taken_down.then(|| now.as_milliseconds()))
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
