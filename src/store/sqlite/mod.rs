//! The store that needs nothing beside it: one SQLite file in write-ahead mode.

mod accounts;
mod advisories;
mod canonical;
#[cfg(test)]
mod canonical_tests;
mod client_use;
mod connect;
mod digests;
mod files;
mod found_jobs;
mod freshness;
mod jobs;
mod listing;
#[cfg(test)]
mod migration_tests;
mod package_uses;
mod packages;
mod payments;
mod publishers;
mod read;
mod registry_knowledge;
mod repositories;
mod scans;
mod takedowns;
mod teams;
mod threat_reports;
mod threats;
mod transfer;
mod trust;
mod verifications;
mod webhooks;
mod write;

use std::collections::HashSet;
use std::path::Path;

use async_trait::async_trait;
use connect::Outlasts;
use sqlx::SqlitePool;

use super::{
    AggregatorCounts, BatchOutcome, BundleDetail, BundleKey, BundleText, ClientUse, DigestMatch, LedgerEntry,
    NewPayment, Observation, PaymentState, PaymentStep, Reservation, RunSummary, SkillChange, SkillRecord,
    SkillRevision, SourceRun, Store, StoreCounts, StoreError,
};
use crate::recipe::{HeldDigest, RecipeDigest};
use crate::skill::{
    Publishers, RawBundle, RepositoryFacts, RepositoryKey, Sha256Digest, SkillId, SourceIdentity, Timestamp,
};
use crate::trust::{Domain, PublisherStatement};

