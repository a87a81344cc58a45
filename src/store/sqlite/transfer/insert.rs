//! What a take-over writes.

use std::collections::HashMap;

use sqlx::Row;

use super::bundles::{KnownBundles, contents, insert_bundles};
use super::pending::{Pending, WrittenVerdict};
use super::skills::{WrittenSkill, insert_sightings, insert_skill_bundles, insert_skills};
use super::warnings::Warnings;
use super::{blobs, verdicts};
use crate::skill::{Sha256Digest, SkillId, Timestamp};
use crate::store::sqlite::canonical::{Touched, choose_canonical, mark_all_copies, repository_of};
use crate::store::sqlite::write::{Change, json, next_sequence};
use crate::store::{
    BundleRow, RepositoryRow, RowKind, SkillRow, SourceRow, TakeOver, TakenOver, TransferError, TransferRow, VerdictRow,
};

/// Compressed bytes of files that are parsed together.
const PARSED_BYTES: usize = 6 * 1024 * 1024;
/// Bundles that are parsed together.
const PARSED_BUNDLES: usize = 512;
/// Skills that are written together.
const WRITTEN_SKILLS: usize = 100;

/// A take-over that is under way.
pub(super) struct Insertion {
    terms: TakeOver,
    keeps_numbers: bool,
    /// Whether no skill was there.
    is_new: bool,
    /// Whether there were bundles.
    has_bundles: bool,
    taken: TakenOver,
    /// The kind and key of the last row: rows come in one order, so that none comes twice.
    last: Option<(RowKind, Vec<u8>)>,
    /// The run of this take-over over each source.
    runs: HashMap<String, (i64, i64)>,
    touched: Touched,
    bundles: KnownBundles,
    /// What is being computed while what came before it is written.
    pending: Option<Pending>,
    /// Skills of a new database that wait to be written together.
    skills: Vec<WrittenSkill>,
    warnings: Warnings,
}

impl Insertion {
    pub(super) fn new(terms: TakeOver, keeps_numbers: bool, is_new: bool, has_bundles: bool) -> Self {
        Self {
            terms,
            keeps_numbers,
            is_new,
            has_bundles,
            taken: TakenOver::default(),
            last: None,
            runs: HashMap::new(),
            touched: Touched::default(),
            bundles: KnownBundles::default(),
            pending: None,
            skills: Vec::new(),
            warnings: Warnings::default(),
        }
    }

    /// Writes rows, all of one kind; what takes computing is written with the next call.
    pub(super) async fn insert(
        &mut self,
        change: &mut Change<'_>,
        rows: Vec<TransferRow>,
    ) -> Result<(), TransferError> {
        let (mut contents, mut bundles, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match row {
                TransferRow::Takedown(row) => {
                    self.in_order(RowKind::Takedown, row.target.clone().into_bytes())?;
                    self.warnings.takedown(&row)?;
                }
                TransferRow::Threat(row) => {
                    let key = self.warnings.threat(&row, &self.terms)?;
                    self.in_order(RowKind::Threat, key)?;
                }
                TransferRow::Statement(row) => {
                    self.in_order(RowKind::Statement, row.domain.as_str().as_bytes().to_vec())?;
                    self.warnings.statement(row, &self.terms)?;
                }
                TransferRow::Source(row) => self.source(change, row).await?,
                TransferRow::Repository(row) => self.repository(change, *row).await?,
                TransferRow::Blob(bytes) => contents.push(bytes),
                TransferRow::Bundle(row) => bundles.push(*row),
                TransferRow::Verdict(row) => verdicts.push(*row),
                TransferRow::Skill(row) => self.skill(change, *row).await?,
            }
        }
        if !contents.is_empty() {
            self.go_on(change, Some(blobs::pack(contents))).await?;
        }
        if !bundles.is_empty() {
            self.bundles(change, bundles).await?;
        }
        if !verdicts.is_empty() {
            self.go_on(change, Some(verdicts::pack(verdicts, self.terms.identity))).await?;
        }
        Ok(())
    }

