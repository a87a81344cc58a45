//! Which records are accepted, and that no damage to one is ever a match.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Place, SKILL};
use crate::approval::{
    ApprovalId, ApprovalRecord, ArtifactPath, DeclaredSource, Drift, RecordError, RecordFileError, find_records,
    read_record, write_record,
};
use crate::skill::Timestamp;

fn place() -> Place {
    let place = Place::skill();
    place.file("scripts/run.sh", "#!/bin/sh\necho hi\n");
    place.mode("scripts/run.sh", 0o755);
    place
}

fn record(place: &Place) -> ApprovalRecord {
    let source = DeclaredSource::of_user([Some("git"), Some("https://x.example/r"), Some("."), Some("0123abc"), None]);
    ApprovalRecord::new(
        ApprovalId::try_from("demo").expect("an id"),
        ArtifactPath::try_from("skills/demo").expect("a path"),
        place.measured(),
        source.expect("a source"),
        Timestamp::from_milliseconds(0),
    )
}

fn value() -> Value {
    serde_json::from_str(&record(&place()).to_json().expect("JSON")).expect("JSON")
}

fn parse(value: &Value) -> Result<ApprovalRecord, RecordError> {
    ApprovalRecord::parse(value.to_string().as_bytes())
}

#[test]
fn keys_are_written_in_the_order_of_the_format() {
    let json = record(&place()).to_json().expect("JSON");
    let keys: Vec<&str> = json.lines().filter_map(|line| line.strip_prefix("  \"")?.split('"').next()).collect();
    assert_eq!(
        keys,
        [
            "schema_version",
            "spec_version",
            "tool_version",
            "approval_id",
            "artifact_path",
            "root_digest",
            "files",
            "skill",
            "created_at",
            "declared_source",
            "limitations"
        ]
    );
    assert!(json.ends_with("\n}\n") && !json.contains('\r'));
}

#[test]
fn a_value_that_is_not_what_it_must_be_is_named() {
    let rows = [
        ("/tool_version", json!("1.0"), "tool_version"),
        ("/approval_id", json!("Demo"), "approval_id"),
        ("/approval_id", json!("-demo"), "approval_id"),
        ("/artifact_path", json!("../demo"), "artifact_path"),
        ("/artifact_path", json!(""), "artifact_path"),
        ("/root_digest", json!("SHA256:00"), "root_digest"),
        ("/files", json!({}), "files"),
        ("/files/0", json!([]), "files[0]"),
        ("/files/0/path", json!("a\nb"), "files[0].path"),
        ("/files/0/path", json!("./SKILL.md"), "files[0].path"),
        ("/files/0/path", json!("\u{1fae9}"), "files[0].path"),
        ("/files/1/sha256", json!("AB".repeat(32)), "files[1].sha256"),
        ("/files/1/size", json!(-1), "files[1].size"),
        ("/files/1/size", json!("18"), "files[1].size"),
        ("/files/1/size", json!(1.5), "files[1].size"),
        ("/files/1/executable", json!(1), "files[1].executable"),
        ("/files/1/class", json!("program"), "files[1].class"),
        ("/skill", json!(null), "skill"),
        ("/skill/frontmatter_status", json!("good"), "skill.frontmatter_status"),
        ("/skill/frontmatter_status", json!("missing"), "skill.frontmatter"),
        ("/skill/frontmatter", json!([]), "skill.frontmatter"),
        ("/created_at", json!(0), "created_at"),
        ("/declared_source", json!(null), "declared_source"),
        ("/declared_source/kind", json!("Git"), "declared_source.kind"),
        ("/declared_source/repository", json!("x".repeat(513)), "declared_source.repository"),
        ("/declared_source/path", json!("/x"), "declared_source.path"),
        ("/declared_source/approved_commit", json!("0123ab"), "declared_source.approved_commit"),
        ("/declared_source/verification", json!("verified"), "declared_source.verification"),
        ("/limitations", json!("None."), "limitations"),
    ];
    for (pointer, wrong, named) in rows {
        let mut value = value();
        *value.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = wrong.clone();
        match parse(&value) {
            Err(RecordError::Value { key, .. }) => assert_eq!(key, named, "{pointer} {wrong}"),
            other => panic!("{pointer} {wrong}: {other:?}"),
        }
    }
}

