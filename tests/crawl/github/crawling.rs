use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use touchmark::crawl::{CrawlPlan, CrawlProgress, ListedSource, SourceList, Visited, crawl, crawl_status};
use touchmark::github::{GithubClient, RepositoryName};
use touchmark::skill::{RepositoryFacts, Timestamp};
use touchmark::store::{FailureCause, JobState, Store};

use super::super::repositories::skills;
use super::super::station::{BOUNDS, Station, digests, names, open, run};
use super::client;
use super::stand_in::{Fault, Shown, StandIn};

/// Repositories on this machine that stand for those of a GitHub.
struct Hub {
    station: Station,
    stand_in: StandIn,
}

impl Hub {
    async fn new(repositories: &[&str]) -> Self {
        let hub = Self { station: Station::new(), stand_in: StandIn::start().await };
        for name in repositories {
            hub.show(name, Shown::default(), 1);
        }
        hub
    }

    /// Shows a repository with two skills at this version.
    fn show(&self, name: &str, shown: Shown, version: u32) {
        self.station.write(name, &skills(&names(&format!("{}-", name.replace('/', "-").to_lowercase()), 2), version));
        self.stand_in.show(name, shown);
    }

    fn clones(&self) -> String {
        format!("file://{}", self.station.repository("").display())
    }

    fn github(&self, token: Option<&str>) -> Arc<GithubClient> {
        Arc::new(client(&self.stand_in, &self.clones(), token))
    }

    fn plan(&self, sources: &[&str], token: Option<&str>) -> CrawlPlan {
        let listed = |text: &&str| ListedSource { source: (*text).to_owned(), publisher: None, bounds: BOUNDS };
        CrawlPlan {
            list: SourceList { publishers: Vec::new(), sources: sources.iter().map(listed).collect() },
            github: Some(self.github(token)),
            ..self.station.plan(&[])
        }
    }

    fn data(&self, name: &str) -> std::path::PathBuf {
        self.station.root.path().join(name)
    }

    async fn facts(&self, store: &dyn Store, name: &str) -> Option<RepositoryFacts> {
        let name = RepositoryName::parse(name).expect("a name");
        let key = self.github(None).address().key_of(&name).expect("a key");
        store.repository_facts(&[key]).await.expect("the store is read").pop().map(|row| row.1)
    }
}

/// Every listed skill with its stars.
async fn stars(store: &dyn Store) -> Vec<(String, Option<u64>)> {
    let changes = store.changes_since(0, 1_000).await.expect("the store is read");
    let listed = changes.into_iter().map(|change| change.record).filter(|record| record.is_listed);
    let mut rows: Vec<_> = listed.map(|record| (record.name, record.stars)).collect();
    rows.sort();
    rows
}

const TOKEN: Option<&str> = Some("secret-token");

#[tokio::test]
async fn an_account_is_crawled_by_pages_and_each_repository_once() {
    let hub = Hub::new(&["org/a", "org/b", "org/c", "Other/x"]).await;
    hub.show("org/fork", Shown { fork: true, ..Shown::default() }, 1);
    hub.stand_in.world().page_rows = 2;
    let pipeline = open(&hub.data("data")).await;
    // One of them has a row of its own as well.
    let plan = hub.plan(&["github:org", "github:Other/x", "github:org/b"], None);
    let report = run(&pipeline, &plan).await;
    assert_eq!((report.read, report.failed(), report.remaining, report.found), (4, 0, 0, 2), "{:?}", report.refused);
    assert_eq!(pipeline.store.counts().await.expect("counts").listed, 8);
    assert_eq!(hub.stand_in.asked(), ["/users/org/repos", "/users/org/repos"], "facts are not asked without a token");
    // All of it is fresh, what was found too.
    let again = run(&pipeline, &plan).await;
    assert_eq!((again.visits, again.found, again.enqueued.fresh), (0, 0, 5));
    // A day later everything is asked again, and what is new is found.
    hub.show("org/d", Shown::default(), 1);
    let later = CrawlPlan { since: Duration::ZERO, ..plan };
    let third = run(&pipeline, &later).await;
    assert_eq!((third.read, third.unchanged, third.found), (1, 4, 1));
    // Sources that another list found are none of this one's.
    let other = CrawlPlan { since: Duration::ZERO, ..hub.plan(&["github:Other/x"], None) };
    assert_eq!(run(&pipeline, &other).await.visits, 1);
}

