//! What a draft needs, as its developer is told.

use serde_json::{Value, json};
use touchmark::account::Tier;
use touchmark::certificate::AuditPrice;
use touchmark::config::AccountsConfig;
use touchmark::operations::packages::{certify_package, renew_registry_advisories, review_package};
use touchmark::package::{PackageRegistry, PackageSpec};
use touchmark::scan::Ruleset;
use touchmark::skill::Timestamp;
use touchmark::source::{PackageBounds, PackageClient, RegistryHost, RegistryHosts};
use touchmark::store::RegistryKnowledge as _;

use super::service::Service;
use super::station::Station;

const PATH: &str = "/api/v1/sigma/dev/drafts/draft-1/package-preview";

/// A tarball of npm with one file.
fn tarball(name: &str) -> Vec<u8> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let content = format!(r#"{{"name": "{name}", "version": "1.2.0"}}"#);
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, "package/package.json", content.as_bytes()).expect("an entry is written");
    archive.into_inner().expect("the archive ends").finish().expect("it is packed")
}

/// A registry of npm on this machine: `first` needs `second`, which needs `third` and `first`.
async fn registry() -> Station {
    let integrity = |bytes: &[u8]| {
        use base64::Engine as _;
        let digest = touchmark::skill::Sha256Digest::of(bytes);
        format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest.as_bytes()))
    };
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, needs, size) in
        [("first", json!({"second": "~1.2"}), 50_000), ("second", json!({"third": "*", "first": "^1.0.0"}), 9_000_000)]
    {
        let bytes = tarball(name);
        let version = json!({"name": name, "version": "1.2.0", "dependencies": needs,
            "dist": {"tarball": format!("/{name}.tgz"), "integrity": integrity(&bytes), "unpackedSize": size}});
        let document = json!({"dist-tags": {"latest": "1.2.0"}, "versions": {"1.2.0": version}});
        files.push((format!("/{name}"), document.to_string().into_bytes()));
        files.push((format!("/{name}/1.2.0"), version.to_string().into_bytes()));
        files.push((format!("/{name}.tgz"), bytes));
    }
    let advisories = json!({"second": [{"id": 7, "title": "It\nleaks", "severity": "high", "url": "https://advisories.example/GHSA-x"}]});
    files.push(("/-/npm/v1/security/advisories/bulk".to_owned(), advisories.to_string().into_bytes()));
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    Station::serving(&files).await
}

fn client(station: &Station) -> PackageClient {
    let host = RegistryHost::parse(&station.url("/")).expect("a URL");
    PackageClient::new(RegistryHosts { npm: Some(host), ..RegistryHosts::default() }, PackageBounds::USUAL)
}

fn draft(files: &[(&str, &str)]) -> Value {
    json!({ "files": files.iter().map(|(name, content)| json!({ "name": name, "content": content })).collect::<Vec<_>>() })
}

fn told(items: &Value) -> Vec<String> {
    let items = items.as_array().expect("a list").iter();
    items
        .map(|item| {
            let text = |name: &str| item[name].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {}",
                text("packageName"),
                text("packageVersion"),
                text("status"),
                text("estimatedComplexityTier")
            )
        })
        .collect()
}

