//! Measures the clusters of near copies against the judged ones, and how long they take.
//! `just copies [SHARED [DATA]]`; DATA is the data folder of an earlier ingest of the corpus.
//!
//! Two figures for precision and recall: over pairs of skills, where large clusters decide, and
//! for each skill over its cluster (B-cubed: A. Bagga, B. Baldwin, COLING-ACL 1998), where
//! every skill counts once. Then the repositories that were recognised as aggregators, and the
//! names that were recognised as imitations, to be looked at.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::hash::Hash;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use touchmark::compute::Compute;
use touchmark::ingest::follow;
use touchmark::operations::known_publishers;
use touchmark::search::{EmbedderChoice, SearchIndex};
use touchmark::skill::{PublisherStanding, RepositoryKey};
use touchmark::store::{SqliteStore, Store};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Changes that are read at once.
const CHUNK: u32 = 1_000;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).map(PathBuf::from);
    let shared = arguments.next().unwrap_or_else(|| PathBuf::from("../shared"));
    let clusters = shared.join("retrieval/clusters.jsonl.gz");
    if !clusters.is_file() {
        println!("no judged clusters below {}: name the folder with `just copies SHARED`", shared.display());
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let data = match arguments.next() {
        Some(data) => data,
        None => {
            let mut ingest = Command::new(env!("CARGO_BIN_EXE_touchmark"));
            ingest.args(["ingest", "--data-dir"]).arg(scratch.path()).arg(shared.join("corpus/skills.jsonl.zst"));
            if !ingest.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
                return Err("the corpus could not be ingested".into());
            }
            scratch.path().to_owned()
        }
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let store: Arc<dyn Store> =
        Arc::new(runtime.block_on(SqliteStore::open_with(&data.join("touchmark.db"), &known_publishers()))?);
    let folder = scratch.path().join("copies");
    fs::create_dir_all(&folder)?;
    let index = SearchIndex::open(&folder, EmbedderChoice::None)?;
    let started = Instant::now();
    runtime.block_on(follow(&store, &index, &Compute::new()))?;
    println!("{} skills indexed without vectors in {:.1?}", index.record_count(), started.elapsed());
    let started = Instant::now();
    drop(index);
    let index = SearchIndex::open(&folder, EmbedderChoice::None)?;
    println!("opened, with its clusters, in {:.1?}", started.elapsed());

    let judged = read_clusters(&clusters)?;
    let mut labels = Vec::new();
    let mut repositories: BTreeMap<RepositoryKey, u64> = BTreeMap::new();
    let mut imitations = Vec::new();
    let mut sequence = 0;
    loop {
        let changes = runtime.block_on(store.changes_since(sequence, CHUNK))?;
        let Some(last) = changes.last() else { break };
        sequence = last.sequence;
        let listed = changes.into_iter().map(|change| change.record).filter(|record| record.is_listed);
        for record in listed {
            if let Some(key) = RepositoryKey::of(&record.source.identity) {
                *repositories.entry(key).or_default() += 1;
            }
            if !record.is_canonical {
                continue;
            }
            let is_vendors = record.standing.publisher == PublisherStanding::Vendor;
            if let Some(found) = index.imitated_by(&record.name, record.skill_id).filter(|_| !is_vendors) {
                imitations.push((record.name.clone(), record.source.url(), found));
            }
            let found = index.copies_of(record.skill_id).map_or(record.skill_id, |copies| copies.canonical);
            if let Some(cluster) = judged.get(&record.content_hash.to_hex()) {
                labels.push((found, cluster.as_str()));
            }
        }
    }
    println!(
        "| skills | clusters | judged | pairs: precision | recall | B-cubed: precision | recall |\n|---|---|---|---|---|---|---|"
    );
    let both = sizes(labels.iter().copied());
    let found = sizes(labels.iter().map(|(found, _)| *found));
    let right = sizes(labels.iter().map(|(_, cluster)| *cluster));
    let pairs = |sizes: &mut dyn Iterator<Item = &f64>| sizes.map(|size| size * (size - 1.0) / 2.0).sum::<f64>();
    let common = pairs(&mut both.values());
    let share = |of: &dyn Fn(&(touchmark::skill::SkillId, &str)) -> f64| {
        labels.iter().map(|label| both.get(label).copied().unwrap_or_default() / of(label)).sum::<f64>()
            / labels.len() as f64
    };
    println!(
        "| {} | {} | {} | {:.3} | {:.3} | {:.3} | {:.3} |",
        labels.len(),
        found.len(),
        right.len(),
        common / pairs(&mut found.values()),
        common / pairs(&mut right.values()),
        share(&|label| found[&label.0]),
        share(&|label| right[&label.1]),
    );
    println!("\n| aggregator | skills | copies |\n|---|---|---|");
    for key in repositories.keys() {
        if let Some(counts) = runtime.block_on(store.aggregator(key))? {
            println!("| {key} | {} | {} |", counts.skill_count, counts.copy_count);
        }
    }
    println!("\n| name | where | how | of whom |\n|---|---|---|---|");
    for (name, url, found) in imitations {
        let known = runtime.block_on(store.skills(&[found.skill_id]))?;
        let of = known.first().map(|known| known.source.url()).unwrap_or_default();
        println!("| {name} | {url} | {:?} | {of} |", found.kind);
    }
    Ok(())
}

fn sizes<K: Eq + Hash>(labels: impl Iterator<Item = K>) -> HashMap<K, f64> {
    let mut sizes = HashMap::new();
    labels.for_each(|label| *sizes.entry(label).or_default() += 1.0);
    sizes
}

/// Reads which cluster each digest belongs to.
fn read_clusters(path: &Path) -> Outcome<HashMap<String, String>> {
    let mut clusters = HashMap::new();
    for line in BufReader::new(flate2::read::GzDecoder::new(fs::File::open(path)?)).lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let id = row["_id"].as_str().unwrap_or_default();
        for member in row["members"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            clusters.insert(member.to_owned(), id.to_owned());
        }
    }
    Ok(clusters)
}
