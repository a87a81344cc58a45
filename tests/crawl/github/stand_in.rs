//! A stand-in for the API of GitHub on this machine: its shapes, pages, entity tags, limits,
//! renames and failures.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};
use url::Url;

/// Where its API lies, as that of GitHub Enterprise Server does.
const BASE: &str = "/api/v3";

/// A repository as the API shows it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub stars: u64,
    pub spdx: &'static str,
    pub archived: bool,
    pub fork: bool,
    pub private: bool,
    /// Nothing was ever pushed.
    pub empty: bool,
    /// Dates of commits, newest first.
    pub commits: Vec<&'static str>,
    /// Absent where the list is too large to be told.
    pub contributors: Option<usize>,
    pub releases: usize,
    /// Sizes of its files SKILL.md, for the search.
    pub files: Vec<u32>,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            stars: 7,
            spdx: "MIT",
            archived: false,
            fork: false,
            private: false,
            empty: false,
            commits: vec!["2026-05-01T00:00:00Z", "2025-05-01T00:00:00Z", "2024-05-01T00:00:00Z"],
            contributors: Some(3),
            releases: 2,
            files: Vec::new(),
        }
    }
}

/// What is answered instead of the truth, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// A status with headers and a message.
    Status(u16, Vec<(&'static str, String)>, &'static str),
    /// A body that is not JSON to its end.
    Broken,
    /// A body without an end.
    Endless,
    /// Nothing, ever.
    Silent,
    /// Another address.
    Elsewhere(String),
    /// An answer that says that searching took too long.
    Incomplete,
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub token: Option<String>,
    pub tag: Option<String>,
    pub version: Option<String>,
}

#[derive(Default)]
pub struct World {
    /// By `owner/name`.
    pub repositories: BTreeMap<String, Shown>,
    /// Old names of repositories, and what they are called now.
    pub moved: BTreeMap<String, String>,
    /// Requests that are left until `reset`; without a limit where there is none.
    pub remaining: Option<u64>,
    /// In seconds since 1970.
    pub reset: i64,
    /// Rows of a page at most.
    pub page_rows: usize,
    /// Answers to the next requests, in turn; `None` is the truth.
    pub script: VecDeque<Option<Fault>>,
    pub seen: Vec<Seen>,
}

#[derive(Clone)]
pub struct StandIn {
    pub api: String,
    world: Arc<Mutex<World>>,
}

impl StandIn {
    /// Serves until the test ends.
    pub async fn start() -> Self {
        let world = Arc::new(Mutex::new(World { page_rows: 100, ..World::default() }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("an address is free");
        let api = format!("http://{}{BASE}", listener.local_addr().expect("it has an address"));
        let stand_in = Self { api, world };
        let router = Router::new().fallback(answer).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stand_in
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no test failed with it")
    }

    pub fn show(&self, name: &str, repository: Shown) {
        self.world().repositories.insert(name.to_owned(), repository);
    }

    pub fn then(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        self.world().script.extend(faults);
    }

    /// Returns the paths that were asked since the last call.
    pub fn asked(&self) -> Vec<String> {
        self.world().seen.drain(..).map(|seen| seen.path).collect()
    }
}

async fn answer(State(stand_in): State<StandIn>, request: Request) -> Response {
    let fault = {
        let mut world = stand_in.world();
        world.seen.push(seen(&request));
        world.script.pop_front().flatten()
    };
    match fault {
        None => truth(&stand_in, &request),
        Some(Fault::Silent) => std::future::pending().await,
        Some(Fault::Status(status, headers, message)) => {
            respond(status, &headers, Body::from(json!({ "message": message }).to_string()))
        }
        Some(Fault::Broken) => respond(200, &[], Body::from("{\"full_name\": \"a/")),
        Some(Fault::Endless) => {
            let chunk = vec![b'['; 64 * 1024];
            let chunks = futures::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
            respond(200, &[], Body::from_stream(chunks))
        }
        Some(Fault::Elsewhere(url)) => respond(301, &[("location", url)], Body::empty()),
        Some(Fault::Incomplete) => {
            let body = json!({ "total_count": 1, "incomplete_results": true, "items": [] });
            respond(200, &[], Body::from(body.to_string()))
        }
    }
}

fn seen(request: &Request) -> Seen {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
    let url = Url::parse(&format!("http://x{}", request.uri())).expect("a URL");
    Seen {
        path: request.uri().path().trim_start_matches(BASE).to_owned(),
        query: url.query_pairs().into_owned().collect(),
        token: header("authorization"),
        tag: header("if-none-match"),
        version: header("x-github-api-version"),
    }
}

fn respond(status: u16, headers: &[(&str, String)], body: Body) -> Response {
    let response = Response::builder().status(status);
    headers
        .iter()
        .fold(response, |response, (name, value)| response.header(*name, value))
        .body(body)
        .expect("an answer")
}

/// Answers as the API does.
fn truth(stand_in: &StandIn, request: &Request) -> Response {
    let api = &stand_in.api;
    let mut world = stand_in.world();
    let asked = seen(request);
    let mut headers = Vec::new();
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    let (status, body) = match parts.as_slice() {
        ["users", owner, "repos"] => {
            let prefix = format!("{owner}/").to_lowercase();
            let own = |row: &(&String, &Shown)| row.0.to_lowercase().starts_with(&prefix);
            let rows: Vec<Value> =
                world.repositories.iter().filter(own).map(|(name, shown)| row(name, shown)).collect();
            if rows.is_empty() { (404, Value::Null) } else { (200, page(&world, api, &asked, rows, &mut headers)) }
        }
        ["search", "code"] => search(&world, &asked),
        ["repos", owner, name] => {
            let name = format!("{owner}/{name}").to_lowercase();
            match world.moved.iter().find(|moved| moved.0.to_lowercase() == name) {
                Some((_, now)) => {
                    headers.push(("location", format!("{api}/repositories/{}", now.replace('/', "-"))));
                    (301, Value::Null)
                }
                None => find(&world, &name).map_or((404, Value::Null), |(name, shown)| (200, row(name, shown))),
            }
        }
        ["repositories", id] => {
            let found = world.repositories.iter().find(|row| row.0.replace('/', "-") == *id);
            found.map_or((404, Value::Null), |(name, shown)| (200, row(name, shown)))
        }
        ["repos", owner, name, list] => {
            let shown = find(&world, &format!("{owner}/{name}").to_lowercase()).map(|row| row.1.clone());
            match (shown, *list) {
                (None, _) => (404, Value::Null),
                (Some(shown), "commits") if shown.empty => (409, Value::Null),
                (Some(shown), "contributors") if shown.empty => (204, Value::Null),
                (Some(Shown { contributors: None, .. }), "contributors") => {
                    (403, json!({ "message": "The history or contributor list is too large to list contributors" }))
                }
                (Some(shown), "commits") => {
                    let commit = |date: &&str| json!({ "commit": { "committer": { "date": date } } });
                    (200, page(&world, api, &asked, shown.commits.iter().map(commit).collect(), &mut headers))
                }
                (Some(shown), list) => {
                    let count = if list == "releases" { Some(shown.releases) } else { shown.contributors };
                    let rows = (0..count.unwrap_or(0)).map(|number| json!({ "id": number })).collect();
                    (200, page(&world, api, &asked, rows, &mut headers))
                }
            }
        }
        _ => (404, Value::Null),
    };
    let tag =
        format!("W/\"{:x}\"", body.to_string().bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte)));
    let is_same = status == 200 && asked.tag.as_ref() == Some(&tag);
    if let Some(remaining) = world.remaining
        && !is_same
    {
        headers.push(("x-ratelimit-reset", world.reset.to_string()));
        headers.push(("x-ratelimit-remaining", remaining.saturating_sub(1).to_string()));
        world.remaining = Some(remaining.saturating_sub(1));
        if remaining == 0 {
            let message = json!({ "message": "API rate limit exceeded for user ID 1." });
            return respond(403, &headers, Body::from(message.to_string()));
        }
    }
    if is_same {
        return respond(304, &headers, Body::empty());
    }
    headers.push(("etag", tag));
    let body = if matches!(status, 204 | 301) { Body::empty() } else { Body::from(body.to_string()) };
    respond(status, &headers, body)
}

