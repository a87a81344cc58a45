use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::tree::{Entry, EntryKind};
use tempfile::tempdir;

use crate::skill::{Registry, limits};
use crate::source::{GitLocation, GitSpec, SourceError, SourceSpec, open};

use super::{directories, instructions, listed, read};

fn init(path: &Path) -> gix::Repository {
    let options = gix::open::Options::isolated().config_overrides(["user.name=a", "user.email=a@b.example"]);
    gix::ThreadSafeRepository::init_opts(path, gix::create::Kind::Bare, gix::create::Options::default(), options)
        .expect("a repository")
        .to_thread_local()
}

fn blob(repository: &gix::Repository, content: &[u8]) -> ObjectId {
    repository.write_blob(content).expect("a blob").detach()
}

fn tree(repository: &gix::Repository, entries: &[(&[u8], EntryKind, ObjectId)]) -> ObjectId {
    let entries = entries
        .iter()
        .map(|(name, kind, oid)| Entry { mode: (*kind).into(), filename: name.as_bstr().to_owned(), oid: *oid })
        .collect();
    repository.write_object(gix::objs::Tree { entries }).expect("a tree").detach()
}

fn commit(repository: &gix::Repository, branch: &str, tree: ObjectId) -> ObjectId {
    let person = gix::actor::SignatureRef { name: "a".into(), email: "a@b.example".into(), time: "1700000000 +0200" };
    repository.commit_as(person, person, branch, "message", tree, None::<ObjectId>).expect("a commit").detach()
}

#[test]
fn skills_are_read_from_the_objects_of_a_commit() {
    let folder = tempdir().expect("a folder");
    let repository = init(&folder.path().join("repo.git"));
    let text = blob(&repository, instructions("pdf").as_bytes());
    let x = blob(&repository, b"x");
    let target = blob(&repository, b"/etc/passwd");
    let scripts = tree(&repository, &[(b"run.sh", EntryKind::BlobExecutable, x)]);
    let module = tree(&repository, &[(b"SKILL.md", EntryKind::Blob, text)]);
    let pdf = tree(
        &repository,
        &[
            (b".hidden", EntryKind::Blob, x),
            (b".sigildex", EntryKind::Blob, x),
            (b"SKILL.md", EntryKind::Blob, text),
            (b"link", EntryKind::Link, target),
            (b"node_modules", EntryKind::Tree, module),
            (b"scripts", EntryKind::Tree, scripts),
            (b"sub", EntryKind::Commit, ObjectId::from_hex(b"1111111111111111111111111111111111111111").expect("hex")),
        ],
    );
    let lower =
        tree(&repository, &[(b"Skill.md", EntryKind::Link, target), (b"skill.md", EntryKind::BlobExecutable, text)]);
    let linked = tree(&repository, &[(b"SKILL.md", EntryKind::Link, target)]);
    let skills = tree(
        &repository,
        &[(b"linked", EntryKind::Tree, linked), (b"lower", EntryKind::Tree, lower), (b"pdf", EntryKind::Tree, pdf)],
    );
    let root = tree(&repository, &[(b"node_modules", EntryKind::Tree, module), (b"skills", EntryKind::Tree, skills)]);
    let id = commit(&repository, "refs/heads/main", root);
    let path = folder.path().canonicalize().expect("a path").join("repo.git");

    let (skills, failures) = read(path.to_str().expect("UTF-8"));
    assert_eq!(directories(&skills), ["skills/lower", "skills/pdf"]);
    assert_eq!(
        listed(&skills[1]),
        [
            ".hidden",
            "SKILL.md",
            "link -> /etc/passwd",
            "node_modules/SKILL.md",
            "scripts/run.sh*",
            "sub ! it is a submodule, which is not fetched"
        ]
    );
    assert_eq!(listed(&skills[0]), ["Skill.md -> /etc/passwd", "skill.md*"]);
    let source = &skills[1].source;
    assert_eq!(
        (source.registry, source.reference.as_deref(), source.commit_sha.clone()),
        (Registry::Git, Some("main"), Some(id.to_string()))
    );
    assert_eq!(source.committed_at.map(|time| time.to_string()).as_deref(), Some("2023-11-14T22:13:20.000Z"));
    assert_eq!((source.identity.host(), source.identity.repository()), ("file", path.to_str().expect("UTF-8")));
    assert_eq!((skills[0].source.file_name.as_str(), skills[0].folder_name.as_deref()), ("skill.md", Some("lower")));
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].location, "skills/linked/SKILL.md");

    let at = |fragment: &str| SourceSpec::parse(&format!("file://{}{fragment}", path.display())).expect("a spec");
    for (fragment, expected) in [
        ("#:skills/pdf", vec!["skills/pdf"]),
        ("#main:skills/lower/skill.md", vec!["skills/lower"]),
        ("#:skills/pdf/scripts", vec![]),
    ] {
        assert_eq!(directories(&super::read_spec(&at(fragment)).0), expected, "{fragment}");
    }
    for fragment in ["#:missing", "#:skills/pdf/link"] {
        assert!(matches!(open(&at(fragment)).err(), Some(SourceError::NoSuchFolder { .. })), "{fragment}");
    }
}