#[tokio::test]
async fn a_draft_is_resolved_through_the_registry_and_every_package_told_with_its_price() {
    let station = registry().await;
    let (service, client) = (Service::start(Some(AccountsConfig::Closed)).await, client(&station));
    let token = service.token("dev@example.com", Tier::Free).await;
    // Without registries a range stays one, and nothing is needed indirectly.
    let manifest = draft(&[(
        "web/package.json",
        r#"{"dependencies": {"first": "^1.0.0", "own": "git+https://git.example/o.git"}}"#,
    )]);
    let plain = service.post(PATH, Some(&token), &manifest).await;
    assert_eq!(
        (plain.status, told(&plain.body["items"])),
        (
            200,
            vec![
                "first ^1.0.0 UNCERTIFIED standard".to_owned(),
                "own git+https://git.example/o.git UNCERTIFIED standard".to_owned()
            ]
        ),
        "{}",
        plain.body
    );

    let priced = service
        .changed(|services| services.with_packages(client.clone()).with_audit_price(AuditPrice::of_standard(400)));
    let answer = priced.post(PATH, Some(&token), &manifest).await;
    let keys: Vec<&str> = answer.body.as_object().expect("an object").keys().map(String::as_str).collect();
    // The fields of the contract, in its order, with what is more behind them.
    assert_eq!(
        keys,
        [
            "enabled",
            "packagesTotal",
            "packagesCertifiedFromCache",
            "packagesToAudit",
            "packagesRejected",
            "packagesUncertified",
            "transitiveDependenciesChecked",
            "transitiveDependenciesUncertified",
            "transitiveDependenciesRejected",
            "savingsUsd",
            "uncachedCostUsd",
            "items",
            "transitiveItems",
            "unread",
        ]
    );
    assert_eq!(
        told(&answer.body["items"]),
        ["first 1.2.0 TO_AUDIT light", "own git+https://git.example/o.git UNCERTIFIED standard"]
    );
    let item = &answer.body["items"][0];
    let keys: Vec<&str> = item.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys[..9],
        [
            "packageName",
            "packageVersion",
            "registrySource",
            "dependencyType",
            "cached",
            "status",
            "estimatedComplexityTier",
            "estimatedPriceUsd",
            "warnings",
        ]
    );
    assert_eq!((&item["requestedVersion"], &item["dependencyType"]), (&json!("^1.0.0"), &json!("DIRECT")));
    assert_eq!((&item["estimatedPriceUsd"], &answer.body["uncachedCostUsd"]), (&json!(2.0), &json!(2.0)));
    assert_eq!(told(&answer.body["transitiveItems"]), ["second 1.2.0 TO_AUDIT heavy", "third * UNCERTIFIED standard"]);
    let counts = [
        "packagesTotal",
        "packagesToAudit",
        "packagesUncertified",
        "transitiveDependenciesChecked",
        "transitiveDependenciesUncertified",
    ];
    assert_eq!(counts.map(|name| answer.body[name].as_u64()), [2, 1, 1, 2, 2].map(Some));
    assert!(answer.body["unread"][0].as_str().is_some_and(|text| text.contains("npm:third")), "{}", answer.body);

    // Once a package is certified it costs nothing, and what its registry knows stands beside it.
    for name in ["first", "second"] {
        let spec = PackageSpec::parse(&format!("npm:{name}@1.2.0")).expect("a spec");
        let client = client.clone();
        let review = tokio::task::spawn_blocking(move || review_package(&client, &spec, Ruleset::builtin(), |_| ()));
        let review = review.await.expect("it is looked at").expect("a review");
        certify_package(&priced.services, &review).await.expect("it is stored");
    }
    let answer = priced.post(PATH, Some(&token), &manifest).await;
    assert_eq!(told(&answer.body["items"])[0], "first 1.2.0 CERTIFIED light");
    assert_eq!([&answer.body["savingsUsd"], &answer.body["uncachedCostUsd"]], [&json!(2.0), &json!(0.0)]);
    let second = &answer.body["transitiveItems"][0];
    assert_eq!((&second["status"], &second["registryAdvisories"][0]["id"]), (&json!("CERTIFIED"), &json!("GHSA-x")));
    let shown = priced.get("/api/v1/public/packages/npm/second/1.2.0", None).await;
    let told = [
        &shown.body["registryAdvisoryCount"],
        &shown.body["registryAdvisoryHighestSeverity"],
        &shown.body["registryAdvisories"][0]["summary"],
    ];
    assert_eq!(told, [&json!(1), &json!("high"), &json!("It leaks")], "{}", shown.body);
    let statistics = priced.get("/api/v1/public/packages/stats", None).await.body;
    let told = ["totalSubmissionsBenefitingFromCache", "totalCostSavedUsd", "codeSubmissionsWithPackages"];
    assert_eq!(told.map(|name| statistics[name].as_u64()), [1, 2, 1].map(Some), "one draft, however often");
}

