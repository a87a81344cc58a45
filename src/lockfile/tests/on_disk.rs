//! Lockfiles where they lie, and several writers of one.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::super::{
    FoundError, LockfileKind, PinnedSkill, Place, PlacePath, Review, Root, Roots, Scope, find, parse, read_lockfile_of,
    write_pin,
};
use crate::scan::SafetyStatus;
use crate::skill::{Sha256Digest, SkillId, SourceIdentity};

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
    fs::write(path, text).expect("a file");
}

#[test]
fn every_lockfile_of_a_project_and_of_a_user_is_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (project, home) = (folder.path().join("project"), folder.path().join("home"));
    let gh = format!("---\nname: x\nmetadata:\n  github-tree-sha: {}\n---\n", "c".repeat(40));
    for (path, text) in [
        ("touchmark.lock", r#"{"version": 1, "skills": {}}"#),
        ("skills-lock.json", "{"),
        (".clawdhub/lock.json", r#"{"version": 1, "skills": {}}"#),
        ("apm.lock.yaml", "lockfile_version: '1'\n"),
        ("skills.lock", "[metadata]\nversion = \"3.0\"\n"),
        (".claude/skills/x/SKILL.md", &gh),
        (".claude/skills/y/SKILL.md", "---\nname: y\n---\n"),
    ] {
        write(&project.join(path), text);
    }
    fs::create_dir_all(project.join(".agents")).expect("a folder");
    symlink("../.claude/skills", project.join(".agents/skills")).expect("a link");
    write(&home.join(".agents/.skill-lock.json"), r#"{"version": 3, "skills": {}}"#);
    let listed = |home: Option<&Path>| -> Vec<String> {
        let roots = Roots::new(&project, home).expect("roots");
        find(&roots).iter().map(|file| format!("{} {}", file.shown, file.content.is_ok())).collect()
    };
    let project_only = [
        "touchmark.lock true",
        "skills-lock.json false",
        ".clawdhub/lock.json true",
        "apm.lock.yaml true",
        "skills.lock true",
        ".agents/skills/x/SKILL.md true",
    ];
    assert_eq!(listed(None), project_only);
    assert_eq!(listed(Some(&home)), [&project_only[..], &["~/.agents/.skill-lock.json true"]].concat());
    assert_eq!(listed(Some(&folder.path().join("nobody"))), project_only);
}

#[test]
fn a_lockfile_that_is_too_large_or_leads_nowhere_is_not_passed_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    symlink("nowhere", folder.path().join("touchmark.lock")).expect("a link");
    fs::create_dir(folder.path().join("apm.lock.yaml")).expect("a folder");
    let large = fs::File::create(folder.path().join("skills-lock.json")).expect("a file");
    large.set_len(16 * 1024 * 1024 + 1).expect("a length");
    let roots = Roots::new(folder.path(), None).expect("roots");
    let found = find(&roots);
    let is_invalid: Vec<bool> = found.iter().map(|file| matches!(file.content, Err(FoundError::Invalid(_)))).collect();
    assert!(found.iter().all(|file| file.content.is_err()), "{found:?}");
    assert_eq!(is_invalid, [false, true, false]);
}

/// Returns what is found, with how it failed.
fn found(project: &Path, home: Option<&Path>) -> Vec<String> {
    let roots = Roots::new(project, home).expect("roots");
    let shown = find(&roots).into_iter().map(|file| match file.content {
        Ok(_) => format!("{} read", file.shown),
        Err(FoundError::Unreadable(_)) => format!("{} unreadable", file.shown),
        Err(FoundError::Invalid(error)) => format!("{} {error}", file.shown),
    });
    shown.collect()
}

#[test]
fn what_cannot_be_looked_at_is_not_taken_for_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (project, home) = (folder.path().join("project"), folder.path().join("home"));
    write(&project.join("touchmark.lock"), r#"{"version": 1, "skills": {}}"#);
    write(&folder.path().join("outside/x/SKILL.md"), "---\nname: x\n---\n");
    // A link that leads to itself, as a folder without permissions, may hide anything.
    symlink(".clawhub", project.join(".clawhub")).expect("a link");
    symlink("home", &home).expect("a link");
    fs::create_dir_all(project.join(".claude/skills/a/SKILL.md")).expect("a folder");
    fs::create_dir_all(project.join(".codex")).expect("a folder");
    symlink("skills", project.join(".codex/skills")).expect("a link");
    fs::create_dir_all(project.join("skills")).expect("a folder");
    symlink("../../outside/x", project.join("skills/x")).expect("a link");
    // What really is not there: nothing, nothing below a file, a link that leads nowhere.
    write(&project.join(".cursor"), "a file");
    symlink("nowhere", project.join("skills/y")).expect("a link");
    assert_eq!(
        found(&project, Some(&home)),
        [
            "touchmark.lock read",
            ".clawhub/lock.json unreadable",
            ".claude/skills/a/SKILL.md unreadable",
            ".codex/skills unreadable",
            "skills/x unreadable",
            "~/.agents/.skill-lock.json unreadable",
        ]
    );
}

#[test]
fn no_lockfile_is_read_outside_of_its_root_and_none_is_repeated() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = folder.path().join("project");
    let secret = "password: hunter2\nx: [y\n";
    write(&folder.path().join("outside"), secret);
    fs::create_dir_all(project.join("skills/x")).expect("a folder");
    for path in ["touchmark.lock", "skills-lock.json", "apm.lock.yaml", "skills.lock"] {
        symlink("../outside", project.join(path)).expect("a link");
    }
    symlink("../../../outside", project.join("skills/x/SKILL.md")).expect("a link");
    let said = found(&project, None);
    assert!(said.len() == 5 && said.iter().all(|line| line.ends_with(" unreadable")), "{said:?}");
    let root = Root::project(&project).expect("a project");
    assert!(matches!(read_lockfile_of(&root, LockfileKind::Touchmark), Err(FoundError::Unreadable(_))));
    for kind in [LockfileKind::SkillsLock, LockfileKind::Apm, LockfileKind::Fastskill] {
        let error = parse(kind, secret.as_bytes()).expect_err("it is none").to_string();
        assert!(!error.contains("hunter2"), "{kind:?}: {error}");
        assert!(error.contains("line"), "{kind:?}: {error}");
    }
}

