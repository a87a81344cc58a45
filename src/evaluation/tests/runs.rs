//! Runs that are asked of an index, kept in a file, and read again.

use std::sync::Arc;

use super::*;
use crate::compute::Compute;
use crate::ingest::{IngestProgress, IngestStage, Pipeline, ingest};
use crate::search::{EmbedderChoice, Ranking, SearchIndex};
use crate::store::SqliteStore;

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

fn now() -> crate::skill::Timestamp {
    "2026-06-01".parse().expect("a time")
}

fn text(name: &str, description: &str) -> String {
    format!("---\nname: {name}\ndescription: {description}\n---\n# {name}\n\n{description}\n")
}

const SKILLS: [(&str, &str); 4] = [
    ("pdf-forms", "Fill PDF forms and read their fields."),
    ("pdf-merge", "Merge PDF documents and rotate their pages."),
    ("helm-charts", "Package Kubernetes manifests as charts for a cluster."),
    ("seo-audit", "Audit landing pages for search engines and keywords."),
];

/// An index of four skills, in a folder that is deleted with it.
async fn asked() -> (TempDir, Asked) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, description) in SKILLS {
        let skill = folder.path().join("skills").join(name);
        fs::create_dir_all(&skill).expect("a folder");
        fs::write(skill.join("SKILL.md"), text(name, description)).expect("a file");
    }
    let store = SqliteStore::open(&folder.path().join("store.db")).await.expect("a store");
    let search = SearchIndex::open(&folder.path().join("index"), EmbedderChoice::Builtin).expect("an index");
    let pipeline = Pipeline { store: Arc::new(store), search, compute: Compute::new(), clock: now };
    let source = folder.path().join("skills");
    ingest(&pipeline, source.to_str().expect("a path"), Arc::new(Silent)).await.expect("ingested");
    let Pipeline { store, search, compute, .. } = pipeline;
    (folder, Asked { store, search, compute, as_of: now(), rankings: Ranking::ALL.to_vec() })
}

/// Queries that ask for the skills by what they do.
fn judged_set() -> Set {
    let mut set = Set::new(&[("forms", None, &[]), ("charts", None, &[])]);
    let rows = [("forms", "fill the fields of PDF forms", SKILLS[0]), ("charts", "kubernetes charts", SKILLS[2])];
    let queries: String =
        rows.iter().map(|(id, query, _)| format!("{{\"_id\":\"{id}\",\"text\":\"{query}\"}}\n")).collect();
    let judgements: String = rows
        .iter()
        .map(|(query, _, (name, description))| format!("{query}\t{}\t1\n", id(&text(name, description))))
        .collect();
    set.files.queries = set.file("asked.jsonl", &queries);
    set.files.judgements = set.file("asked.tsv", &judgements);
    set
}

#[tokio::test]
async fn a_skill_is_found_by_the_digest_of_its_file_in_every_ranking_that_is_asked() {
    let (_folder, asked) = asked().await;
    let judged = judged_set().read();
    let runs = evaluate(&asked, &judged).await.expect("a run");
    let report = Report::new(&judged, &runs, &[], 4).expect("a report");
    assert_eq!(report.rankings.iter().map(|ranking| ranking.ranking).collect::<Vec<_>>(), Ranking::ALL);
    for ranking in [Ranking::Lexical, Ranking::Hybrid] {
        let of_ranking = report.rankings.iter().find(|report| report.ranking == ranking).expect("it was asked");
        let ndcg = of_ranking.groups[0].measures[0].estimate.mean;
        assert!((ndcg - 1.0).abs() < 1e-12, "{ranking:?} {ndcg}");
    }
    let (lexical, hybrid) = (runs.0.results(Ranking::Lexical, "forms"), runs.0.results(Ranking::Hybrid, "forms"));
    assert!(lexical[0].parts.is_empty(), "one side alone has no parts");
    assert_eq!(hybrid[0].parts.len(), runs.0.part_names.len());
    assert!(runs.0.part_names.iter().any(|name| name == "safety_factor"), "{:?}", runs.0.part_names);
}

#[tokio::test]
async fn a_run_is_read_as_it_was_saved() {
    let (folder, asked) = asked().await;
    let set = judged_set();
    let judged = set.read();
    let (run, _) = evaluate(&asked, &judged).await.expect("a run");
    for name in ["run.jsonl", "run.jsonl.gz"] {
        let path = folder.path().join(name);
        write_run(&run, &path).expect("written");
        assert_eq!(rounded(read_run(&path, &judged).expect("read")), rounded(run.clone()), "{name}");
    }
    // What counts is said by the set with which it is read.
    let mut closed = judged.clone();
    let pool = set.file("pool", &format!("{}\n", id(&text(SKILLS[1].0, SKILLS[1].1))));
    closed.pool = Some(Pool::read(&pool).expect("a pool"));
    let read = read_run(&folder.path().join("run.jsonl"), &closed).expect("read");
    assert!(read.answers.values().flat_map(|queries| queries.values()).all(|results| results.len() <= 1));
}

/// A number that is read from JSON may differ in its last digit.
fn rounded(mut run: Run) -> Run {
    let round = |number: f64| (number * 1e9).round() / 1e9;
    for result in run.answers.values_mut().flat_map(|queries| queries.values_mut()).flatten() {
        result.score = round(result.score);
        result.parts.iter_mut().flatten().for_each(|part| *part = round(*part));
    }
    run
}

#[test]
fn what_is_no_saved_run_is_refused() {
    let set = Set::new(&[("q", None, &["a"])]);
    let judged = set.read();
    let row = |parts: &str| {
        let result =
            format!("{{\"rank\":1,\"digest\":\"{}\",\"name\":\"n\",\"score\":1{parts}}}", digest("a").to_hex());
        format!("{{\"query\":\"q\",\"ranking\":\"hybrid\",\"results\":[{result}]}}\n")
    };
    let heading = "{\"touchmark_run\":1,\"parts\":[\"safety_factor\"]}\n";
    for (text, expected) in [
        (String::new(), "holds no run"),
        ("{\"_id\":\"q\"}\n".to_owned(), "line 1: not a run that `touchmark eval --save` wrote: "),
        ("{\"touchmark_run\":7,\"parts\":[]}\n".to_owned(), "line 1: a run of format 7; this program reads 1"),
        (format!("{heading}{}", row(",\"parts\":[1,2]")), "line 2: `parts`: expected 1 numbers"),
        (format!("{heading}{0}{0}", row("")), "line 3: the query `q` came before"),
        (format!("{heading}{{\"query\":\"q\",\"ranking\":\"best\",\"results\":[]}}"), "line 2: unknown variant `best`"),
    ] {
        let path = set.file("run", &text);
        let told = read_run(&path, &judged).expect_err(&text).to_string();
        assert!(told.contains(expected), "{text:?}\n{told}");
    }
    assert!(read_run(&set.file("run", &format!("{heading}{}", row(",\"parts\":[null]"))), &judged).is_ok());
}
