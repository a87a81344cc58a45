//! An index that is large enough for a graph, and answers that are given again.

use std::fs;

use super::*;

fn open_with_graph(folder: &Path, graph_vectors: usize) -> SearchIndex {
    let setup = SearchSetup { graph_vectors, ..SearchSetup::new(EmbedderChoice::Builtin) };
    SearchIndex::open_with(folder, setup).expect("the index opens")
}

fn graph_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(folder.join("semantic")).expect("a folder").flatten().map(|entry| entry.path());
    files.filter(|path| path.to_string_lossy().contains("graph-")).collect()
}

/// The corpus many times over; each skill has words of its own.
fn large(copies: usize) -> Vec<IndexRecord> {
    let copy = |number: usize, earlier: &IndexRecord| IndexRecord {
        stars: Some(number as u64),
        registry: if number.is_multiple_of(2) { Registry::Clawhub } else { Registry::Github },
        ..record(&format!("{}-{number}", earlier.name), &format!("{} Part {number}.", earlier.description))
    };
    let corpus = corpus();
    (0..copies)
        .flat_map(|number| corpus.iter().map(move |earlier| (number, earlier)))
        .map(|(number, earlier)| copy(number, earlier))
        .collect()
}

#[test]
fn a_graph_finds_what_the_scan_finds_and_nothing_that_is_not_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let records = large(20);
    let index = open_with_graph(folder.path(), 100);
    write(&index, &records, 1);
    assert_eq!(graph_files(folder.path()).len(), 1);
    assert!(index.inner.snapshot().neighbours.is_some());
    let mut writer = index.writer().expect("a writer");
    records[..30].iter().for_each(|record| writer.remove(record.skill_id).expect("removed"));
    writer.upsert(&record("late", "Late rollouts of a cluster.")).expect("written");
    writer.commit(2).expect("committed");
    assert_eq!(index.inner.snapshot().neighbours.as_ref().map(|neighbours| neighbours.tail.len()), Some(1));
    let exact = open_with_graph(folder.path(), usize::MAX);
    assert!(exact.inner.snapshot().neighbours.is_none());
    let base = request("kubernetes cluster");
    let requests = [
        base.clone(),
        SearchRequest { registry: Some(Registry::Clawhub), ..base.clone() },
        SearchRequest { min_stars: Some(10), ..base.clone() },
        // So few that the graph is left alone.
        SearchRequest { min_stars: Some(19), ..base.clone() },
        SearchRequest { min_stars: Some(1_000), ..base },
    ];
    for request in requests {
        let (found, expected) = (index.search(&request), exact.search(&request));
        assert_eq!(found.expect("an answer"), expected.expect("an answer"), "{request:?}");
    }
}

#[test]
fn a_damaged_graph_is_no_graph_until_the_next_commit_and_the_tail_is_taken_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = open_with_graph(folder.path(), 100);
    write(&index, &large(10), 1);
    let before = index.search(&request("kubernetes")).expect("an answer");
    drop(index);
    let [file] = &graph_files(folder.path())[..] else { panic!("one graph") };
    let mut bytes = fs::read(file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).expect("written");
    let index = open_with_graph(folder.path(), 100);
    assert!(index.inner.snapshot().neighbours.is_none());
    assert_eq!(index.search(&request("kubernetes")).expect("an answer"), before);
    write(&index, &[record("late", "Late rollouts of a cluster.")], 2);
    let held = |index: &SearchIndex| {
        index.inner.snapshot().neighbours.as_ref().map(|neighbours| (neighbours.graph.len(), neighbours.tail.len()))
    };
    assert_eq!(held(&index), Some((121, 0)));
    let more: Vec<IndexRecord> =
        (0..150).map(|number| record(&format!("more-{number}"), &format!("Cluster {number}"))).collect();
    write(&index, &more, 3);
    assert_eq!((held(&index), graph_files(folder.path()).len()), (Some((271, 0)), 1));
}

#[test]
fn no_answer_outlives_a_commit() {
    let (folder, index) = filled(&corpus());
    let other = open(folder.path());
    let query = request("zeppelins cluster");
    let before = index.search(&query).expect("an answer");
    assert_eq!(index.search(&query).expect("the same again"), before);
    assert_eq!(other.search(&query).expect("an answer"), before);
    write(&index, &[record("late", "A late skill about zeppelins in a cluster.")], 2);
    assert_eq!(first(&index, "zeppelins cluster"), Some(id("late")));
    assert_eq!(other.search(&query).expect("the state before"), before);
    assert!(other.reload().expect("reloaded"));
    assert_eq!(first(&other, "zeppelins cluster"), Some(id("late")));
}
