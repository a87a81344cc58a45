//! What a bill of materials says.

use super::*;
use crate::advisory::Advisory;
use crate::scan::{PackageSource, PackageUse, UseKind};
use crate::skill::Sha256Digest;

fn subject(bytes: &[u8]) -> BomSubject {
    BomSubject {
        name: "demo".to_owned(),
        description: "Does it.".to_owned(),
        source_url: Some("https://git.example/o/r".to_owned()),
        commit_sha: None,
        package_hash: Sha256Digest::of(bytes),
        verdict: "safe".to_owned(),
        files: vec![BomFile { path: "SKILL.md".to_owned(), sha256: Sha256Digest::of(bytes) }],
    }
}

fn package(source: PackageSource, name: &str, version: Option<&str>, kind: UseKind, line: u64) -> BomPackage {
    let used = PackageUse {
        source,
        name: name.to_owned(),
        requirement: version.map(str::to_owned),
        version: version.map(str::to_owned),
        kind,
        path: "SKILL.md".to_owned(),
        line: Some(line),
    };
    BomPackage { used, standing: "unknown", distribution: None, advisories: Vec::new() }
}

#[test]
fn equal_bundles_have_equal_documents_and_others_have_other_numbers() {
    let packages = [package(PackageSource::Npm, "@acme/a", Some("1.0.0"), UseKind::Command, 3)];
    let write = |bytes: &[u8]| serde_json::to_string(&Bom::of(&subject(bytes), &packages)).expect("JSON");
    assert_eq!(write(b"one"), write(b"one"));
    let serial = |bytes: &[u8]| Bom::of(&subject(bytes), &packages).serial_number;
    assert_ne!(serial(b"one"), serial(b"two"));
    assert!(serial(b"one").starts_with("urn:uuid:"));
}

#[test]
fn packages_have_purl_scope_evidence_and_what_is_wrong_with_them() {
    let record = r#"{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","summary":"A \u001b[31mflaw","database_specific":{"severity":"MODERATE"},"affected":[{"package":{"ecosystem":"npm","name":"a"}}]}"#;
    let advisory = Advisory::parse(record.as_bytes()).expect("an advisory");
    let mut bad = package(PackageSource::Npm, "a", Some("1.0.0"), UseKind::Command, 3);
    bad.advisories = vec![advisory];
    let packages = [
        bad,
        package(PackageSource::Npm, "a", Some("1.0.0"), UseKind::LockFile, 9),
        package(PackageSource::Apt, "ffmpeg", None, UseKind::Mention, 5),
    ];
    let bom = serde_json::to_value(Bom::of(&subject(b"one"), &packages)).expect("JSON");
    let components = bom["components"].as_array().expect("a list");
    assert_eq!(components.len(), 2, "{bom:#}");
    assert_eq!(components[0]["bom-ref"], "apt:ffmpeg");
    assert_eq!((components[0].get("purl"), &components[0]["scope"]), (None, &serde_json::json!("optional")));
    assert_eq!(components[1]["purl"], "pkg:npm/a@1.0.0");
    assert_eq!(components[1]["scope"], "required");
    assert_eq!(components[1]["evidence"]["occurrences"].as_array().map(Vec::len), Some(2));
    assert_eq!(bom["dependencies"][0]["dependsOn"], serde_json::json!(["apt:ffmpeg", "pkg:npm/a@1.0.0"]));
    let flaw = &bom["vulnerabilities"][0];
    assert_eq!((&flaw["id"], &flaw["ratings"][0]["severity"]), (&"GHSA-1".into(), &"medium".into()));
    assert_eq!(flaw["affects"], serde_json::json!([{ "ref": "pkg:npm/a@1.0.0" }]));
    assert!(!flaw["description"].as_str().expect("text").contains('\u{1b}'), "hostile text is made plain");
    assert_eq!(bom["metadata"]["component"]["components"][0]["hashes"][0]["alg"], "SHA-256");
}
