//! What lockfiles hold that somebody wrote to be believed.

use proptest::prelude::*;

use super::super::{LockfileKind, PinnedSkill, Review, parse, with_pin};
use crate::scan::SafetyStatus;
use crate::skill::{Sha256Digest, SkillId, SourceIdentity};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Puts an entry between two good ones, and returns what is said of the three.
fn between_good_ones(entry: &str) -> Vec<Result<String, String>> {
    let good = format!(r#"{{"computedHash": "{A}"}}"#);
    let text = format!(r#"{{"version": 1, "skills": {{"a": {good}, {entry}, "z": {good}}}}}"#);
    let lockfile = parse(LockfileKind::SkillsLock, text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut said: Vec<_> = lockfile
        .entries
        .iter()
        .map(|entry| entry.as_ref().map(|entry| entry.name.to_string()).map_err(|error| error.to_string()))
        .collect();
    said.sort_by_key(|entry| (entry.is_err(), entry.clone()));
    said
}

#[test]
fn a_bad_entry_names_its_key_and_hides_no_other() {
    let deep = format!(r#""m": {{"computedHash": {}{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    let long = format!(r#""m": {{"computedHash": "{}"}}"#, "a".repeat(100_000));
    let name = format!(r#""{}": {{"computedHash": "{A}"}}"#, "n".repeat(300));
    for (entry, expected) in [
        (format!(r#""../m": {{"computedHash": "{A}"}}"#), r#"`skills."../m"` holds a slash"#),
        (format!(r#""/etc": {{"computedHash": "{A}"}}"#), r#"`skills."/etc"` holds a slash"#),
        (format!(r#""..": {{"computedHash": "{A}"}}"#), r#"`skills.".."` is no name"#),
        (format!(r#""m\u0000": {{"computedHash": "{A}"}}"#), r#"`skills."m\u{0}"` holds a control"#),
        (format!(r#""m\u001b[2J": {{"computedHash": "{A}"}}"#), r#"`skills."m\u{1b}[2J"` holds a control"#),
        (format!(r#""m\n": {{"computedHash": "{A}"}}"#), "holds a control"),
        (format!(r#""": {{"computedHash": "{A}"}}"#), r#"`skills.""` is empty"#),
        (format!(r#""m": {{"computedHash": "{A}", "computedHash": "{A}"}}"#), "`skills.m.computedHash` occurs twice"),
        (format!(r#""m": {{"computedHash": "{A}"}}, "m": {{"computedHash": "{A}"}}"#), "`skills.m` occurs twice"),
        (format!(r#""m": {{"computedHash": "{A}", "skillPath": "../../x"}}"#), "`skills.m.skillPath` leads out"),
        (format!(r#""m": {{"computedHash": "{A}", "skillPath": "/etc"}}"#), "`skills.m.skillPath` is an absolute"),
        (format!(r#""m": {{"computedHash": "{A}", "source": "a\u0000"}}"#), "`skills.m.source` holds a control"),
        (r#""m": {"computedHash": 7}"#.to_owned(), "`skills.m.computedHash` is not a text"),
        (r#""m": {"computedHash": null}"#.to_owned(), "`skills.m.computedHash` is missing"),
        (r#""m": {"computedHash": "xyz"}"#.to_owned(), "`skills.m.computedHash` is no SHA-256"),
        (r#""m": []"#.to_owned(), "`skills.m` is not an object"),
        (r#""m": "x""#.to_owned(), "`skills.m` is not an object"),
        (deep, "`skills.m.computedHash` is not a text"),
        (long, "`skills.m.computedHash` is longer"),
        (name, "is longer than the name of a folder"),
    ] {
        let said = between_good_ones(&entry);
        assert_eq!(said[..2], [Ok("a".to_owned()), Ok("z".to_owned())], "{entry:.80}");
        let error = said[2].as_ref().expect_err("the entry is bad");
        assert!(error.contains(expected), "{error}");
        assert_eq!((said.len(), error.chars().any(char::is_control)), (3, false), "{error}");
    }
}

#[test]
fn a_file_that_is_none_is_an_error_that_says_where() {
    for (text, key, expected) in [
        ("", ".", "JSON"),
        ("[]", ".", "not an object"),
        ("{}", "version", "missing"),
        (r#"{"version": "1", "skills": {}}"#, "version", "whole number"),
        (r#"{"version": 1}"#, "skills", "missing"),
        (r#"{"version": 1, "version": 1, "skills": {}}"#, "version", "twice"),
        (r#"{"version": 1, "skills": {}, "skills": {}}"#, "skills", "twice"),
        (r#"{"version": 1, "skills": []}"#, "skills", "not an object"),
        (r#"{"version": 1, "skills": {"pdf": {"computedHash": "#, "skills.pdf.computedHash", "JSON"),
        ("{\"version\": 1, \"skills\": {\"a\u{0}\": 1}}", ".", "NUL byte at 28"),
        ("{\"version\": 1, \"skills\": {\"a\": \"\u{1}\"}}", "skills.a", "JSON"),
        ("<<<<<<< HEAD\n{}", ".", "do not pair"),
    ] {
        let error = parse(LockfileKind::SkillsLock, text.as_bytes()).expect_err(text);
        assert_eq!(error.key(), key, "{text}: {error}");
        assert!(error.reason().contains(expected), "{text}: {error}");
    }
    assert!(parse(LockfileKind::SkillsLock, b"{\"version\": 1, \"skills\": {\"\xff\": {}}}").is_err());
    let many: Vec<String> = (0..10_001).map(|index| format!(r#""s{index}": {{}}"#)).collect();
    let many = format!(r#"{{"version": 1, "skills": {{{}}}}}"#, many.join(","));
    let error = parse(LockfileKind::SkillsLock, many.as_bytes()).expect_err("too many");
    assert_eq!(error.key(), "skills");
    let large = vec![b' '; 16 * 1024 * 1024 + 1];
    for kind in LockfileKind::ALL.into_iter().filter(|kind| *kind != LockfileKind::GitHub) {
        let error = parse(kind, &large).expect_err("too large").to_string();
        assert!(error.contains("bytes"), "{error}");
    }
}

#[test]
fn yaml_and_toml_are_read_within_bounds() {
    let mut aliases = "lockfile_version: '1'\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    (b'b'..=b'z').for_each(|name| {
        let (name, before) = (char::from(name), char::from(name - 1));
        aliases.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(", ")));
    });
    let deep = format!("lockfile_version: '1'\nx: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    let hash = format!("sha256:{A}");
    for text in [
        aliases,
        deep,
        "lockfile_version: '1'\nlockfile_version: '1'\n".to_owned(),
        "lockfile_version: !!python/object:os.system x\n".to_owned(),
        "lockfile_version: '1'\ndependencies: {}\n".to_owned(),
        "--- 1\n--- 2\n".to_owned(),
    ] {
        assert!(parse(LockfileKind::Apm, text.as_bytes()).is_err(), "{text:.60}");
    }
    let text = format!(
        "lockfile_version: '1'\ndependencies:\n- repo_url: o/r\n  deployed_file_hashes:\n    ../x/SKILL.md: {hash}\n    \
         .agents/skills/a/SKILL.md: {hash}\n- repo_url: [1]\n- repo_url: ../../x\n  content_hash: {hash}\n- repo_url: o/s\n"
    );
    let lockfile = parse(LockfileKind::Apm, text.as_bytes()).expect("a lockfile");
    let said: Vec<String> = lockfile
        .entries
        .iter()
        .map(|entry| entry.as_ref().map_or_else(|error| error.key().to_owned(), |entry| entry.name.to_string()))
        .collect();
    assert_eq!(
        said,
        [
            "dependencies[0].deployed_file_hashes.\"../x/SKILL.md\"",
            "a",
            "dependencies[1].repo_url",
            "dependencies[2].repo_url",
            "dependencies[3].deployed_file_hashes",
        ]
    );
    for text in ["[metadata]\nversion = 3\n", "a = 1\na = 2\n", "skills = 1\n[metadata]\nversion = \"3.0\"\n"] {
        assert!(parse(LockfileKind::Fastskill, text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn no_work_grows_with_the_square_of_a_file() {
    // Two megabytes of key over as many items as a file may have: 400 GB if it were copied for each.
    let items = vec!["0"; 200_000].join(",");
    let long = format!(r#"{{"version": 1, "skills": {{}}, "{}": [{items}]}}"#, "k".repeat(2_000_000));
    assert!(parse(LockfileKind::SkillsLock, long.as_bytes()).is_ok());
    let mut many = "lockfile_version: '1'\nlocal_deployed_file_hashes:\n".to_owned();
    (0..50_000)
        .for_each(|index| many.push_str(&format!("  s/s{index}/SKILL.md: sha256:{A}\n  s/s{index}/a: sha256:{A}\n")));
    let lockfile = parse(LockfileKind::Apm, many.as_bytes()).expect("a lockfile");
    assert_eq!(lockfile.entries.len(), 50_000);
}

fn pinned(name: &str) -> PinnedSkill {
    PinnedSkill {
        name: PinnedSkill::name(name).expect("a name"),
        path: PinnedSkill::path(&format!("skills/{name}")).expect("a path"),
        root_digest: Sha256Digest::of(b"root"),
        skill_id: SkillId::of(&SourceIdentity::new("github.com", "o", "r", name)),
        source_url: format!("https://github.com/o/r/blob/main/{name}/SKILL.md"),
        content_hash: Sha256Digest::of(b"content"),
        commit_sha: None,
        verdict: SafetyStatus::Caution,
        audited_at: None,
        review: Review {
            recommended_action: "review_before_install".to_owned(),
            executes_code: true,
            safety_flags: vec!["x".to_owned()],
            ruleset_version: None,
        },
    }
}

#[test]
fn a_pin_is_added_in_order_and_what_else_is_there_stays() {
    let first = with_pin(None, &pinned("b")).expect("a file");
    let second = with_pin(Some(first.as_bytes()), &pinned("a")).expect("a file");
    assert!(second.ends_with("}\n") && second.find("\"a\"") < second.find("\"b\""), "{second}");
    assert!(second.starts_with("{\n  \"skills\": {\n    \"a\": {\n      \"path\""), "{second}");
    // Pinning the same again changes nothing, whatever was pinned first.
    assert_eq!(with_pin(Some(second.as_bytes()), &pinned("b")), Ok(second.clone()));
    let other_order = with_pin(Some(with_pin(None, &pinned("a")).expect("a file").as_bytes()), &pinned("b"));
    assert_eq!(other_order, Ok(second.clone()));
    let lockfile = parse(LockfileKind::Touchmark, second.as_bytes()).expect("what is written is read");
    assert!(lockfile.entries.iter().all(Result::is_ok) && lockfile.entries.len() == 2);
    // A mark of the encoding is read past, as every reader does.
    assert_eq!(with_pin(Some(format!("\u{feff}{second}").as_bytes()), &pinned("b")), Ok(second.clone()));
    // What a later program of this version writes is kept.
    let later = second.replacen("\"version\": 1", "\"later\": {\"z\": 1, \"a\": [2]},\n  \"version\": 1", 1);
    let kept = with_pin(Some(later.as_bytes()), &pinned("c")).expect("a file");
    assert!(kept.contains("\"later\"") && kept.contains("\"c\""), "{kept}");
}

#[test]
fn a_file_that_is_not_understood_is_not_written() {
    let good = with_pin(None, &pinned("a")).expect("a file");
    let mut elsewhere = pinned("a");
    elsewhere.path = PinnedSkill::path("other/a").expect("a path");
    assert!(with_pin(Some(good.as_bytes()), &elsewhere).expect_err("another place").reason().contains("--name"));
    for text in [
        String::new(),
        "{}".to_owned(),
        good.replacen("\"version\": 1", "\"version\": 2", 1),
        good.replacen("\"path\": \"skills/a\"", "\"path\": \"../a\"", 1),
        good.replacen("\"version\": 1", "\"version\": 1, \"version\": 1", 1),
        format!("<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> topic\n"),
        format!("{good}x"),
    ] {
        assert!(with_pin(Some(text.as_bytes()), &pinned("b")).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for kind in LockfileKind::ALL {
            let _ = parse(kind, &bytes);
        }
    }

    #[test]
    fn whatever_an_entry_says_its_places_stay_below_the_root(name in "[./a-z\\\\~\u{0}]{0,12}", path in "[./a-z\\\\~]{0,12}") {
        let text = serde_json::json!({"version": 1, "skills": {(name): {"computedHash": A, "skillPath": path, "sourceType": "local"}}});
        let lockfile = parse(LockfileKind::SkillsLock, text.to_string().as_bytes()).expect("a lockfile");
        for place in lockfile.entries.iter().flatten().flat_map(|entry| &entry.places) {
            prop_assert!(!place.as_str().starts_with('/') && !place.as_str().split('/').any(|part| part == ".."));
        }
    }
}