/// A store in a SQLite file. Clones share the connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    readers: SqlitePool,
    writer: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, creates it where it is absent, and brings its schema up to date.
    ///
    /// # Errors
    /// Fails where the file cannot be opened, or was written by a newer version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        connect::open(path, Outlasts::Kills).await
    }

    /// Opens the file as [`Self::open`] does, and remembers what is known of publishers. Where
    /// that is something else than before, copies are chosen from anew.
    ///
    /// # Errors
    /// Fails where [`Self::open`] does, or the file cannot be written.
    pub async fn open_with(path: &Path, publishers: &Publishers) -> Result<Self, StoreError> {
        let store = connect::open(path, Outlasts::Kills).await?;
        canonical::put_publishers(&store.writer, publishers).await?;
        Ok(store)
    }

    /// Opens a new file that is filled in one go by somebody who throws it away where that fails:
    /// neither a kill nor an error leaves it whole. Afterwards it is closed, written to the disk,
    /// and opened as others are.
    ///
    /// # Errors
    /// Fails where [`Self::open_with`] does.
    pub async fn open_to_fill(path: &Path, publishers: &Publishers) -> Result<Self, StoreError> {
        let store = connect::open(path, Outlasts::Nothing).await?;
        canonical::put_publishers(&store.writer, publishers).await?;
        Ok(store)
    }

    /// Forgets the catalogue that ships with the program, so that another index can take its
    /// place; nothing where anything else is there. Nobody may have an index of it open.
    ///
    /// # Errors
    /// Fails where the file cannot be written.
    pub async fn forget_starter(&self) -> Result<bool, StoreError> {
        transfer::forget_starter(&self.writer).await
    }

    /// Closes every connection, so that the file is whole without a log beside it, unless
    /// another process has it open.
    pub async fn close(self) {
        self.readers.close().await;
        // The writer goes last: only it can fold the write-ahead log into the file.
        self.writer.close().await;
    }

    /// Writes what the file `from` holds at this moment into the new file `to`, and changes
    /// nothing at `from`. Does nothing where there is no file.
    ///
    /// # Errors
    /// Fails where one cannot be read or the other not be written.
    pub async fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
        connect::copy(from, to).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin_run(&self, key: &str, now: Timestamp) -> Result<SourceRun, StoreError> {
        write::begin_run(&self.writer, key, now).await
    }

    async fn known_bundles(&self, keys: &[BundleKey]) -> Result<HashSet<BundleKey>, StoreError> {
        read::known_bundles(&self.readers, keys).await
    }

    async fn apply(
        &self,
        run: SourceRun,
        observations: Vec<Observation>,
        now: Timestamp,
    ) -> Result<BatchOutcome, StoreError> {
        write::apply(&self.writer, run, observations, now).await
    }

    async fn finish_run(&self, run: SourceRun, now: Timestamp) -> Result<RunSummary, StoreError> {
        write::finish_run(&self.writer, run, now).await
    }

    async fn skills(&self, ids: &[SkillId]) -> Result<Vec<SkillRecord>, StoreError> {
        read::skills(&self.readers, ids).await
    }

    async fn skill_at(&self, identities: &[SourceIdentity]) -> Result<Option<SkillRecord>, StoreError> {
        read::skill_at(&self.readers, identities, true).await
    }

    async fn skills_with_content(&self, content_hash: Sha256Digest) -> Result<Vec<SkillRecord>, StoreError> {
        read::skills_with_content(&self.readers, content_hash).await
    }

    async fn skills_with_package(&self, package_hash: Sha256Digest) -> Result<Vec<SkillRecord>, StoreError> {
        read::skills_with_package(&self.readers, package_hash).await
    }

    async fn skills_with_digest(
        &self,
        held: HeldDigest,
        only: Option<SkillId>,
    ) -> Result<Vec<DigestMatch>, StoreError> {
        digests::skills_with_digest(&self.readers, held, only, true).await
    }

    async fn skills_below(&self, prefix: &str, after: &str, limit: u32) -> Result<Vec<SkillRecord>, StoreError> {
        read::skills_below(&self.readers, prefix, after, limit).await
    }

    async fn bundle_files(&self, key: BundleKey) -> Result<Option<RawBundle>, StoreError> {
        read::bundle_files(&self.readers, key).await
    }

    async fn bundle(&self, key: BundleKey) -> Result<Option<BundleDetail>, StoreError> {
        read::bundle(&self.readers, key).await
    }

    async fn newest_skills(&self, before: Option<u64>, limit: u32) -> Result<Vec<(u64, SkillRecord)>, StoreError> {
        read::newest_skills(&self.readers, before, limit).await
    }

    async fn raw_bundle(&self, key: BundleKey) -> Result<Option<(RawBundle, String)>, StoreError> {
        files::raw_bundle(&self.readers, key).await
    }

    async fn bundle_file(&self, key: BundleKey, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        files::bundle_file(&self.readers, key, path).await
    }

    async fn bundle_with_digest(&self, digest: Sha256Digest) -> Result<Option<BundleKey>, StoreError> {
        files::bundle_with_digest(&self.readers, digest).await
    }

    async fn changes_since(&self, sequence: u64, limit: u32) -> Result<Vec<SkillChange>, StoreError> {
        read::changes_since(&self.readers, sequence, limit).await
    }

    async fn counts(&self) -> Result<StoreCounts, StoreError> {
        read::counts(&self.readers).await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        read::sequence(&self.readers).await
    }

    async fn outdated_bundles(
        &self,
        after: Option<BundleKey>,
        limit: u32,
    ) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError> {
        read::outdated_bundles(&self.readers, after, limit).await
    }

    async fn append_verdict(&self, revision: &SkillRevision) -> Result<(), StoreError> {
        write::append_verdict(&self.writer, revision).await
    }

    async fn unhashed_bundles(&self, limit: u32) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError> {
        digests::unhashed_bundles(&self.readers, limit).await
    }

    async fn put_recipe_digests(&self, bundles: Vec<(BundleKey, Vec<RecipeDigest>)>) -> Result<(), StoreError> {
        digests::put_recipe_digests(&self.writer, &bundles).await
    }

    async fn repository_facts(
        &self,
        keys: &[RepositoryKey],
    ) -> Result<Vec<(RepositoryKey, RepositoryFacts)>, StoreError> {
        repositories::repository_facts(&self.readers, keys).await
    }

    async fn put_repository_facts(&self, rows: &[(RepositoryKey, RepositoryFacts)]) -> Result<(), StoreError> {
        repositories::put_repository_facts(&self.writer, rows).await
    }

    async fn publisher_statements(&self, domains: &[Domain]) -> Result<Vec<PublisherStatement>, StoreError> {
        trust::publisher_statements(&self.readers, domains).await
    }

    async fn put_publisher_statement(&self, statement: &PublisherStatement) -> Result<(), StoreError> {
        trust::put_publisher_statement(&self.writer, statement).await
    }

    async fn bundle_texts(&self, keys: &[BundleKey]) -> Result<Vec<BundleText>, StoreError> {
        trust::bundle_texts(&self.readers, keys).await
    }

    async fn aggregator(&self, repository: &RepositoryKey) -> Result<Option<AggregatorCounts>, StoreError> {
        canonical::aggregator(&self.readers, repository).await
    }

    async fn client_use(&self, day: i64, limit: u32) -> Result<Vec<ClientUse>, StoreError> {
        client_use::client_use(&self.readers, day, limit).await
    }

    async fn put_client_use(&self, rows: Vec<ClientUse>) -> Result<(), StoreError> {
        client_use::put_client_use(&self.writer, &rows).await
    }

    async fn reserve_payment(&self, payment: &NewPayment, now: Timestamp) -> Result<Reservation, StoreError> {
        payments::reserve(&self.writer, payment, now).await
    }

    async fn step_payment(
        &self,
        key: Sha256Digest,
        attempt: u32,
        step: &PaymentStep,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        payments::step(&self.writer, key, attempt, step, now).await
    }

    async fn mark_payment_delivered(&self, key: Sha256Digest, attempt: u32) -> Result<(), StoreError> {
        payments::mark_delivered(&self.writer, key, attempt).await
    }

    async fn payment(&self, key: Sha256Digest) -> Result<Option<LedgerEntry>, StoreError> {
        payments::find(&self.readers, key).await
    }

    async fn payments_in(
        &self,
        state: PaymentState,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        payments::in_state(&self.readers, state, since, limit).await
    }

    async fn ask_unsettled_payments(
        &self,
        since: Timestamp,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        payments::ask_unsettled(&self.writer, since, limit, now).await
    }

    async fn close_interrupted_payments(&self, before: Option<Timestamp>, now: Timestamp) -> Result<u64, StoreError> {
        payments::close_interrupted(&self.writer, before, now).await
    }

    async fn prune_payments(&self, now: Timestamp) -> Result<(), StoreError> {
        payments::prune(&self.writer, now).await
    }

    async fn offer_terms(&self, terms: &str, now: Timestamp) -> Result<Vec<(String, Timestamp)>, StoreError> {
        payments::offer(&self.writer, terms, now).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::suite;
    use super::*;
    use crate::recipe::HashRecipe;

    async fn open_new() -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = SqliteStore::open(&folder.path().join("touchmark.db")).await.expect("a new store opens");
        (folder, store)
    }

    suite::store_suite!(open_new);
    super::super::jobs::suite::job_suite!(open_new);

    mod accounts {
        use super::open_new;

        crate::store::accounts::suite::account_suite!(open_new);
    }

    mod threats {
        use super::open_new;

        crate::store::threats::suite::threat_suite!(open_new);
    }

    mod package_uses {
        use super::open_new;

        crate::store::package_uses::suite::package_use_suite!(open_new);
    }

    mod packages {
        use super::open_new;

        crate::store::packages::suite::package_suite!(open_new);
    }

    mod teams {
        use super::open_new;

        crate::store::teams::suite::team_suite!(open_new);
    }

    #[tokio::test]
    async fn what_is_settled_is_neither_changed_nor_deleted_by_any_statement() {
        let (_folder, store) = open_new().await;
        let insert = "INSERT INTO payments (payment_key, attempt, state, digest, body, network, asset, payer, nonce, \
            pay_to, units, valid_before, request, reserved_at, changed_at) \
            VALUES (x'01', 1, 'settled', x'', x'', 'n', 'a', 'p', '1', 'q', 2000, 0, '', 0, 0)";
        sqlx::query(insert).execute(&store.writer).await.expect("a row");
        for change in [
            "UPDATE payments SET state = 'failed'",
            "UPDATE payments SET units = 1",
            "UPDATE payments SET payer = 'x'",
            "UPDATE payments SET nonce = '2'",
            "UPDATE payments SET pay_to = 'x'",
            "UPDATE payments SET transaction_hash = '0x1'",
            "DELETE FROM payments",
        ] {
            assert!(sqlx::query(change).execute(&store.writer).await.is_err(), "{change}");
        }
        for change in ["UPDATE payments SET is_delivered = 1, answer = NULL", "UPDATE payments SET units = 2000"] {
            sqlx::query(change).execute(&store.writer).await.expect(change);
        }
    }

    #[tokio::test]
    async fn a_database_of_the_first_version_still_opens() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("touchmark.db");
        std::fs::write(&path, include_bytes!("../../../tests/fixtures/store-v1.db")).expect("the fixture is copied");
        let store = SqliteStore::open(&path).await.expect("the fixture opens");
        let counts = store.counts().await.expect("it is read");
        assert_eq!((counts.listed, counts.canonical), (2, 2));
        let changes = store.changes_since(0, 10).await.expect("it is read");
        let names: Vec<_> = changes.iter().map(|change| change.record.name.as_str()).collect();
        assert_eq!(names, ["alpha", "beta"]);
        let detail = store.bundle(changes[0].record.bundle).await.expect("it is read").expect("the bundle is there");
        assert!(String::from_utf8_lossy(&detail.content).contains("name: alpha"));
    }

    #[tokio::test]
    async fn bundles_of_the_first_version_wait_to_be_hashed_and_are_then_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("touchmark.db");
        std::fs::write(&path, include_bytes!("../../../tests/fixtures/store-v1.db")).expect("the fixture is copied");
        let store = SqliteStore::open(&path).await.expect("the fixture opens");
        let text = skill_md("alpha", "Does alpha.");
        let files = [RecipeFile::new("SKILL.md", text.as_bytes(), FileMode::Regular)];
        let find = async |recipe: HashRecipe| {
            let digest = recipe.compute(&files).expect("a digest").to_string();
            store.skills_with_digest(HeldDigest::parse(&digest).expect("a digest"), None).await.expect("it is read")
        };
        assert_eq!((find(HashRecipe::SkillMd).await.len(), find(HashRecipe::RootDigestV1).await.len()), (1, 1));
        assert_eq!(find(HashRecipe::SkillsLock).await, []);
        let waiting = store.unhashed_bundles(10).await.expect("it is read");
        let hashed = waiting.into_iter().map(|(key, raw, name)| {
            let (bundle, _) = crate::skill::SkillBundle::parse(raw, Some(&name)).expect("a skill");
            (key, crate::store::recipe_digests(&bundle))
        });
        store.put_recipe_digests(hashed.collect()).await.expect("they are stored");
        assert!(store.unhashed_bundles(10).await.expect("it is read").is_empty());
        assert_eq!(find(HashRecipe::SkillsLock).await[0].record.name, "alpha");
    }

    /// Writes the fixture of the test above: `cargo test write_the_store_fixture -- --ignored`.
    /// Run it once for a version and keep the file.
    #[tokio::test]
    #[ignore = "writes a fixture"]
    async fn write_the_store_fixture() {
        let path =
            Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("tests/fixtures/store-v1.db");
        let _ = std::fs::remove_file(&path);
        let store = SqliteStore::open(&path).await.expect("a new store opens");
        let run = store.begin_run("folder:/fixture", suite::time(0)).await.expect("a run starts");
        let observations = vec![suite::observation("alpha", "Does alpha."), suite::observation("beta", "Does beta.")];
        store.apply(run, observations, suite::time(1)).await.expect("it is stored");
        store.finish_run(run, suite::time(2)).await.expect("the run ends");
        // The writer goes last: only it can fold the write-ahead log into the file.
        store.readers.close().await;
        store.writer.close().await;
    }
}
