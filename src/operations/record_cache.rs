//! Records that are given again while nothing changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::sync::Cache;

use crate::skill::SkillId;
use crate::store::{SkillRecord, Store, StoreError};

/// Bytes of records that are kept: some ten thousand of them.
const RECORD_BYTES: u64 = 32 * 1024 * 1024;
/// What an entry takes beside its texts.
const ENTRY_BYTES: usize = size_of::<SkillRecord>() + 256;
/// The state of a cache that nobody keeps up to date, which so keeps nothing.
const UNATTENDED: u64 = 0;

/// The records of skills that answers have shown.
///
/// It keeps nothing until somebody follows the store and calls [`RecordCache::renew`] at every
/// change: an answer may then be as old as that takes, and no older.
pub(super) struct RecordCache {
    /// Which state of the store the records are of. It is a part of their keys, so that a record
    /// that was read before a change is not found after it, however late it is put in.
    state: AtomicU64,
    records: Cache<(u64, SkillId), Arc<SkillRecord>>,
}

impl RecordCache {
    pub(super) fn new() -> Self {
        let weigh = |_: &(u64, SkillId), record: &Arc<SkillRecord>| {
            let texts = [&record.name, &record.description].into_iter().chain(&record.quality_flags);
            let texts = texts.chain(&record.selection_flags).chain(&record.verdict.safety_flags);
            u32::try_from(ENTRY_BYTES + texts.map(String::len).sum::<usize>()).unwrap_or(u32::MAX)
        };
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

    /// Returns the skills with these ids, in their order, without those that are not there.
    pub(super) async fn skills(&self, store: &dyn Store, ids: &[SkillId]) -> Result<Vec<Arc<SkillRecord>>, StoreError> {
        let state = self.state.load(Ordering::SeqCst);
        let mut found: Vec<Option<Arc<SkillRecord>>> = ids.iter().map(|id| self.records.get(&(state, *id))).collect();
        let missing: Vec<SkillId> =
            ids.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(id, _)| *id).collect();
        if !missing.is_empty() {
            for record in store.skills(&missing).await? {
                let record = Arc::new(record);
                if state != UNATTENDED {
                    self.records.insert((state, record.skill_id), Arc::clone(&record));
                }
                let places = ids.iter().zip(&mut found).filter(|(id, _)| **id == record.skill_id);
                places.for_each(|(_, place)| *place = Some(Arc::clone(&record)));
            }
        }
        Ok(found.into_iter().flatten().collect())
    }
}
