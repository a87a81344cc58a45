use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Advisory, AdvisoryError, AdvisorySeverity};
use crate::package::{PackageName, PackageRegistry, PackageVersion};

fn record(affected: Value) -> Value {
    json!({ "id": "TEST-2026-1", "modified": "2026-01-02T03:04:05Z", "affected": [affected] })
}

fn parse(record: &Value) -> Result<Advisory, AdvisoryError> {
    Advisory::parse(record.to_string().as_bytes())
}

fn package(ecosystem: &str, rest: Value) -> Value {
    let mut package = json!({ "package": { "ecosystem": ecosystem, "name": "demo" } });
    package.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
    package
}

fn events(events: Value) -> Value {
    json!({ "ranges": [{ "type": "ECOSYSTEM", "events": events }] })
}

/// Returns those of the versions that a record concerns.
fn concerned(registry: PackageRegistry, affected: Value, versions: &str) -> String {
    let advisory = parse(&record(affected)).expect("a record");
    let name = PackageName::parse(registry, "demo").expect("a name");
    let version = |text: &&str| PackageVersion::parse(registry, text).expect("a version");
    let concerned = versions.split(' ').filter(|text| advisory.concerns(registry, &name, &version(text)));
    concerned.collect::<Vec<_>>().join(" ")
}

