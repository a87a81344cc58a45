//! The meter: admits calls, and keeps what it counted.

use super::admission::{Admission, Day, Draw, Quota};
use super::counters::{Counters, Row};
use super::{Bucket, ClientAddress, Limits};
use crate::skill::Timestamp;
use crate::store::{ClientUse, Store, StoreError};

/// Rows that are written in one transaction, at least where there are as many.
const BATCH_ROWS: usize = 4_096;

/// What clients have used today, and how much they may.
#[derive(Debug)]
pub struct Meter {
    limits: Limits,
    counters: Counters,
    /// Held while counts are written, so that no older count overtakes a newer one.
    saving: tokio::sync::Mutex<()>,
}

impl Meter {
    /// Starts with nothing counted.
    pub fn new(limits: Limits, now: Timestamp) -> Self {
        Self { limits, counters: Counters::new(Day::of(now)), saving: tokio::sync::Mutex::new(()) }
    }

    /// Starts with what the store knows of the day of `now`.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn restore(limits: Limits, store: &dyn Store, now: Timestamp) -> Result<Self, StoreError> {
        let meter = Self::new(limits, now);
        let kept = store.client_use(Day::of(now).0, Counters::CAPACITY as u32).await?;
        meter.counters.restore(kept.iter().filter_map(read_row));
        Ok(meter)
    }

    /// Counts `amount` for a client, or says that there is not as much left. Exact however many
    /// calls come at once, and without waiting for anything.
    pub fn admit(&self, client: ClientAddress, bucket: Bucket, amount: u32, now: Timestamp) -> Admission {
        let limit = self.limits.of(bucket);
        let attempt = self.counters.draw(client, bucket, amount, limit, Day::of(now));
        let quota = Quota::new(limit, attempt.used, attempt.day, now);
        if attempt.is_drawn {
            Admission::Free(Draw { client, bucket, amount, day: attempt.day, quota })
        } else {
            Admission::Exhausted(quota)
        }
    }

    /// Takes back what was counted for a call that failed, and returns how the bucket stands
    /// then.
    pub fn give_back(&self, draw: Draw) -> Quota {
        let used = self.counters.give_back(draw.client, draw.bucket, draw.amount, draw.day);
        Quota { remaining: draw.quota.limit.saturating_sub(used), ..draw.quota }
    }

    /// Tells how a bucket of a client stands, and counts nothing.
    pub fn quota(&self, client: ClientAddress, bucket: Bucket, now: Timestamp) -> Quota {
        let (used, day) = self.counters.used(client, bucket, Day::of(now));
        Quota::new(self.limits.of(bucket), used, day, now)
    }

    /// Counts the clients that are remembered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.counters.len()
    }

    /// Writes what was counted since the last time; returns for how many clients.
    ///
    /// Whoever keeps a service calls it every second and once more when it stops. A process
    /// that is killed loses the seconds since: uses that were not written are given once more,
    /// and what a failed call gave back in them may stay counted. May be cancelled: what was not
    /// written is written the next time.
    ///
    /// # Errors
    /// Fails where the store does; nothing is lost then either.
    pub async fn save(&self, store: &dyn Store) -> Result<u64, StoreError> {
        let _saving = self.saving.lock().await;
        let mut saved = 0;
        let mut batch = Unsaved { counters: &self.counters, rows: Vec::new() };
        for part in 0..Counters::PARTS {
            batch.rows.extend(self.counters.take_changed(part));
            if batch.rows.len() >= BATCH_ROWS {
                saved += batch.save(store).await?;
            }
        }
        Ok(saved + batch.save(store).await?)
    }
}

/// Rows on their way to the store. Where they do not arrive, they count as changed again.
struct Unsaved<'a> {
    counters: &'a Counters,
    rows: Vec<Row>,
}

impl Unsaved<'_> {
    async fn save(&mut self, store: &dyn Store) -> Result<u64, StoreError> {
        if self.rows.is_empty() {
            return Ok(0);
        }
        store.put_client_use(self.rows.iter().map(write_row).collect()).await?;
        let saved = self.rows.len() as u64;
        self.rows.clear();
        Ok(saved)
    }
}

impl Drop for Unsaved<'_> {
    fn drop(&mut self) {
        self.counters.mark_changed(&self.rows);
    }
}

fn write_row(row: &Row) -> ClientUse {
    let used = |bucket: Bucket| row.used[bucket.place()];
    ClientUse {
        day: row.day.0,
        client: row.client.as_bytes().to_vec(),
        workflows: used(Bucket::Workflows),
        unresolved_inspects: used(Bucket::UnresolvedInspects),
        lookups: used(Bucket::Lookups),
    }
}

/// A row that no version wrote is nobody's.
fn read_row(row: &ClientUse) -> Option<Row> {
    let mut used = [0; Bucket::COUNT];
    used[Bucket::Workflows.place()] = row.workflows;
    used[Bucket::UnresolvedInspects.place()] = row.unresolved_inspects;
    used[Bucket::Lookups.place()] = row.lookups;
    Some(Row { day: Day(row.day), client: ClientAddress::from_bytes(&row.client)?, used })
}
