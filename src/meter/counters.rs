//! What clients have used today, in memory.
//!
//! Bounded: a day with more clients than fit forgets those that have used least, so that
//! nobody who has used up a bucket gets it back by the arrival of others.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::admission::Day;
use super::{Bucket, ClientAddress};

/// Parts with a lock each, so that calls of different clients rarely meet.
const SHARDS: usize = 64;
/// Clients of a part: 1,048,576 in all, some 70 bytes each.
const CLIENTS_PER_SHARD: usize = 16_384;
/// Clients that are looked at to find one that has used little.
const CANDIDATES: usize = 8;

/// Counts of clients, each by bucket.
#[derive(Debug)]
pub(super) struct Counters {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Shard {
    day: Day,
    clients: IndexMap<ClientAddress, Counts>,
    /// Clients whose counts were not handed out since they changed; may name one twice, or one
    /// that was forgotten.
    changed: Vec<ClientAddress>,
    /// Where the search for somebody to forget goes on.
    hand: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    used: [u32; Bucket::COUNT],
    is_changed: bool,
}

/// The counts of a client, as they are kept beyond the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub day: Day,
    pub client: ClientAddress,
    pub used: [u32; Bucket::COUNT],
}

/// What an attempt to draw found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    pub is_drawn: bool,
    /// Uses after it.
    pub used: u32,
    /// The day on which it counts.
    pub day: Day,
}

impl Counters {
    pub fn new(today: Day) -> Self {
        let shard = || Shard { day: today, clients: IndexMap::new(), changed: Vec::new(), hand: 0 };
        Self {
            shards: std::iter::repeat_with(|| Mutex::new(shard())).take(SHARDS).collect(),
            hasher: RandomState::new(),
        }
    }

    /// How many clients are remembered at most.
    pub const CAPACITY: usize = SHARDS * CLIENTS_PER_SHARD;

    /// Counts `amount`, unless that would be more than `limit`.
    pub fn draw(&self, client: ClientAddress, bucket: Bucket, amount: u32, limit: u32, today: Day) -> Attempt {
        let mut shard = self.shard_of(client);
        let day = shard.turn_to(today);
        let used = shard.used(client, bucket);
        let Some(after) = used.checked_add(amount).filter(|after| *after <= limit) else {
            return Attempt { is_drawn: false, used, day };
        };
        shard.set(client, bucket, after);
        Attempt { is_drawn: true, used: after, day }
    }

    /// Takes back what was counted on `day`, and returns what is used then. Does nothing once
    /// that day is over.
    pub fn give_back(&self, client: ClientAddress, bucket: Bucket, amount: u32, day: Day) -> u32 {
        let mut shard = self.shard_of(client);
        let used = shard.used(client, bucket);
        if shard.day != day || used == 0 {
            return used;
        }
        let after = used.saturating_sub(amount);
        shard.set(client, bucket, after);
        after
    }

    /// Returns what is used, and the day that it was used on.
    pub fn used(&self, client: ClientAddress, bucket: Bucket, today: Day) -> (u32, Day) {
        let mut shard = self.shard_of(client);
        let day = shard.turn_to(today);
        (shard.used(client, bucket), day)
    }

    /// Takes over counts that were kept; those of another day are left out.
    pub fn restore(&self, rows: impl IntoIterator<Item = Row>) {
        for row in rows {
            let mut shard = self.shard_of(row.client);
            if shard.day == row.day && shard.clients.len() < CLIENTS_PER_SHARD {
                shard.clients.insert(row.client, Counts { used: row.used, is_changed: false });
            }
        }
    }

    /// Hands out the counts of a part that have changed since they were handed out.
    pub fn take_changed(&self, part: usize) -> Vec<Row> {
        let Some(shard) = self.shards.get(part) else { return Vec::new() };
        let mut shard = lock(shard);
        let day = shard.day;
        let changed = std::mem::take(&mut shard.changed);
        let take = |client: ClientAddress| {
            let counts = shard.clients.get_mut(&client).filter(|counts| counts.is_changed)?;
            counts.is_changed = false;
            Some(Row { day, client, used: counts.used })
        };
        changed.into_iter().filter_map(take).collect()
    }

    /// How many parts there are for [`Self::take_changed`].
    pub const PARTS: usize = SHARDS;

    /// Notes that counts that were handed out have not been kept.
    pub fn mark_changed(&self, rows: &[Row]) {
        for row in rows {
            let mut shard = self.shard_of(row.client);
            if shard.day == row.day && shard.clients.contains_key(&row.client) {
                shard.note_change(row.client);
            }
        }
    }

    /// Counts the clients that are remembered.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).clients.len()).sum()
    }

    fn shard_of(&self, client: ClientAddress) -> MutexGuard<'_, Shard> {
        // A keyed hash: nobody can choose addresses that crowd into one part.
        let number = self.hasher.hash_one(client) as usize % SHARDS;
        lock(&self.shards[number])
    }
}

/// A panic cannot leave counts half changed, so a poisoned lock is as good as another.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    /// Starts anew on a new day, and returns the day that counts. A clock that is set back over
    /// a midnight starts nothing anew, or a day would be given twice; one that is set back
    /// further was wrong before.
    fn turn_to(&mut self, today: Day) -> Day {
        let is_set_back = today.0 == self.day.0 - 1;
        if today != self.day && !is_set_back {
            *self = Self { day: today, clients: IndexMap::new(), changed: Vec::new(), hand: 0 };
        }
        self.day
    }

    fn used(&self, client: ClientAddress, bucket: Bucket) -> u32 {
        self.clients.get(&client).map_or(0, |counts| counts.used[bucket.place()])
    }

    fn set(&mut self, client: ClientAddress, bucket: Bucket, used: u32) {
        if self.clients.len() >= CLIENTS_PER_SHARD && !self.clients.contains_key(&client) {
            self.forget_one();
        }
        self.clients.entry(client).or_default().used[bucket.place()] = used;
        self.note_change(client);
    }

    fn note_change(&mut self, client: ClientAddress) {
        let Some(counts) = self.clients.get_mut(&client) else { return };
        if std::mem::replace(&mut counts.is_changed, true) {
            return;
        }
        self.changed.push(client);
        // Those that were forgotten meanwhile must not add up.
        if self.changed.len() > 2 * CLIENTS_PER_SHARD {
            self.changed.clear();
            self.changed.extend(self.clients.iter().filter(|(_, counts)| counts.is_changed).map(|(client, _)| client));
        }
    }

    /// Forgets whoever has used least among a few.
    fn forget_one(&mut self) {
        let count = self.clients.len();
        let candidates = (0..CANDIDATES).map(|step| (self.hand + step) % count);
        let least = candidates.min_by_key(|place| self.clients.get_index(*place).map(|(_, counts)| counts.used));
        self.hand = (self.hand + CANDIDATES) % count;
        if let Some(place) = least {
            self.clients.swap_remove_index(place);
        }
    }
}