#[test]
fn no_place_leads_out_of_its_root() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = folder.path().join("project");
    write(&folder.path().join("outside/SKILL.md"), "secret");
    write(&project.join("skills/inside/SKILL.md"), "x");
    symlink("../../outside", project.join("skills/link")).expect("a link");
    symlink("inside", project.join("skills/alias")).expect("a link");
    symlink("../../outside/SKILL.md", project.join("skills/file.md")).expect("a link");
    let roots = Roots::new(&project, None).expect("roots");
    let root: &Root = roots.root(Scope::Project).expect("a project");
    let place = |path: &str| PlacePath::parse(path, "k").expect("a path");
    let real = |path: &str| match root.look_at(&place(path)) {
        Ok(Place::Folder(folder)) => Some(folder.real_path),
        _ => None,
    };
    assert!(real("skills/inside").is_some());
    assert_eq!(real("skills/alias"), real("skills/inside"));
    assert!(matches!(root.look_at(&place("skills/absent")), Ok(Place::Absent)));
    assert!(matches!(root.look_at(&place("skills/inside/SKILL.md")), Ok(Place::Absent)));
    let error = root.look_at(&place("skills/link")).expect_err("it leads out").to_string();
    assert!(error.contains("`skills/link` leads out"), "{error}");
    assert!(root.read_file(&place("skills/file.md"), 100).is_err());
    assert!(root.read_file(&place("skills/link/SKILL.md"), 100).is_err());
    assert!(matches!(root.read_file(&place("skills/inside/SKILL.md"), 100), Ok(Some(bytes)) if bytes == b"x"));
    assert!(root.read_file(&place("skills/inside/SKILL.md"), 0).is_err());
}

fn pinned(name: &str) -> PinnedSkill {
    PinnedSkill {
        name: PinnedSkill::name(name).expect("a name"),
        path: PinnedSkill::path(&format!("skills/{name}")).expect("a path"),
        root_digest: Sha256Digest::of(name.as_bytes()),
        skill_id: SkillId::of(&SourceIdentity::new("github.com", "o", "r", name)),
        source_url: "https://github.com/o/r".to_owned(),
        content_hash: Sha256Digest::of(b"content"),
        commit_sha: None,
        verdict: SafetyStatus::Safe,
        audited_at: None,
        review: Review {
            recommended_action: "safe_to_install".to_owned(),
            executes_code: false,
            safety_flags: Vec::new(),
            ruleset_version: None,
        },
    }
}

#[test]
fn writers_at_once_lose_no_entry() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let folder = folder.path();
            scope.spawn(move || {
                for index in 0..10 {
                    write_pin(folder, &pinned(&format!("s{writer}-{index}"))).expect("written");
                }
            });
        }
    });
    let bytes = fs::read(folder.path().join("touchmark.lock")).expect("a file");
    let lockfile = parse(LockfileKind::Touchmark, &bytes).expect("a lockfile");
    assert_eq!(lockfile.entries.iter().flatten().count(), 80);
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").filter_map(Result::ok).collect();
    assert_eq!(left.len(), 1, "nothing is left beside it: {left:?}");
}

#[test]
fn what_is_not_understood_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("touchmark.lock");
    for text in [r#"{"version": 2, "skills": {}}"#, "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n", ""] {
        fs::write(&path, text).expect("a file");
        let error = write_pin(folder.path(), &pinned("a")).expect_err(text).to_string();
        assert!(error.contains("is not changed"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), text);
    }
    fs::remove_file(&path).expect("removed");
    symlink("elsewhere.json", &path).expect("a link");
    assert!(write_pin(folder.path(), &pinned("a")).expect_err("a link").to_string().contains("symbolic link"));
    fs::remove_file(&path).expect("removed");
    assert!(matches!(write_pin(folder.path(), &pinned("a")), Ok(("touchmark.lock", true))));
    assert!(matches!(write_pin(folder.path(), &pinned("a")), Ok(("touchmark.lock", false))));
}
