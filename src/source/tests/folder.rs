use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};

use crate::skill::{FileContent, Registry, limits};
use crate::source::{FoundSkill, SourceFailure, SourceSpec};

use super::{instructions, listed, read, read_spec, write};

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempdir().expect("a folder");
    for (path, content) in files {
        write(&root.path().join(path), content);
    }
    root
}

fn read_folder(path: &Path) -> (Vec<FoundSkill>, Vec<SourceFailure>) {
    read(&format!("folder:{}", path.display()))
}

fn names(skills: &[FoundSkill]) -> Vec<&str> {
    skills.iter().filter_map(|skill| skill.folder_name.as_deref()).collect()
}

#[test]
fn skills_of_a_plugin_have_the_licence_of_its_manifest() {
    let folder = tempdir().expect("a folder");
    let manifest =
        r#"{"$schema":"https://agent-plugins.org/schemas/1.0.0/plugin.schema.json","name":"a","license":"MIT"}"#;
    for (root, path) in [("one", "plugin.json"), ("two", ".claude-plugin/plugin.json")] {
        write(&folder.path().join(root).join(path), manifest);
        write(&folder.path().join(root).join("skills/in/SKILL.md"), instructions("in"));
        write(&folder.path().join(root).join("skills/deep/er/SKILL.md"), instructions("er"));
        write(&folder.path().join(root).join("other/SKILL.md"), instructions("other"));
    }
    write(&folder.path().join("skills/alone/SKILL.md"), instructions("alone"));
    let (skills, failures) = read(&format!("folder:{}", folder.path().display()));
    assert_eq!(failures, []);
    let licences: Vec<(&str, Option<&str>)> = skills
        .iter()
        .map(|skill| (skill.folder_name.as_deref().unwrap_or_default(), skill.source.license.as_deref()))
        .collect();
    let one = [("other", None), ("er", None), ("in", Some("MIT"))];
    assert_eq!(licences, [one.as_slice(), &[("alone", None)], one.as_slice()].concat());
}

#[test]
fn every_folder_with_instructions_is_a_skill_with_everything_below_it() {
    let text = instructions("x");
    let root = tree(&[
        ("b/SKILL.md", &text),
        ("b/.hidden", "1"),
        ("b/scripts/run.sh", "2"),
        ("b/.git/config", "left out"),
        ("b/scripts/.sigildex/x", "left out"),
        ("b/node_modules/m/SKILL.md", "no skill of its own, and part of the bundle"),
        ("b/nested/SKILL.md", &text),
        ("b-c/SKILL.md", &text),
        ("a.d/e/SKILL.md", &text),
        ("a.d/README.md", "no skill"),
        (".git/SKILL.md", "not looked for"),
        ("node_modules/m/SKILL.md", "not looked for"),
        ("dir/SKILL.md/x", "a folder of that name"),
    ]);
    let (skills, failures) = read_folder(root.path());
    assert_eq!(failures, []);
    assert_eq!(names(&skills), ["e", "b-c", "b", "nested"]);
    assert_eq!(
        listed(&skills[2]),
        [".hidden", "SKILL.md", "nested/SKILL.md", "node_modules/m/SKILL.md", "scripts/run.sh"]
    );
    assert_eq!(listed(&skills[3]), ["SKILL.md"]);
    let source = &skills[2].source;
    let folder = fs::canonicalize(root.path().join("b")).expect("a path");
    assert_eq!(
        (source.registry, format!("/{}", source.identity.directory())),
        (Registry::Local, folder.display().to_string())
    );
}

#[test]
fn one_spelling_of_the_instructions_is_chosen() {
    let text = instructions("x");
    let rows: [(&[&str], &str); 4] = [
        (&["SKILL.md", "skill.md", "SKILL.MD"], "SKILL.md"),
        (&["skill.md", "Skill.md"], "Skill.md"),
        (&["skill.md"], "skill.md"),
        (&["sKiLl.Md", "other.md"], "sKiLl.Md"),
    ];
    for (files, expected) in rows {
        let root = tree(&files.iter().map(|file| (*file, text.as_str())).collect::<Vec<_>>());
        let (skills, failures) = read_folder(root.path());
        assert_eq!((skills.len(), failures.len()), (1, 0), "{files:?}");
        assert_eq!(skills[0].source.file_name, expected);
        assert_eq!(skills[0].bundle.files[0].path, expected, "the instructions come first");
    }
}

#[test]
fn files_over_the_limits_are_listed_and_not_read() {
    let text = instructions("x");
    let root = tree(&[("s/SKILL.md", &text), ("t/SKILL.md", &text), ("s/z", "last")]);
    let sparse = |path: &str, size: u64| {
        let file = fs::File::create(root.path().join(path)).expect("a file");
        file.set_len(size).expect("a sparse file");
    };
    sparse("s/big", limits::FILE_BYTES + 1);
    sparse("s/huge", 1 << 40);
    for index in 0..4 {
        sparse(&format!("s/m{index}"), limits::FILE_BYTES);
    }
    sparse("t/SKILL.md", limits::FILE_BYTES + 1);
    let (skills, failures) = read_folder(root.path());
    let kept: Vec<&str> = skills[0].bundle.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(kept, ["SKILL.md", "m0", "m1", "m2", "z"]);
    let sizes: Vec<Option<u64>> = skills[0].bundle.unread.iter().map(|file| file.size_bytes).collect();
    assert_eq!(sizes, [Some(limits::FILE_BYTES + 1), Some(1 << 40), Some(limits::FILE_BYTES)]);
    assert_eq!(failures.len(), 1);
    assert!(failures[0].reason.contains("the limit is"), "{failures:?}");
}