#[tokio::test]
async fn a_search_is_crawled_and_refused_without_a_token() {
    let hub = Hub::new(&[]).await;
    for name in ["a/one", "b/two", "c/three"] {
        hub.show(name, Shown { files: vec![100, 200], ..Shown::default() }, 1);
    }
    let pipeline = open(&hub.data("data")).await;
    let refused = run(&pipeline, &hub.plan(&["github-search", "github:a b"], None)).await;
    assert_eq!((refused.refused.len(), refused.visits), (2, 0));
    assert!(refused.refused[0].reason.contains("TOUCHMARK_GITHUB_TOKEN"), "{:?}", refused.refused);
    let report = run(&pipeline, &hub.plan(&["github-search"], TOKEN)).await;
    assert_eq!((report.read, report.facts, report.cut), (3, 3, 0));
    assert_eq!(pipeline.store.counts().await.expect("counts").listed, 6);
}

/// Stops a crawl after so many visits.
struct StopAfter(u64, tokio::sync::Notify);

impl CrawlProgress for StopAfter {
    fn visited(&self, visit: Visited<'_>) {
        if visit.done == self.0 {
            self.1.notify_one();
        }
    }
}

#[tokio::test]
async fn a_crawl_that_is_dropped_while_it_finds_ends_with_the_same_index() {
    let hub = Hub::new(&["org/a", "org/b", "org/c", "org/d", "org/e"]).await;
    hub.stand_in.world().page_rows = 1;
    let undisturbed = open(&hub.data("undisturbed")).await;
    run(&undisturbed, &hub.plan(&["github:org"], TOKEN)).await;
    let expected = (digests(&*undisturbed.store).await, stars(&*undisturbed.store).await);
    assert_eq!(expected.1.len(), 10);
    let disturbed = open(&hub.data("disturbed")).await;
    let plan = hub.plan(&["github:org"], TOKEN);
    let stopped = CrawlPlan { updates_index: false, ..plan.clone() };
    for visits in [1, 2] {
        let progress = Arc::new(StopAfter(visits, tokio::sync::Notify::new()));
        tokio::select! {
            biased;
            () = progress.1.notified() => {}
            ended = crawl(&disturbed, &stopped, progress.clone()) => {
                ended.expect("the crawl ends");
            }
        }
    }
    // No turn is left: nothing is found or visited.
    let nothing = run(&disturbed, &CrawlPlan { max_repositories: Some(0), ..plan.clone() }).await;
    assert_eq!(nothing.visits, 0);
    let report = run(&disturbed, &plan).await;
    assert_eq!((report.failed(), report.remaining), (0, 0));
    assert_eq!((digests(&*disturbed.store).await, stars(&*disturbed.store).await), expected);
}

#[tokio::test]
async fn stars_reach_the_skills_and_the_index_and_only_where_they_changed() {
    let hub = Hub::new(&["org/a", "org/b"]).await;
    let pipeline = open(&hub.data("data")).await;
    let plan = CrawlPlan { since: Duration::ZERO, ..hub.plan(&["github:org/a", "github:org/b"], TOKEN) };
    let report = run(&pipeline, &plan).await;
    assert_eq!((report.read, report.facts), (2, 2));
    assert!(stars(&*pipeline.store).await.iter().all(|row| row.1 == Some(7)));
    let sequence = pipeline.store.sequence().await.expect("it is read");
    assert_eq!(pipeline.search.sequence(), sequence, "the index follows");
    let known = hub.facts(&*pipeline.store, "org/a").await.expect("facts");
    assert_eq!((known.contributors, known.releases, known.is_gone), (Some(3), Some(2), false));
    // Within a week nobody asks again.
    hub.stand_in.asked();
    assert_eq!(run(&pipeline, &plan).await.facts, 0);
    assert!(hub.stand_in.asked().is_empty());
    // What is added later has the stars that are known.
    hub.stand_in.show("org/a", Shown { stars: 9, ..Shown::default() });
    hub.station.write("org/a", &skills(&["late".to_owned()], 1));
    run(&pipeline, &plan).await;
    let late = stars(&*pipeline.store).await.into_iter().find(|row| row.0 == "late");
    assert_eq!(late, Some(("late".to_owned(), Some(7))));
}

static WEEKS: AtomicI64 = AtomicI64::new(0);

fn in_weeks() -> Timestamp {
    super::at(WEEKS.load(Ordering::Relaxed) * 8 * 24 * 3_600)
}

