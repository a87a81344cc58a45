//! Crawls of hosts that list their skills themselves.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use touchmark::crawl::{CrawlPlan, ListedSource};
use touchmark::ingest::Pipeline;
use touchmark::skill::Timestamp;
use touchmark::store::FailureCause;

use super::station::{BOUNDS, Station, open, run};

const SKILLS: usize = 12;
const MINUTE: i64 = 60_000;

static CLOCK: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::from_milliseconds(1_780_000_000_000 + CLOCK.load(Ordering::SeqCst))
}

/// The skills that a host has, and those for which it is too busy.
#[derive(Default)]
struct Host {
    skills: BTreeSet<usize>,
    busy_from: Option<usize>,
}

type Shared = Arc<Mutex<Host>>;

async fn answer(State(host): State<Shared>, request: Request) -> Response<Body> {
    let host = host.lock().expect("no panic");
    let (status, text) = match request.uri().path() {
        "/.well-known/agent-skills/index.json" => {
            let entry = |skill: &usize| format!(r#"{{"name":"s{skill:02}","files":["SKILL.md"]}}"#);
            let entries: Vec<String> = host.skills.iter().map(entry).collect();
            (StatusCode::OK, format!(r#"{{"skills":[{}]}}"#, entries.join(",")))
        }
        path => match (0..SKILLS).find(|skill| path.contains(&format!("/s{skill:02}/"))) {
            Some(skill) if host.busy_from.is_some_and(|busy| skill >= busy) => {
                (StatusCode::SERVICE_UNAVAILABLE, String::new())
            }
            Some(skill) => {
                let text = format!("---\nname: s{skill:02}\ndescription: Counts to {skill}.\n---\n# Count\n");
                (StatusCode::OK, text)
            }
            None => (StatusCode::NOT_FOUND, String::new()),
        },
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}

async fn serve(host: Shared) -> String {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(answer).with_state(host);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("well-known:http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_stops_in_the_middle_is_asked_again_soon_and_loses_nothing() {
    let host = Shared::default();
    host.lock().expect("no panic").skills = (0..SKILLS).collect();
    let source = ListedSource { source: serve(Arc::clone(&host)).await, publisher: None, bounds: BOUNDS };
    let station = Station::new();
    let pipeline = Pipeline { clock, ..open(&station.root.path().join("data")).await };
    let mut plan = CrawlPlan { since: Duration::ZERO, ..station.plan(&[]) };
    plan.list.sources.push(source);
    let listed = async || pipeline.store.counts().await.expect("it is counted").listed;
    let visit = async |at: i64| {
        CLOCK.store(at, Ordering::SeqCst);
        run(&pipeline, &plan).await
    };

    assert_eq!((visit(0).await.skills_added, listed().await), (12, 12));
    // It has lost two and tells of neither one of them nor of others, for it is busy.
    let gone = |host: &mut Host| host.skills.retain(|skill| *skill > 1);
    gone(&mut host.lock().expect("no panic"));
    host.lock().expect("no panic").busy_from = Some(4);
    let busy = visit(MINUTE).await;
    let trouble = busy.troubles.values().next().expect("it is told");
    assert_eq!(trouble.failure.cause, FailureCause::Unreachable, "{:?}", trouble.failure);
    assert!(trouble.retry_at.is_some_and(|at| at < Timestamp::from_milliseconds(clock().as_milliseconds() + MINUTE)));
    assert_eq!((busy.skills_removed, listed().await), (0, 12));

    host.lock().expect("no panic").busy_from = None;
    let again = visit(2 * MINUTE).await;
    assert_eq!((again.skills_removed, again.troubles.len(), listed().await), (2, 0, 10));
}
