//! What stands in the folder of an agent before, while and after a skill is put there.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::stage::Moment;
use super::{FilesToPlace, FolderName, Occupant, PlacementError, Replaced, SkillsFolder, Successor};
use crate::skill::{FileContent, RawBundle, RawFile, SkillBundle};

const MOMENTS: [Moment; 6] =
    [Moment::Locked, Moment::Writing, Moment::Written, Moment::Ready, Moment::Aside, Moment::Placed];

fn bundle(text: &str) -> SkillBundle {
    let file = |path: &str, text: &str, is_executable| RawFile {
        path: path.to_owned(),
        content: FileContent::Bytes(text.as_bytes().to_vec()),
        is_executable,
    };
    let files = vec![
        file("SKILL.md", text, false),
        file("scripts/deep/run.sh", "#!/bin/sh\n", true),
        file("scripts/data.txt", text, false),
    ];
    SkillBundle::parse(RawBundle { files, unread: Vec::new() }, Some("demo")).expect("a skill").0
}

fn name() -> FolderName {
    FolderName::try_from("demo").expect("a name")
}

fn open(root: &Path) -> SkillsFolder {
    SkillsFolder::open(root, ".claude/skills", "").expect("a folder")
}

fn place(skills: &SkillsFolder, text: &str, successor: Successor) -> Result<Replaced, PlacementError> {
    let (bundle, name) = (bundle(text), name());
    let files = FilesToPlace::of(&bundle).expect("files");
    skills.stage(&name, &files)?.place(successor, |_| true)
}

/// Lists everything below a folder, with contents; `*` marks what may be executed.
fn tree(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name() {
        let entry = entry.expect("an entry");
        let path = entry.path().strip_prefix(root).expect("below").display().to_string();
        if entry.file_type().is_file() {
            let mark = if entry.metadata().expect("metadata").permissions().mode() & 0o111 != 0 { "*" } else { "" };
            let text = fs::read_to_string(entry.path()).expect("text");
            lines.push(format!("{path}{mark} {}", text.trim()));
        } else if entry.file_type().is_symlink() {
            lines.push(format!("{path} ->"));
        }
    }
    lines
}

fn installed(text: &str) -> Vec<String> {
    vec![
        format!(".claude/skills/demo/SKILL.md {text}"),
        format!(".claude/skills/demo/scripts/data.txt {text}"),
        ".claude/skills/demo/scripts/deep/run.sh* #!/bin/sh".to_owned(),
    ]
}

fn root() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_skill_takes_its_place_and_gives_it_up() {
    let root = root();
    assert!(SkillsFolder::find(root.path(), ".claude/skills", "").expect("looked").is_none());
    assert_eq!(tree(root.path()), Vec::<String>::new());
    let skills = open(root.path());
    assert_eq!(skills.occupant(&name()).expect("looked"), Occupant::Nothing);
    assert_eq!(place(&skills, "one", Successor::OfNothing).expect("placed"), Replaced::Nothing);
    assert_eq!(tree(root.path()), installed("one"));
    assert!(matches!(skills.occupant(&name()), Ok(Occupant::Folder(_))));
    assert_eq!(place(&skills, "two", Successor::OfFolder).expect("placed"), Replaced::Removed);
    assert_eq!(tree(root.path()), installed("two"));
    for (text, before, number) in [("three", "two", 1), ("four", "three", 2)] {
        let Replaced::Kept(path) = place(&skills, text, Successor::OfKeptFolder).expect("placed") else {
            panic!("nothing was kept")
        };
        assert!(path.ends_with(format!(".touchmark-replaced/demo-{number}")), "{path:?}");
        assert_eq!(fs::read_to_string(path.join("SKILL.md")).expect("a copy"), before);
    }
    assert_eq!(fs::read_to_string(root.path().join(".claude/skills/demo/SKILL.md")).expect("a file"), "four");
}

#[test]
fn what_is_not_as_it_was_said_to_be_stays() {
    let root = root();
    let skills = open(root.path());
    let target = root.path().join(".claude/skills/demo");
    for successor in [Successor::OfFolder, Successor::OfKeptFolder] {
        assert!(matches!(place(&skills, "one", successor), Err(PlacementError::Changed { .. })));
    }
    assert_eq!(tree(root.path()), Vec::<String>::new());
    place(&skills, "one", Successor::OfNothing).expect("placed");
    assert!(matches!(place(&skills, "two", Successor::OfNothing), Err(PlacementError::Changed { .. })));
    // The old folder is not what was measured: it is put back, also where it would be kept.
    let (bundle, name) = (bundle("two"), name());
    let files = FilesToPlace::of(&bundle).expect("files");
    for successor in [Successor::OfFolder, Successor::OfKeptFolder] {
        let staged = skills.stage(&name, &files).expect("staged");
        let result = staged.place(successor, |old| {
            assert_eq!(fs::read_to_string(old.join("SKILL.md")).expect("the old one"), "one");
            false
        });
        assert!(matches!(result, Err(PlacementError::Changed { .. })));
        assert_eq!(tree(root.path()), installed("one"));
    }
    // Something appears between the last look and the rename.
    fs::remove_dir_all(&target).expect("it was there");
    for appearing in ["file", "link", "folder"] {
        let at = target.clone();
        let skills = open(root.path()).watched(move |moment| {
            if moment == Moment::Ready {
                match appearing {
                    "file" => fs::write(&at, "x").expect("a file"),
                    "link" => symlink("/etc", &at).expect("a link"),
                    _ => fs::create_dir(&at).expect("a folder"),
                }
            }
        });
        assert!(
            matches!(place(&skills, "two", Successor::OfNothing), Err(PlacementError::Changed { .. })),
            "{appearing}"
        );
        let kind = fs::symlink_metadata(&target).expect("it stays").file_type();
        assert_eq!(
            (kind.is_file(), kind.is_symlink(), kind.is_dir()),
            (appearing == "file", appearing == "link", appearing == "folder")
        );
        if kind.is_dir() { fs::remove_dir(&target) } else { fs::remove_file(&target) }.expect("it was there");
    }
}

