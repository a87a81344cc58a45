use std::fs;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use touchmark::crawl::{CrawlPlan, CrawlReport, LONGEST_INTERVAL, crawl_status};
use touchmark::ingest::Pipeline;
use touchmark::skill::Timestamp;
use touchmark::store::{FailureCause, JobState};

use super::repositories::skills;
use super::station::{Station, names, open, run};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

static GONE_CLOCK: AtomicI64 = AtomicI64::new(0);
static QUIET_CLOCK: AtomicI64 = AtomicI64::new(0);

fn gone_clock() -> Timestamp {
    Timestamp::from_milliseconds(1_780_000_000_000 + GONE_CLOCK.load(Ordering::SeqCst))
}

fn quiet_clock() -> Timestamp {
    Timestamp::from_milliseconds(1_780_000_000_000 + QUIET_CLOCK.load(Ordering::SeqCst))
}

async fn listed(pipeline: &Pipeline) -> u64 {
    pipeline.store.counts().await.expect("it is counted").listed
}

#[tokio::test]
async fn a_source_that_is_gone_for_a_day_is_unlisted_and_comes_back() {
    let station = Station::new();
    station.write("r", &skills(&names("s", 3), 1));
    let pipeline = Pipeline { clock: gone_clock, ..open(&station.root.path().join("data")).await };
    let mut plan = CrawlPlan { since: Duration::ZERO, ..station.plan(&["r".to_owned()]) };
    plan.list.sources[0].source.push_str("#main");
    assert_eq!(run(&pipeline, &plan).await.skills_added, 3);
    let branch = station.repository("r").join("refs/heads/main");
    let away = station.repository("r").join("refs/heads/away");
    fs::rename(&branch, &away).expect("the branch goes");
    let visit = async |at: i64| -> CrawlReport {
        GONE_CLOCK.store(at, Ordering::SeqCst);
        run(&pipeline, &plan).await
    };
    let first = visit(HOUR).await;
    let trouble = first.troubles.values().next().expect("it is told");
    assert_eq!((trouble.failure.cause, trouble.retry_at.is_some()), (FailureCause::Gone, true));
    assert_eq!((first.skills_removed, listed(&pipeline).await), (0, 3), "heard once");
    // Asked again before the day is over, nothing is known that was not known before.
    assert_eq!(visit(2 * HOUR).await.visits, 0);
    let second = visit(HOUR + DAY).await;
    assert_eq!((second.skills_removed, listed(&pipeline).await), (3, 0), "heard again");
    assert_eq!(second.troubles.values().next().expect("it is told").retry_at, None);
    let status = crawl_status(&*pipeline.store, gone_clock()).await.expect("it is told");
    assert_eq!((status.gone.len(), status.overview.count(JobState::Poisoned)), (1, 1));
    fs::rename(&away, &branch).expect("the branch is back");
    let third = visit(9 * DAY).await;
    assert_eq!((third.unchanged, listed(&pipeline).await, pipeline.search.record_count()), (1, 3, 3));
    assert!(crawl_status(&*pipeline.store, gone_clock()).await.expect("it is told").gone.is_empty());
}

#[tokio::test]
async fn what_changes_seldom_is_visited_seldom_and_still_within_the_longest_interval() {
    let station = Station::new();
    let repositories = names("r", 2);
    for name in &repositories {
        station.write(name, &skills(&names(&format!("{name}-"), 1), 1));
    }
    let pipeline = Pipeline { clock: quiet_clock, ..open(&station.root.path().join("data")).await };
    let plan = CrawlPlan { spares_quiet_sources: true, ..station.plan(&repositories) };
    let mut visits = Vec::new();
    for day in 0..90 {
        QUIET_CLOCK.store(day * (DAY + HOUR), Ordering::SeqCst);
        // The first changes every day, the second never.
        station.write(&repositories[0], &skills(&names("r00-", 1), day as u32 + 2));
        let report = run(&pipeline, &plan).await;
        visits.push((report.read, report.unchanged));
    }
    assert!(visits.iter().all(|(read, _)| *read > 0), "{visits:?}");
    let quiet: Vec<usize> = (0..90).filter(|day| visits[*day] == (1, 1)).collect();
    assert!(quiet.len() < 40 && quiet.len() > 10, "{quiet:?}");
    let longest = quiet.windows(2).map(|days| days[1] - days[0]).max().expect("several visits");
    assert!((7..=9).contains(&longest), "after ten weeks it is visited weekly: {quiet:?}");
    assert!(longest as u64 * 86_400 < LONGEST_INTERVAL.as_secs());
    let status = crawl_status(&*pipeline.store, quiet_clock()).await.expect("it is told");
    assert_eq!(status.due.len(), 2);
    assert!(status.due[0].due_at < status.due[1].due_at && status.due[0].key.ends_with("r00"), "{:?}", status.due);
}