#[test]
fn a_key_that_is_missing_or_unknown_is_named() {
    for (object, name) in
        [("", ""), ("/files/0", "files[0]."), ("/skill", "skill."), ("/declared_source", "declared_source.")]
    {
        let whole = value();
        let keys: Vec<String> =
            whole.pointer(object).and_then(Value::as_object).expect("an object").keys().cloned().collect();
        for key in keys {
            let mut value = whole.clone();
            value.pointer_mut(object).and_then(Value::as_object_mut).expect("an object").shift_remove(&key);
            let is_optional = key == "declared_source" || (name == "declared_source." && key != "verification");
            let expected = if is_optional { None } else { Some(format!("`{name}{key}` is missing")) };
            assert_eq!(parse(&value).err().map(|error| error.to_string()), expected);
        }
        let mut value = whole.clone();
        value.pointer_mut(object).and_then(Value::as_object_mut).expect("an object").insert("more".into(), json!(1));
        assert_eq!(parse(&value), Err(RecordError::Unknown { key: format!("{name}more") }));
    }
    // What an author wrote is open.
    let mut value = value();
    value["skill"]["frontmatter"]["more"] = json!({"a": [1]});
    assert!(parse(&value).is_ok());
}

#[test]
fn files_that_no_folder_holds_in_this_order_are_refused() {
    let file =
        |path: &str| json!({"path": path, "sha256": "0".repeat(64), "size": 0, "executable": false, "class": "other"});
    for paths in [vec!["b", "a"], vec!["a", "a"], vec!["A", "a"], vec!["A/x", "a/y"], vec!["\u{e9}", "e\u{301}"]] {
        let mut value = value();
        value["files"] = paths.iter().map(|path| file(path)).collect();
        assert!(matches!(parse(&value), Err(RecordError::Manifest(_))), "{paths:?}");
    }
    let mut value = value();
    value["files"] = json!([file("a"), file("b")]);
    assert_eq!(parse(&value), Err(RecordError::Digest));
}

#[test]
fn records_are_written_whole_and_found_by_their_names() {
    let place = Place::new();
    assert_eq!(find_records(place.path()).expect("no store is no error"), Vec::<PathBuf>::new());
    let json = record(&super::records::place()).to_json().expect("JSON");
    for name in [".touchmark/approvals/b.lock.json", ".sigildex/approvals/a.lock.json", ".sigildex/approvals/notes.txt"]
    {
        place.file(name, "x");
        write_record(&place.at(name), &json).expect("the record is written");
    }
    let found = find_records(place.path()).expect("the stores are listed");
    assert_eq!(found, [place.at(".sigildex/approvals/a.lock.json"), place.at(".touchmark/approvals/b.lock.json")]);
    assert!(found.iter().all(|path| read_record(path).is_ok()));
    let names = std::fs::read_dir(place.at(".sigildex/approvals")).expect("a folder").count();
    assert_eq!(names, 2, "nothing is left behind");
    assert!(write_record(&place.at("nowhere/a.lock.json"), &json).is_err());

    place.fifo(".sigildex/approvals/pipe.lock.json");
    for name in [".sigildex/approvals/pipe.lock.json", ".sigildex/approvals", "nowhere"] {
        assert!(matches!(read_record(&place.at(name)), Err(RecordFileError::Unreadable { .. })), "{name}");
    }
}

proptest! {
    #[test]
    fn a_damaged_record_is_invalid_or_says_the_same_of_the_files(
        at in any::<prop::sample::Index>(), replacement in any::<u8>(), is_cut in any::<bool>(),
    ) {
        let place = place();
        let original = record(&place);
        let mut bytes = original.to_json().expect("JSON").into_bytes();
        let index = at.index(bytes.len());
        if is_cut {
            bytes.truncate(index);
        } else {
            bytes[index] = replacement;
        }
        if let Ok(damaged) = ApprovalRecord::parse(&bytes) {
            let measured = place.measured();
            prop_assert_eq!(Drift::between(&damaged, &measured), None);
            prop_assert_eq!(damaged.root_digest(), original.root_digest());
        }
    }

    #[test]
    fn any_bytes_are_a_record_or_none(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(ApprovalRecord::parse(&bytes).is_err());
    }
}

#[test]
fn what_an_approval_does_not_cover_is_no_drift() {
    let place = place();
    let approved = record(&place);
    place.file(".git/HEAD", "x");
    place.folder("empty");
    place.file("SKILL.md", SKILL);
    assert_eq!(Drift::between(&approved, &place.measured()), None);
    place.mode("SKILL.md", 0o600);
    assert_eq!(Drift::between(&approved, &place.measured()), None);
    place.file("SKILL.md", format!("{SKILL}\n"));
    place.mode("SKILL.md", 0o755);
    let drift = Drift::between(&approved, &place.measured()).expect("drift");
    assert_eq!((drift.modified.len(), drift.mode_changed.len()), (1, 1), "both are told");
}