fn find<'a>(world: &'a World, name: &str) -> Option<(&'a String, &'a Shown)> {
    world.repositories.iter().find(|row| row.0.to_lowercase() == name)
}

fn row(name: &str, shown: &Shown) -> Value {
    json!({
        "full_name": name, "private": shown.private, "fork": shown.fork, "archived": shown.archived,
        "stargazers_count": shown.stars, "license": { "spdx_id": shown.spdx, "name": "Other" },
        "default_branch": "main", "topics": ["agent-skills"], "size": if shown.empty { 0 } else { 12 },
        "created_at": "2024-01-01T00:00:00Z",
        "pushed_at": if shown.empty { "2024-01-01T00:00:00Z" } else { "2026-05-01T00:00:00Z" },
    })
}

/// Cuts a page out of rows, and names the next and the last one.
fn page(world: &World, api: &str, asked: &Seen, rows: Vec<Value>, headers: &mut Vec<(&'static str, String)>) -> Value {
    let number = |name: &str, usual: usize| asked.query.get(name).map_or(usual, |text| text.parse().expect("a number"));
    let (size, page) = (number("per_page", 30).min(world.page_rows), number("page", 1));
    let last = rows.len().div_ceil(size).max(1);
    if page < last {
        let link = |page: usize, relation: &str| format!("<{api}{}?page={page}>; rel=\"{relation}\"", asked.path);
        headers.push(("link", format!("{}, {}", link(page + 1, "next"), link(last, "last"))));
    }
    Value::Array(rows.into_iter().skip((page - 1) * size).take(size).collect())
}

/// Searches for files of a size; no more than a thousand are shown.
fn search(world: &World, asked: &Seen) -> (u16, Value) {
    let query = &asked.query["q"];
    let (_, sizes) = query.split_once("filename:SKILL.md size:").expect("the query that is documented");
    let (least, most) = sizes.split_once("..").expect("a range");
    let range = least.parse::<u32>().expect("a size")..=most.parse::<u32>().expect("a size");
    let number = |name: &str| asked.query[name].parse::<usize>().expect("a number");
    let (size, page) = (number("per_page"), number("page"));
    if page * size > 1_000 {
        return (422, json!({ "message": "Only the first 1000 search results are available" }));
    }
    let files =
        world.repositories.iter().flat_map(|(name, shown)| shown.files.iter().map(move |size| (name, shown, size)));
    let found: Vec<Value> = files
        .filter(|file| range.contains(file.2))
        .map(|(name, shown, _)| json!({ "repository": { "full_name": name, "private": shown.private } }))
        .collect();
    let items: Vec<&Value> = found.iter().skip((page - 1) * size).take(size).collect();
    (200, json!({ "total_count": found.len(), "incomplete_results": false, "items": items }))
}
