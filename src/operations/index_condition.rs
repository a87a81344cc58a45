//! Whether search shows everything that is stored, and what is stored is what sources hold.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Origin, Services};
use crate::api::IndexStatus;
use crate::crawl::due_at;
use crate::skill::Timestamp;
use crate::store::SourceHistory;

/// How long most sources may be overdue unless the configuration says otherwise: two runs of a
/// daily crawl may fail before anybody is told.
pub const DEFAULT_OVERDUE: Duration = Duration::from_secs(2 * 24 * 3_600);
/// How long the store may take to answer before it counts as one that does not.
const STORE_PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer about the condition may be given again by a search, which must not look
/// at files and sources each time.
const KEPT_FOR: Duration = Duration::from_secs(1);
/// How many times as long as looking took it is kept at least: with very many sources, searches
/// must not spend more than a twentieth of a core on it.
const KEPT_TIMES: u32 = 20;
/// Sources that are looked at: those of the longest list there may be.
const LISTED_SOURCES: u32 = 100_000;
/// How far a clock may be ahead of the one that wrote a time, as of another machine.
const CLOCK_SKEW_MS: i64 = 3_600_000;

/// Something that keeps the index from being as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexFault {
    /// The store does not answer, or not in time.
    Store,
    /// Nothing of what is stored is in the index yet.
    Rebuilding,
    /// Something that is stored is not in the index yet.
    Behind,
    /// The index knows changes that the store does not: it belongs to another state of the data.
    Ahead,
    /// Files of the index are missing, or not as they were written.
    Files,
    /// A part of the ranking that was chosen is not there.
    Model,
    /// Most sources were not visited for too long.
    Stale,
    /// Sources were seen in the future of this clock.
    Clock,
    /// The index of the origin is being taken over for the first time.
    Importing,
    /// The origin that is followed gives nothing, or nothing that is taken.
    Origin,
}

impl IndexFault {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Rebuilding => "rebuilding",
            Self::Behind => "behind",
            Self::Ahead => "ahead",
            Self::Files => "files",
            Self::Model => "model",
            Self::Stale => "stale",
            Self::Clock => "clock",
            Self::Importing => "importing",
            Self::Origin => "origin",
        }
    }
}

/// The condition of the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct IndexCondition {
    /// What is wrong; nothing where all is well.
    pub faults: Vec<IndexFault>,
}

impl IndexCondition {
    /// Returns the word of the contract.
    pub fn status(&self) -> IndexStatus {
        if self.faults.is_empty() {
            IndexStatus::Ok
        } else if [IndexFault::Rebuilding, IndexFault::Importing].iter().any(|fault| self.faults.contains(fault)) {
            IndexStatus::Rebuilding
        } else {
            IndexStatus::Degraded
        }
    }

    /// Tells whether search shows what sources hold. A ranking that lacks a part does.
    pub fn is_fresh(&self) -> bool {
        self.faults.iter().all(|fault| *fault == IndexFault::Model)
    }
}

/// The condition that was found last.
#[derive(Debug, Default)]
pub(super) struct IndexWatch {
    /// Until when it may be given again.
    last: Mutex<Option<(Instant, IndexCondition)>>,
}

/// Looks at the index now.
pub(super) async fn look(services: &Services) -> IndexCondition {
    let started = Instant::now();
    let condition = IndexCondition { faults: faults(services).await };
    let kept_until = Instant::now() + KEPT_FOR.max(started.elapsed() * KEPT_TIMES);
    let mut last = services.index_watch().last.lock().unwrap_or_else(PoisonError::into_inner);
    *last = Some((kept_until, condition.clone()));
    condition
}

/// Returns the condition as it was within the last second, or longer where to look takes long.
pub(super) async fn recent(services: &Services) -> IndexCondition {
    let last = services.index_watch().last.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match last {
        Some((kept_until, condition)) if Instant::now() < kept_until => condition,
        _ => look(services).await,
    }
}