#[test]
fn branches_tags_and_commits_are_found() {
    let folder = tempdir().expect("a folder");
    let repository = init(folder.path());
    let skill = |name: &str| {
        let text = blob(&repository, instructions(name).as_bytes());
        let inner = tree(&repository, &[(b"SKILL.md", EntryKind::Blob, text)]);
        tree(&repository, &[(name.as_bytes(), EntryKind::Tree, inner)])
    };
    commit(&repository, "refs/heads/main", skill("on-main"));
    let feature = commit(&repository, "refs/heads/feature/x", skill("on-feature"));
    commit(&repository, "refs/remotes/origin/far", skill("on-origin"));
    let person = gix::actor::SignatureRef { name: "a".into(), email: "a@b.example".into(), time: "1700000000 +0000" };
    repository
        .tag("v1", feature, gix::objs::Kind::Commit, Some(person), "tag", gix::refs::transaction::PreviousValue::Any)
        .expect("a tag");
    let (full, short) = (feature.to_string(), feature.to_hex_with_len(8).to_string());
    let rows = [
        (None, Ok(("on-main", Some("main")))),
        (Some("main"), Ok(("on-main", Some("main")))),
        (Some("refs/heads/main"), Ok(("on-main", Some("main")))),
        (Some("feature/x"), Ok(("on-feature", Some("feature/x")))),
        (Some("v1"), Ok(("on-feature", Some("v1")))),
        (Some("far"), Ok(("on-origin", Some("far")))),
        (Some(full.as_str()), Ok(("on-feature", None))),
        (Some(short.as_str()), Ok(("on-feature", None))),
        (Some("missing"), Err(())),
        (Some("1111111111111111111111111111111111111111"), Err(())),
    ];
    for (reference, expected) in rows {
        let spec = SourceSpec::Git(GitSpec {
            location: GitLocation::OnDisk(folder.path().to_owned()),
            reference: reference.map(str::to_owned),
            path: None,
        });
        match expected {
            Ok((directory, name)) => {
                let (skills, _) = super::read_spec(&spec);
                assert_eq!(
                    (directories(&skills), skills[0].source.reference.as_deref()),
                    (vec![directory], name),
                    "{reference:?}"
                );
            }
            Err(()) => assert!(matches!(open(&spec).err(), Some(SourceError::NoSuchReference { .. })), "{reference:?}"),
        }
    }
}

#[test]
fn an_empty_repository_yields_nothing_and_no_repository_is_an_error() {
    let folder = tempdir().expect("a folder");
    init(&folder.path().join("empty"));
    let text = folder.path().to_str().expect("UTF-8");
    assert_eq!(read(&format!("{text}/empty")).0.len(), 0);
    let spec = SourceSpec::parse(&format!("git:{text}")).expect("a spec");
    let error = open(&spec).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("cannot open the git repository"), "{error}");
}

