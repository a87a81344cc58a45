use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::skill::{Registry, Sha256Digest, limits};
use crate::source::{FoundSkill, SourceFailure, SourceSpec};

use super::{directories, instructions, listed, read_spec};

fn row(path: &str) -> Value {
    let content = instructions("x");
    json!({"repo": "Owner/Repo", "path": path, "content": content, "sha256": Sha256Digest::of(content.as_bytes()).to_hex()})
}

fn with(mut row: Value, field: &str, value: Value) -> Value {
    row[field] = value;
    row
}

fn lines(rows: &[Value]) -> Vec<u8> {
    rows.iter().flat_map(|row| format!("{row}\n").into_bytes()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("in memory")
}

fn read_file(path: &Path) -> (Vec<FoundSkill>, Vec<SourceFailure>) {
    read_spec(&SourceSpec::Corpus(path.to_owned()))
}

fn read_bytes(bytes: &[u8]) -> (Vec<FoundSkill>, Vec<SourceFailure>) {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("corpus.jsonl");
    fs::write(&path, bytes).expect("a file");
    read_file(&path)
}

#[test]
fn all_three_encodings_and_several_members_read_the_same() {
    let (first, second) = (lines(&[row("a/SKILL.md"), row("b/SKILL.md")]), lines(&[row("SKILL.md")]));
    let rows: [(&str, Vec<u8>); 3] = [
        (".jsonl", [first.clone(), second.clone()].concat()),
        (".jsonl.gz", [gzip(&first), gzip(&second)].concat()),
        (".jsonl.zst", [zstandard(&first), b"\x50\x2a\x4d\x18\x02\0\0\0xx".to_vec(), zstandard(&second)].concat()),
    ];
    let folder = tempdir().expect("a folder");
    for (ending, bytes) in rows {
        let path = folder.path().join(format!("corpus{ending}"));
        fs::write(&path, bytes).expect("a file");
        let (skills, failures) = super::read(path.to_str().expect("UTF-8"));
        assert_eq!((directories(&skills), failures), (vec!["a", "b", ""], vec![]), "{ending}");
        assert_eq!(skills[2].folder_name.as_deref(), Some("Repo"));
    }
}

#[test]
fn a_row_becomes_a_skill_with_its_source() {
    let mut full = row("skills/pdf/SKILL.md");
    for (field, value) in [
        ("commit", json!("4E7649a87f4d537d80ff59a4fcf2857c2b28ff7e")),
        ("commit_date", json!("2026-04-11T04:02:10Z")),
        ("repo_license", json!("MIT\n")),
        ("upstream_repo", json!("o/r")),
        ("upstream_path", json!("SKILL.md")),
        (
            "siblings",
            json!([{"path": "a.py", "size": 3}, {"path": "b\u{1b}", "size": null}, {"path": "run.sh", "size": 2}, {"path": ".git/x", "size": 1}]),
        ),
        (
            "files",
            json!([{"path": "run.sh", "text": "x", "executable": true}, {"path": "data", "base64": "AP8="}, {"path": "bad", "base64": "?"}, {"path": "none"}]),
        ),
    ] {
        full = with(full, field, value);
    }
    let nothing = ["commit", "commit_date", "repo_license", "upstream_repo", "sha256", "siblings", "files"]
        .into_iter()
        .fold(row("x/skill.md"), |row, field| with(row, field, Value::Null));
    let (skills, failures) = read_bytes(&lines(&[full, nothing]));
    assert_eq!(failures, []);
    let source = &skills[0].source;
    assert_eq!(
        (source.registry, source.publisher(), source.identity.repository(), source.identity.directory()),
        (Registry::Github, "Owner", "Repo", "skills/pdf")
    );
    assert_eq!(source.commit_sha.as_deref(), Some("4e7649a87f4d537d80ff59a4fcf2857c2b28ff7e"));
    assert_eq!((source.upstream.as_deref(), source.license.as_deref()), (Some("o/r"), Some("MIT")));
    assert_eq!(source.committed_at.map(|time| time.to_string()).as_deref(), Some("2026-04-11T04:02:10.000Z"));
    assert_eq!(
        listed(&skills[0]),
        [
            "SKILL.md",
            "a.py ! the corpus file does not carry its content",
            "b\\u{1b} ! the corpus file does not carry its content",
            "bad ! its content is not base64",
            "data",
            "none ! the corpus file carries neither `text` nor `base64` of it, or both",
            "run.sh*"
        ]
    );
    assert_eq!((skills[1].source.file_name.as_str(), listed(&skills[1])), ("skill.md", vec!["skill.md".to_owned()]));
    assert_eq!(skills[1].source.commit_sha, None);
}

#[test]
fn a_broken_row_is_a_failure_and_reading_goes_on() {
    let rows: [(String, &str); 16] = [
        ("{".to_owned(), "cannot be read"),
        (r#"["a/b","SKILL.md","x"]"#.to_owned(), "not a JSON object"),
        (json!({"repo": "a/b", "path": "SKILL.md"}).to_string(), "missing field `content`"),
        (with(row("SKILL.md"), "content", json!(7)).to_string(), "invalid type"),
        (with(row("SKILL.md"), "siblings", json!("x")).to_string(), "invalid type"),
        (with(row("SKILL.md"), "siblings", json!([{"path": "x", "size": -1}])).to_string(), "invalid value"),
        (with(row("SKILL.md"), "repo", json!("only-one")).to_string(), "owner/repository"),
        (with(row("SKILL.md"), "repo", json!("a/../b")).to_string(), "owner/repository"),
        (with(row("SKILL.md"), "upstream_repo", json!("a/<b>")).to_string(), "owner/repository"),
        (row("../SKILL.md").to_string(), "`..`"),
        (row("README.md").to_string(), "does not name a SKILL.md"),
        (with(row("SKILL.md"), "sha256", json!("00")).to_string(), "does not match its recorded digest"),
        (with(row("SKILL.md"), "content", json!("other")).to_string(), "does not match its recorded digest"),
        (with(row("SKILL.md"), "commit", json!("main")).to_string(), "hex digits"),
        (with(row("SKILL.md"), "commit_date", json!("yesterday")).to_string(), "RFC 3339"),
        (with(row("a/skill.md"), "siblings", json!([{"path": "SKILL.md", "size": 1}])).to_string(), "takes precedence"),
    ];
    let mut bytes = b"\n".to_vec();
    for (row, _) in &rows {
        bytes.extend_from_slice(row.as_bytes());
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(b"\x00\xff\xfe\r\n");
    bytes.extend_from_slice(row("last/SKILL.md").to_string().as_bytes());
    let (skills, failures) = read_bytes(&bytes);
    assert_eq!(directories(&skills), ["last"], "the last line needs no line feed");
    assert_eq!(failures.len(), rows.len() + 1, "{failures:?}");
    for (index, ((_, reason), failure)) in rows.iter().zip(&failures).enumerate() {
        assert_eq!(failure.location, format!("line {}", index + 2));
        assert!(failure.reason.contains(reason), "{reason}: {failure:?}");
        assert!(failure.reason.len() < 1_000 && !failure.reason.chars().any(char::is_control));
    }
}

#[test]
fn a_truncated_or_damaged_stream_yields_what_was_readable() {
    let rows: Vec<Value> = (0..3_000).map(|index| row(&format!("s{index}/SKILL.md"))).collect();
    let bytes = lines(&rows);
    for (name, whole) in [("gz", gzip(&bytes)), ("zst", zstandard(&bytes))] {
        let (skills, failures) = read_bytes(&whole[..whole.len() * 3 / 4]);
        assert!(!skills.is_empty() && skills.len() < rows.len(), "{name}: {}", skills.len());
        assert_eq!(failures.len(), 1, "{name}: {failures:?}");
        assert!(failures[0].reason.contains("cannot be read any further"), "{name}: {failures:?}");
        assert_eq!(failures[0].location, format!("line {}", skills.len() + 1));
    }
    for bytes in [b"\x28\xb5\x2f\xfd".as_slice(), b"\x1f\x8b", b"\x28\xb5\x2f\xfdgarbage", b"\x1f\x8b\x08garbage"] {
        assert_eq!(read_bytes(bytes).1.len(), 1, "{bytes:?}");
    }
    assert_eq!(read_bytes(b"").1, []);
}

#[test]
fn an_overlong_line_is_skipped_and_a_long_list_is_cut() {
    let filler = vec![b' '; 1 << 20];
    let many: Vec<Value> =
        (0..limits::BUNDLE_FILES + 5).map(|index| json!({"path": format!("{index}"), "size": 1})).collect();
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("in memory");
    for _ in 0..=limits::CORPUS_LINE_BYTES / filler.len() {
        encoder.write_all(&filler).expect("in memory");
    }
    encoder.write_all(b"\n").expect("in memory");
    encoder.write_all(&lines(&[with(row("SKILL.md"), "siblings", json!(many))])).expect("in memory");
    let (skills, failures) = read_bytes(&encoder.finish().expect("in memory"));
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (failures[0].location.as_str(), failures[0].reason.contains("the line has more than")),
        ("line 1", true)
    );
    let unread = &skills[0].bundle.unread;
    assert_eq!(unread.len(), limits::BUNDLE_FILES + 1);
    assert!(unread.last().is_some_and(|file| file.reason.contains("5 more files")), "{:?}", unread.last());
}

#[test]
fn a_missing_file_is_an_error() {
    let folder = tempdir().expect("a folder");
    for path in [folder.path().join("none.jsonl"), folder.path().to_owned()] {
        assert!(crate::source::open(&SourceSpec::Corpus(path)).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>()) {
        let _ = read_bytes(&bytes);
        let mut damaged = zstandard(&lines(&[row("a/SKILL.md"), row("b/SKILL.md")]));
        let index = at.index(damaged.len());
        damaged[index] ^= 0x55;
        let _ = read_bytes(&damaged);
    }
}
