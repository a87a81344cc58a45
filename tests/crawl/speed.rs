use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

use touchmark::crawl::{CrawlPlan, Pace, USUAL_BOUNDS};

use super::repositories::{GitFile, skill};
use super::station::{Station, open, run};

/// Repositories of the corpus, as many as have so many skills.
fn of_corpus(path: &Path, skills: usize) -> BTreeMap<String, Vec<GitFile>> {
    let file = std::fs::File::open(path).expect("the corpus is there");
    let mut decoder = zstd::stream::read::Decoder::new(file).expect("the corpus is compressed");
    decoder.window_log_max(27).expect("the window is one that decoders know");
    let mut repositories: BTreeMap<String, Vec<GitFile>> = BTreeMap::new();
    for line in BufReader::new(decoder).lines().take(skills) {
        let row: serde_json::Value = serde_json::from_str(&line.expect("a line")).expect("a row");
        // Mirrors are told apart by what they copy, which makes repositories of usual sizes.
        let name = row["upstream_repo"].as_str().or(row["repo"].as_str()).expect("a repository").replace('/', "--");
        let path = row["path"].as_str().expect("a path");
        let content = row["content"].as_str().expect("a text");
        repositories.entry(name).or_default().push(GitFile::new(path, content));
    }
    repositories
}

fn made(skills: usize) -> BTreeMap<String, Vec<GitFile>> {
    let file = |number: usize| {
        let name = format!("skill-{number:05}");
        (format!("r{:04}", number / 20), GitFile::new(format!("{name}/SKILL.md"), skill(&name, 1)))
    };
    let mut repositories: BTreeMap<String, Vec<GitFile>> = BTreeMap::new();
    for (repository, file) in (0..skills).map(file) {
        repositories.entry(repository).or_default().push(file);
    }
    repositories
}

fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// `just crawl-speed`: skills a second from local bare repositories, and repositories a second
/// where nothing changed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; `just crawl-speed`"]
async fn crawl_speed() {
    let skills = std::env::var("TOUCHMARK_CRAWL_SKILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6_000);
    let repositories = match std::env::var_os("TOUCHMARK_CORPUS").filter(|path| !path.is_empty()) {
        Some(path) => of_corpus(Path::new(&path), skills),
        None => made(skills),
    };
    let station = Station::new();
    for (name, files) in &repositories {
        station.write(name, files);
    }
    let names: Vec<String> = repositories.into_keys().collect();
    let pipeline = open(&station.root.path().join("data")).await;
    let mut plan = CrawlPlan { pace: Pace::USUAL, ..station.plan(&names) };
    plan.list.sources.iter_mut().for_each(|source| source.bounds = USUAL_BOUNDS);
    let before = peak_mebibytes();
    let report = run(&pipeline, &plan).await;
    let seconds = report.time.as_secs_f64();
    println!(
        "{} skills of {} repositories in {seconds:.1} s: {:.0} skills/s; index {:.1} s; {} failed; peak {} MiB ({before} before)",
        report.skills,
        report.read,
        report.skills as f64 / seconds,
        report.index_time.as_secs_f64(),
        report.failed(),
        peak_mebibytes(),
    );
    let started = Instant::now();
    let again = run(&pipeline, &CrawlPlan { since: Duration::ZERO, ..plan }).await;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} unchanged repositories in {seconds:.2} s: {:.0} repositories/s",
        again.unchanged,
        again.unchanged as f64 / seconds
    );
    assert_eq!((again.read, again.unchanged), (0, names.len() as u64));
}