#[test]
fn no_link_is_followed_and_no_other_name_is_taken() {
    let outside = root();
    for (made, expected) in [
        (&[("link", ".claude")][..], "symbolic link"),
        (&[("folder", ".claude"), ("link", ".claude/skills")], "symbolic link"),
        (&[("file", ".claude")], "not a folder"),
        (&[("folder", ".claude/skills"), ("link", ".claude/skills/demo")], "symbolic link"),
        (&[("folder", ".claude/skills"), ("file", ".claude/skills/demo")], "not a folder"),
        (&[("folder", ".claude/skills/Demo")], "already as `Demo`"),
        (&[("folder", ".claude/skills"), ("link", ".claude/skills/DEMO")], "already as `DEMO`"),
    ] {
        let root = root();
        for (kind, path) in made {
            let path = root.path().join(path);
            match *kind {
                "link" => symlink(outside.path(), path).expect("a link"),
                "file" => fs::write(path, "").expect("a file"),
                _ => fs::create_dir_all(path).expect("a folder"),
            }
        }
        let before = tree(root.path());
        let result = SkillsFolder::open(root.path(), ".claude/skills", "").and_then(|skills| {
            skills.occupant(&name())?;
            place(&skills, "one", Successor::OfNothing)
        });
        assert!(result.as_ref().is_err_and(|error| error.to_string().contains(expected)), "{made:?} {result:?}");
        assert_eq!((tree(root.path()), tree(outside.path())), (before, Vec::new()), "{made:?}");
    }
}

#[test]
fn whatever_the_moment_at_which_a_run_ends_the_old_folder_is_there_or_the_new_one() {
    for successor in [Successor::OfNothing, Successor::OfFolder, Successor::OfKeptFolder] {
        for end in MOMENTS {
            if end == Moment::Aside && successor != Successor::OfKeptFolder {
                continue;
            }
            let root = root();
            if successor != Successor::OfNothing {
                place(&open(root.path()), "old", Successor::OfNothing).expect("placed");
            }
            let ended = catch_unwind(AssertUnwindSafe(|| {
                let skills = open(root.path()).watched(move |moment| assert!(moment != end, "killed"));
                place(&skills, "new", successor)
            }));
            assert!(ended.is_err(), "{successor:?} passes {end:?}");
            let seen: Vec<String> =
                tree(root.path()).into_iter().filter(|line| line.starts_with(".claude/skills/demo/")).collect();
            let is_placed = end == Moment::Placed;
            let expected = match (is_placed, successor) {
                (true, _) => installed("new"),
                (false, Successor::OfNothing) => Vec::new(),
                (false, _) => installed("old"),
            };
            assert_eq!(seen, expected, "{successor:?} {end:?}");
            // No folder at the level of skills could be loaded in its place.
            let skills = fs::read_dir(root.path().join(".claude/skills")).expect("a folder");
            let loadable: Vec<PathBuf> = skills
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.join("SKILL.md").exists())
                .collect();
            assert!(loadable.iter().all(|path| path.ends_with("demo")), "{loadable:?}");
            if is_placed && successor == Successor::OfKeptFolder {
                assert!(
                    tree(root.path()).contains(&".claude/skills/.touchmark-replaced/demo-1/SKILL.md old".to_owned())
                );
            }
            // The next run goes through and clears up.
            let again = if seen.is_empty() { Successor::OfNothing } else { Successor::OfFolder };
            place(&open(root.path()), "next", again).expect("placed");
            let left: Vec<String> =
                tree(root.path()).into_iter().filter(|line| !line.contains(".touchmark-replaced")).collect();
            assert_eq!(left, installed("next"), "{successor:?} {end:?}");
        }
    }
}

#[test]
fn what_was_left_is_removed_without_following_its_links() {
    let (root, outside) = (root(), root());
    fs::write(outside.path().join("precious"), "x").expect("a file");
    let left = root.path().join(".claude/skills/.touchmark-stage-0/demo");
    fs::create_dir_all(&left).expect("a folder");
    symlink(outside.path(), left.join("link")).expect("a link");
    symlink(outside.path(), root.path().join(".claude/skills/.touchmark-stage-1")).expect("a link");
    place(&open(root.path()), "one", Successor::OfNothing).expect("placed");
    assert_eq!((tree(root.path()), tree(outside.path())), (installed("one"), vec!["precious x".to_owned()]));
}

#[test]
fn names_that_lead_elsewhere_or_hide_are_refused() {
    for text in
        ["", ".", "..", "../x", "a/b", "/etc", ".hidden", "-rf", "a b", "a\nb", "a\u{202e}b", "nul", &"n".repeat(101)]
    {
        assert!(FolderName::try_from(text).is_err(), "{text:?}");
    }
    for text in ["pdf", "pdf-ocr_2", "\u{fc}bung"] {
        assert!(FolderName::try_from(text).is_ok(), "{text:?}");
    }
}
