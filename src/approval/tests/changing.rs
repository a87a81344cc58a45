//! Trees that change while they are measured. The walk tells where it is, and the test changes
//! the tree at that moment.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;

use super::Place;
use crate::approval::walk::{Keep, Moment, measure_watched};

/// Measures a tree that `change` changes at the first moment that `is_at` knows.
fn check(name: &str, is_at: fn(Moment<'_>) -> bool, change: fn(&Place)) {
    let place = Place::skill();
    place.file("a.md", "before");
    place.file("sub/b.md", "before");
    place.file("sub/deep/c.md", "before");
    // Long ago, so that a change is later even where the clock of the file system ticks slowly.
    for file in ["a.md", "sub/b.md", "sub/deep/c.md"] {
        let file = OpenOptions::new().append(true).open(place.at(file)).expect("the file opens");
        file.set_modified(UNIX_EPOCH).expect("a time");
    }
    let is_done = AtomicBool::new(false);
    let result = measure_watched(place.path(), Keep::Head, &|moment| {
        if is_at(moment) && !is_done.swap(true, Ordering::Relaxed) {
            change(&place);
        }
    });
    assert!(is_done.load(Ordering::Relaxed), "{name}: the moment came");
    assert!(result.is_err(), "{name}: {result:?}");
}

fn append(place: &Place, name: &str) {
    let mut file = OpenOptions::new().append(true).open(place.at(name)).expect("the file opens");
    file.write_all(b"more").expect("bytes");
}

#[test]
fn a_tree_that_changes_before_it_is_read_again_has_no_digest() {
    let between: fn(Moment<'_>) -> bool = |moment| moment == Moment::BetweenPasses;
    type Change = fn(&Place);
    let rows: [(&str, Change); 13] = [
        ("a file is added", |place| place.file("sub/new.md", "x")),
        ("a file is removed", |place| fs::remove_file(place.at("a.md")).expect("removed")),
        ("a file grows", |place| append(place, "a.md")),
        ("a file is rewritten with as many bytes", |place| place.file("sub/b.md", "BEFORE")),
        ("a file is replaced", |place| {
            place.file("other", "before");
            fs::rename(place.at("other"), place.at("a.md")).expect("renamed");
        }),
        ("a file is renamed", |place| fs::rename(place.at("a.md"), place.at("b.md")).expect("renamed")),
        ("a mode changes", |place| place.mode("a.md", 0o755)),
        ("a folder is added", |place| place.folder("sub/new")),
        ("a folder is replaced by one with the same names", |place| {
            fs::rename(place.at("sub/deep"), place.path().with_extension("moved")).expect("renamed");
            place.file("sub/deep/c.md", "before");
            fs::remove_dir_all(place.path().with_extension("moved")).expect("removed");
        }),
        ("a file becomes a link", |place| {
            fs::remove_file(place.at("a.md")).expect("removed");
            place.link("a.md", "SKILL.md");
        }),
        ("a folder becomes a link", |place| {
            fs::rename(place.at("sub/deep"), place.at("sub/real")).expect("renamed");
            place.link("sub/deep", "real");
        }),
        ("a left-out name appears", |place| place.folder(".git")),
        ("the folder itself is gone", |place| fs::remove_dir_all(place.path()).expect("removed")),
    ];
    for (name, change) in rows {
        check(name, between, change);
    }
}

#[test]
fn a_tree_that_changes_in_the_first_pass_has_no_digest() {
    type Change = fn(&Place);
    type At = fn(Moment<'_>) -> bool;
    let rows: [(&str, At, Change); 7] = [
        (
            "a listed file is gone",
            |moment| moment == Moment::Listed(""),
            |place| {
                fs::remove_file(place.at("a.md")).expect("removed");
            },
        ),
        (
            "a listed file becomes a link",
            |moment| moment == Moment::Seen("a.md"),
            |place| {
                fs::remove_file(place.at("a.md")).expect("removed");
                place.link("a.md", "SKILL.md");
            },
        ),
        (
            "a listed file becomes a FIFO",
            |moment| moment == Moment::Seen("a.md"),
            |place| {
                fs::remove_file(place.at("a.md")).expect("removed");
                place.fifo("a.md");
            },
        ),
        (
            "another file takes its place",
            |moment| moment == Moment::Seen("a.md"),
            |place| {
                place.file("other", "before");
                fs::rename(place.at("other"), place.at("a.md")).expect("renamed");
            },
        ),
        (
            "a folder becomes a link",
            |moment| moment == Moment::Seen("sub"),
            |place| {
                fs::rename(place.at("sub"), place.at("real")).expect("renamed");
                place.link("sub", "real");
            },
        ),
        ("an open file grows", |moment| moment == Moment::Opened("a.md"), |place| append(place, "a.md")),
        ("an open file shrinks", |moment| moment == Moment::Opened("a.md"), |place| place.file("a.md", "b")),
    ];
    for (name, is_at, change) in rows {
        check(name, is_at, change);
    }
}

#[test]
fn a_tree_that_stands_still_is_measured_whoever_watches() {
    let place = Place::skill();
    place.file("sub/b.md", "x");
    let watched = measure_watched(place.path(), Keep::Head, &|_| {}).expect("the folder is measured");
    assert_eq!(watched, place.measured());
}
