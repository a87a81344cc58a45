//! Lines and columns of keys, as a reader with an editor finds them.

use super::super::{LockfileKind, Position, Positions, parse};

/// Returns where `key` stands, as line and column.
fn at(kind: LockfileKind, text: &str, key: &str) -> Option<(u64, u64)> {
    Positions::of(kind, text.as_bytes()).find(key).map(|Position { line, column }| (line, column))
}

#[test]
fn a_key_of_json_stands_where_an_editor_shows_it() {
    let lock = "{\n  \"version\": 1,\n  \"skills\": {\n    \"a\": {\"computedHash\": \"x\"},\n\t\"b.c\": {\n      \"computedHash\": \"y\"\n    }\n  }\n}\n";
    let rows = [
        ("version", Some((2, 3))),
        ("skills.a", Some((4, 5))),
        ("skills.a.computedHash", Some((4, 11))),
        // A tab is one character, and a name may hold a dot.
        ("skills.\"b.c\"", Some((5, 2))),
        ("skills.\"b.c\".computedHash", Some((6, 7))),
        // What is missing is missing in what is above it.
        ("skills.a.source", Some((4, 5))),
        ("skills.gone", Some((3, 3))),
        ("gone", None),
        ("", None),
        (".", None),
    ];
    for (key, expected) in rows {
        assert_eq!(at(LockfileKind::SkillsLock, lock, key), expected, "{key}");
        let windows = format!("\u{feff}{}", lock.replace('\n', "\r\n"));
        assert_eq!(at(LockfileKind::SkillsLock, &windows, key), expected, "{key} with CRLF and a mark of the encoding");
    }
    let line = lock.replace('\n', " ");
    assert_eq!(at(LockfileKind::SkillsLock, &line, "skills.a"), Some((1, 37)));
}

#[test]
fn of_a_key_that_occurs_twice_the_later_one_is_shown() {
    let twice = "{\"version\": 1, \"skills\": {\n \"a\": {},\n \"b\": {},\n \"a\": 1\n}}";
    assert_eq!(at(LockfileKind::SkillsLock, twice, "skills.a"), Some((4, 2)));
    let merging = "{\"version\": 1, \"skills\": {\n<<<<<<< HEAD\n \"a\": {\"x\": 1},\n \"ours\": {}\n=======\n \"a\": {},\n \"theirs\": {}\n>>>>>>> topic\n}}\n";
    for (key, line) in [("skills.a", 6), ("skills.ours", 4), ("skills.theirs", 7)] {
        assert_eq!(at(LockfileKind::SkillsLock, merging, key), Some((line, 2)), "{key}");
    }
}

#[test]
fn hostile_keys_have_places_and_hide_no_others() {
    let names = [
        r"\u001b[2J",
        r#"\"}, \"b\": {"#,
        r"\\",
        r"\ud83d\ude00",
        r"..\/..\/etc",
        "\u{202e}gpj",
        "a\u{a0}\u{3000}b",
        "",
        "- &x !!y [",
        "# no comment",
    ];
    let lines: Vec<String> = names.iter().map(|name| format!("  \"{name}\": {{}}")).collect();
    let lock = format!("{{\"version\": 1, \"skills\": {{\n{},\n  \"last\": {{}}\n}}}}\n", lines.join(",\n"));
    let positions = Positions::of(LockfileKind::SkillsLock, lock.as_bytes());
    let entries = parse(LockfileKind::SkillsLock, lock.as_bytes()).expect("a lockfile").entries;
    let mut found: Vec<u64> = entries
        .iter()
        .map(|entry| match entry {
            Ok(entry) => entry.key.clone(),
            Err(error) => error.key().to_owned(),
        })
        .map(|key| positions.find(&key).expect("a place").line)
        .collect();
    found.sort_unstable();
    assert_eq!(found, (2..=names.len() as u64 + 2).collect::<Vec<_>>());
    // Two keys that are shown alike are told by their own names, and by no other's line.
    let alike = "{\"version\": 1, \"skills\": {\n \"a\\u200b\": 1,\n \"a\\u200c\": 1\n}}";
    let positions = Positions::of(LockfileKind::SkillsLock, alike.as_bytes());
    assert_eq!(positions.find("skills.\"a\u{200b}\"").map(|at| at.line), Some(2));
    assert_eq!(positions.find("skills.\"a\u{200c}\"").map(|at| at.line), Some(3));
}

#[test]
fn keys_of_yaml_toml_and_frontmatter_have_places_as_well() {
    let apm = "lockfile_version: '1'\ndependencies:\n- repo_url: o/a\n- repo_url: o/b\n  deployed_file_hashes:\n    \"x: y/é\": z\n";
    for (key, expected) in [
        ("dependencies[0]", (3, 3)),
        ("dependencies[1].repo_url", (4, 3)),
        ("dependencies[1].content_hash", (4, 3)),
        ("dependencies[1].deployed_file_hashes", (5, 3)),
        ("dependencies[1].deployed_file_hashes.\"x: y/é\"", (6, 5)),
    ] {
        assert_eq!(at(LockfileKind::Apm, apm, key), Some(expected), "{key}");
        assert_eq!(at(LockfileKind::Apm, &apm.replace('\n', "\r\n"), key), Some(expected), "{key}");
    }
    let fastskill = "[metadata]\nversion = \"3.0\"\n[[skills]]\nid = \"a\"\n[[skills]]\nid = \"b\"\n[skills.resolved]\nchecksum = \"x\"\n";
    for (key, line) in [("metadata.version", 2), ("skills[1].id", 6), ("skills[1].resolved.checksum", 8)] {
        assert_eq!(at(LockfileKind::Fastskill, fastskill, key).map(|(line, _)| line), Some(line), "{key}");
    }
    let skill = "---\nname: x\nmetadata:\n    github-tree-sha: y\n---\nmetadata: no\n";
    assert_eq!(at(LockfileKind::GitHub, skill, "metadata.github-tree-sha"), Some((4, 5)));
    assert_eq!(at(LockfileKind::GitHub, &format!("\u{feff}\r\n{skill}"), "metadata.github-tree-sha"), Some((5, 5)));
}

#[test]
fn what_cannot_be_read_has_no_places_and_ends() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for kind in LockfileKind::ALL {
        for text in
            ["", "{", "[", "{\"a\"", "{\"a\":", "{\"a\":}", "\"", "{,,,", "]", "---\n", "a: [", "&a *a", "\0", &deep]
        {
            let _ = Positions::of(kind, text.as_bytes()).find("a");
        }
        let _ = Positions::of(kind, b"{\"\xff\": 1}").find("a");
    }
}