#[test]
fn ranges_are_read_by_the_order_of_each_registry() {
    use PackageRegistry::{Npm, Pypi};
    let rows = [
        // Everything before a fix; 1.10 comes after 1.9.
        (
            Pypi,
            events(json!([{ "introduced": "0" }, { "fixed": "1.10" }])),
            "0.1 1.9 1.10rc1 1.10 2.0",
            "0.1 1.9 1.10rc1",
        ),
        (
            Npm,
            events(json!([{ "introduced": "0" }, { "fixed": "1.10.0" }])),
            "0.1.0 1.9.0 1.10.0-rc.1 1.10.0",
            "0.1.0 1.9.0 1.10.0-rc.1",
        ),
        // Two stretches in one range, in any order of events.
        (
            Npm,
            events(
                json!([{ "fixed": "2.1.0" }, { "introduced": "1.0.0" }, { "introduced": "2.0.0" }, { "fixed": "1.5.0" }]),
            ),
            "0.9.0 1.0.0 1.4.9 1.5.0 1.9.9 2.0.0 2.0.9 2.1.0",
            "1.0.0 1.4.9 2.0.0 2.0.9",
        ),
        (
            Pypi,
            events(json!([{ "introduced": "1.0" }, { "last_affected": "1.2" }])),
            "0.9 1.0 1.2 1.2.0 1.2.post1 1.3",
            "1.0 1.2 1.2.0",
        ),
        (Pypi, events(json!([{ "introduced": "1!0.5" }])), "0.9 9.0 1!0.4 1!0.5 1!2.0", "1!0.5 1!2.0"),
        (Npm, events(json!([{ "introduced": "0" }, { "limit": "2.0.0" }])), "1.0.0 2.0.0", "1.0.0"),
        (Npm, events(json!([{ "introduced": "0" }, { "limit": "*" }])), "1.0.0 2.0.0", "1.0.0 2.0.0"),
        // A fix and a new beginning in one version: it is affected.
        (
            Npm,
            events(json!([{ "introduced": "0" }, { "fixed": "1.0.0" }, { "introduced": "1.0.1" }])),
            "0.9.0 1.0.0 1.0.1",
            "0.9.0 1.0.1",
        ),
        // Versions that are named, with a range that says less, and with one that cannot be read.
        (Pypi, json!({ "versions": ["1.0", "1.1.0"] }), "1.0.0 1.1 1.2", "1.0.0 1.1"),
        (
            Pypi,
            json!({ "versions": ["1.0"], "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "one" }] }] }),
            "1.0 1.1",
            "1.0",
        ),
        (Pypi, json!({ "versions": ["not a version"] }), "1.0 1.1", ""),
        // What says nothing, or nothing that can be read, concerns all.
        (Npm, json!({}), "0.0.1 99.0.0", "0.0.1 99.0.0"),
        (Npm, json!({ "versions": [], "ranges": [] }), "1.0.0", "1.0.0"),
        (Npm, events(json!([{ "introduced": "one" }, { "fixed": "1.0.0" }])), "2.0.0", "2.0.0"),
        (Npm, events(json!([{ "fixed": "1.0.0" }])), "2.0.0", "2.0.0"),
        (Npm, json!({ "ranges": [{ "type": "GIT", "events": [{ "introduced": "0" }] }] }), "2.0.0", "2.0.0"),
        (
            Npm,
            json!({ "versions": ["1.0.0"], "ranges": [{ "type": "GIT", "events": [{ "introduced": "0" }] }] }),
            "1.0.0 2.0.0",
            "1.0.0",
        ),
    ];
    for (registry, rest, versions, expected) in rows {
        let ecosystem = if registry == Npm { "npm" } else { "PyPI" };
        assert_eq!(concerned(registry, package(ecosystem, rest.clone()), versions), expected, "{rest}");
    }
}

#[test]
fn names_are_compared_as_their_registry_does_and_others_are_left_out() {
    let affected = json!([
        { "package": { "ecosystem": "PyPI", "name": "Demo_Tool" } },
        { "package": { "ecosystem": "npm", "name": "@scope/demo" } },
        { "package": { "ecosystem": "Go", "name": "example.com/demo" } },
        { "package": { "ecosystem": "npm", "name": "../demo" } },
        { "package": { "ecosystem": "npm" } },
        { "package": null },
        "nonsense",
        null,
    ]);
    let mut given = record(json!({}));
    given["affected"] = affected;
    let advisory = parse(&given).expect("a record");
    let names: Vec<_> = advisory.affected.iter().map(|one| (one.registry, one.name.as_str())).collect();
    assert_eq!(names, [(PackageRegistry::Pypi, "demo-tool"), (PackageRegistry::Npm, "@scope/demo")]);
}

#[test]
fn what_is_withdrawn_concerns_nothing_and_a_fix_is_the_next_one() {
    let both = json!({ "ranges": [{ "type": "SEMVER", "events": [
        { "introduced": "1.0.0" }, { "fixed": "1.2.0" }, { "introduced": "2.0.0" }, { "fixed": "2.3.0" }] }] });
    let mut given = record(package("npm", both));
    let advisory = parse(&given).expect("a record");
    let version = |text: &str| PackageVersion::parse(PackageRegistry::Npm, text).expect("a version");
    let fix = |text: &str| advisory.affected[0].fixed_after(&version(text)).map(PackageVersion::as_str);
    assert_eq!([fix("1.1.0"), fix("2.0.0"), fix("1.5.0")], [Some("1.2.0"), Some("2.3.0"), None]);
    given["withdrawn"] = json!("2026-03-01T00:00:00Z");
    let withdrawn = parse(&given).expect("a record");
    let name = PackageName::parse(PackageRegistry::Npm, "demo").expect("a name");
    assert!(!withdrawn.concerns(PackageRegistry::Npm, &name, &version("1.1.0")));
}

#[test]
fn severity_is_the_word_of_the_database_before_any_vector() {
    use AdvisorySeverity::{Critical, High, Low, Moderate};
    let critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let rows = [
        (
            json!({ "database_specific": { "severity": "MODERATE" }, "severity": [{ "type": "CVSS_V3", "score": critical }] }),
            Some(Moderate),
        ),
        (json!({ "severity": [{ "type": "CVSS_V3", "score": critical }] }), Some(Critical)),
        (
            json!({ "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N" }] }),
            Some(Low),
        ),
        (
            json!({ "severity": [{ "type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N" }] }),
            Some(High),
        ),
        (json!({ "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N" }] }), None),
        (json!({ "severity": "HIGH" }), None),
        (json!({ "affected": [{ "package": {}, "database_specific": { "severity": "high" } }] }), Some(High)),
        (json!({ "id": "MAL-2026-1", "database_specific": { "severity": "LOW" } }), Some(Critical)),
        (json!({ "aliases": ["MAL-2026-1"] }), Some(Critical)),
        (json!({}), None),
    ];
    for (fields, expected) in rows {
        let mut given = record(json!({}));
        given.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        let advisory = parse(&given).expect("a record");
        assert_eq!(advisory.severity, expected, "{fields}");
        assert_eq!(advisory.is_malicious, fields.to_string().contains("MAL-"), "{fields}");
    }
}

#[test]
fn what_is_no_record_is_refused_and_hostile_texts_are_bounded() {
    let with = |name: &str, value: Value| {
        let mut given = record(json!({}));
        given[name] = value;
        given
    };
    let refused = [
        json!([]),
        json!("text"),
        json!({}),
        with("id", json!("")),
        with("id", json!("a b")),
        with("id", json!("\u{202e}")),
        with("id", json!("x".repeat(101))),
        with("id", json!(7)),
        with("modified", json!("yesterday")),
        with("modified", json!(null)),
    ];
    for given in refused {
        assert!(parse(&given).is_err(), "{given}");
    }
    assert!(Advisory::parse(b"").is_err() && Advisory::parse(b"\0").is_err());
    assert_eq!(Advisory::parse(&vec![b' '; 5 * 1024 * 1024]), Err(AdvisoryError::TooLong(4 * 1024 * 1024)));
    let many: Vec<String> = (0..50_001).map(|number| format!("1.{number}")).collect();
    assert!(matches!(parse(&record(package("PyPI", json!({ "versions": many })))), Err(AdvisoryError::TooMany { .. })));

    let mut given = with("summary", json!("x".repeat(10_000)));
    given["aliases"] = json!(["CVE-2026-1", "bad alias", 7, "\u{1b}[31m"]);
    given["references"] =
        json!([{ "type": "WEB", "url": "https://two.example" }, { "type": "ADVISORY", "url": "javascript:alert(1)" }]);
    let advisory = parse(&given).expect("a record");
    assert_eq!(advisory.summary.expect("a text").len(), 500);
    assert_eq!(
        (advisory.aliases, advisory.url.as_deref()),
        (vec!["CVE-2026-1".to_owned()], Some("https://two.example"))
    );
}

