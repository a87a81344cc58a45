//! Measures ingest, discover, verify and start on a corpus file, as a user would meet them:
//! the release binary, over HTTP. Prints the table of `docs/performance.md`.
//!
//! `just bench [CORPUS]`. Linux only: CPU times are read from `/proc`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::routing::get;
use moka::sync::Cache;

type Outcome<T> = Result<T, Box<dyn Error>>;

const DISCOVER_QUERIES: usize = 200;
const VERIFY_REQUESTS: usize = 20_000;
const CONNECTIONS: usize = 8;
/// What `ps` and `/proc` call a tick, on every Linux in use.
const TICKS_PER_SECOND: f64 = 100.0;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [word, port, body] = arguments.as_slice()
        && word == "bare-handler"
    {
        return bare_handler(port.parse()?, body.clone());
    }
    let corpus = arguments.first().map_or_else(|| PathBuf::from("../shared/corpus/skills.jsonl.zst"), PathBuf::from);
    if !corpus.is_file() {
        println!("no corpus at {}: name one with `just bench CORPUS`", corpus.display());
        return Ok(());
    }
    let data = tempfile::tempdir()?;
    println!("| measure | value |\n|---|---|");
    measure_ingest(&corpus, data.path())?;
    let mut service = measure_start(data.path())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let outcome = runtime.block_on(async {
        measure_discover(&service, &corpus).await?;
        measure_verify(&service).await
    });
    service.child.kill()?;
    service.child.wait()?;
    outcome
}

struct Service {
    child: Child,
    url: String,
}

fn touchmark() -> Command {
    Command::new(env!("CARGO_BIN_EXE_touchmark"))
}

fn measure_ingest(corpus: &Path, data: &Path) -> Outcome<()> {
    for name in ["ingest", "ingest again, nothing changed"] {
        let started = Instant::now();
        let mut child = touchmark()
            .args(["ingest", "--json", "--data-dir"])
            .arg(data)
            .arg(corpus)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let status = Path::new("/proc").join(child.id().to_string()).join("status");
        let mut peak_kib = 0_u64;
        while child.try_wait()?.is_none() {
            peak_kib = peak_kib.max(peak_memory(&status).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(50));
        }
        let seconds = started.elapsed().as_secs_f64();
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let report: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let count = |key: &str| report.get(key).and_then(serde_json::Value::as_u64).unwrap_or(0);
        let skills = count("added") + count("changed") + count("unchanged");
        println!(
            "| {name} | {skills} skills in {seconds:.1} s: {:.0} skills/s; peak memory {} MiB |",
            skills as f64 / seconds,
            peak_kib / 1024
        );
    }
    Ok(())
}

fn peak_memory(status: &Path) -> Option<u64> {
    fs::read_to_string(status)
        .ok()?
        .lines()
        .find(|line| line.starts_with("VmHWM"))?
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

fn measure_start(data: &Path) -> Outcome<Service> {
    let mut times = Vec::new();
    for attempt in 0..5 {
        let port = 17_080 + attempt;
        let url = format!("http://127.0.0.1:{port}");
        let started = Instant::now();
        let mut child = touchmark()
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let answered = std::iter::repeat_with(|| std::thread::sleep(Duration::from_millis(2)))
            .take(10_000)
            .any(|()| first_answer(port).is_some());
        if !answered {
            child.kill()?;
            return Err("the service did not start".into());
        }
        times.push(started.elapsed());
        let status = Path::new("/proc").join(child.id().to_string()).join("status");
        if attempt == 4 {
            times.sort();
            println!(
                "| start of `serve` to the first answer, median of 5 | {} ms; memory {} MiB |",
                times[2].as_millis(),
                peak_memory(&status).unwrap_or(0) / 1024
            );
            return Ok(Service { child, url });
        }
        child.kill()?;
        child.wait()?;
    }
    Err("unreachable".into())
}

/// Asks for the health as plainly as HTTP can be asked.
fn first_answer(port: u16) -> Option<()> {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(())
}

async fn measure_discover(service: &Service, corpus: &Path) -> Outcome<()> {
    let queries = queries(corpus)?;
    let client = reqwest::Client::new();
    let mut rounds: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for round in ["1 cold", "2 warm", "3 warm"] {
        for query in &queries {
            let body = serde_json::json!({ "query": query, "limit": 10 });
            let started = Instant::now();
            let response =
                client.post(format!("{}/discover", service.url)).json(&body).send().await?.error_for_status()?;
            response.bytes().await?;
            rounds.entry(round).or_default().push(started.elapsed());
        }
    }
    for (round, mut times) in rounds {
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1_000.0;
        let (p50, p99) = (at(0.5), at(0.99));
        println!(
            "| `discover` over HTTP, {} different queries, round {round} | p50 {p50:.2} ms, p99 {p99:.2} ms |",
            queries.len()
        );
    }
    Ok(())
}

/// Takes the beginnings of descriptions, evenly over the corpus: requests as long as people
/// make them, each about another subject.
fn queries(corpus: &Path) -> Outcome<Vec<String>> {
    let file = BufReader::new(fs::File::open(corpus)?);
    let mut decoder = zstd::Decoder::with_buffer(file)?;
    decoder.window_log_max(27)?;
    let descriptions: Vec<String> = BufReader::new(decoder)
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| {
            let row: serde_json::Value = serde_json::from_str(&line).ok()?;
            let text = row.get("content")?.as_str()?;
            let description = text.lines().take(20).find_map(|line| line.strip_prefix("description:"))?;
            let words: Vec<&str> = description.split_whitespace().take(12).collect();
            (words.len() >= 6).then(|| words.join(" ").trim_matches(['"', '\'']).chars().take(200).collect())
        })
        .collect();
    let step = (descriptions.len() / DISCOVER_QUERIES).max(1);
    Ok(descriptions.into_iter().step_by(step).take(DISCOVER_QUERIES).collect())
}

