//! Records that are given again while nothing changes.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::sync::Cache;

use crate::skill::{RepositoryFacts, RepositoryKey, SkillId};
use crate::store::{SkillRecord, StoreError};

/// Bytes of records that are kept: some ten thousand of them.
const RECORD_BYTES: u64 = 32 * 1024 * 1024;
/// What an entry takes beside the record.
const ENTRY_BYTES: usize = 256;
/// The state of a cache that nobody keeps up to date, which so keeps nothing.
const UNATTENDED: u64 = 0;

/// What can be kept.
pub(super) trait Record: Send + Sync + 'static {
    /// What it is asked for by.
    type Id: Clone + Eq + Hash + Send + Sync + 'static;
    /// Returns the id by which it is asked for.
    fn id(&self) -> Self::Id;
    /// Returns about how many bytes it takes.
    fn byte_count(&self) -> usize;
}

impl Record for SkillRecord {
    type Id = SkillId;

    fn id(&self) -> SkillId {
        self.skill_id
    }

    fn byte_count(&self) -> usize {
        let texts = [&self.name, &self.description].into_iter().chain(&self.quality_flags);
        let texts = texts.chain(&self.selection_flags).chain(&self.verdict.safety_flags);
        size_of::<Self>() + texts.map(String::len).sum::<usize>()
    }
}

/// What hosts said of a repository; nothing is worth keeping as well.
pub(super) struct KnownFacts {
    pub key: RepositoryKey,
    pub facts: Option<RepositoryFacts>,
}

impl Record for KnownFacts {
    type Id = RepositoryKey;

    fn id(&self) -> RepositoryKey {
        self.key.clone()
    }

    fn byte_count(&self) -> usize {
        let topics = self.facts.iter().flat_map(|facts| &facts.topics);
        size_of::<Self>() + self.key.as_str().len() + topics.map(String::len).sum::<usize>()
    }
}

/// The records of skills that answers have shown.
///
/// It keeps nothing until somebody follows the store and calls [`RecordCache::renew`] at every
/// change: an answer may then be as old as that takes, and no older.
pub(super) struct RecordCache<R: Record = SkillRecord> {
    /// Which state of the store the records are of. It is a part of their keys, so that a record
    /// that was read before a change is not found after it, however late it is put in.
    state: AtomicU64,
    records: Cache<(u64, R::Id), Arc<R>>,
}

impl<R: Record> RecordCache<R> {
    pub(super) fn new() -> Self {
        let weigh =
            |_: &(u64, R::Id), record: &Arc<R>| u32::try_from(ENTRY_BYTES + record.byte_count()).unwrap_or(u32::MAX);
        Self {
            state: AtomicU64::new(UNATTENDED),
            records: Cache::builder().max_capacity(RECORD_BYTES).weigher(weigh).build(),
        }
    }

    /// Forgets everything, and keeps what is read from now on.
    pub(super) fn renew(&self) {
        self.state.fetch_add(1, Ordering::SeqCst);
        self.records.invalidate_all();
    }

    /// Returns the records of `ids`, in their order, without those that are not there. `read`
    /// reads those that are not kept.
    ///
    /// # Errors
    /// Fails where `read` does.
    pub(super) async fn get<F>(
        &self,
        ids: &[R::Id],
        read: impl FnOnce(Vec<R::Id>) -> F,
    ) -> Result<Vec<Arc<R>>, StoreError>
    where
        F: Future<Output = Result<Vec<R>, StoreError>>,
    {
        let state = self.state.load(Ordering::SeqCst);
        let mut found: Vec<Option<Arc<R>>> = ids.iter().map(|id| self.records.get(&(state, id.clone()))).collect();
        let missing: Vec<R::Id> =
            ids.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(id, _)| id.clone()).collect();
        if !missing.is_empty() {
            for record in read(missing).await? {
                let record = Arc::new(record);
                if state != UNATTENDED {
                    self.records.insert((state, record.id()), Arc::clone(&record));
                }
                let places = ids.iter().zip(&mut found).filter(|(id, _)| **id == record.id());
                places.for_each(|(_, place)| *place = Some(Arc::clone(&record)));
            }
        }
        Ok(found.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Version(SkillId, u32);

    impl Record for Version {
        type Id = SkillId;

        fn id(&self) -> SkillId {
            self.0
        }

        fn byte_count(&self) -> usize {
            size_of::<Self>()
        }
    }

    fn id(number: u8) -> SkillId {
        SkillId::from_bytes([number; 16])
    }

    /// Asks for `ids` where the store holds `version` of the first two skills.
    async fn ask(cache: &RecordCache<Version>, ids: &[SkillId], version: u32) -> Vec<Version> {
        let read = async |missing: Vec<SkillId>| {
            Ok(missing.into_iter().filter(|asked| *asked != id(3)).map(|id| Version(id, version)).collect())
        };
        cache.get(ids, read).await.expect("a store that answers").iter().map(|record| **record).collect()
    }

    #[tokio::test]
    async fn nothing_is_kept_until_somebody_follows_and_nothing_longer_than_a_change() {
        let cache = RecordCache::new();
        assert_eq!(ask(&cache, &[id(1)], 1).await, [Version(id(1), 1)]);
        assert_eq!(ask(&cache, &[id(1)], 2).await, [Version(id(1), 2)], "nobody follows");
        cache.renew();
        assert_eq!(ask(&cache, &[id(1)], 2).await, [Version(id(1), 2)]);
        assert_eq!(
            ask(&cache, &[id(2), id(3), id(1), id(2)], 3).await,
            [Version(id(2), 3), Version(id(1), 2), Version(id(2), 3)]
        );
        cache.renew();
        assert_eq!(ask(&cache, &[id(1), id(2)], 4).await, [Version(id(1), 4), Version(id(2), 4)]);
    }

    #[tokio::test]
    async fn what_was_read_before_a_change_is_not_given_after_it() {
        let cache = RecordCache::new();
        cache.renew();
        let read = async |_| {
            cache.renew();
            Ok(vec![Version(id(1), 1)])
        };
        cache.get(&[id(1)], read).await.expect("a store that answers");
        assert_eq!(ask(&cache, &[id(1)], 2).await, [Version(id(1), 2)]);
    }
}
