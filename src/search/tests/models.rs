//! Models that take their time: switching, going on after a kill, reading again.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::search::rerank::Reranker;

/// Directions by word: what a model would know of them.
const DIRECTIONS: [(&str, [f32; 3]); 6] = [
    ("pdf", [1.0, 0.0, 0.0]),
    ("pages", [0.9, 0.1, 0.0]),
    ("container", [0.0, 1.0, 0.0]),
    ("cluster", [0.0, 0.9, 0.1]),
    ("campaign", [0.0, 0.0, 1.0]),
    ("keywords", [0.1, 0.0, 0.9]),
];

/// A model of a handful of words that counts what it embeds.
struct Directions {
    version: &'static str,
    words: HashMap<&'static str, [f32; 3]>,
    embedded: AtomicUsize,
}

impl Directions {
    fn new(version: &'static str) -> Arc<Self> {
        Arc::new(Self { version, words: HashMap::from(DIRECTIONS), embedded: AtomicUsize::new(0) })
    }

    fn embed(&self, text: &str) -> Option<Vec<f32>> {
        let mut sum = vec![0.0; 3];
        for (word, direction) in &self.words {
            if text.to_lowercase().contains(word) {
                sum.iter_mut().zip(direction).for_each(|(sum, value)| *sum += value);
            }
        }
        sum.iter().any(|value| *value != 0.0).then_some(sum)
    }

    fn embedded(&self) -> usize {
        self.embedded.load(Ordering::Relaxed)
    }
}

impl Embedder for Directions {
    fn name(&self) -> &str {
        "directions"
    }

    fn version(&self) -> &str {
        self.version
    }

    fn dimensions(&self) -> usize {
        3
    }

    fn fusion_weight(&self) -> f64 {
        0.5
    }

    fn embed_query(&self, query: &str) -> Option<Vec<f32>> {
        self.embed(query)
    }

    fn embed_document(&self, document: &DocumentText) -> Option<Vec<f32>> {
        self.embedded.fetch_add(1, Ordering::Relaxed);
        self.embed(&document.to_text())
    }

    fn cost(&self) -> EmbeddingCost {
        EmbeddingCost::Batched
    }
}

/// Opens an index with a model that cannot be loaded.
fn open_with_model(folder: &Path) -> SearchIndex {
    SearchIndex::open(folder, "fastembed:/nowhere".parse().expect("a choice")).expect("the index opens")
}

/// Opens an index as if the model had been loaded.
fn open_with(folder: &Path, model: &Arc<Directions>) -> SearchIndex {
    let index = open_with_model(folder);
    index.inner.models.set_embedder(Arc::clone(model) as Arc<dyn Embedder>);
    index.inner.refresh().expect("reloaded");
    index
}

fn embed_all(index: &SearchIndex) -> u64 {
    let Some(mut run) = index.start_embedding().expect("started") else { return 0 };
    while run.step().expect("embedded") {}
    let done = run.progress().done;
    run.finish().expect("finished");
    done
}

fn embedder_of(index: &SearchIndex) -> Option<String> {
    index.inner.snapshot().embedder.as_ref().map(|embedder| embedder.name().to_owned())
}

/// Records enough for more than one step.
fn many() -> Vec<IndexRecord> {
    let numbered = (0..100).map(|number| record(&format!("skill-{number}"), &format!("Number {number} of a cluster.")));
    corpus().into_iter().chain(numbered).collect()
}

#[test]
fn a_model_that_cannot_be_used_leaves_full_text_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&open(folder.path()), &corpus(), 1);
    let index = open_with_model(folder.path());
    let answer = index.search(&request("kubernetes")).expect("an answer");
    assert!(answer.is_degraded && index.is_degraded() && !answer.hits.is_empty());
    assert!(answer.hits.iter().all(|hit| hit.breakdown.semantic_rank.is_none()));
    let Err(error) = index.start_embedding() else { panic!("nothing can be embedded") };
    assert!(error.to_string().contains("fastembed:/nowhere"), "{error}");
    write(&index, &[record("late", "A late skill about zeppelins.")], 2);
    assert_eq!(first(&index, "zeppelins"), Some(id("late")));
}

