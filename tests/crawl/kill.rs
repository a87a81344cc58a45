use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::program::{answer, crawl};
use super::repositories::skills;
use super::station::{Station, digests, names, open};

/// What is listed and what is found in a data folder.
async fn index(data: &Path) -> (Vec<String>, u64) {
    let pipeline = open(data).await;
    let sequence = pipeline.store.sequence().await.expect("the store is read");
    assert_eq!(pipeline.search.sequence(), sequence, "the index follows the store to its end");
    (digests(&*pipeline.store).await, pipeline.search.record_count())
}

/// Kills a crawl with SIGKILL after random times, and lets it go on, until it ends by itself.
/// Returns how often it was killed, at most `limit` times.
fn disturb(data: &Path, list: &Path, longest: Duration, limit: usize) -> usize {
    for kill in 0..limit {
        let mut child: Child = crawl(data, list).spawn().expect("the program runs");
        let wait = longest.mul_f64(fastrand::f64());
        let started = Instant::now();
        while started.elapsed() < wait {
            if child.try_wait().expect("the program is looked at").is_some() {
                return kill;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().expect("the program is killed");
        child.wait().expect("the program has ended");
    }
    limit
}

/// `just crawl-kill`.
#[tokio::test]
#[ignore = "takes minutes; `just crawl-kill N`"]
async fn crawls_that_are_killed_at_random_moments_end_with_the_same_index() {
    let kills: usize = std::env::var("TOUCHMARK_CRAWL_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let seed = fastrand::u64(..);
    fastrand::seed(seed);
    let station = Station::new();
    let repositories = names("r", 40);
    for name in &repositories {
        station.write(name, &skills(&names(&format!("{name}-"), 10), 1));
    }
    let list = station.list_file(&repositories);
    let undisturbed = station.root.path().join("undisturbed");
    let started = Instant::now();
    assert_eq!(answer(&mut crawl(&undisturbed, &list))["read"], 40);
    let whole = started.elapsed();
    let expected = index(&undisturbed).await;
    println!("seed {seed}; undisturbed: {} skills in {whole:.1?}", expected.0.len());
    let (mut killed, mut rounds) = (0, 0);
    while killed < kills {
        let data = station.root.path().join(format!("round-{rounds}"));
        let now = disturb(&data, &list, whole.mul_f64(0.5), kills - killed);
        killed += now;
        rounds += 1;
        let last = answer(&mut crawl(&data, &list));
        assert_eq!((&last["failed"], &last["remaining"]), (&Value::from(0), &Value::from(0)), "seed {seed}: {last}");
        assert_eq!(index(&data).await, expected, "seed {seed}, round {rounds}");
        println!("round {rounds}: killed {now} times; the same index");
        std::fs::remove_dir_all(data).expect("the round is cleared away");
    }
    println!("{killed} kills in {rounds} rounds");
}

#[tokio::test]
async fn one_that_is_killed_at_once_and_one_that_is_killed_late_end_with_the_same_index() {
    let station = Station::new();
    let repositories = names("r", 3);
    for name in &repositories {
        station.write(name, &skills(&names(&format!("{name}-"), 2), 1));
    }
    let list = station.list_file(&repositories);
    let (data, undisturbed) = (station.root.path().join("data"), station.root.path().join("undisturbed"));
    answer(&mut crawl(&undisturbed, &list));
    // Wherever in its work each of them is: the claim holds for every moment.
    for milliseconds in [0, 40, 160] {
        disturb(&data, &list, Duration::from_millis(milliseconds), 1);
    }
    assert_eq!(answer(&mut crawl(&data, &list))["remaining"], 0);
    assert_eq!(index(&data).await, index(&undisturbed).await);
}
