//! What survives: commits, reloads, damage.

use std::fs;
use std::path::Path;

use super::*;

#[test]
fn what_is_committed_is_there_after_reopening_and_what_is_not_is_lost() {
    let (folder, index) = filled(&corpus());
    let before = index.search(&request("containers")).expect("an answer");
    let mut writer = index.writer().expect("a writer");
    writer.upsert(&record("late", "A late skill about zeppelins.")).expect("written");
    drop(writer);
    drop(index);
    let index = open(folder.path());
    assert_eq!((index.sequence(), index.record_count()), (1, corpus().len() as u64));
    assert_eq!(hits(&index, &request("zeppelins")), []);
    assert_eq!(index.search(&request("containers")).expect("an answer"), before);
}

#[test]
fn another_process_sees_a_commit_when_it_reloads() {
    let (folder, index) = filled(&corpus());
    let other = open(folder.path());
    assert!(!other.reload().expect("reloaded"));
    write(&index, &[record("late", "A late skill about zeppelins in a cluster.")], 9);
    assert_eq!(first(&index, "zeppelins"), Some(id("late")));
    assert_eq!((other.sequence(), first(&other, "zeppelins")), (1, None));
    assert!(other.reload().expect("reloaded"));
    assert_eq!((other.sequence(), first(&other, "zeppelins")), (9, Some(id("late"))));
    let answer = other.search(&request("zeppelins cluster")).expect("an answer");
    assert!(answer.hits[0].breakdown.semantic_rank.is_some(), "the late skill is folded in");
}

#[test]
fn there_is_one_writer_at_a_time() {
    let (folder, index) = filled(&corpus());
    let writer = index.writer().expect("a writer");
    assert!(matches!(open(folder.path()).writer(), Err(SearchError::WriterBusy { .. })));
    drop(writer);
    assert!(open(folder.path()).writer().is_ok());
}

fn semantic_file(folder: &Path, kind: &str) -> std::path::PathBuf {
    let files = fs::read_dir(folder.join("semantic")).expect("a folder").flatten().map(|entry| entry.path());
    files
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(kind)))
        .expect("the file")
}

#[test]
fn damaged_vectors_are_embedded_again() {
    // So many that they are kept in a file.
    let more = (0..600).map(|number| record(&format!("zeppelin-{number}"), "Steer zeppelins."));
    let (folder, index) = filled(&corpus().into_iter().chain(more).collect::<Vec<_>>());
    let before = index.search(&request("kubernetes")).expect("an answer");
    drop(index);
    for damaged in [b"".as_slice(), b"garbage"] {
        fs::write(semantic_file(folder.path(), "vectors"), damaged).expect("written");
        assert_eq!(open(folder.path()).search(&request("kubernetes")).expect("an answer"), before);
    }
}

#[test]
fn without_an_embedder_nothing_is_degraded() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = SearchIndex::open(folder.path(), EmbedderChoice::None).expect("the index opens");
    write(&index, &corpus(), 1);
    let answer = index.search(&request("kubernetes")).expect("an answer");
    assert!(!answer.is_degraded && answer.hits.iter().all(|hit| hit.breakdown.semantic_rank.is_none()));
    assert!((answer.hits[0].breakdown.rrf_score - 1.0).abs() < 1e-12);
}

#[test]
fn a_broken_index_is_moved_aside_and_starts_anew() {
    type Damage = fn(&Path);
    let damages: [Damage; 3] = [
        |lexical| fs::write(lexical.join("meta.json"), b"{").expect("written"),
        |lexical| {
            fs::write(lexical.join("meta.json"), b"{\"segments\":[],\"schema\":[],\"opstamp\":0}").expect("written")
        },
        |lexical| {
            let is_data =
                |path: &Path| path.extension().is_some_and(|extension| extension == "fast" || extension == "idx");
            let files = fs::read_dir(lexical)
                .expect("a folder")
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| is_data(path));
            files.for_each(|path| fs::write(path, b"x").expect("written"));
        },
    ];
    for damage in damages {
        let (folder, index) = filled(&corpus());
        drop(index);
        damage(&folder.path().join("lexical"));
        let index = open(folder.path());
        assert_eq!((index.sequence(), index.record_count()), (0, 0));
        assert!(folder.path().join("lexical.broken").exists());
        write(&index, &corpus(), 5);
        assert_eq!((index.sequence(), first(&index, "pdf merge")), (5, Some(id("pdf-merge"))));
    }
}
