//! Measures the ranking on judged queries: nDCG@10, recall@10 and the reciprocal rank, over
//! all queries and as the mean over families. `just retrieval [SHARED]`. With `--embedder CHOICE`
//! another embedder is measured; with `--corpus FILE`, on the skills of that file alone, which
//! makes sense for the closed pool.
//!
//! The corpus is ingested as a user ingests it. A result counts for a cluster of equal or
//! nearly equal files; the second result of a cluster is skipped. The figures are those of
//! the development half: constants were chosen on it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use touchmark::config::SearchConfig;
use touchmark::rank::{ndcg_at, recall_at, reciprocal_rank};
use touchmark::search::{OnnxSetup, SearchIndex, SearchRequest, SearchSetup};
use touchmark::skill::Timestamp;
use touchmark::store::{SqliteStore, Store};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Results that are asked for, so that enough are left once copies are skipped.
const RESULTS: usize = 100;

fn main() -> Outcome<()> {
    let (mut shared, mut embedder, mut only) = (PathBuf::from("../shared"), "builtin".to_owned(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--embedder" => embedder = arguments.next().ok_or("--embedder needs a choice")?,
            "--corpus" => only = Some(PathBuf::from(arguments.next().ok_or("--corpus needs a file")?)),
            other if !other.starts_with("--") => shared = PathBuf::from(other),
            _ => {}
        }
    }
    if !shared.join("retrieval").is_dir() {
        println!("no judged queries below {}: name the folder with `just retrieval SHARED`", shared.display());
        return Ok(());
    }
    let data = tempfile::tempdir()?;
    let all = || ["skills.jsonl.zst", "skills-more.jsonl.zst"].map(|name| shared.join("corpus").join(name)).to_vec();
    for file in only.as_ref().map_or_else(all, |file| vec![file.clone()]) {
        let mut ingest = Command::new(env!("CARGO_BIN_EXE_touchmark"));
        ingest.args(["ingest", "--embedder", &embedder, "--data-dir"]).arg(data.path()).arg(&file);
        if !ingest.stdout(Stdio::null()).status()?.success() {
            return Err(format!("{} could not be ingested", file.display()).into());
        }
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let store = runtime.block_on(SqliteStore::open(&data.path().join("touchmark.db")))?;
    let config = SearchConfig::read(Some(&embedder), data.path());
    let setup = SearchSetup {
        onnx: OnnxSetup { libraries: config.onnx_libraries, model_cache: config.model_cache },
        reranker: config.reranker.parse()?,
        ..SearchSetup::new(embedder.parse()?)
    };
    let index = SearchIndex::open_with(&data.path().join("index"), setup)?;
    if index.is_degraded() {
        return Err("the embedder or the reranker cannot be used".into());
    }
    let clusters = read_clusters(&shared.join("retrieval/clusters.jsonl.gz"))?;
    let pool: HashSet<String> = fs::read_to_string(shared.join("retrieval/skill-evals-closed/pool.txt"))?
        .lines()
        .map(|id| id.trim().to_owned())
        .collect();
    println!("| queries | nDCG@10 | macro | recall@10 | MRR |\n|---|---|---|---|---|");
    for (name, folder, is_closed) in [
        ("skill-evals", "skill-evals", false),
        ("skill-evals, closed pool", "skill-evals", true),
        ("trigger-evals", "trigger-evals", false),
    ]
    .into_iter()
    .filter(|(.., is_closed)| only.is_none() || *is_closed)
    {
        let set = QuerySet::read(&shared.join("retrieval").join(folder))?;
        let mut scores: BTreeMap<String, Vec<[f64; 3]>> = BTreeMap::new();
        for (id, text, family) in &set.queries {
            let request = SearchRequest {
                query: text.clone(),
                limit: if is_closed { 400 } else { RESULTS },
                min_stars: None,
                updated_after: None,
                registry: None,
                now: "2026-06-01".parse::<Timestamp>()?,
            };
            let ids: Vec<_> = index.search(&request)?.hits.iter().map(|hit| hit.skill_id).collect();
            let records = runtime.block_on(store.skills(&ids))?;
            let mut seen = HashSet::new();
            let ranking: Vec<String> = records
                .iter()
                .map(|record| record.content_hash.to_hex())
                .map(|digest| clusters.get(&digest).cloned().unwrap_or_else(|| digest[..16].to_owned()))
                .filter(|cluster| (!is_closed || pool.contains(cluster)) && seen.insert(cluster.clone()))
                .collect();
            let judgements = set.judgements.get(id).ok_or("a query has no judgements")?;
            let score = [
                ndcg_at(&ranking, judgements, 10),
                recall_at(&ranking, judgements, 10),
                reciprocal_rank(&ranking, judgements),
            ];
            for key in ["all", family] {
                scores.entry(key.to_owned()).or_default().push(score);
            }
        }
        let mean = |key: &str, at: usize| {
            scores.get(key).map_or(0.0, |rows| rows.iter().map(|row| row[at]).sum::<f64>() / rows.len() as f64)
        };
        let families = ["nvidia", "marketing", "dotnet"];
        let macro_mean = families.iter().map(|family| mean(family, 0)).sum::<f64>() / families.len() as f64;
        let macro_mean = if folder == "skill-evals" { format!("{macro_mean:.3}") } else { "–".to_owned() };
        println!(
            "| {name} ({}) | {:.3} | {macro_mean} | {:.3} | {:.3} |",
            set.queries.len(),
            mean("all", 0),
            mean("all", 1),
            mean("all", 2)
        );
    }
    Ok(())
}

struct QuerySet {
    /// Id, text and family.
    queries: Vec<(String, String, String)>,
    judgements: HashMap<String, BTreeMap<String, u32>>,
}

impl QuerySet {
    fn read(folder: &Path) -> Outcome<Self> {
        let mut queries = Vec::new();
        for line in fs::read_to_string(folder.join("queries.jsonl"))?.lines() {
            let row: Value = serde_json::from_str(line)?;
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            queries.push((text("_id"), text("text"), text("family")));
        }
        let mut judgements: HashMap<String, BTreeMap<String, u32>> = HashMap::new();
        for line in fs::read_to_string(folder.join("qrels.tsv"))?.lines().skip(1) {
            let mut fields = line.split('\t');
            let (Some(query), Some(document), Some(grade)) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            judgements.entry(query.to_owned()).or_default().insert(document.to_owned(), grade.trim().parse()?);
        }
        Ok(Self { queries, judgements })
    }
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
