use std::sync::Arc;
use std::time::Duration;

use touchmark::crawl::{CrawlPlan, CrawlProgress, CrawlReport, Visited, crawl, crawl_status};
use touchmark::skill::Timestamp;
use touchmark::store::{JobState, Store};

use super::repositories::{GitFile, skills};
use super::station::{PACE, Station, digests, names, open, run};

/// Five repositories with three skills each.
fn five() -> (Station, Vec<String>) {
    let station = Station::new();
    let repositories = names("r", 5);
    for name in &repositories {
        station.write(name, &skills(&names(&format!("{name}-"), 3), 1));
    }
    (station, repositories)
}

fn visits(report: &CrawlReport) -> (u64, u64, u64, u64) {
    (report.read, report.unchanged, report.failed(), report.remaining)
}

#[tokio::test]
async fn a_run_goes_on_where_the_last_one_ended() {
    let (station, repositories) = five();
    let pipeline = open(&station.root.path().join("data")).await;
    let plan = station.plan(&repositories);
    let limited = CrawlPlan { max_repositories: Some(2), ..plan.clone() };
    assert_eq!(visits(&run(&pipeline, &limited).await), (2, 0, 0, 3));
    let second = run(&pipeline, &plan).await;
    assert_eq!((visits(&second), second.skills_added), ((3, 0, 0, 0), 9));
    assert_eq!((pipeline.search.record_count(), pipeline.search.sequence()), (15, sequence(&pipeline.store).await));
    let third = run(&pipeline, &plan).await;
    assert_eq!((visits(&third), third.enqueued.fresh), ((0, 0, 0, 0), 5));
}

#[tokio::test]
async fn two_runs_at_once_share_the_work() {
    let (station, repositories) = five();
    let pipeline = open(&station.root.path().join("data")).await;
    let plan = station.plan(&repositories);
    let (first, second) = tokio::join!(run(&pipeline, &plan), run(&pipeline, &plan));
    assert_eq!((first.read + second.read, first.failed() + second.failed()), (5, 0));
    assert_eq!(first.skills_added + second.skills_added, 15);
    assert!(first.read > 0 && second.read > 0, "{} and {}", first.read, second.read);
}

#[tokio::test]
async fn only_what_changed_is_read_again() {
    let (station, repositories) = five();
    let pipeline = open(&station.root.path().join("data")).await;
    let plan = CrawlPlan { since: Duration::ZERO, ..station.plan(&repositories) };
    run(&pipeline, &plan).await;
    assert_eq!(visits(&run(&pipeline, &plan).await), (0, 5, 0, 0));
    // One skill is changed, one is gone, one is new.
    let (kept, new) = (names("r03-", 2), vec!["new".to_owned()]);
    let files: Vec<GitFile> =
        [skills(&kept[..1], 1), skills(&kept[1..], 2), skills(&new, 1)].into_iter().flatten().collect();
    station.write("r03", &files);
    let report = run(&pipeline, &plan).await;
    assert_eq!(visits(&report), (1, 4, 0, 0));
    assert_eq!((report.skills_added, report.skills_removed), (1, 1));
    assert_eq!(visits(&run(&pipeline, &plan).await), (0, 5, 0, 0));
}

#[tokio::test]
async fn the_status_tells_what_waits_and_what_was_done() {
    let (station, repositories) = five();
    let pipeline = open(&station.root.path().join("data")).await;
    let plan = CrawlPlan { max_repositories: Some(3), ..station.plan(&repositories) };
    run(&pipeline, &plan).await;
    let status = crawl_status(&*pipeline.store, Timestamp::now()).await.expect("it is told");
    let overview = &status.overview;
    assert_eq!((overview.count(JobState::Done), overview.count(JobState::Queued)), (3, 2));
    assert_eq!((overview.remaining(), overview.skills), (2, 9));
    assert_eq!(status.visits_per_second.is_some(), status.time_left.is_some());
    let later = Timestamp::from_milliseconds(Timestamp::now().as_milliseconds() + 3_600_000);
    let status = crawl_status(&*pipeline.store, later).await.expect("it is told");
    assert_eq!((status.visits_per_second, status.overview.recent_count), (None, 0));
}

/// Stops a crawl after so many visits.
struct StopAfter {
    visits: u64,
    stop: tokio::sync::Notify,
}

impl CrawlProgress for StopAfter {
    fn visited(&self, visit: Visited<'_>) {
        if visit.done == self.visits {
            self.stop.notify_one();
        }
    }
}

#[tokio::test]
async fn a_crawl_that_is_dropped_after_any_visit_ends_with_the_same_index() {
    let (station, repositories) = five();
    let plan = CrawlPlan { pace: touchmark::crawl::Pace { lanes: 3, ..PACE }, ..station.plan(&repositories) };
    let undisturbed = open(&station.root.path().join("undisturbed")).await;
    run(&undisturbed, &plan).await;
    let expected = digests(&*undisturbed.store).await;
    assert_eq!(expected.len(), 15);
    let disturbed = open(&station.root.path().join("disturbed")).await;
    for visits in [1, 1, 2, 1] {
        let progress = Arc::new(StopAfter { visits, stop: tokio::sync::Notify::new() });
        tokio::select! {
            // The jobs in flight are dropped in the middle, with their leases.
            biased;
            () = progress.stop.notified() => {}
            ended = crawl(&disturbed, &plan, progress.clone()) => {
                ended.expect("the crawl ends");
            }
        }
    }
    let report = run(&disturbed, &plan).await;
    assert_eq!((report.failed(), report.remaining), (0, 0));
    assert_eq!(digests(&*disturbed.store).await, expected);
    assert_eq!(disturbed.search.record_count(), undisturbed.search.record_count());
    assert_eq!(disturbed.search.sequence(), sequence(&disturbed.store).await);
    let workers = std::fs::read_dir(station.root.path().join("workers")).expect("the folder is there").count();
    assert_eq!(workers, 0, "the locks of runs that ended are swept away");
}

async fn sequence(store: &Arc<dyn Store>) -> u64 {
    store.sequence().await.expect("the store is read")
}
