//! Folders that cannot be approved, and those that can although they look odd.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;

use super::{Place, SKILL};
use crate::approval::{WalkError, measure, measure_skill};

#[test]
fn what_is_neither_file_nor_folder_is_refused_and_named() {
    type Make = fn(&Place);
    let rows: [(Make, &str); 8] = [
        (|place| place.link("sub/link", "../SKILL.md"), "`sub/link` is a symbolic link"),
        (|place| place.link("dangling", "nowhere"), "`dangling` is a symbolic link"),
        (|place| place.link("folder", "/"), "`folder` is a symbolic link"),
        (|place| place.link(".git", "nowhere"), "`.git` is a symbolic link"),
        (|place| place.link("a/.sigildex", "nowhere"), "`a/.sigildex` is a symbolic link"),
        (|place| place.fifo("pipe"), "`pipe` is a FIFO"),
        (|place| place.fifo(".sigildex"), "`.sigildex` is a FIFO"),
        (|place| drop(UnixListener::bind(place.at("socket")).expect("a socket")), "`socket` is a socket"),
    ];
    for (make, expected) in rows {
        let place = Place::skill();
        make(&place);
        let error = place.refused();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn names_that_cannot_be_recorded_are_refused_and_named() {
    for (name, expected) in [
        (&b"a\nb.md"[..], "the name of `a\nb.md` holds a control character"),
        (b"a\xff.md", "the name of `a\\xff.md` is not UTF-8"),
        ("\u{1fae9}".as_bytes(), "the name of `\u{1fae9}` holds a character that Unicode 15.1 does not know"),
    ] {
        let place = Place::skill();
        fs::write(place.path().join(OsStr::from_bytes(name)), "x").expect("a file");
        assert_eq!(place.refused(), expected);
    }
}

#[test]
fn names_that_are_one_where_case_is_ignored_are_refused_and_both_named() {
    for (left, right) in [
        ("README", "readme"),
        ("sub/A/x", "sub/a/y"),
        (".GIT/x", ".git/x"),
        (".Sigildex", ".sigildex/x"),
        ("re\u{301}fs", "r\u{e9}fs"),
        ("\u{212a}", "k"),
    ] {
        let place = Place::skill();
        place.file(left, "x");
        place.file(right, "y");
        let error = place.refused();
        assert!(error.ends_with("are one name where case is ignored"), "{error}");
    }
}

#[test]
fn two_names_are_left_out_at_any_depth_and_nothing_else_is() {
    let place = Place::skill();
    let plain = place.digest();
    place.file(".git/config", "x");
    place.link(".git/link", "nowhere");
    place.file("sub/.git", "gitdir: elsewhere");
    place.file("sub/.sigildex/approvals/a.lock.json", "{}");
    place.folder("empty/folders");
    assert_eq!(place.digest(), plain, "left-out names and empty folders do not count");
    for name in [".gitignore", ".touchmark/x", "node_modules/x", ".DS_Store", "sub/.github/x", "x.git"] {
        place.file(name, "x");
        assert_ne!(place.digest(), plain, "{name} counts");
        fs::remove_file(place.at(name)).expect("the file is removed");
    }
}

#[test]
fn the_folder_itself_may_be_reached_through_links() {
    let place = Place::skill();
    let outer = Place::new();
    outer.link("one", place.path().to_str().expect("UTF-8"));
    outer.link("two", "one");
    let through = measure(&outer.at("two")).expect("the folder is measured");
    assert_eq!(through, place.measured());
}

#[test]
fn what_is_no_folder_or_no_skill_is_refused() {
    let place = Place::new();
    place.file("file", "x");
    place.file("skill.md", SKILL);
    assert!(matches!(measure(&place.at("file")), Err(WalkError::NotAFolder { .. })));
    assert!(matches!(measure(&place.at("nowhere")), Err(WalkError::Root { .. })));
    assert!(matches!(measure_skill(place.path()), Err(WalkError::NoInstructions { .. })));
    place.folder("below/SKILL.md");
    assert!(matches!(measure_skill(&place.at("below")), Err(WalkError::NoInstructions { .. })));
    assert!(measure(&place.at("below")).is_ok(), "without a SKILL.md there is still a measure");
}

#[test]
fn what_cannot_be_read_is_refused_unless_everything_can_be() {
    for name in ["secret.md", "folder"] {
        let place = Place::skill();
        place.file("secret.md", "x");
        place.file("folder/x", "x");
        place.mode(name, 0);
        // The superuser reads everything.
        let is_readable = File::open(place.at(name)).is_ok();
        let result = measure(place.path());
        assert_eq!(result.is_ok(), is_readable, "{name}");
        if let Err(error) = result {
            assert!(error.to_string().starts_with(&format!("cannot read `{name}`")), "{error}");
        }
        place.mode(name, 0o755);
    }
}

#[test]
fn limits_are_checked_before_the_work_that_they_bound() {
    // Holes take no room on disk; reading them would take the test a while.
    let sparse = |place: &Place, name: &str, size_bytes: u64| {
        File::create(place.at(name)).and_then(|file| file.set_len(size_bytes)).expect("a sparse file");
    };
    const MIB: u64 = 1024 * 1024;
    let place = Place::skill();
    sparse(&place, "large", 64 * MIB + 1);
    assert_eq!(place.refused(), "a file of more bytes than can be measured at `large`, the limit is 67108864");

    let place = Place::skill();
    (0..4096).for_each(|index| place.folder(&format!("f/{index}")));
    assert!(place.refused().starts_with("more folders than can be measured"), "{}", place.refused());

    let place = Place::skill();
    let deep = ["d"; 64].join("/");
    place.file(&format!("{deep}/x"), "x");
    assert!(measure(place.path()).is_ok());
    place.folder(&format!("{deep}/d"));
    assert!(place.refused().starts_with("a folder deeper than can be measured"), "{}", place.refused());

    let place = Place::skill();
    let long = [&*"n".repeat(200); 5].join("/");
    place.file(&format!("{long}/{}", "m".repeat(19)), "x");
    assert!(measure(place.path()).is_ok(), "1,024 bytes are a path");
    place.file(&format!("{long}/{}", "m".repeat(20)), "x");
    assert!(place.refused().starts_with("a path longer than can be recorded"), "{}", place.refused());
}
