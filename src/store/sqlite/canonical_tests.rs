//! Which of several copies is canonical, and which repositories are aggregators, at the door of
//! the store.

use proptest::prelude::*;

use super::super::suite::{observation_in, time};
use super::super::{Observation, Store};
use super::SqliteStore;
use crate::skill::{
    AGGREGATOR_SKILLS, PublisherStanding, Publishers, RepositoryFacts, RepositoryKey, SkillId, Timestamp,
};

const DESCRIPTION: &str = "Merges, splits and rotates many documents when a user asks.";

async fn open(publishers: &Publishers) -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = SqliteStore::open_with(&folder.path().join("touchmark.db"), publishers).await.expect("it opens");
    (folder, store)
}

fn vendor() -> Publishers {
    Publishers::new([("github.com/vendor".to_owned(), PublisherStanding::Vendor)])
}

/// A sighting at a day; the day counts from the start of 2026.
fn seen(repository: &str, name: &str, day: i64) -> Observation {
    let mut observation = observation_in(repository, name, &format!("{DESCRIPTION} Number {name}."), &[]);
    observation.source.committed_at = Some(Timestamp::from_milliseconds(1_767_225_600_000 + day * 86_400_000));
    observation
}

fn id(observation: &Observation) -> SkillId {
    SkillId::of(&observation.source.identity)
}

async fn put(store: &SqliteStore, key: &str, observations: Vec<Observation>) {
    let run = store.begin_run(key, time(1)).await.expect("run");
    store.apply(run, observations, time(2)).await.expect("apply");
    store.finish_run(run, time(3)).await.expect("finish");
}

async fn canonical(store: &SqliteStore, one: &Observation) -> String {
    let record = store.skills(&[id(one)]).await.expect("read").remove(0);
    let all = store.skills_with_content(record.content_hash).await.expect("read");
    assert_eq!(all.iter().filter(|record| record.is_canonical).count(), 1);
    assert_eq!(all.iter().map(|record| record.standing).min(), Some(all[0].standing), "the rule decides");
    all[0].source.identity.owner().to_owned()
}

#[tokio::test]
async fn the_vendor_stands_for_all_and_what_is_known_of_publishers_may_change() {
    let (folder, store) = open(&vendor()).await;
    let rows = ["early", "vendor", "late"].map(|owner| {
        let day = if owner == "early" { 1 } else { 9 };
        seen(&format!("{owner}/skills"), "pdf", day)
    });
    put(&store, "s", rows.to_vec()).await;
    assert_eq!(canonical(&store, &rows[0]).await, "vendor");
    let before = store.sequence().await.expect("read");
    drop(store);
    let path = folder.path().join("touchmark.db");
    let store = SqliteStore::open_with(&path, &vendor()).await.expect("it opens");
    assert_eq!(store.sequence().await.expect("read"), before, "nothing has changed");
    let store = SqliteStore::open_with(&path, &Publishers::default()).await.expect("it opens");
    assert_eq!(canonical(&store, &rows[0]).await, "early");
    let changed = store.changes_since(before, 10).await.expect("read");
    assert!(changed.iter().any(|change| change.record.source.identity.owner() == "vendor"), "followers hear of it");
}

#[tokio::test]
async fn the_earliest_commit_that_was_seen_counts_after_a_later_one_is_seen() {
    let (_folder, store) = open(&Publishers::default()).await;
    put(&store, "one", vec![seen("one/skills", "pdf", 1)]).await;
    put(&store, "two", vec![seen("two/skills", "pdf", 5)]).await;
    put(&store, "one", vec![seen("one/skills", "pdf", 9)]).await;
    assert_eq!(canonical(&store, &seen("one/skills", "pdf", 0)).await, "one");
}

#[tokio::test]
async fn a_fork_and_stars_decide_when_the_host_says_so() {
    let (_folder, store) = open(&Publishers::default()).await;
    let rows = [seen("one/skills", "pdf", 1), seen("two/skills", "pdf", 1)];
    put(&store, "s", rows.to_vec()).await;
    let first = canonical(&store, &rows[0]).await;
    let (first, other) = if first == "one" { (0, 1) } else { (1, 0) };
    let key = |row: usize| RepositoryKey::of(&rows[row].source.identity).expect("a repository");
    let starred = RepositoryFacts { stars: Some(500), ..RepositoryFacts::default() };
    store.put_repository_facts(&[(key(other), starred.clone())]).await.expect("written");
    assert_eq!(canonical(&store, &rows[0]).await, rows[other].source.identity.owner());
    let alike = RepositoryFacts { stars: Some(501), ..RepositoryFacts::default() };
    store.put_repository_facts(&[(key(other), alike)]).await.expect("written");
    assert_eq!(canonical(&store, &rows[0]).await, rows[other].source.identity.owner(), "a star more decides nothing");
    let forked = RepositoryFacts { is_fork: Some(true), ..starred };
    store.put_repository_facts(&[(key(other), forked)]).await.expect("written");
    assert_eq!(canonical(&store, &rows[0]).await, rows[first].source.identity.owner());
}