#[tokio::test]
async fn after_a_week_it_is_asked_again_and_a_rename_is_followed() {
    let hub = Hub::new(&["org/a", "org/b", "org/old"]).await;
    let pipeline = touchmark::ingest::Pipeline { clock: in_weeks, ..open(&hub.data("data")).await };
    let store = &*pipeline.store;
    let plan =
        CrawlPlan { since: Duration::ZERO, ..hub.plan(&["github:org/a", "github:org/b", "github:org/old"], TOKEN) };
    assert_eq!(run(&pipeline, &plan).await.facts, 3);
    let sequence = store.sequence().await.expect("it is read");
    hub.stand_in.asked();

    WEEKS.store(1, Ordering::Relaxed);
    let report = run(&pipeline, &plan).await;
    assert_eq!((report.unchanged, report.facts), (3, 3));
    assert_eq!(hub.stand_in.asked().len(), 3, "one question each: nothing changed");
    assert_eq!(store.sequence().await.expect("it is read"), sequence, "and no skill did");
    assert_eq!(hub.facts(store, "org/a").await.and_then(|facts| facts.asked_at), Some(in_weeks()));

    // One has more stars, one is gone, one is called something else. Git is still served.
    WEEKS.store(2, Ordering::Relaxed);
    hub.stand_in.show("org/a", Shown { stars: 70, ..Shown::default() });
    hub.stand_in.world().repositories.remove("org/b");
    let moved = hub.stand_in.world().repositories.remove("org/old").expect("it was there");
    hub.stand_in.show("org/new", moved);
    hub.stand_in.world().moved.insert("org/old".to_owned(), "org/new".to_owned());
    hub.station.write("org/new", &skills(&names("org-old-", 2), 1));
    assert_eq!(run(&pipeline, &plan).await.facts, 3);
    let rows = stars(store).await;
    assert_eq!(rows.iter().filter(|row| row.1 == Some(70)).count(), 2, "{rows:?}");
    assert!(hub.facts(store, "org/b").await.is_some_and(|facts| facts.is_gone && facts.stars == Some(7)));
    assert!(hub.facts(store, "org/old").await.is_some_and(|facts| facts.moved_to.is_some()));

    let report = run(&pipeline, &plan).await;
    assert_eq!((report.read, report.unchanged, report.skills_added, report.skills_removed), (1, 2, 2, 2));
    let rows = digests(store).await;
    let listed = |place: &str| {
        rows.iter().filter(|row| row.contains(&format!("/{place}//")) && row.contains("listed:true")).count()
    };
    assert_eq!((listed("org/old"), listed("org/new")), (0, 2), "{rows:#?}");
    assert!(stars(store).await.iter().all(|row| row.1.is_some()), "what is known of it went with it");
    // From now on it is asked there, and has not changed.
    assert_eq!(run(&pipeline, &plan).await.unchanged, 3);
}

static MINUTES: AtomicI64 = AtomicI64::new(0);

fn in_minutes() -> Timestamp {
    super::at(MINUTES.load(Ordering::Relaxed) * 60)
}

#[tokio::test]
async fn a_limit_ends_a_run_which_says_so_and_the_next_one_goes_on() {
    let hub = Hub::new(&["org/a", "org/b", "org/c"]).await;
    hub.stand_in.world().page_rows = 1;
    let pipeline = touchmark::ingest::Pipeline { clock: in_minutes, ..open(&hub.data("data")).await };
    let plan = hub.plan(&["github:org"], TOKEN);
    (hub.stand_in.world().remaining, hub.stand_in.world().reset) = (Some(2), 1_800_000_000 + 1_800);
    let report = run(&pipeline, &plan).await;
    assert_eq!((report.read, report.remaining, report.failed()), (2, 1, 0), "two pages were answered");
    assert_eq!(report.github_limited_until, Some(super::at(1_800)));
    assert_eq!(hub.stand_in.asked().len(), 2, "nothing is sent in vain");
    let status = crawl_status(&*pipeline.store, in_minutes()).await.expect("a status");
    assert_eq!(status.finding.causes, [(FailureCause::Limited, 1)]);
    assert_eq!(status.facts.count(JobState::Queued), 2);
    // A run before that sends nothing, whoever makes it.
    let early = run(&pipeline, &plan).await;
    assert_eq!((early.visits, early.remaining), (0, 1));
    assert!(hub.stand_in.asked().is_empty());
    MINUTES.store(30, Ordering::Relaxed);
    hub.stand_in.world().remaining = None;
    let late = run(&pipeline, &plan).await;
    assert_eq!((late.read, late.remaining, late.facts, late.github_limited_until), (1, 0, 3, None));
}

