//! What the meter promises, at its door.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::skill::Timestamp;
use crate::store::{SqliteStore, Store};

const LIMITS: Limits = Limits { workflows: 50, unresolved_inspects: 3, lookups: 100 };
const MIDNIGHT_MS: i64 = 1_780_012_800_000;

/// Milliseconds after a midnight.
fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_milliseconds(MIDNIGHT_MS + milliseconds)
}

fn client(number: u32) -> ClientAddress {
    IpAddr::V4(Ipv4Addr::from(number)).into()
}

fn is_free(admission: Admission) -> bool {
    matches!(admission, Admission::Free(_))
}

/// Draws a workflow `times` times and counts those that were free.
fn free_of(meter: &Meter, client: ClientAddress, times: usize, now: Timestamp) -> usize {
    (0..times).filter(|_| is_free(meter.admit(client, Bucket::Workflows, 1, now))).count()
}

async fn open_store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = SqliteStore::open(&folder.path().join("touchmark.db")).await.expect("a new store opens");
    (folder, store)
}

#[test]
fn five_hundred_at_once_get_exactly_fifty() {
    let meter = Meter::new(LIMITS, at(0));
    let free = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..500 {
            scope.spawn(|| free.fetch_add(free_of(&meter, client(1), 1, at(1)), Ordering::Relaxed));
        }
    });
    assert_eq!(free.load(Ordering::Relaxed), 50);
}

#[test]
fn a_quota_counts_down_and_says_when_it_starts_anew() {
    let meter = Meter::new(LIMITS, at(0));
    assert_eq!(meter.quota(client(1), Bucket::Workflows, at(0)).remaining, 50);
    let Admission::Free(draw) = meter.admit(client(1), Bucket::Workflows, 1, at(86_398_500)) else {
        panic!("the first is free")
    };
    assert_eq!((draw.quota.limit, draw.quota.remaining, draw.quota.reset_seconds), (50, 49, 2));
    assert_eq!(draw.quota.reset_at, at(86_400_000));
    assert_eq!(free_of(&meter, client(1), 100, at(86_398_500)), 49);
    // Others and other buckets have their own.
    assert_eq!(free_of(&meter, client(2), 1, at(86_398_500)), 1);
    assert_eq!(meter.quota(client(1), Bucket::Lookups, at(1)).remaining, 100);
    assert_eq!(meter.quota(client(1), Bucket::UnresolvedInspects, at(1)).remaining, 3);
}

#[test]
fn midnight_gives_a_new_day_once() {
    let meter = Meter::new(LIMITS, at(-1_000));
    assert_eq!(free_of(&meter, client(1), 60, at(-1)), 50);
    assert_eq!(free_of(&meter, client(1), 60, at(0)), 50);
    // A clock that is set back over midnight gives nothing twice.
    assert_eq!(free_of(&meter, client(1), 60, at(-1)), 0);
    assert_eq!(free_of(&meter, client(1), 60, at(1)), 0);
    assert_eq!(free_of(&meter, client(1), 60, at(86_400_000)), 50);
}

#[test]
fn a_clock_that_was_far_ahead_does_not_stop_the_days() {
    let meter = Meter::new(LIMITS, at(0));
    assert_eq!(free_of(&meter, client(1), 60, at(400 * 86_400_000)), 50);
    assert_eq!(free_of(&meter, client(1), 60, at(1)), 50);
    assert_eq!(free_of(&meter, client(1), 60, at(2)), 0);
}

#[test]
fn what_a_failed_call_gives_back_is_there_again_on_its_day_only() {
    let meter = Meter::new(LIMITS, at(0));
    let Admission::Free(draw) = meter.admit(client(1), Bucket::Workflows, 1, at(1)) else { panic!("free") };
    assert_eq!(meter.give_back(draw).remaining, 50);
    assert_eq!(free_of(&meter, client(1), 60, at(2)), 50);
    let Admission::Free(late) = meter.admit(client(2), Bucket::Workflows, 1, at(3)) else { panic!("free") };
    assert_eq!(free_of(&meter, client(2), 10, at(86_400_000)), 10);
    meter.give_back(late);
    assert_eq!(meter.quota(client(2), Bucket::Workflows, at(86_400_000)).remaining, 40);
}

#[test]
fn several_are_drawn_whole_or_not_at_all() {
    let meter = Meter::new(LIMITS, at(0));
    assert!(is_free(meter.admit(client(1), Bucket::Lookups, 60, at(1))));
    assert!(!is_free(meter.admit(client(1), Bucket::Lookups, 41, at(1))));
    assert!(is_free(meter.admit(client(1), Bucket::Lookups, 40, at(1))));
    assert!(!is_free(meter.admit(client(1), Bucket::Lookups, u32::MAX, at(1))));
}

#[test]
fn a_tier_of_nothing_is_exhausted_at_once_and_remembers_nobody() {
    let meter = Meter::new(Limits { workflows: 0, ..LIMITS }, at(0));
    assert_eq!((0..1_000).map(|number| free_of(&meter, client(number), 1, at(1))).sum::<usize>(), 0);
    assert_eq!(meter.remembered(), 0);
}