#[tokio::test]
async fn a_repository_of_copies_is_an_aggregator_as_long_as_it_is_one() {
    let (_folder, store) = open(&Publishers::default()).await;
    let gathered = |number: i64| seen("gatherer/skills", &format!("s{number}"), 5);
    let count = AGGREGATOR_SKILLS as i64;
    put(&store, "gatherer", (0..count).map(gathered).collect()).await;
    // Its own skills, and one that somebody has from it, as it seems.
    put(&store, "young", vec![seen("young/skills", "s0", 9)]).await;
    assert_eq!(canonical(&store, &gathered(0)).await, "gatherer");
    let key = RepositoryKey::of(&gathered(0).source.identity).expect("a repository");
    assert_eq!(store.aggregator(&key).await.expect("read"), None);
    // Then the originals of half of them are found.
    let before = store.sequence().await.expect("read");
    put(&store, "original", (1..=count / 2).map(|number| seen("original/skills", &format!("s{number}"), 1)).collect())
        .await;
    let counts = store.aggregator(&key).await.expect("read").expect("it is an aggregator");
    assert_eq!((counts.skill_count, counts.copy_count), (count as u64, count as u64 / 2));
    assert_eq!(canonical(&store, &gathered(0)).await, "young", "an aggregator stands for nobody else");
    let record = store.skills(&[id(&gathered(count - 1))]).await.expect("read").remove(0);
    assert!(record.standing.is_aggregator && record.is_canonical, "nobody else has it");
    let heard = store.changes_since(before, 1_000).await.expect("read");
    assert!(heard.iter().any(|change| change.record.skill_id == record.skill_id), "followers hear of it");
    // And they vanish.
    put(&store, "original", Vec::new()).await;
    assert_eq!(store.aggregator(&key).await.expect("read"), None);
    assert_eq!(canonical(&store, &gathered(0)).await, "gatherer");
}

#[tokio::test]
async fn one_that_names_upstreams_is_an_aggregator_whether_or_not_these_are_indexed() {
    let (_folder, store) = open(&Publishers::default()).await;
    let mirrored = |number: u64| {
        let mut observation = seen("mirror/skills", &format!("s{number}"), 5);
        observation.source.upstream = Some(format!("somebody{number}/skills"));
        observation
    };
    put(&store, "mirror", (0..AGGREGATOR_SKILLS).map(mirrored).collect()).await;
    let key = RepositoryKey::of(&mirrored(0).source.identity).expect("a repository");
    assert!(store.aggregator(&key).await.expect("read").is_some());
}

#[tokio::test]
async fn rows_of_before_are_completed_when_the_store_opens() {
    let (folder, store) = open(&Publishers::default()).await;
    let rows = [seen("one/skills", "pdf", 5), seen("two/skills", "pdf", 1)];
    put(&store, "s", rows.to_vec()).await;
    for change in [
        "UPDATE skills SET copy_key = NULL, repository_key = '', account = '', is_copy = 0",
        "UPDATE skills SET is_canonical = 1 - is_canonical",
    ] {
        sqlx::query(change).execute(&store.writer).await.expect("a row");
    }
    drop(store);
    let store = SqliteStore::open(&folder.path().join("touchmark.db")).await.expect("it opens");
    assert_eq!(canonical(&store, &rows[0]).await, "two");
    let copies: i64 =
        sqlx::query_scalar("SELECT sum(is_copy) FROM skills").fetch_one(&store.readers).await.expect("read");
    assert_eq!(copies, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn what_is_canonical_does_not_depend_on_the_order(
        rows in prop::collection::vec((0_usize..4, 0_usize..3, 0_i64..4), 2..24),
        seed in any::<u64>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // One sighting of each skill: the last of several would win.
        let mut rows = rows;
        rows.sort_unstable();
        rows.dedup_by_key(|row| (row.0, row.1));
        let observations: Vec<Observation> = rows
            .iter()
            .map(|(owner, name, day)| seen(&format!("{}/skills", ["one", "two", "vendor", "four"][*owner]), &format!("s{name}"), *day))
            .collect();
        let mut shuffled = observations.clone();
        shuffled.sort_by_key(|observation| u64::from(id(observation).as_bytes()[0]).wrapping_mul(seed | 1));
        let states: Vec<Vec<(SkillId, bool)>> = [observations, shuffled].into_iter().map(|observations| runtime.block_on(async {
            let (_folder, store) = open(&vendor()).await;
            for (number, observation) in observations.iter().enumerate() {
                put(&store, &format!("source {number}"), vec![observation.clone()]).await;
            }
            let mut state = Vec::new();
            for observation in &observations {
                canonical(&store, observation).await;
                let record = store.skills(&[id(observation)]).await.expect("read").remove(0);
                state.push((record.skill_id, record.is_canonical));
            }
            state.sort_unstable();
            state
        })).collect();
        prop_assert_eq!(&states[0], &states[1]);
    }
}