#[test]
fn hostile_objects_are_listed_and_not_loaded() {
    let folder = tempdir().expect("a folder");
    let repository = init(folder.path());
    let text = blob(&repository, instructions("x").as_bytes());
    let other = blob(&repository, b"another text");
    let big = blob(&repository, &vec![0; limits::FILE_BYTES as usize + 1]);
    let missing = ObjectId::from_hex(b"2222222222222222222222222222222222222222").expect("hex");
    let nested = tree(&repository, &[(b"SKILL.md", EntryKind::Blob, text)]);
    let skill = tree(
        &repository,
        &[
            (b"SKILL.md", EntryKind::Blob, text),
            (b"SKILL.md", EntryKind::Blob, other),
            (b"big", EntryKind::Blob, big),
            (b"big-link", EntryKind::Link, big),
            (b"caf\xe9", EntryKind::Blob, text),
            (b"gone", EntryKind::Blob, missing),
            (b"gone-folder", EntryKind::Tree, missing),
            (b"not-a-tree", EntryKind::Tree, text),
        ],
    );
    let large = tree(&repository, &[(b"SKILL.md", EntryKind::Blob, big)]);
    let root = tree(
        &repository,
        &[
            (b"..", EntryKind::Tree, nested),
            (b"a/../../b", EntryKind::Tree, nested),
            (b"dir\xff", EntryKind::Tree, nested),
            (b"gone", EntryKind::Tree, missing),
            (b"large", EntryKind::Tree, large),
            (b"new\nline", EntryKind::Tree, nested),
            (b"s", EntryKind::Tree, skill),
            (b"twice", EntryKind::Tree, nested),
            (b"twice", EntryKind::Tree, nested),
        ],
    );
    commit(&repository, "refs/heads/main", root);
    let (skills, failures) = read(folder.path().to_str().expect("UTF-8"));
    assert_eq!(directories(&skills), ["s"]);
    let unread: Vec<&str> = skills[0].bundle.unread.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(unread, ["big", "big-link", "caf\u{fffd}", "gone", "gone-folder", "not-a-tree"]);
    let twice = skills[0].bundle.files.iter().filter(|file| file.path == "SKILL.md").count();
    assert_eq!(twice, 2, "a second file of that name is not hidden");
    let mut failed: Vec<&str> = failures.iter().map(|failure| failure.location.as_str()).collect();
    failed.sort_unstable();
    let expected = [
        "..",
        "a/../../b",
        "dir\u{fffd}",
        "gone",
        "large/SKILL.md",
        "new line",
        "s/gone-folder",
        "s/not-a-tree",
        "twice",
    ];
    assert_eq!(failed, expected, "{failures:?}");
}

#[test]
fn a_tree_that_stands_for_billions_of_files_ends_soon() {
    let folder = tempdir().expect("a folder");
    let repository = init(folder.path());
    let text = blob(&repository, instructions("x").as_bytes());
    let names: Vec<Vec<u8>> = (b'a'..b'u').map(|name| vec![name]).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_slice(), EntryKind::Blob, text)).collect();
    let mut bomb = tree(&repository, &files);
    for _ in 0..3 {
        bomb =
            tree(&repository, &names.iter().map(|name| (name.as_slice(), EntryKind::Tree, bomb)).collect::<Vec<_>>());
    }
    // 20^4 files in five objects.
    let root = tree(&repository, &[(b"SKILL.md", EntryKind::Blob, text), (b"bomb", EntryKind::Tree, bomb)]);
    commit(&repository, "refs/heads/main", root);
    let (skills, _) = read(folder.path().to_str().expect("UTF-8"));
    assert_eq!(skills.len(), 1);
    assert_eq!(skills[0].bundle.files.len(), limits::BUNDLE_FILES);
    assert!(skills[0].bundle.unread.len() <= limits::BUNDLE_FILES + 1);
}