    /// Writes what was computed, while `next` is being computed.
    async fn go_on(&mut self, change: &mut Change<'_>, next: Option<Pending>) -> Result<(), TransferError> {
        match std::mem::replace(&mut self.pending, next) {
            None => Ok(()),
            Some(Pending::Blobs(packed)) => {
                let packed = ended(packed.await)?;
                for (sha256, _) in &packed {
                    self.in_order(RowKind::Blob, sha256.as_bytes().to_vec())?;
                }
                Ok(blobs::insert(change, &packed).await?)
            }
            Some(Pending::Bundles(parsed)) => {
                let parsed: Vec<_> = ended(parsed.await)?.into_iter().collect::<Result<_, _>>().map_err(refuse)?;
                self.taken.bundles += parsed.len() as u64;
                self.bundles.add(&parsed);
                Ok(insert_bundles(change, &parsed).await?)
            }
            Some(Pending::Verdicts(written)) => {
                let written: Vec<_> = ended(written.await)?.into_iter().collect::<Result<_, _>>()?;
                self.verdicts(change, written).await
            }
        }
    }

    /// Ends the take-over: every skill has a verdict, and of equal copies one stands for all.
    pub(super) async fn finish(mut self, change: &mut Change<'_>) -> Result<TakenOver, TransferError> {
        self.go_on(change, None).await?;
        self.write_skills(change).await?;
        let orphan: Option<String> = sqlx::query_scalar(
            "SELECT s.canonical_source FROM skills s \
             WHERE NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.bundle_key = s.bundle_key) LIMIT 1",
        )
        .fetch_optional(&mut **change)
        .await?;
        if let Some(orphan) = orphan {
            return Err(refuse(format!("nobody has scanned the skill {orphan:?}")));
        }
        let warnings = std::mem::take(&mut self.warnings);
        warnings.write(change, &self.terms, self.keeps_numbers).await?;
        if self.keeps_numbers {
            sqlx::query("UPDATE meta SET value = ? WHERE key = 'sequence'")
                .bind(self.terms.sequence as i64)
                .execute(&mut **change)
                .await?;
            self.touched.keep_numbers();
        }
        // Of a new database, everything was touched.
        if self.is_new && self.keeps_numbers {
            mark_all_copies(change).await?;
        } else {
            choose_canonical(change, std::mem::take(&mut self.touched)).await?;
        }
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

    async fn bundles(&mut self, change: &mut Change<'_>, rows: Vec<BundleRow>) -> Result<(), TransferError> {
        if matches!(self.pending, Some(Pending::Blobs(_))) {
            self.go_on(change, None).await?;
        }
        let mut waiting = Vec::new();
        for row in rows {
            self.in_order(RowKind::Bundle, row.key.as_bytes().to_vec())?;
            // A bundle that is there was computed from its bytes before.
            if self.has_bundles && self.bundles.find(change, row.key).await?.is_some() {
                continue;
            }
            waiting.push(row);
        }
        while !waiting.is_empty() {
            let (batch, contents) = contents(change, &mut waiting, PARSED_BUNDLES, PARSED_BYTES).await?;
            self.go_on(change, Some(super::bundles::parse(batch, contents))).await?;
        }
        Ok(())
    }

    async fn verdicts(&mut self, change: &mut Change<'_>, written: Vec<WrittenVerdict>) -> Result<(), TransferError> {
        for WrittenVerdict { row, .. } in &written {
            self.in_order(RowKind::Verdict, row.bundle.as_bytes().to_vec())?;
            self.check_verdict(change, row).await?;
        }
        self.taken.verdicts += verdicts::insert(change, &written, self.terms.identity).await?;
        Ok(())
    }

    async fn check_verdict(&mut self, change: &mut Change<'_>, row: &VerdictRow) -> Result<(), TransferError> {
        let Some(bundle) = self.bundles.find(change, row.bundle).await? else {
            return Err(refuse(format!("there is a verdict on the bundle {}, which is not there", row.bundle)));
        };
        let is_about_it =
            row.report.content_hash == bundle.content_hash && row.report.package_hash == bundle.package_hash;
        if is_about_it {
            Ok(())
        } else {
            Err(refuse(format!("a verdict on the bundle {} is about other bytes", row.bundle)))
        }
    }

    async fn skill(&mut self, change: &mut Change<'_>, row: SkillRow) -> Result<(), TransferError> {
        if self.pending.is_some() {
            self.go_on(change, None).await?;
        }
        self.in_order(RowKind::Skill, row.sequence.to_be_bytes().to_vec())?;
        let canonical = row.source.identity.canonical();
        let least = self.terms.follows.map_or(0, |(sequence, _)| sequence);
        if row.sequence <= least || row.sequence > self.terms.sequence {
            return Err(refuse(format!("the skill {canonical:?} changed at {}, which is not here", row.sequence)));
        }
        let Some(bundle) = self.bundles.find(change, row.bundle).await? else {
            return Err(refuse(format!("the bundle of the skill {canonical:?} is not there")));
        };
        for key in &row.earlier {
            if self.bundles.find(change, *key).await?.is_none() {
                return Err(refuse(format!("an earlier bundle of the skill {canonical:?} is not there")));
            }
        }
        self.taken.skills += 1;
        let mut sources = Vec::with_capacity(row.seen_by.len());
        for key in &row.seen_by {
            sources.push(self.run_over(change, key).await?);
        }
        let id = *SkillId::of(&row.source.identity).as_bytes();
        let source = json(&row.source)?;
        if self.is_new {
            self.skills.push(WrittenSkill { id, canonical, source, bundle, sources, sequence: row.sequence, row });
            return if self.skills.len() >= WRITTEN_SKILLS { self.write_skills(change).await } else { Ok(()) };
        }
        let had = sqlx::query(
            "SELECT content_hash, copy_key, repository_key, source = ? AND bundle_key = ? AND is_listed = ? AND is_canonical = ? AND stars IS ? \
             FROM skills WHERE skill_id = ?",
        )
        .bind(&source)
        .bind(row.bundle.as_bytes().as_slice())
        .bind(row.is_listed)
        .bind(row.is_canonical)
        .bind(row.stars.map(|stars| stars as i64))
        .bind(id.as_slice())
        .fetch_optional(&mut **change)
        .await?;
        let is_same = had.as_ref().is_some_and(|had| had.get(3));
        if let Some(had) = had {
            self.touched.add(had.get(0), had.get(1), had.get(2));
        }
        let bytes = |digest: Sha256Digest| digest.as_bytes().to_vec();
        self.touched.add(bytes(bundle.content_hash), Some(bytes(bundle.copy_key)), repository_of(&row.source));
        let sequence = if self.keeps_numbers || is_same { row.sequence } else { next_sequence(change).await? as u64 };
        sqlx::query("DELETE FROM sightings WHERE skill_id = ?").bind(id.as_slice()).execute(&mut **change).await?;
        let skill = [WrittenSkill { id, canonical, source, bundle, sources, sequence, row }];
        if self.keeps_numbers || !is_same {
            insert_skills(change, &skill).await?;
        }
        insert_skill_bundles(change, &skill).await?;
        insert_sightings(change, &skill).await?;
        Ok(())
    }

    async fn write_skills(&mut self, change: &mut Change<'_>) -> Result<(), TransferError> {
        let skills = std::mem::take(&mut self.skills);
        insert_skills(change, &skills).await?;
        insert_skill_bundles(change, &skills).await?;
        insert_sightings(change, &skills).await?;
        Ok(())
    }
}

/// Takes what was computed; a thread that ended early has nothing.
fn ended<T>(outcome: Result<T, tokio::task::JoinError>) -> Result<T, TransferError> {
    outcome.map_err(|_| TransferError::Interrupted)
}

fn refuse(reason: String) -> TransferError {
    TransferError::Row(reason)
}
