//! Threats that name a package alone: what was scanned, certified and looked up by its digest.

use serde_json::{Value, json};
use touchmark::account::Tier;
use touchmark::certificate::{PackageReview, ReviewedFile};
use touchmark::config::AccountsConfig;
use touchmark::operations::packages::certify_package;
use touchmark::operations::{Acceptance, accept_report};
use touchmark::package::{DistributionKind, FileSet, PackageSpec};
use touchmark::scan::Ruleset;
use touchmark::skill::{FileContent, RawFile, Sha256Digest};

use super::service::Service;

fn reported(source_type: &str, source_ref: &str) -> Value {
    json!({ "quarantine_id": "q1", "source_type": source_type, "source_ref": source_ref, "score": 0,
        "verdict": "clean", "phases": [] })
}

/// Makes it known that a version of a package does harm, as an operator does who accepts a report.
async fn known(service: &Service, token: &str, source_type: &str, name: &str, version: Option<&str>) {
    let body = json!({ "source_type": source_type, "source_ref": name, "category": "backdoor", "severity": "critical",
        "description": "Opens a shell" });
    let made = service.post("/v1/report", Some(token), &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["report_id"].as_str().expect("an id");
    let acceptance = Acceptance { package_version: version.map(str::to_owned), ..Acceptance::default() };
    accept_report(&service.services, id, acceptance, "somebody").await.expect("it is accepted");
}

#[tokio::test]
async fn a_threat_that_names_a_package_lowers_its_scans_and_no_others() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    let before = service.post("/v1/scan", Some(&token), &reported("npm", "evil@1.0.0")).await;
    assert_eq!((before.status, &before.body["verdict"]), (201, &json!("clean")), "{}", before.body);
    known(&service, &token, "npm", "evil", Some("1.0.0")).await;
    known(&service, &token, "pip", "Evil_Tool", None).await;
    let rows = [
        ("npm", "evil@1.0.0", Some("npm:evil@1.0.0")),
        ("npm", "evil@1.0.1", None),
        ("npm", "evil", None),
        ("npm", "evil-tool@1.0.0", None),
        ("pip", "evil-tool==2.0", Some("pypi:evil-tool")),
        ("pip", "EVIL.tool", Some("pypi:evil-tool")),
        ("git", "evil@1.0.0", None),
        ("npm", "../evil", None),
    ];
    for (source_type, source_ref, expected) in rows {
        let answer = service.post("/v1/scan", Some(&token), &reported(source_type, source_ref)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let threat = &answer.body["threats"][0];
        assert_eq!((&threat["package"], &threat["hash"]), (&json!(expected), &Value::Null), "{source_ref}");
        let verdict = if expected.is_some() { "critical" } else { "clean" };
        assert_eq!(answer.body["verdict"], verdict, "{source_type} {source_ref}: {}", answer.body);
    }
    // What was scanned before is told by what is known now.
    let path = format!("/v1/scans/{}", before.body["scan_id"].as_str().expect("an id"));
    let shown = service.get(&path, Some(&token)).await.body;
    assert_eq!((&shown["verdict"], &shown["threats"][0]["package"]), (&json!("critical"), &json!("npm:evil@1.0.0")));
    let listed = service.get("/v1/scans?target=npm:evil%401.0.0", Some(&token)).await.body;
    let verdicts: Vec<&Value> = listed["scans"].as_array().into_iter().flatten().map(|scan| &scan["verdict"]).collect();
    assert_eq!(verdicts, [&json!("critical"), &json!("critical")], "{listed}");
}

#[tokio::test]
async fn a_certificate_and_a_digest_tell_of_the_package_as_well() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Team).await;
    let bytes = b"{\"name\": \"evil\", \"version\": \"1.0.0\"}".to_vec();
    let files = vec![RawFile {
        path: "package.json".to_owned(),
        content: FileContent::Bytes(bytes.clone()),
        is_executable: false,
    }];
    let set = FileSet { files, unread: Vec::new() };
    let sha256 = Sha256Digest::of(b"the tarball");
    let file = ReviewedFile::of("evil-1.0.0.tgz".to_owned(), DistributionKind::Tarball, sha256, 11, &set);
    let spec = PackageSpec::parse("npm:evil@1.0.0").expect("a release");
    let review = PackageReview::of(spec, vec![(file, set)], Vec::new(), None, Ruleset::builtin()).expect("a review");
    certify_package(&service.services, &review).await.expect("it is kept");
    let certificate = "/api/v1/public/packages/npm/evil/1.0.0";
    let threat = format!("/v1/threat/{sha256}");
    let good = service.get(certificate, None).await.body;
    assert_eq!((&good["councilVerdict"], &good["securityLevel"]), (&json!("APPROVED"), &json!("CLEAR")), "{good}");
    assert_eq!(service.get(&threat, Some(&token)).await.body["known_threat"], false);

    known(&service, &token, "npm", "evil", Some("1.0.0")).await;
    for path in [certificate.to_owned(), format!("{certificate}/verify")] {
        let shown = service.get(&path, None).await.body;
        assert_eq!(
            (&shown["councilVerdict"], &shown["securityLevel"]),
            (&json!("REJECTED"), &json!("CRITICAL")),
            "{shown}"
        );
        let warning = shown["retainedWarnings"][0].as_str().expect("a warning");
        assert!(warning.starts_with("known threat thr_") && warning.ends_with("Opens a shell"), "{warning}");
    }
    let found = service.get(&threat, Some(&token)).await.body;
    assert_eq!((&found["known_threat"], &found["severity"]), (&json!(true), &json!("critical")), "{found}");
    assert_eq!(found["affected_packages"], json!([{ "ecosystem": "npm", "name": "evil", "version": "1.0.0" }]));
}
