//! JUnit's XML, as CI systems read it: a suite for each lockfile, a case for each check.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::super::gate::{CheckOutcome, Complaint, Gate};
use super::super::report::{ProjectReport, SkillCheck};
use super::{path, text, title};

/// Writes a report. What refuses is a failure; what could not be told is an error.
pub fn junit(report: &ProjectReport, gate: &Gate) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // A vector takes whatever is written, and quick-xml returns only what its writer does.
    write(&mut writer, report, gate).expect("a vector can be written to");
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("text was written")
}

type Case<'a> = (&'a SkillCheck, Vec<Complaint>);

fn write(writer: &mut Writer<Vec<u8>>, report: &ProjectReport, gate: &Gate) -> io::Result<()> {
    let mut suites: BTreeMap<String, Vec<Case<'_>>> = BTreeMap::new();
    for check in &report.checks {
        suites.entry(path(check)).or_default().push((check, gate.complaints(check)));
    }
    let all: Vec<&Case<'_>> = suites.values().flatten().collect();
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.write_event(Event::Start(counted("testsuites", "touchmark check", &all)))?;
    for (name, cases) in &suites {
        let cases: Vec<&Case<'_>> = cases.iter().collect();
        writer.write_event(Event::Start(counted("testsuite", name, &cases)))?;
        for (check, complaints) in cases {
            write_case(writer, name, check, complaints)?;
        }
        writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn write_case(
    writer: &mut Writer<Vec<u8>>,
    suite: &str,
    check: &SkillCheck,
    complaints: &[Complaint],
) -> io::Result<()> {
    let mut case = BytesStart::new("testcase");
    case.push_attribute(("classname", suite));
    case.push_attribute(("name", title(check).as_str()));
    // No part of the schema of JUnit, and read by most of what shows its reports.
    case.push_attribute(("file", suite));
    if let Some(position) = check.position {
        case.push_attribute(("line", position.line.to_string().as_str()));
    }
    writer.write_event(Event::Start(case))?;
    for complaint in complaints {
        let tag = match complaint.kind.outcome() {
            CheckOutcome::Match => "system-out",
            CheckOutcome::Refused => "failure",
            CheckOutcome::NoVerdict | CheckOutcome::InvalidRecord => "error",
        };
        let message = text(&complaint.text);
        let mut start = BytesStart::new(tag);
        if tag != "system-out" {
            start.push_attribute(("type", complaint.kind.as_str()));
            start.push_attribute(("message", message.as_str()));
        }
        writer.write_event(Event::Start(start))?;
        writer.write_event(Event::Text(BytesText::new(&message)))?;
        writer.write_event(Event::End(BytesEnd::new(tag)))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testcase")))
}

fn counted<'a>(tag: &'a str, name: &str, cases: &[&Case<'_>]) -> BytesStart<'a> {
    let worst = |case: &&&Case<'_>| case.1.iter().map(|complaint| complaint.kind.outcome()).max();
    let failures = cases.iter().filter(|case| worst(case) == Some(CheckOutcome::Refused)).count();
    let errors = cases
        .iter()
        .filter(|case| matches!(worst(case), Some(CheckOutcome::NoVerdict | CheckOutcome::InvalidRecord)))
        .count();
    let mut start = BytesStart::new(tag);
    start.push_attribute(("name", name));
    for (attribute, number) in [("tests", cases.len()), ("failures", failures), ("errors", errors)] {
        start.push_attribute((attribute, number.to_string().as_str()));
    }
    start
}
