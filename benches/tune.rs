//! Searches for better weights of the ranking, on the development half of the judged queries.
//!
//! `just tune DATA [TRIALS]`; DATA is the folder of `just relevance --data-dir DATA`. Every trial
//! draws each weight between half and twice what it is, and asks every query. The queries are
//! then dealt out in folds by the skill that answers them: what is best on the others is measured
//! on the fold that did not choose it. That figure is what a change is worth; the one on the
//! queries that chose is not.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use touchmark::compute::Compute;
use touchmark::evaluation::{Asked, Judged, JudgedFiles, Measure, evaluate};
use touchmark::rank::RankingWeights;
use touchmark::search::{EmbedderChoice, Ranking, SearchIndex};
use touchmark::store::SqliteStore;

type Outcome<T> = Result<T, Box<dyn Error>>;

const FOLDS: u64 = 5;
const TRIALS: usize = 200;
/// What users get from the built-in encoder, where a trial draws around it.
const MEANING: f64 = 0.3;
/// The families that count alike, beside the mean over all queries.
const FAMILIES: [&str; 3] = ["nvidia", "marketing", "dotnet"];
/// The time at which all questions are asked, as `just relevance` asks them.
const AS_OF: &str = "2026-06-01T00:00:00Z";

/// A query with what decides where it counts.
struct Query {
    set: usize,
    family: Option<String>,
    fold: u64,
}

/// Weights with the nDCG@10 of every query under them.
struct Trial {
    weights: RankingWeights,
    figures: Vec<f64>,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [shared, data, rest @ ..] = arguments.as_slice() else {
        println!("name the folder of the judged queries and a data folder: `just tune DATA`");
        return Ok(());
    };
    let trial_count = rest.first().map_or(Ok(TRIALS), |text| text.parse())?;
    let sets = judged(Path::new(shared))?;
    let queries = queries(&sets);
    let asked = Asked {
        store: Arc::new(SqliteStore::open(&Path::new(data).join("touchmark.db")).await?),
        search: SearchIndex::open(&Path::new(data).join("index"), EmbedderChoice::Builtin)?,
        compute: Compute::new(),
        as_of: AS_OF.parse()?,
        rankings: vec![Ranking::Hybrid],
    };
    let mut random = fastrand::Rng::with_seed(7);
    let mut trials = Vec::with_capacity(trial_count);
    for number in 0..trial_count {
        let weights = if number == 0 { RankingWeights::default() } else { draw(&mut random) };
        let with = Asked { search: asked.search.with_weights(weights), ..asked.clone() };
        trials.push(Trial { weights, figures: ask(&with, &sets).await? });
        eprint!("\r{} of {trial_count} trials", number + 1);
    }
    eprintln!();
    report(&trials, &queries);
    Ok(())
}

fn judged(shared: &Path) -> Outcome<Vec<Judged>> {
    let retrieval = shared.join("retrieval");
    let files = |name: &str| JudgedFiles {
        queries: retrieval.join(name).join("queries.jsonl"),
        judgements: retrieval.join(name).join("qrels.tsv"),
        clusters: Some(retrieval.join("clusters.jsonl.gz")),
        pool: None::<PathBuf>,
        negatives: None,
    };
    Ok(["skill-evals", "trigger-evals"].iter().map(|name| Judged::read(&files(name))).collect::<Result<_, _>>()?)
}

/// Lists the queries of all sets, in the order of the figures.
fn queries(sets: &[Judged]) -> Vec<Query> {
    let mut queries = Vec::new();
    for (set, judged) in sets.iter().enumerate() {
        for query in &judged.queries {
            let answer = query.judgements.keys().next().map(ToString::to_string).unwrap_or_default();
            let hash = answer.bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
            queries.push(Query { set, family: query.family.clone(), fold: hash % FOLDS });
        }
    }
    queries
}

async fn ask(asked: &Asked, sets: &[Judged]) -> Outcome<Vec<f64>> {
    let mut figures = Vec::new();
    for judged in sets {
        let (run, _) = evaluate(asked, judged).await?;
        figures.extend(
            judged
                .queries
                .iter()
                .map(|query| Measure::NdcgAt10.of(&run.clusters(Ranking::Hybrid, &query.id), &query.judgements)),
        );
    }
    Ok(figures)
}

/// Draws every weight between half and twice what it is, evenly in its logarithm.
fn draw(random: &mut fastrand::Rng) -> RankingWeights {
    let mut around = |value: f64| value * 2_f64.powf(random.f64() * 2.0 - 1.0);
    let now = RankingWeights::default();
    RankingWeights {
        name: around(f64::from(now.name)) as f32,
        lead: around(f64::from(now.lead)) as f32,
        text: now.text,
        repository: around(f64::from(now.repository)) as f32,
        files: around(f64::from(now.files)) as f32,
        part: around(f64::from(now.part)) as f32,
        synonym: around(f64::from(now.synonym)) as f32,
        near: around(f64::from(now.near)) as f32,
        text_terms: around(now.text_terms as f64).round() as usize,
        common_share: around(now.common_share),
        meaning: Some(around(MEANING)),
    }
}

/// What is made as high as can be: the mean over all queries and the mean over families of the
/// first set, and the mean of the second, each counting once.
fn aim(trial: &Trial, queries: &[Query], counts: impl Fn(u64) -> bool) -> f64 {
    let mean = |wanted: &dyn Fn(&Query) -> bool| {
        let figures = trial.figures.iter().zip(queries);
        let figures: Vec<f64> =
            figures.filter(|(_, query)| counts(query.fold) && wanted(query)).map(|(figure, _)| *figure).collect();
        figures.iter().sum::<f64>() / figures.len().max(1) as f64
    };
    let families: f64 =
        FAMILIES.iter().map(|name| mean(&|query| query.set == 0 && query.family.as_deref() == Some(name))).sum();
    (mean(&|query| query.set == 0) + families / FAMILIES.len() as f64 + mean(&|query| query.set == 1)) / 3.0
}

fn best<'a>(trials: &'a [Trial], queries: &[Query], counts: impl Fn(u64) -> bool + Copy) -> Option<&'a Trial> {
    trials.iter().max_by(|left, right| aim(left, queries, counts).total_cmp(&aim(right, queries, counts)))
}

fn report(trials: &[Trial], queries: &[Query]) {
    let Some(now) = trials.first() else { return };
    println!("| measured on | as it is | weights that the other folds chose |\n|---|---|---|");
    let mut sums = BTreeMap::from([("now", 0.0), ("chosen", 0.0)]);
    for fold in 0..FOLDS {
        let Some(chosen) = best(trials, queries, |other| other != fold) else { return };
        let (before, after) = (aim(now, queries, |other| other == fold), aim(chosen, queries, |other| other == fold));
        println!("| fold {} | {before:.4} | {after:.4} |", fold + 1);
        *sums.entry("now").or_default() += before;
        *sums.entry("chosen").or_default() += after;
    }
    println!("| mean | {:.4} | {:.4} |\n", sums["now"] / FOLDS as f64, sums["chosen"] / FOLDS as f64);
    if let Some(chosen) = best(trials, queries, |_| true) {
        println!(
            "best on all of them, which chose it: {:.4} instead of {:.4}, with\n{:#?}",
            aim(chosen, queries, |_| true),
            aim(now, queries, |_| true),
            chosen.weights
        );
    }
}
