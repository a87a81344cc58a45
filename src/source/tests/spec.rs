use std::fs;

use proptest::prelude::*;
use tempfile::tempdir;

use crate::skill::{Registry, SkillSource, SourceIdentity};
use crate::source::{SourceError, SourceSpec};

use super::write;

fn key(text: &str) -> String {
    let spec = SourceSpec::parse(text).expect(text);
    let key = spec.key();
    assert_eq!(SourceSpec::parse(&key).map(|again| again.key()).as_ref(), Ok(&key), "{text}");
    key
}

#[test]
fn every_spelling_of_a_remote_repository_has_one_key() {
    let rows = [
        ("https://github.com/o/r", "git:https://github.com/o/r"),
        ("https://www.GitHub.com/O/R.git/", "git:https://github.com/o/r"),
        ("http://github.com/o/r?tab=readme", "git:https://github.com/o/r"),
        ("https://me@github.com/o/r", "git:https://github.com/o/r"),
        ("github:o/r", "git:https://github.com/o/r"),
        ("github.com/o/r", "git:https://github.com/o/r"),
        ("github:o/r#main", "git:https://github.com/o/r#main"),
        ("github:o/r#main:skills/pdf/", "git:https://github.com/o/r#main:skills/pdf"),
        ("github:o/r#HEAD:skills/pdf/SKILL.md", "git:https://github.com/o/r#:skills/pdf"),
        ("github:o/r#:skill.md", "git:https://github.com/o/r"),
        ("git:https://github.com/o/r#:skills", "git:https://github.com/o/r#:skills"),
        ("github:o/r#feature/new:a%20b/%23c", "git:https://github.com/o/r#feature/new:a%20b/%23c"),
        ("https://github.com/o/r/tree/main/skills/pdf", "git:https://github.com/o/r#main:skills/pdf"),
        ("https://github.com/o/r/blob/main/skills/pdf/SKILL.md", "git:https://github.com/o/r#main:skills/pdf"),
        ("https://gitlab.com/Group/Sub/R", "git:https://gitlab.com/group/sub/r"),
        ("https://Git.example:8443/O/R.git", "git:https://git.example:8443/O/R.git"),
        ("http://127.0.0.1:9/r.git", "git:http://127.0.0.1:9/r.git"),
    ];
    for (text, expected) in rows {
        assert_eq!(key(text), expected, "{text}");
    }
}

#[test]
fn every_spelling_of_a_host_has_one_key() {
    let rows = [
        ("well-known:https://Host.example", "well-known:https://host.example"),
        ("well-known:https://host.example/", "well-known:https://host.example"),
        ("well-known:https://host.example:443/team/", "well-known:https://host.example/team"),
        ("well-known:https://host.example/.well-known/agent-skills/index.json", "well-known:https://host.example"),
        ("well-known:https://host.example/a/.well-known/skills/", "well-known:https://host.example/a"),
        ("clawhub:https://host.example:8443/api/v1/", "clawhub:https://host.example:8443"),
        ("mcp:https://host.example/mcp/", "mcp:https://host.example/mcp"),
        ("mcp:http://127.0.0.1:9/mcp", "mcp:http://127.0.0.1:9/mcp"),
        ("mcp:http://localhost:9/mcp", "mcp:http://localhost:9/mcp"),
        ("well-known:http://[::1]:9/", "well-known:http://[::1]:9"),
    ];
    for (text, expected) in rows {
        assert_eq!(key(text), expected, "{text}");
    }
}

#[test]
fn local_paths_are_told_apart_by_what_stands_there() {
    let folder = tempdir().expect("a folder");
    let root = fs::canonicalize(folder.path()).expect("a path");
    let root = root.to_str().expect("UTF-8");
    write(&folder.path().join("plain/SKILL.md"), "x");
    write(&folder.path().join("odd #name/SKILL.md"), "x");
    for name in ["HEAD", "objects/x", "refs/x"] {
        write(&folder.path().join("bare.git").join(name), "x");
        write(&folder.path().join("work/.git").join(name), "x");
    }
    for name in ["a.jsonl", "a.JSONL.gz", "a.jsonl.zst", "a.txt", "a.zip", "a.TAR.gz", "a.tgz", "a.tar"] {
        write(&folder.path().join(name), "");
    }
    let rows = [
        ("plain", "folder:ROOT/plain"),
        ("plain/../plain/.", "folder:ROOT/plain"),
        ("odd #name", "folder:ROOT/odd #name"),
        ("work", "git:file://ROOT/work"),
        ("work/.git", "git:file://ROOT/work"),
        ("work#main:skills", "git:file://ROOT/work#main:skills"),
        ("bare.git", "git:file://ROOT/bare.git"),
        ("a.jsonl", "corpus:ROOT/a.jsonl"),
        ("a.JSONL.gz", "corpus:ROOT/a.JSONL.gz"),
        ("a.jsonl.zst", "corpus:ROOT/a.jsonl.zst"),
        ("a.zip", "archive:ROOT/a.zip"),
        ("a.TAR.gz", "archive:ROOT/a.TAR.gz"),
        ("a.tgz", "archive:ROOT/a.tgz"),
        ("a.tar", "archive:ROOT/a.tar"),
    ];
    for (text, expected) in rows {
        assert_eq!(key(&format!("{root}/{text}")), expected.replace("ROOT", root), "{text}");
    }
    assert_eq!(key(&format!("folder:{root}/work")), format!("folder:{root}/work"));
    assert_eq!(key(&format!("git:{root}/plain")), format!("git:file://{root}/plain"));
    assert_eq!(key(&format!("file://{root}/plain")), format!("folder:{root}/plain"));
    assert_eq!(key(&format!("file://localhost{root}/bare.git#:a")), format!("git:file://{root}/bare.git#:a"));
    for text in ["missing", "a.txt", "plain/SKILL.md"] {
        assert!(SourceSpec::parse(&format!("{root}/{text}")).is_err(), "{text}");
    }
    assert!(SourceSpec::parse(&format!("corpus:{root}/plain")).is_err());
    assert!(SourceSpec::parse(&format!("folder:{root}/a.jsonl")).is_err());
}

