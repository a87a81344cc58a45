//! What the tool that defined the format answers, case by case (`reference.json`).

use serde_json::Value;

use super::Place;
use crate::approval::record::LIMITATIONS;
use crate::approval::{
    ApprovalId, ApprovalRecord, ArtifactPath, Difference, Drift, MeasuredFolder, RecordError, WalkError, measure,
    measure_skill,
};
use crate::skill::Timestamp;

fn reference() -> Value {
    serde_json::from_str(include_str!("reference.json")).expect("the cases are JSON")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} of {value}"))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} of {value}"))
}

/// Makes the tree of a case.
fn tree(cases: &Value, name: &str) -> Place {
    let place = Place::new();
    for entry in list(&cases["trees"], name) {
        let path = text(entry, "path");
        if let Some(number) = entry["empty_files"].as_u64() {
            (0..number).for_each(|index| place.file(&format!("{path}/{index}"), ""));
        } else if let Some(target) = entry["link"].as_str() {
            place.link(path, target);
        } else if entry["fifo"] == true {
            place.fifo(path);
        } else {
            place.file(path, text(entry, "text"));
            place
                .mode(path, entry["mode"].as_str().map_or(0o644, |mode| u32::from_str_radix(mode, 8).expect("a mode")));
        }
    }
    place
}

fn record(folder: MeasuredFolder) -> ApprovalRecord {
    let id = ApprovalId::try_from("case").expect("an id");
    let path = ArtifactPath::try_from("t").expect("a path");
    ApprovalRecord::new(id, path, folder, None, Timestamp::from_milliseconds(0))
}

fn code(result: &Result<bool, WalkError>) -> u64 {
    match result {
        Ok(true) => 0,
        Ok(false) => 2,
        Err(_) => 1,
    }
}

#[test]
fn every_tree_is_locked_or_refused_as_there() {
    let cases = reference();
    for case in list(&cases, "locks") {
        let name = text(case, "tree");
        let place = tree(&cases, name);
        let locked = measure_skill(place.path()).map(record);
        assert_eq!(code(&locked.as_ref().map(|_| true).map_err(|_| WalkError::Unsupported)), case["exit"], "{name}");
        let Ok(locked) = locked else { continue };
        let json = locked.to_json().expect("JSON");
        let written: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(written["root_digest"], case["root_digest"], "{name}");
        assert!(case["files"].is_null() || written["files"] == case["files"], "{name}: {json}");
        // As text, so that the order of the keys counts.
        assert_eq!(written["skill"].to_string(), case["skill"].to_string(), "{name}");
        assert_eq!(written["limitations"], cases["limitations"], "{name}");
        assert_eq!(ApprovalRecord::parse(json.as_bytes()).as_ref(), Ok(&locked), "{name}");
    }
    assert_eq!(list(&cases, "locks").len(), 33);
}

#[test]
fn a_record_is_written_byte_for_byte_as_there() {
    let cases = reference();
    let expected = text(&cases, "record");
    let written = record(tree(&cases, "script-exec").measured()).to_json().expect("JSON");
    let there: Value = serde_json::from_str(expected).expect("JSON");
    let written = written
        .replace("1970-01-01T00:00:00.000Z", text(&there, "created_at"))
        .replace(env!("CARGO_PKG_VERSION"), text(&there, "tool_version"));
    assert_eq!(written, expected);
    assert_eq!(text(&cases, "limitations"), LIMITATIONS);
}

#[test]
fn every_pair_is_compared_as_there() {
    let cases = reference();
    for case in list(&cases, "diffs") {
        let (base, candidate) = (tree(&cases, text(case, "base")), tree(&cases, text(case, "candidate")));
        let difference = measure_skill(base.path())
            .and_then(|base| Ok(Difference::between(&base, &measure_skill(candidate.path())?)));
        let report = difference.as_ref().ok().map(|difference| serde_json::to_string(difference).expect("JSON"));
        let result = difference.map(|difference| difference.is_empty());
        assert_eq!(code(&result), case["exit"], "{case}");
        assert_eq!(report, case.get("report").map(Value::to_string), "{case}");
    }
    assert_eq!(list(&cases, "diffs").len(), 9);
}

#[test]
fn every_record_is_checked_as_there() {
    let cases = reference();
    for case in list(&cases, "checks") {
        let name = text(case, "name");
        let record = match (case["record"].as_str(), case["replace"].as_array()) {
            (Some(record), _) => record.to_owned(),
            (None, Some(pair)) => {
                let (old, new) = (pair[0].as_str().expect("a text"), pair[1].as_str().expect("a text"));
                let replaced = text(&cases, "record").replacen(old, new, 1);
                assert_ne!(replaced, text(&cases, "record"), "{name}");
                replaced
            }
            (None, None) => text(&cases, "record").to_owned(),
        };
        let parsed: Result<ApprovalRecord, RecordError> = ApprovalRecord::parse(record.as_bytes());
        let Ok(parsed) = parsed else {
            assert_eq!(case["exit"], 3, "{name}: {parsed:?}");
            continue;
        };
        let place = tree(&cases, text(case, "tree"));
        let drift = Drift::between(&parsed, &measure(place.path()).expect("the folder is measured"));
        assert_eq!(code(&Ok(drift.is_none())), case["exit"], "{name}");
        let report = drift.map(|drift| serde_json::to_value(drift).expect("JSON"));
        assert_eq!(report.as_ref(), case.get("report"), "{name}");
    }
    assert_eq!(list(&cases, "checks").len(), 20);
}
