//! Reports about skills whose names were chosen to break them.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use super::super::project::blank;
use super::super::{BytesStatus, CheckOutcome, Gate, ProjectReport, VerdictState};
use super::{github_commands, junit, sarif_log};
use crate::lockfile::Position;

const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}]0;x\u{7}",
    "a\n::error::injected\r\n",
    "a,file=other%0A::stop-commands::x",
    "</testcase><testcase name=\"x\">&amp;]]>",
    "\"><!ENTITY x \"y\">'",
    "[link](https://x.example) {0} \\",
    "\u{202e}gpj.exe\u{200b}\u{e0041}",
    "../../etc/passwd",
    "\0\u{1}\u{fffe}\u{ffff}",
    "javascript:alert(1)",
    "",
];

/// A report in which every text of an author is hostile.
fn report() -> ProjectReport {
    let mut report = ProjectReport::default();
    for hostile in HOSTILE {
        for status in [BytesStatus::Match, BytesStatus::Drift, BytesStatus::NotInstalled, BytesStatus::InvalidRecord] {
            let mut check = blank((*hostile).to_owned(), "skills-lock");
            check.key = (*hostile).to_owned();
            check.name = (*hostile).to_owned();
            check.folder = Some((*hostile).to_owned());
            check.error = Some(format!("`{hostile}` is odd"));
            check.status = status;
            check.position = (status == BytesStatus::Drift).then_some(Position { line: 3, column: 5 });
            check.verdict = Some(VerdictState::Unknown { reason: (*hostile).to_owned() });
            report.checks.push(check);
        }
    }
    report.notices.push("a notice\n::error::x".to_owned());
    report
}

#[test]
fn no_line_of_a_workflow_is_an_authors() {
    let report = report();
    let commands = github_commands(&report, &Gate::new(&[]));
    for line in commands.lines() {
        let command = line.strip_prefix("::").expect("every line is a command");
        let (head, _) = command.split_once("::").expect("a command has a message");
        let (name, properties) = head.split_once(' ').expect("properties");
        assert!(["error", "warning", "notice"].contains(&name), "{line}");
        let names: Vec<&str> = properties.split(',').filter_map(|property| property.split('=').next()).collect();
        let known: [&[&str]; 3] = [&["file", "line", "col", "title"], &["file", "title"], &["title"]];
        assert!(known.contains(&names.as_slice()), "{line}");
        assert!(!line.chars().any(|character| character.is_control() || character == '\u{202e}'), "{line:?}");
    }
    // Every check has an unknown verdict, and three of four something else.
    assert_eq!(commands.lines().filter(|line| line.starts_with("::error")).count(), HOSTILE.len() * 7);
    assert!(commands.ends_with("44 checked, 44 wrong, 0 notes\n"), "{commands}");
}

#[test]
fn the_xml_is_well_formed_whatever_a_name_holds() {
    let report = report();
    let xml = junit(&report, &Gate::new(&[]));
    let mut reader = Reader::from_str(&xml);
    let mut counts = std::collections::BTreeMap::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) => {
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("a well-formed attribute");
                    let value = attribute.value;
                    assert!(!value.chars().any(char::is_control), "{value:?}");
                }
                *counts.entry(tag.name().as_ref().to_owned()).or_insert(0) += 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((counts["testsuites"], counts["testcase"]), (1, report.checks.len()));
    assert_eq!((counts["failure"], counts["error"]), (HOSTILE.len(), HOSTILE.len() * 6));
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{xml:.100}");
    assert!(xml.contains("tests=\"44\" failures=\"11\" errors=\"33\""), "{xml:.300}");
}

#[test]
fn the_log_is_sarif_and_its_messages_are_no_markup() {
    let report = report();
    let log: Value = serde_json::from_str(&sarif_log(&report, &Gate::new(&[]))).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), HOSTILE.len() * 7);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small number");
        assert_eq!(result["ruleId"], rules[index]);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let is_drift = result["properties"]["status"] == "drift";
        let expected = if is_drift { json!({ "startLine": 3, "startColumn": 5 }) } else { json!({ "startLine": 1 }) };
        assert_eq!(*region, expected);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI");
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.starts_with("javascript:"), "{uri}");
        let message = result["message"]["text"].as_str().expect("a message");
        assert!(!message.chars().any(|character| character.is_control() || character == '\u{202e}'), "{message:?}");
        assert!(!message.contains("[link](") && !message.replace("{{", "").contains("{0"), "{message}");
    }
    // The same faults in another run have the same names.
    assert_eq!(sarif_log(&report, &Gate::new(&[])), sarif_log(&super::tests::report(), &Gate::new(&[])));
    assert_eq!(Gate::new(&[]).outcome(&report), CheckOutcome::Refused);
}

#[test]
fn a_log_that_is_cut_keeps_the_worst_and_says_so() {
    let mut report = ProjectReport::default();
    for index in 0..25_003 {
        let mut check = blank("skills-lock.json".to_owned(), "skills-lock");
        check.name = format!("s{index}");
        check.status = if index == 25_002 { BytesStatus::Drift } else { BytesStatus::NotInstalled };
        report.checks.push(check);
    }
    let log: Value = serde_json::from_str(&sarif_log(&report, &Gate::new(&[]))).expect("JSON");
    let run = &log["runs"][0];
    assert_eq!(
        (run["results"].as_array().map(Vec::len), &run["results"][0]["ruleId"]),
        (Some(25_000), &"drift".into())
    );
    let notice = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(notice.as_str().is_some_and(|text| text.starts_with("3 results were left out")), "{notice}");
    report.checks.truncate(10);
    let log: Value = serde_json::from_str(&sarif_log(&report, &Gate::new(&[]))).expect("JSON");
    assert_eq!(log["runs"][0]["invocations"][0]["toolExecutionNotifications"], Value::Array(Vec::new()));
}