#[tokio::test]
async fn what_a_registry_said_is_asked_for_again_and_a_failure_takes_nothing_back() {
    let station = registry().await;
    let (service, client) = (Service::start(Some(AccountsConfig::Closed)).await, client(&station));
    let service = service.changed(|services| services.with_packages(client.clone()));
    let spec = PackageSpec::parse("npm:second@1.2.0").expect("a spec");
    let review = {
        let (client, spec) = (client.clone(), spec.clone());
        tokio::task::spawn_blocking(move || review_package(&client, &spec, Ruleset::builtin(), |_| ()))
    };
    certify_package(&service.services, &review.await.expect("it is looked at").expect("a review"))
        .await
        .expect("stored");
    let store = service.store().await;
    let fresh = renew_registry_advisories(&service.services, PackageRegistry::Npm).await.expect("asked");
    assert_eq!(fresh.answered, 0, "an answer of now is good for hours");
    // A day ago the registry knew of nothing.
    let now = service.services.now().as_milliseconds();
    let yesterday = Timestamp::from_milliseconds(now - 86_400_000);
    store.put_registry_answers(&[(spec.clone(), Vec::new())], yesterday).await.expect("stored");
    station.answer_with(500);
    let failed = renew_registry_advisories(&service.services, PackageRegistry::Npm).await.expect("asked");
    let answers = store.registry_answers(std::slice::from_ref(&spec)).await.expect("read");
    assert!(failed.failure.is_some() && answers[&spec.to_string()].asked_at == yesterday, "{failed:?}");
    station.answer_with(200);
    renew_registry_advisories(&service.services, PackageRegistry::Npm).await.expect("asked");
    let answers = store.registry_answers(std::slice::from_ref(&spec)).await.expect("read");
    assert_eq!(answers[&spec.to_string()].advisories.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_what_is_no_draft_refused() {
    let service = Service::start(Some(AccountsConfig::Closed)).await;
    let token = service.token("dev@example.com", Tier::Free).await;
    let files = draft(&[("setup.py", ""), ("package.json", "{"), ("requirements.txt", "a==1.0\n-r other.txt\n")]);
    let answer = service.post(PATH, Some(&token), &files).await;
    assert_eq!((answer.status, &answer.body["packagesToAudit"]), (200, &json!(1)), "{}", answer.body);
    assert_eq!(answer.body["unread"].as_array().map(Vec::len), Some(3), "{}", answer.body);
    // A lock file beside a manifest says what is installed.
    let locked = draft(&[
        ("package.json", r#"{"dependencies": {"a": "^1.0.0"}}"#),
        (
            "package-lock.json",
            r#"{"packages": {"": {"dependencies": {"a": "^1.0.0"}}, "node_modules/a": {"version": "1.4.0"}, "node_modules/b": {"version": "2.0.0"}}}"#,
        ),
    ]);
    let answer = service.post(PATH, Some(&token), &locked).await;
    assert_eq!(told(&answer.body["items"]), ["a 1.4.0 TO_AUDIT standard"]);
    assert_eq!(answer.body["transitiveDependenciesChecked"], 1);
    let many: Vec<(&str, &str)> = (0..21).map(|_| ("package.json", "{}")).collect();
    let rows = [
        (PATH.to_owned(), draft(&many), 422),
        (PATH.to_owned(), json!({ "files": [] }), 422),
        (PATH.to_owned(), json!({}), 422),
        (PATH.replace("draft-1", "a%20b"), draft(&[("package.json", "{}")]), 422),
        (PATH.replace("draft-1", &"x".repeat(101)), draft(&[("package.json", "{}")]), 422),
    ];
    for (path, body, expected) in rows {
        let answer = service.post(&path, Some(&token), &body).await;
        assert_eq!(
            (answer.status, &answer.body["error"]["status"]),
            (expected, &json!(expected)),
            "{path} {}",
            answer.body
        );
    }
    let wrong = service.get(PATH, Some(&token)).await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")), "{}", wrong.body);
    for path in ["/api/v1/public/packages/stats", "/api/v1/public/packages/npm/a/1.0.0"] {
        let wrong = service.post(path, None, &json!({})).await;
        let told = (wrong.status, wrong.header("allow"), &wrong.body["error"]["status"]);
        assert_eq!(told, (405, Some("GET, HEAD"), &json!(405)), "{path} {}", wrong.body);
    }
}