#[test]
fn a_million_clients_are_counted_and_more_do_not_take_more_memory() {
    let meter = Meter::new(LIMITS, at(0));
    let exhausted: Vec<ClientAddress> = (0..100).map(|number| client(0xc633_6400 + number)).collect();
    for client in &exhausted {
        assert_eq!(free_of(&meter, *client, 60, at(1)), 50);
    }
    let network =
        |number: u32| IpAddr::V6(Ipv6Addr::from((0x2001_0db8_u128 << 96) | (u128::from(number) << 64))).into();
    (0..1_000_000).for_each(|number| assert_eq!(free_of(&meter, network(number), 1, at(1)), 1));
    let still_known =
        (0..1_000_000).filter(|number| meter.quota(network(*number), Bucket::Workflows, at(1)).remaining == 49);
    assert_eq!(still_known.count(), 1_000_000);
    (1_000_000..1_500_000).for_each(|number| assert_eq!(free_of(&meter, network(number), 1, at(1)), 1));
    assert!(meter.remembered() <= 1_048_576, "{}", meter.remembered());
    for client in exhausted {
        assert_eq!(free_of(&meter, client, 60, at(1)), 0, "{client} got its quota back by the arrival of others");
    }
}

#[tokio::test]
async fn counts_survive_a_restart() {
    let (_folder, store) = open_store().await;
    let meter = Meter::restore(LIMITS, &store, at(0)).await.expect("it is read");
    assert_eq!(free_of(&meter, client(1), 20, at(1)), 20);
    assert!(is_free(meter.admit(client(2), Bucket::Lookups, 7, at(1))));
    assert_eq!(meter.save(&store).await.expect("it is written"), 2);
    assert_eq!(meter.save(&store).await.expect("nothing is left"), 0);
    assert_eq!(free_of(&meter, client(1), 1, at(2)), 1);
    assert_eq!(meter.save(&store).await.expect("it is written"), 1);
    let again = Meter::restore(LIMITS, &store, at(3)).await.expect("it is read");
    assert_eq!(free_of(&again, client(1), 100, at(4)), 29);
    assert_eq!(again.quota(client(2), Bucket::Lookups, at(4)).remaining, 93);
    let tomorrow = Meter::restore(LIMITS, &store, at(86_400_000)).await.expect("it is read");
    assert_eq!(free_of(&tomorrow, client(1), 100, at(86_400_001)), 50);
}

#[tokio::test]
async fn what_could_not_be_written_is_written_the_next_time() {
    let (_folder, store) = open_store().await;
    let meter = Meter::new(LIMITS, at(0));
    (0..10_000).for_each(|number| assert_eq!(free_of(&meter, client(number), 5, at(1)), 5));
    // Cancelled before the store has taken so many, as by the end of a task.
    let mut saving = Box::pin(meter.save(&store));
    assert!(futures::poll!(&mut saving).is_pending());
    drop(saving);
    meter.save(&store).await.expect("it is written");
    let kept = store.client_use(MIDNIGHT_MS / 86_400_000, 20_000).await.expect("it is read");
    assert_eq!((kept.len(), kept.iter().filter(|row| row.workflows == 5).count()), (10_000, 10_000));
}

#[tokio::test]
async fn many_clients_are_written_and_read_back() {
    let (_folder, store) = open_store().await;
    let meter = Meter::new(LIMITS, at(0));
    (0..10_000).for_each(|number| assert_eq!(free_of(&meter, client(number), 1, at(1)), 1));
    assert_eq!(meter.save(&store).await.expect("it is written"), 10_000);
    let again = Meter::restore(LIMITS, &store, at(2)).await.expect("it is read");
    assert_eq!((0..10_000).map(|number| free_of(&again, client(number), 60, at(3))).sum::<usize>(), 490_000);
}

proptest! {
    /// Whatever is drawn and given back, no client ever holds more than the limit, and what is
    /// left is the limit less what is held.
    #[test]
    fn nobody_holds_more_than_the_limit(steps in prop::collection::vec((0_u32..3, any::<bool>(), 1_u32..5), 1..200)) {
        let meter = Meter::new(Limits { lookups: 12, ..LIMITS }, at(0));
        let mut held: [Vec<Draw>; 3] = [const { Vec::new() }; 3];
        for (number, is_draw, amount) in steps {
            let draws = &mut held[number as usize];
            if is_draw {
                if let Admission::Free(draw) = meter.admit(client(number), Bucket::Lookups, amount, at(1)) {
                    draws.push(draw);
                }
            } else if let Some(draw) = draws.pop() {
                meter.give_back(draw);
            }
            let sum: u32 = draws.iter().map(|draw| draw.amount).sum();
            prop_assert!(sum <= 12);
            prop_assert_eq!(meter.quota(client(number), Bucket::Lookups, at(1)).remaining, 12 - sum);
        }
    }
}

/// What an admission and a million clients cost: `cargo test --lib meter_cost -- --ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn meter_cost() {
    let resident_kib = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default().to_owned();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0)
    };
    let before_kib = resident_kib();
    let meter = Meter::new(Limits { workflows: u32::MAX, ..LIMITS }, at(0));
    (0..1_000_000).for_each(|number| drop(meter.admit(client(number), Bucket::Workflows, 1, at(1))));
    let started = std::time::Instant::now();
    let free = (0..1_000_000_u32).filter(|number| {
        // In an order that no cache of the processor knows.
        let number = number.wrapping_mul(2_654_435_761) % 1_000_000;
        is_free(meter.admit(client(number), Bucket::Workflows, 1, at(2)))
    });
    assert_eq!(free.count(), 1_000_000);
    println!("{} MiB for a million clients", (resident_kib() - before_kib) / 1_024);
    println!("{} ns an admission, with a million clients", started.elapsed().as_nanos() / 1_000_000);
}