#[test]
fn too_many_files_and_too_deep_folders_end_somewhere() {
    let root = tree(&[("SKILL.md", &instructions("x"))]);
    let mut deep = root.path().join("d");
    for _ in 0..limits::FOLDER_DEPTH + 3 {
        deep = deep.join("d");
    }
    write(&deep.join("SKILL.md"), "too deep");
    fs::create_dir(root.path().join("many")).expect("a folder");
    for index in 0..limits::BUNDLE_FILES * 2 + 10 {
        fs::write(root.path().join(format!("many/{index}")), "").expect("a file");
    }
    let (skills, failures) = read_folder(root.path());
    assert_eq!(skills.len(), 1);
    assert_eq!(skills[0].bundle.files.len(), limits::BUNDLE_FILES);
    let unread = &skills[0].bundle.unread;
    assert_eq!(unread.len(), limits::BUNDLE_FILES + 1);
    assert!(unread[0].reason.contains("deeper than 64 folders"), "{:?}", unread[0]);
    assert!(unread.last().is_some_and(|file| file.reason.contains("what follows")));
    assert_eq!(failures.iter().filter(|failure| failure.reason.contains("deeper")).count(), 1, "{failures:?}");
}

#[test]
fn a_folder_without_skills_yields_nothing_and_a_vanished_one_is_an_error() {
    let root = tree(&[("README.md", "x")]);
    assert_eq!(read_folder(root.path()).0.len(), 0);
    let gone = SourceSpec::Folder(root.path().join("gone"));
    assert!(crate::source::open(&gone).is_err());
}

#[cfg(unix)]
#[test]
fn links_are_kept_as_links_and_never_followed() {
    use std::os::unix::fs::symlink;
    let text = instructions("x");
    let root =
        tree(&[("s/SKILL.md", &text), ("linked/other.md", "x"), ("outside/secret", "s"), ("two/skill.md", &text)]);
    let at = |path: &str| root.path().join(path);
    for (target, link) in [
        ("/etc/passwd", "s/passwd"),
        (".", "s/loop"),
        ("../outside", "s/up"),
        ("nowhere", "s/dangling"),
        ("loop", "loop"),
        ("s", "also-s"),
        ("../s/SKILL.md", "linked/SKILL.md"),
        ("../s/SKILL.md", "two/SKILL.md"),
    ] {
        symlink(target, at(link)).expect("a link");
    }
    let (skills, failures) = read_folder(root.path());
    assert_eq!(names(&skills), ["s", "two"]);
    assert_eq!(
        listed(&skills[0]),
        ["SKILL.md", "dangling -> nowhere", "loop -> .", "passwd -> /etc/passwd", "up -> ../outside"]
    );
    assert_eq!(skills[1].source.file_name, "skill.md", "a link gives way to a regular file");
    assert_eq!(failures.len(), 1);
    assert!(
        failures[0].location.ends_with("linked/SKILL.md") && failures[0].reason.contains("symbolic link"),
        "{failures:?}"
    );
    // The folder that was asked for may itself be a link.
    let (skills, _) = read_spec(&SourceSpec::Folder(at("also-s")));
    assert_eq!(names(&skills), ["s"]);
}

#[cfg(unix)]
#[test]
fn special_and_unreadable_files_are_listed_and_never_waited_for() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixListener;
    let root = tree(&[("SKILL.md", &instructions("x")), ("run", "#!/bin/sh\n"), ("group", "x"), ("other/x", "x")]);
    let at = |path: &str| root.path().join(path);
    let _socket = UnixListener::bind(at("socket")).expect("a socket");
    let _odd = UnixListener::bind(at("other/SKILL.md")).expect("a socket");
    let has_fifo = std::process::Command::new("mkfifo").arg(at("fifo")).status().is_ok_and(|status| status.success());
    fs::set_permissions(at("run"), fs::Permissions::from_mode(0o700)).expect("a mode");
    fs::set_permissions(at("group"), fs::Permissions::from_mode(0o610)).expect("a mode");
    let (skills, failures) = read_folder(root.path());
    let special = "it is neither a file nor a folder nor a link";
    let mut expected = vec![
        "SKILL.md".to_owned(),
        format!("fifo ! {special}"),
        "group*".to_owned(),
        format!("other/SKILL.md ! {special}"),
        "other/x".to_owned(),
        "run*".to_owned(),
        format!("socket ! {special}"),
    ];
    if !has_fifo {
        expected.remove(1);
    }
    assert_eq!(listed(&skills[0]), expected);
    assert_eq!(failures.len(), 1, "{failures:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_names_are_listed_in_safe_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let root = tree(&[
        ("s/SKILL.md", &instructions("x")),
        ("s/new\nline", "x"),
        ("s/\u{202e}gpj.exe", "x"),
        ("new\nline/SKILL.md", "x"),
    ]);
    let odd = root.path().join("s").join(OsStr::from_bytes(b"caf\xe9\x1b[31m"));
    write(&odd, "x");
    write(&root.path().join("s").join(OsStr::from_bytes(b"dir\xff")).join("SKILL.md"), "x");
    let (skills, failures) = read_folder(root.path());
    assert_eq!(names(&skills), ["s"]);
    let unread: Vec<&str> = skills[0].bundle.unread.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(unread, ["caf\u{fffd}\\u{1b}[31m", "dir\u{fffd}"]);
    assert!(skills[0].bundle.files.iter().any(|file| file.content == FileContent::Bytes(b"x".to_vec())));
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(failures.iter().all(|failure| !failure.location.chars().any(char::is_control)));
}