async fn faults(services: &Services) -> Vec<IndexFault> {
    let mut faults = Vec::new();
    let store = services.store();
    let asked = async {
        Ok::<_, crate::store::StoreError>((store.sequence().await?, store.crawled_sources(LISTED_SOURCES).await?))
    };
    // In this order: what the index gains meanwhile makes it look better, never worse.
    match tokio::time::timeout(STORE_PATIENCE, asked).await {
        Ok(Ok((stored, sources))) => {
            let indexed = services.search().sequence();
            match indexed.cmp(&stored) {
                std::cmp::Ordering::Less if indexed == 0 => faults.push(IndexFault::Rebuilding),
                std::cmp::Ordering::Less => faults.push(IndexFault::Behind),
                // It may have grown since the store was asked.
                std::cmp::Ordering::Greater if store.sequence().await.is_ok_and(|stored| stored < indexed) => {
                    faults.push(IndexFault::Ahead);
                }
                _ => {}
            }
            faults.extend(fault_of_sources(&sources, services.overdue_limit(), services.now()));
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "the store failed");
            faults.push(IndexFault::Store);
        }
        Err(_) => {
            tracing::error!("the store does not answer in time");
            faults.push(IndexFault::Store);
        }
    }
    let search = services.search().clone();
    match tokio::task::spawn_blocking(move || search.check_files()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(%error, "the search index is damaged");
            faults.push(IndexFault::Files);
        }
        Err(_) => faults.push(IndexFault::Files),
    }
    if let Some(origin) = services.origin().map(Origin::standing) {
        faults.extend(origin.is_importing.then_some(IndexFault::Importing));
        faults.extend(origin.trouble.map(|_| IndexFault::Origin));
    }
    if services.search().is_degraded() {
        faults.push(IndexFault::Model);
    }
    faults
}

/// Most sources, and not any: one that fails is a matter of its own, which its skills tell.
fn fault_of_sources(sources: &[SourceHistory], overdue_limit: Duration, now: Timestamp) -> Option<IndexFault> {
    let seen: Vec<(&SourceHistory, Timestamp)> =
        sources.iter().filter_map(|source| Some((source, source.seen_at?))).collect();
    let newest = seen.iter().map(|(_, seen_at)| *seen_at).max()?;
    if newest.as_milliseconds() > now.as_milliseconds().saturating_add(CLOCK_SKEW_MS) {
        return Some(IndexFault::Clock);
    }
    let limit = i64::try_from(overdue_limit.as_millis()).unwrap_or(i64::MAX);
    let is_overdue = |source: &SourceHistory| {
        // A source that fails is as old as its last good visit.
        let history = SourceHistory { failing_since: None, ..source.clone() };
        due_at(&history, now).as_milliseconds().saturating_add(limit) < now.as_milliseconds()
    };
    let overdue = seen.iter().filter(|(source, _)| is_overdue(source)).count();
    (overdue * 2 > seen.len()).then_some(IndexFault::Stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3_600_000;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_milliseconds(1_780_000_000_000 + number * DAY)
    }

    fn source(seen: i64, changed: i64) -> SourceHistory {
        SourceHistory {
            key: "a".to_owned(),
            seen_at: Some(day(seen)),
            changed_at: Some(day(changed)),
            failing_since: None,
            gone_since: None,
            unlisted_at: None,
        }
    }

    #[test]
    fn an_index_is_stale_when_most_of_its_sources_are_overdue() {
        let failing = |seen| SourceHistory { failing_since: Some(day(seen + 1)), ..source(seen, seen) };
        let rows = [
            ("nothing is crawled", vec![], None),
            ("seen today", vec![source(100, 100)], None),
            ("due, not overdue", vec![source(97, 97)], None),
            ("overdue", vec![source(96, 96)], Some(IndexFault::Stale)),
            ("quiet sources are visited seldom", vec![source(70, -300)], None),
            ("one of three is overdue", vec![source(100, 100), source(99, 99), source(50, 50)], None),
            (
                "two of three are overdue",
                vec![source(100, 100), source(60, 60), source(50, 50)],
                Some(IndexFault::Stale),
            ),
            ("failing for long", vec![failing(90)], Some(IndexFault::Stale)),
            ("the clock was set back", vec![source(101, 100)], Some(IndexFault::Clock)),
        ];
        for (what, sources, expected) in rows {
            assert_eq!(fault_of_sources(&sources, DEFAULT_OVERDUE, day(100)), expected, "{what}");
        }
    }
}
