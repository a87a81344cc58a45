//! What a take-over writes.

use std::collections::HashMap;

use rayon::prelude::*;
use sqlx::Row;

use crate::scan::ruleset_version;
use crate::skill::{CopyKey, Originality, Publishers, Sha256Digest, SkillId, Timestamp, limits};
use crate::store::digests::RECIPE_SET;
use crate::store::revision::compress;
use crate::store::sqlite::canonical::{Touched, choose_canonical, repository_of};
use crate::store::sqlite::digests::insert_digests;
use crate::store::sqlite::read::{decompress, digest};
use crate::store::sqlite::write::{Change, json, next_sequence, summary_of};
use crate::store::transfer::ParsedBundle;
use crate::store::{
    BundleRow, RepositoryRow, RowKind, SkillRow, SourceRow, StoreError, TakeOver, TakenOver, TransferError,
    TransferRow, VerdictRow,
};

/// Bytes of files that are parsed together.
const PARSED_BYTES: usize = 24 * 1024 * 1024;

/// A take-over that is under way.
pub(super) struct Insertion {
    terms: TakeOver,
    keeps_numbers: bool,
    first_sequence: u64,
    taken: TakenOver,
    /// The kind and key of the last row: rows come in one order, so that none comes twice.
    last: Option<(RowKind, Vec<u8>)>,
    /// The run of this take-over over each source.
    runs: HashMap<String, (i64, i64)>,
    touched: Touched,
}

/// A verdict with its summary and its report, as they are stored.
type WrittenVerdict = (VerdictRow, String, Vec<u8>);

/// What a bundle says of a skill.
struct BundleColumns {
    content_hash: Vec<u8>,
    package_hash: Vec<u8>,
    is_complete: bool,
    copy_key: Vec<u8>,
}

impl Insertion {
    pub(super) fn new(terms: TakeOver, keeps_numbers: bool, first_sequence: u64) -> Self {
        Self {
            terms,
            keeps_numbers,
            first_sequence,
            taken: TakenOver::default(),
            last: None,
            runs: HashMap::new(),
            touched: Touched::default(),
        }
    }