async fn measure_verify(service: &Service) -> Outcome<()> {
    let client = reqwest::Client::new();
    let found: serde_json::Value = client
        .post(format!("{}/discover", service.url))
        .json(&serde_json::json!({ "query": "pdf" }))
        .send()
        .await?
        .json()
        .await?;
    let hash = found["results"][0]["source"]["content_hash"].as_str().ok_or("no result")?.to_owned();
    let url = format!("{}/verify?content_hash={hash}", service.url);
    let body = client.get(&url).send().await?.text().await?;
    let mut bare = Command::new(std::env::current_exe()?).args(["bare-handler", "17099", &body]).spawn()?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let bare_url = format!("http://127.0.0.1:17099/verify?content_hash={hash}");
    let mut ratios = Vec::new();
    let (mut ours, mut theirs) = (0.0, 0.0);
    for _ in 0..5 {
        ours = cpu_of_requests(service.child.id(), &url).await?;
        theirs = cpu_of_requests(bare.id(), &bare_url).await?;
        ratios.push(ours / theirs);
    }
    bare.kill()?;
    bare.wait()?;
    ratios.sort_by(f64::total_cmp);
    println!(
        "| `verify` by hash over HTTP, CPU a request beside a bare axum handler with the same bytes, median of 5 | {:.2} times ({ours:.1} µs and {theirs:.1} µs in the last run) |",
        ratios[2]
    );
    Ok(())
}

/// Sends the requests and returns the server's CPU time for each, in microseconds.
async fn cpu_of_requests(process: u32, url: &str) -> Outcome<f64> {
    let client = reqwest::Client::new();
    let before = cpu_seconds(process)?;
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let (client, url) = (client.clone(), url.to_owned());
        tasks.push(tokio::spawn(async move {
            for _ in 0..VERIFY_REQUESTS / CONNECTIONS {
                client.get(&url).send().await?.bytes().await?;
            }
            Ok::<(), reqwest::Error>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok((cpu_seconds(process)? - before) * 1e6 / VERIFY_REQUESTS as f64)
}

fn cpu_seconds(process: u32) -> Outcome<f64> {
    let line = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = line.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields.get(11).ok_or("no user time")?.parse::<f64>()?
        + fields.get(12).ok_or("no system time")?.parse::<f64>()?;
    Ok(ticks / TICKS_PER_SECOND)
}

/// What any service would pay at least: a look-up in a cache, and the same bytes.
fn bare_handler(port: u16, body: String) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let cache: Cache<String, String> = Cache::new(1_000);
        let handler = |State((cache, body)): State<(Cache<String, String>, String)>, RawQuery(query): RawQuery| async move {
            let kept = cache.get_with(query.unwrap_or_default(), || body);
            ([(CONTENT_TYPE, "application/json"), (ETAG, "\"0123456789abcdef0123456789abcdef\""), (CACHE_CONTROL, "public, max-age=300")], kept)
        };
        let router = Router::new().route("/verify", get(handler)).with_state((cache, body));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        axum::serve(listener, router).await?;
        Ok(())
    })
}