#[test]
fn what_is_no_source_is_refused_with_the_reason() {
    let rows = [
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("a\nb", "control characters"),
        ("folder:\0", "control characters"),
        ("/does/not/exist", "there is no file or folder"),
        ("folder:/does/not/exist", "there is no file or folder"),
        ("git://host.example/o/r", "cannot fetch over `git://`"),
        ("ssh://git@host.example/o/r", "cannot fetch over `ssh://`"),
        ("git@github.com:o/r.git", "cannot fetch over `ssh://`"),
        ("ftp://host.example/r", "cannot fetch over `ftp://`"),
        ("clawhub", "there is no file or folder"),
        ("clawhub:", "relative URL without a base"),
        ("well-known:host.example", "relative URL without a base"),
        ("well-known:http://host.example", "is not https://"),
        ("well-known:https://10.0.0.1", "into a private network"),
        ("well-known:http://192.168.0.1", "is not https://"),
        ("mcp:https://[::ffff:127.0.0.1]/mcp", "into a private network"),
        ("mcp:https://host.internal/mcp", "into a private network"),
        ("mcp:https://me@host.example/mcp", "a user or a password"),
        ("mcp:https://host.example/mcp?key=1", "a query or a fragment"),
        ("mcp:https://host.example/mcp#a", "a query or a fragment"),
        ("mcp:ftp://host.example/mcp", "is not https://"),
        ("archive:/does/not/exist.zip", "there is no file or folder"),
        ("https://", "empty host"),
        ("https://host.example/", "names no repository"),
        ("https://github.com/only-owner", "names no repository"),
        ("github:o/r#..", "no name of a branch"),
        ("github:o/r#a b", "no name of a branch"),
        ("github:o/r#main:../x", "`.` or `..`"),
        ("github:o/r#main:a%00b", "control characters"),
        ("github:o/r#%ff", "not UTF-8"),
        ("file:relative", "there is no file or folder"),
        ("file://host.example/x", "three slashes"),
    ];
    for (text, reason) in rows {
        let error = SourceSpec::parse(text).expect_err(text).to_string();
        assert!(error.contains(reason), "{text}: {error}");
        assert!(!error.chars().any(char::is_control), "{error:?}");
    }
}

#[test]
fn a_password_is_refused_and_never_repeated() {
    for text in [
        "https://me:hunter2@github.com/o/r",
        "https://:hunter2@github.com/o/r",
        "https://me:hunter2@bad host/",
        "well-known:https://me:hunter2@host.example",
        "mcp:https://me:hunter2@bad host/",
    ] {
        let error = SourceSpec::parse(text).expect_err("a password");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
    let error = SourceSpec::parse("https://me:x@github.com/o/r");
    assert_eq!(error, Err(SourceError::PasswordInUrl { host: "github.com".to_owned() }));
}

#[test]
fn the_url_of_a_skill_on_an_unknown_host_is_a_source() {
    let mut source = SkillSource::new(SourceIdentity::new("git.example", "o", "r", "skills/a b"), Registry::Git);
    source.reference = Some("v1.0".to_owned());
    assert_eq!(key(&source.url()), "git:https://git.example/o/r#v1.0:skills/a%20b");
}

proptest! {
    #[test]
    fn reading_a_source_never_panics(text in any::<String>(), start in "(folder:|git:|corpus:|archive:|well-known:https://|clawhub:|mcp:https://|github:|file://|https://|git:file://)?", rest in "[a-z:/#@%.~ \\\\]{0,40}") {
        for text in [text.clone(), format!("{start}{rest}"), format!("{start}{text}"), format!("https://h/{rest}#{text}")] {
            match SourceSpec::parse(&text) {
                Ok(spec) => {
                    let key = spec.key();
                    prop_assert_eq!(SourceSpec::parse(&key).map(|again| again.key()), Ok(key));
                }
                Err(error) => prop_assert!(!error.to_string().chars().any(char::is_control)),
            }
        }
    }
}