proptest! {
    #[test]
    fn what_was_read_is_read_again_from_what_is_written(
        numbers in prop::collection::vec((0u8..5, 0u8..5, 0u8..4), 0..6),
        versions in prop::collection::vec((0u8..5, 0u8..5), 0..4),
        asked in (0u8..6, 0u8..6),
    ) {
        let events: Vec<Value> = numbers.iter().map(|(major, minor, kind)| {
            let kind = ["introduced", "fixed", "last_affected", "limit"][usize::from(*kind)];
            json!({ kind: format!("{major}.{minor}.0") })
        }).collect();
        let versions: Vec<String> = versions.iter().map(|(major, minor)| format!("{major}.{minor}.0")).collect();
        let rest = json!({ "versions": versions, "ranges": [{ "type": "SEMVER", "events": events }] });
        let advisory = parse(&record(package("npm", rest))).expect("a record");
        let again = parse(&advisory.to_osv()).expect("a record");
        prop_assert_eq!(&again, &advisory);
        let version = PackageVersion::parse(PackageRegistry::Npm, &format!("{}.{}.0", asked.0, asked.1)).expect("a version");
        if versions.contains(&version.as_str().to_owned()) {
            prop_assert!(advisory.affected[0].contains(&version));
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Advisory::parse(&bytes);
    }
}

#[test]
fn what_a_registry_says_of_a_release_concerns_that_release_alone() {
    let now = crate::skill::Timestamp::from_milliseconds(1_000);
    let read = |spec: &str, record: serde_json::Value| {
        let spec = crate::package::PackageSpec::parse(spec).expect("a spec");
        let read = Advisory::of_registry(&record, &spec, now);
        read.map(|advisory| {
            let version = spec.version.clone().expect("a version");
            assert!(advisory.withdrawn.is_some() || advisory.concerns(spec.registry, &spec.name, &version));
            let other = PackageVersion::parse(spec.registry, "9.9.9").expect("a version");
            assert!(!advisory.concerns(spec.registry, &spec.name, &other));
            let text = serde_json::to_vec(&advisory.to_osv()).expect("JSON");
            assert_eq!(Advisory::parse(&text).expect("a record"), advisory, "it is kept as it is");
            let severity = advisory.severity.map_or("none", AdvisorySeverity::as_str);
            let mark = if advisory.is_malicious { "!" } else { "" };
            let taken_back = if advisory.withdrawn.is_some() { " taken back" } else { "" };
            format!("{mark}{} {severity} {}{taken_back}", advisory.id, advisory.summary.as_deref().unwrap_or("-"))
        })
    };
    for (spec, record, expected) in [
        (
            "npm:a@1.0.0",
            json!({"id": 7, "url": "https://x.example/advisories/GHSA-1", "title": "It leaks", "severity": "high", "cwe": ["CWE-400"]}),
            Some("GHSA-1 high It leaks"),
        ),
        ("npm:a@1.0.0", json!({"id": 7, "url": "javascript:alert(1)", "severity": 5}), Some("npm:7 none -")),
        (
            "npm:a@1.0.0",
            json!({"id": 7, "title": "Malware in a", "severity": "low", "cwe": ["CWE-506"]}),
            Some("!npm:7 critical Malware in a"),
        ),
        ("npm:a@1.0.0", json!({"title": "no id"}), None),
        ("npm:a@1.0.0", json!([]), None),
        (
            "pypi:a==1.0",
            json!({"id": "PYSEC-1", "aliases": ["CVE-1", 5], "details": "\nFirst line\nsecond", "link": "https://x.example/1"}),
            Some("PYSEC-1 none First line"),
        ),
        (
            "pypi:a==1.0",
            json!({"id": "PYSEC-1", "withdrawn": "2026-01-01T00:00:00Z"}),
            Some("PYSEC-1 none - taken back"),
        ),
        ("pypi:a==1.0", json!({"id": "PYSEC-1", "aliases": ["MAL-2026-1"]}), Some("!PYSEC-1 critical -")),
        ("pypi:a==1.0", json!({"id": "a b"}), None),
        ("pypi:a", json!({"id": "PYSEC-1"}), None),
    ] {
        assert_eq!(read(spec, record.clone()).ok().as_deref(), expected, "{spec} {record}");
    }
}