    /// Writes rows. They are taken kind by kind, since a batch may end one and begin the next.
    pub(super) async fn insert(
        &mut self,
        change: &mut Change<'_>,
        rows: Vec<TransferRow>,
    ) -> Result<(), TransferError> {
        let (mut blobs, mut bundles, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = Vec::new();
        for row in rows {
            match row {
                TransferRow::Blob(bytes) => blobs.push(bytes),
                TransferRow::Bundle(row) => bundles.push(*row),
                TransferRow::Verdict(row) => verdicts.push(*row),
                row => rest.push(row),
            }
        }
        if !blobs.is_empty() {
            self.blobs(change, blobs).await?;
        }
        if !bundles.is_empty() {
            self.bundles(change, bundles).await?;
        }
        if !verdicts.is_empty() {
            self.verdicts(change, verdicts).await?;
        }
        for row in rest {
            match row {
                TransferRow::Source(row) => self.source(change, row).await?,
                TransferRow::Repository(row) => self.repository(change, *row).await?,
                TransferRow::Skill(row) => self.skill(change, *row).await?,
                TransferRow::Blob(_) | TransferRow::Bundle(_) | TransferRow::Verdict(_) => {}
            }
        }
        Ok(())
    }

    /// Ends the take-over: every skill has a verdict, and of equal copies one stands for all.
    pub(super) async fn finish(mut self, change: &mut Change<'_>) -> Result<TakenOver, TransferError> {
        let orphan: Option<String> = sqlx::query_scalar(
            "SELECT s.canonical_source FROM skills s \
             WHERE NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.bundle_key = s.bundle_key) LIMIT 1",
        )
        .fetch_optional(&mut **change)
        .await?;
        if let Some(orphan) = orphan {
            return Err(refuse(format!("nobody has scanned the skill {orphan:?}")));
        }
        if self.keeps_numbers {
            sqlx::query("UPDATE meta SET value = ? WHERE key = 'sequence'")
                .bind(self.terms.sequence as i64)
                .execute(&mut **change)
                .await?;
            self.touched.keep_numbers();
        }
        choose_canonical(change, std::mem::take(&mut self.touched)).await?;
        let listed: i64 =
            sqlx::query_scalar("SELECT count(*) FROM skills WHERE is_listed = 1").fetch_one(&mut **change).await?;
        self.taken.listed = listed as u64;
        Ok(self.taken)
    }

    fn in_order(&mut self, kind: RowKind, key: Vec<u8>) -> Result<(), TransferError> {
        let is_after = match &self.last {
            None => true,
            // Several verdicts are on one bundle.
            Some((last, last_key)) if *last == kind && kind == RowKind::Verdict => *last_key <= key,
            Some((last, last_key)) => (*last, last_key) < (kind, &key),
        };
        if !is_after {
            return Err(refuse(format!("a {kind:?} comes twice, or out of order").to_lowercase()));
        }
        self.last = Some((kind, key));
        Ok(())
    }

    async fn source(&mut self, change: &mut Change<'_>, row: SourceRow) -> Result<(), TransferError> {
        self.in_order(RowKind::Source, row.key.clone().into_bytes())?;
        let known = sqlx::query(
            "SELECT max(r.finished_at) FROM sources k LEFT JOIN runs r ON r.source_id = k.source_id \
             WHERE k.key = ? GROUP BY k.source_id",
        )
        .bind(&row.key)
        .fetch_optional(&mut **change)
        .await?;
        let finished_at = row.finished_at.map(Timestamp::as_milliseconds);
        if known.is_none_or(|known| known.get::<Option<i64>, _>(0) != finished_at) {
            let (_, run) = self.run_over(change, &row.key).await?;
            sqlx::query("UPDATE runs SET finished_at = ? WHERE run_id = ?")
                .bind(finished_at)
                .bind(run)
                .execute(&mut **change)
                .await?;
        }
        Ok(())
    }

    /// Returns the source and the run of this take-over over it.
    async fn run_over(&mut self, change: &mut Change<'_>, key: &str) -> Result<(i64, i64), TransferError> {
        if let Some(known) = self.runs.get(key) {
            return Ok(*known);
        }
        sqlx::query("INSERT INTO sources (key) VALUES (?) ON CONFLICT (key) DO NOTHING")
            .bind(key)
            .execute(&mut **change)
            .await?;
        let source: i64 = sqlx::query_scalar("SELECT source_id FROM sources WHERE key = ?")
            .bind(key)
            .fetch_one(&mut **change)
            .await?;
        let run: i64 = sqlx::query_scalar("INSERT INTO runs (source_id, started_at) VALUES (?, ?) RETURNING run_id")
            .bind(source)
            .bind(self.terms.now.as_milliseconds())
            .fetch_one(&mut **change)
            .await?;
        self.runs.insert(key.to_owned(), (source, run));
        Ok((source, run))
    }

    async fn repository(&mut self, change: &mut Change<'_>, row: RepositoryRow) -> Result<(), TransferError> {
        self.in_order(RowKind::Repository, row.key.as_str().as_bytes().to_vec())?;
        sqlx::query(
            "INSERT INTO repositories (repository_key, facts) VALUES (?, ?) \
             ON CONFLICT (repository_key) DO UPDATE SET facts = excluded.facts",
        )
        .bind(row.key.as_str())
        .bind(json(&row.facts)?)
        .execute(&mut **change)
        .await?;
        Ok(())
    }

    async fn blobs(&mut self, change: &mut Change<'_>, blobs: Vec<Vec<u8>>) -> Result<(), TransferError> {
        let packed: Vec<(Sha256Digest, Vec<u8>)> =
            computed(move || blobs.into_par_iter().map(|bytes| (Sha256Digest::of(&bytes), compress(&bytes))).collect())
                .await?;
        for (sha256, compressed) in packed {
            self.in_order(RowKind::Blob, sha256.as_bytes().to_vec())?;
            sqlx::query("INSERT INTO blobs (sha256, compressed) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(sha256.as_bytes().as_slice())
                .bind(compressed)
                .execute(&mut **change)
                .await?;
        }
        Ok(())
    }

    async fn bundles(&mut self, change: &mut Change<'_>, rows: Vec<BundleRow>) -> Result<(), TransferError> {
        let mut waiting = Vec::new();
        let mut waiting_bytes = 0;
        for row in rows {
            self.in_order(RowKind::Bundle, row.key.as_bytes().to_vec())?;
            // A bundle that is there was computed from its bytes before.
            if bundle_columns(change, row.key).await?.is_some() {
                continue;
            }
            let contents = contents(change, &row).await?;
            waiting_bytes += contents.iter().map(Vec::len).sum::<usize>();
            waiting.push((row, contents));
            if waiting_bytes > PARSED_BYTES {
                self.parse(change, std::mem::take(&mut waiting)).await?;
                waiting_bytes = 0;
            }
        }
        self.parse(change, waiting).await
    }

    async fn parse(
        &mut self,
        change: &mut Change<'_>,
        rows: Vec<(BundleRow, Vec<Vec<u8>>)>,
    ) -> Result<(), TransferError> {
        let parsed: Vec<Result<ParsedBundle, String>> =
            computed(move || rows.into_par_iter().map(|(row, contents)| row.parse(contents)).collect()).await?;
        for bundle in parsed {
            insert_bundle(change, &bundle.map_err(TransferError::Row)?).await?;
            self.taken.bundles += 1;
        }
        Ok(())
    }

    async fn verdicts(&mut self, change: &mut Change<'_>, rows: Vec<VerdictRow>) -> Result<(), TransferError> {
        let written: Vec<Result<WrittenVerdict, StoreError>> = computed(move || {
            let write = |row: VerdictRow| {
                let summary = json(&summary_of(&row.report, row.analyzed_at))?;
                let report = compress(json(&row.report)?.as_bytes());
                Ok((row, summary, report))
            };
            rows.into_par_iter().map(write).collect()
        })
        .await?;
        for verdict in written {
            let (row, summary, report) = verdict?;
            self.in_order(RowKind::Verdict, row.bundle.as_bytes().to_vec())?;
            let Some(bundle) = bundle_columns(change, row.bundle).await? else {
                return Err(refuse(format!("there is a verdict on the bundle {}, which is not there", row.bundle)));
            };
            let is_about_it = row.report.content_hash.as_bytes()[..] == bundle.content_hash
                && row.report.package_hash.as_bytes()[..] == bundle.package_hash;
            if !is_about_it {
                return Err(refuse(format!("a verdict on the bundle {} is about other bytes", row.bundle)));
            }
            // What this program has scanned itself by its own rules is not overruled by the
            // word of another; of the same rules there is one verdict anyway.
            let inserted = sqlx::query(
                "INSERT INTO verdicts (bundle_key, package_hash, ruleset_version, status, summary, report, analyzed_at, imported_from) \
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM verdicts \
                 WHERE bundle_key = ?1 AND ruleset_version = ?9 AND imported_from IS NULL) \
                 ON CONFLICT (bundle_key, ruleset_version) DO NOTHING",
            )
            .bind(row.bundle.as_bytes().as_slice())
            .bind(bundle.package_hash)
            .bind(row.report.ruleset_version.as_str())
            .bind(row.report.status.as_str())
            .bind(summary)
            .bind(report)
            .bind(row.analyzed_at.as_milliseconds())
            .bind(self.terms.identity.as_slice())
            .bind(ruleset_version().as_str())
            .execute(&mut **change)
            .await?;
            self.taken.verdicts += inserted.rows_affected();
        }
        Ok(())
    }

    async fn skill(&mut self, change: &mut Change<'_>, row: SkillRow) -> Result<(), TransferError> {
        self.in_order(RowKind::Skill, row.sequence.to_be_bytes().to_vec())?;
        let canonical = row.source.identity.canonical();
        let least = self.terms.follows.map_or(0, |(sequence, _)| sequence);
        if row.sequence <= least || row.sequence > self.terms.sequence {
            return Err(refuse(format!("the skill {canonical:?} changed at {}, which is not here", row.sequence)));
        }
        let Some(bundle) = bundle_columns(change, row.bundle).await? else {
            return Err(refuse(format!("the bundle of the skill {canonical:?} is not there")));
        };
        let id = SkillId::of(&row.source.identity).as_bytes().to_vec();
        let source = json(&row.source)?;
        // A new database holds no skill yet.
        let had = if self.first_sequence == 0 {
            None
        } else {
            sqlx::query(
            "SELECT content_hash, copy_key, repository_key, source = ? AND bundle_key = ? AND is_listed = ? AND is_canonical = ? AND stars IS ? \
             FROM skills WHERE skill_id = ?",
        )
        .bind(&source)
        .bind(row.bundle.as_bytes().as_slice())
        .bind(row.is_listed)
        .bind(row.is_canonical)
        .bind(row.stars.map(|stars| stars as i64))
        .bind(&id)
        .fetch_optional(&mut **change)
        .await?
        };
        let is_same = had.as_ref().is_some_and(|had| had.get(3));
        if let Some(had) = had {
            self.touched.add(had.get(0), had.get(1), had.get(2));
        }
        let repository = repository_of(&row.source);
        self.touched.add(bundle.content_hash.clone(), Some(bundle.copy_key.clone()), repository.clone());
        if self.keeps_numbers || !is_same {
            let sequence = if self.keeps_numbers { row.sequence as i64 } else { next_sequence(change).await? };
            sqlx::query(
                "INSERT INTO skills (skill_id, canonical_source, source, bundle_key, content_hash, package_hash, stars, is_listed, is_canonical, is_mirror, is_complete, committed_at, indexed_at, sequence, account, repository_key, copy_key, first_committed_at) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (skill_id) DO UPDATE SET source = excluded.source, bundle_key = excluded.bundle_key, \
                 content_hash = excluded.content_hash, package_hash = excluded.package_hash, stars = excluded.stars, is_listed = excluded.is_listed, \
                 is_canonical = excluded.is_canonical, is_mirror = excluded.is_mirror, is_complete = excluded.is_complete, \
                 committed_at = excluded.committed_at, indexed_at = excluded.indexed_at, sequence = excluded.sequence, \
                 copy_key = excluded.copy_key, first_committed_at = min(coalesce(first_committed_at, excluded.first_committed_at), coalesce(excluded.first_committed_at, first_committed_at))",
            )
            .bind(&id)
            .bind(&canonical)
            .bind(source)
            .bind(row.bundle.as_bytes().as_slice())
            .bind(bundle.content_hash)
            .bind(bundle.package_hash)
            .bind(row.stars.map(|stars| stars as i64))
            .bind(row.is_listed)
            .bind(row.is_canonical)
            .bind(Originality::of(&row.source) == Originality::Mirror)
            .bind(bundle.is_complete)
            .bind(row.source.committed_at.map(Timestamp::as_milliseconds))
            .bind(row.indexed_at.as_milliseconds())
            .bind(sequence)
            .bind(Publishers::account_of(&row.source.identity))
            .bind(repository)
            .bind(bundle.copy_key)
            .bind(row.source.committed_at.map(Timestamp::as_milliseconds))
            .execute(&mut **change)
            .await?;
        }
        for key in std::iter::once(&row.bundle).chain(&row.earlier) {
            if *key != row.bundle && bundle_columns(change, *key).await?.is_none() {
                return Err(refuse(format!("an earlier bundle of the skill {canonical:?} is not there")));
            }
            sqlx::query("INSERT INTO skill_bundles (bundle_key, skill_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(key.as_bytes().as_slice())
                .bind(&id)
                .execute(&mut **change)
                .await?;
        }
        if self.first_sequence > 0 {
            sqlx::query("DELETE FROM sightings WHERE skill_id = ?").bind(&id).execute(&mut **change).await?;
        }
        for key in &row.seen_by {
            let (source, run) = self.run_over(change, key).await?;
            sqlx::query("INSERT INTO sightings (source_id, skill_id, run_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                .bind(source)
                .bind(&id)
                .bind(run)
                .execute(&mut **change)
                .await?;
        }
        self.taken.skills += 1;
        Ok(())
    }
}

async fn bundle_columns(change: &mut Change<'_>, key: Sha256Digest) -> Result<Option<BundleColumns>, StoreError> {
    let row = sqlx::query(
        "SELECT content_hash, package_hash, is_complete, name, description FROM bundles WHERE bundle_key = ?",
    )
    .bind(key.as_bytes().as_slice())
    .fetch_optional(&mut **change)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let copy_key = CopyKey::of(row.get(3), row.get(4), digest(row.get(0))?);
    Ok(Some(BundleColumns {
        content_hash: row.get(0),
        package_hash: row.get(1),
        is_complete: row.get(2),
        copy_key: copy_key.digest().as_bytes().to_vec(),
    }))
}

/// Reads the bytes of the files of a bundle that is not stored yet.
async fn contents(change: &mut Change<'_>, row: &BundleRow) -> Result<Vec<Vec<u8>>, TransferError> {
    let mut contents = Vec::new();
    let mut total = 0;
    for file in row.files.iter().filter(|file| file.link_target.is_none()) {
        let compressed: Option<Vec<u8>> = sqlx::query_scalar("SELECT compressed FROM blobs WHERE sha256 = ?")
            .bind(file.sha256.as_bytes().as_slice())
            .fetch_optional(&mut **change)
            .await?;
        let Some(compressed) = compressed else {
            return Err(refuse(format!("the bytes of a file of the bundle {} are not there", row.key)));
        };
        let bytes = decompress(compressed)?;
        // One large file may be named many times.
        total += bytes.len() as u64;
        if total > limits::BUNDLE_BYTES {
            return Err(refuse(format!("the bundle {} has more than {} bytes", row.key, limits::BUNDLE_BYTES)));
        }
        contents.push(bytes);
    }
    Ok(contents)
}

async fn insert_bundle(change: &mut Change<'_>, bundle: &ParsedBundle) -> Result<(), TransferError> {
    let key = bundle.key.digest().as_bytes().to_vec();
    sqlx::query(
        "INSERT INTO bundles (bundle_key, package_hash, content_hash, name, description, is_complete, context_cost_tokens, \
         quality_flags, selection_flags, manifest, frontmatter, issues, unread, files, recipe_set) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&key)
    .bind(bundle.package_hash.as_bytes().as_slice())
    .bind(bundle.content_hash.as_bytes().as_slice())
    .bind(&bundle.name)
    .bind(&bundle.description)
    .bind(bundle.is_complete)
    .bind(bundle.context_cost_tokens.map(|tokens| i64::try_from(tokens).unwrap_or(i64::MAX)))
    .bind(json(&bundle.quality_flags)?)
    .bind(json(&bundle.selection_flags)?)
    .bind(json(&bundle.manifest)?)
    .bind(json(&bundle.frontmatter)?)
    .bind(json(&bundle.issues)?)
    .bind(json(&bundle.unread)?)
    .bind(json(&bundle.files)?)
    .bind(RECIPE_SET)
    .execute(&mut **change)
    .await?;
    Ok(insert_digests(change, &key, &bundle.recipe_digests).await?)
}

/// Computes off the threads that wait.
async fn computed<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, TransferError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| TransferError::Interrupted)
}

fn refuse(reason: String) -> TransferError {
    TransferError::Row(reason)
}