#[tokio::test]
async fn an_account_that_fails_is_tried_again_and_one_that_is_gone_is_given_up() {
    let hub = Hub::new(&["org/a"]).await;
    let pipeline = open(&hub.data("data")).await;
    hub.stand_in.then([Some(Fault::Broken)]);
    let plan = hub.plan(&["github:org"], None);
    let report = run(&pipeline, &plan).await;
    let seen: Vec<_> =
        report.troubles.values().map(|trouble| (trouble.failure.cause, trouble.retry_at.is_some())).collect();
    assert_eq!((seen.as_slice(), report.remaining), ([(FailureCause::Unreachable, true)].as_slice(), 1));
    let report = run(&pipeline, &hub.plan(&["github:nobody"], None)).await;
    let seen: Vec<_> = report.troubles.iter().map(|(key, trouble)| (key.as_str(), trouble.failure.cause)).collect();
    assert_eq!((seen.as_slice(), report.remaining), ([("github:nobody", FailureCause::Gone)].as_slice(), 0));
}

#[tokio::test]
async fn answers_show_what_the_host_said() {
    use touchmark::operations::{CrawlRequest, DiscoverSkills, InspectSkill, Operation, crawl_sources};
    let hub = Hub::new(&["org/a"]).await;
    hub.stand_in.show("org/a", Shown { archived: true, ..Shown::default() });
    let storage = touchmark::config::StorageConfig::read(Some(&hub.data("data"))).expect("a data folder");
    let services = touchmark::app::open(&storage, "http://127.0.0.1:7080".to_owned()).await.expect("services");
    let services = services.with_github(hub.github(TOKEN));
    let list = hub.data("list.toml");
    std::fs::write(&list, "version = 1\n[[source]]\nsource = \"github:org/a\"\n").expect("a list");
    let request = CrawlRequest {
        sources: Some(list),
        since: Some(Duration::ZERO),
        max_repositories: None,
        takes_up_poisoned: false,
        is_dry_run: false,
        worker_folder: hub.data("workers"),
    };
    let report = crawl_sources(&services, request, Arc::new(super::super::station::Quiet)).await.expect("a crawl");
    assert_eq!((report.read, report.facts), (1, 1));
    let request = serde_json::from_value(serde_json::json!({ "query": "org-a-00" })).expect("a request");
    let found = DiscoverSkills::run(&services, request).await.expect("an answer");
    let result = found.results.iter().find(|result| result.name == "org-a-00").expect("it is found");
    assert_eq!(result.signals.stars, Some(7));
    let metrics = serde_json::to_value(result.signals.publisher_metrics.as_ref().expect("metrics")).expect("JSON");
    let days = metrics["repo_age_days"].as_u64().expect("an age");
    let expected = serde_json::json!({
        "first_commit_date": "2024-05-01", "repo_age_days": days, "contributor_count": 3,
        "release_count": 2, "archived": true, "license": "MIT", "trust_score": metrics["trust_score"],
    });
    assert_eq!(metrics, expected);
    let request = serde_json::json!({ "skill_id": result.skill_id });
    let shown = InspectSkill::run(&services, serde_json::from_value(request).expect("a request")).await;
    let shown = serde_json::to_value(&shown.expect("an answer").signals.publisher_metrics).expect("JSON");
    for key in ["first_commit_date", "contributor_count", "release_count", "archived", "license"] {
        assert_eq!(shown[key], expected[key], "{key}");
    }
}

#[test]
fn the_program_takes_an_account_as_a_source() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hub = runtime.block_on(Hub::new(&["org/a", "org/b"]));
    let ingest = |data: &Path, source: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_touchmark"));
        command.args(["ingest", "--json", "--embedder", "none", source, "--data-dir"]).arg(data);
        command.env("TOUCHMARK_GITHUB_API_URL", &hub.stand_in.api).env("TOUCHMARK_GITHUB_URL", hub.clones());
        command.env("TOUCHMARK_GITHUB_TOKEN", "secret-token");
        command.output().expect("the program runs")
    };
    let data = hub.data("data");
    let output = ingest(&data, "github:org");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !text.contains("secret-token"), "{text}");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&answer["read"], &answer["added"], &answer["facts"]), (&2.into(), &4.into(), &2.into()));
    let output = ingest(&data, "github:org/a");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&answer["unchanged"], &answer["failed"]), (&2.into(), &0.into()));
    assert_eq!(ingest(&data, "github:nobody").status.code(), Some(1));
}