#[test]
fn the_earlier_vectors_answer_until_the_new_ones_are_complete() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&open(folder.path()), &many(), 1);
    let model = Directions::new("one");
    let index = open_with(folder.path(), &model);
    assert_eq!((embedder_of(&index).as_deref(), index.is_degraded()), (Some("builtin"), false));
    let mut run = index.start_embedding().expect("started").expect("there is work");
    assert_eq!(run.progress(), EmbeddingProgress { done: 0, total: 112 });
    assert!(run.step().expect("embedded"));
    assert!(open_with(folder.path(), &model).start_embedding().expect("asked").is_none(), "one run at a time");
    assert!(!index.reload().expect("asked"), "half of the vectors are of no use");
    // A kill: what is on the disk is kept, the rest is for the next run.
    drop(run);
    drop(index);
    let half = model.embedded();
    let index = open_with(folder.path(), &model);
    assert_eq!(embedder_of(&index).as_deref(), Some("builtin"));
    let other = open_with(folder.path(), &model);
    assert_eq!((embed_all(&index), model.embedded()), (112 - half as u64, 112));
    assert_eq!(embedder_of(&index).as_deref(), Some("directions"));
    let answer = index.search(&request("campaign")).expect("an answer");
    assert!(answer.hits.iter().any(|hit| hit.breakdown.semantic_rank == Some(1)));
    assert_eq!(embedder_of(&other).as_deref(), Some("builtin"));
    assert!(other.reload().expect("reloaded"));
    assert_eq!(embedder_of(&other).as_deref(), Some("directions"));
    assert_eq!(embed_all(&index), 0);
    assert_eq!(embedder_of(&open(folder.path())).as_deref(), Some("builtin"), "the way back is open");
}

#[test]
fn a_new_record_is_found_by_words_at_once_and_by_meaning_after_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = Directions::new("one");
    let index = open_with(folder.path(), &model);
    write(&index, &corpus(), 1);
    assert_eq!(embedder_of(&index).as_deref(), Some("builtin"), "nothing is embedded yet");
    assert_eq!(embed_all(&index), 12);
    assert!(!index.is_degraded());
    write(&index, &[record("late", "Zeppelins over pages.")], 2);
    assert_eq!(first(&index, "zeppelins"), Some(id("late")));
    assert!(!hits(&index, &request("pdf")).contains(&id("late")));
    assert_eq!((embed_all(&index), model.embedded()), (1, 13));
    assert!(hits(&index, &request("pdf")).contains(&id("late")));
}

#[test]
fn an_index_that_is_built_anew_embeds_only_what_is_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = Directions::new("one");
    let index = open_with(folder.path(), &model);
    write(&index, &corpus(), 1);
    embed_all(&index);
    drop(index);
    fs::write(folder.path().join("lexical/meta.json"), b"{").expect("written");
    let index = open_with(folder.path(), &model);
    assert_eq!(index.record_count(), 0);
    let mut records = corpus();
    records.push(record("late", "Zeppelins over pages."));
    write(&index, &records, 1);
    assert_eq!((embedder_of(&index).as_deref(), embed_all(&index), model.embedded()), (Some("directions"), 1, 13));
    let second = Directions::new("two");
    let index = open_with(folder.path(), &second);
    assert_eq!((embed_all(&index), second.embedded()), (13, 13));
}

/// Likes what is about one word.
struct Likes(&'static str);

impl Reranker for Likes {
    fn scores(&self, _: &str, documents: &[DocumentText]) -> Result<Vec<f32>, EmbedError> {
        Ok(documents.iter().map(|document| f32::from(u8::from(document.to_text().contains(self.0)))).collect())
    }
}

/// Cannot be run.
struct Fails;

impl Reranker for Fails {
    fn scores(&self, _: &str, _: &[DocumentText]) -> Result<Vec<f32>, EmbedError> {
        Err(EmbedError("no".to_owned()))
    }
}

#[test]
fn a_reranker_orders_the_best_and_factors_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut records = corpus();
    records[0].status = SafetyStatus::Warning;
    write(&open(folder.path()), &records, 1);
    let open = || {
        let setup = SearchSetup {
            reranker: "fastembed:/nowhere".parse().expect("a choice"),
            ..SearchSetup::new(EmbedderChoice::None)
        };
        SearchIndex::open_with(folder.path(), setup).expect("the index opens")
    };
    let query = request("pdf documents pages");
    let index = open();
    let before = index.search(&query).expect("an answer");
    assert!(before.is_degraded, "the reranker is not there");
    let index = open();
    index.inner.models.set_reranker(Arc::new(Likes("flatten")));
    let after = index.search(&query).expect("an answer");
    assert_eq!((after.hits.len(), after.is_degraded), (before.hits.len(), false));
    let forms = after.hits.iter().find(|hit| hit.skill_id == id("pdf-forms")).expect("it is found");
    assert!((forms.breakdown.rrf_score - before.hits[0].breakdown.rrf_score).abs() < 1e-12);
    assert!(forms.breakdown.safety_factor < 1.0 && forms.score < forms.breakdown.rrf_score);
    assert!(after.hits.is_sorted_by(|left, right| left.score >= right.score));
    let index = open();
    index.inner.models.set_reranker(Arc::new(Fails));
    let failed = index.search(&query).expect("an answer");
    assert_eq!((failed.hits, failed.is_degraded), (before.hits, true));
}
