//! What registries know beside the files: what a release needs, who attests it, and which flaws
//! it has; told well, badly, slowly and differently the next time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use sha2::Digest as _;

use super::tests::{SMALL, client, fetch, index, npm_tarball, npm_version, served, tarball};
use super::*;
use crate::package::{PackageName, PackageRegistry, PackageSpec, Requirement};
use crate::skill::Sha256Digest;
use crate::source::tests::station::{Reply, Request, Station};

fn spec(text: &str) -> PackageSpec {
    PackageSpec::parse(text).expect("a spec")
}

/// Resolves `registry:name` with a requirement, and tells version, size and what is needed.
fn resolve(station: &Station, registry: PackageRegistry, name: &str, wanted: &str) -> Result<String, String> {
    let client = client(station, SMALL);
    let mut resolver = client.resolver(registry, Duration::from_secs(20)).expect("a host");
    let name = PackageName::parse(registry, name).expect("a name");
    let requirement = Requirement::Range(wanted.to_owned());
    let found = resolver.resolve(&name, &requirement).map_err(|error| error.to_string())?;
    let needs = found.needs.map(|needs| {
        let needs: Vec<String> = needs.iter().map(|one| format!("{} {}", one.name, one.requirement)).collect();
        needs.join(", ")
    });
    Ok(format!("{} {:?} {}", found.spec, found.size_bytes, needs.as_deref().unwrap_or("?")))
}

#[test]
fn npm_tells_which_version_a_range_means_today_and_what_it_needs() {
    let version = |number: &str, needs: Value| {
        let mut version = npm_version("/x.tgz", b"x");
        version["version"] = json!(number);
        version["dist"]["unpackedSize"] = json!(7);
        version["dependencies"] = needs;
        version
    };
    let station = Station::start(move |request: &Request| match request.path.as_str() {
        "/@a%2Fdemo" => Reply::json(&json!({
            "dist-tags": {"latest": "1.2.0", "next": "2.0.0-rc.1", "gone": "9.0.0"},
            "versions": {
                "1.0.0": version("1.0.0", json!({})),
                "1.2.0": version("1.2.0", json!({"b": "^1.0.0", "c": "npm:d@2.0.0", "e": 5})),
                "1.3.0": version("1.3.0", json!(null)),
                "2.0.0-rc.1": version("2.0.0-rc.1", json!({})),
                "nonsense": 1,
            },
        })),
        "/broken" => Reply::ok("application/json", "["),
        "/slow" => Reply::status(500),
        _ => Reply::status(404),
    });
    let ask = |name: &str, wanted: &str| resolve(&station, PackageRegistry::Npm, name, wanted);
    let latest = "npm:@a/demo@1.2.0 Some(7) b ^1.0.0, d 2.0.0";
    for (wanted, expected) in [
        ("", latest),
        // The tag `latest` goes before what is higher, as with npm itself.
        ("^1.0.0", latest),
        (">1.2.0", "npm:@a/demo@1.3.0 Some(7) "),
        ("1.0.x", "npm:@a/demo@1.0.0 Some(7) "),
        ("next", "npm:@a/demo@2.0.0-rc.1 Some(7) "),
    ] {
        assert_eq!(ask("@a/demo", wanted).as_deref(), Ok(expected), "{wanted}");
    }
    for (name, wanted, expected) in [
        ("@a/demo", "^3.0.0", "has no release"),
        ("@a/demo", "gone", "has no release"),
        ("@a/demo", "unknown-tag", "has no release"),
        ("missing", "1", "has no package"),
        ("broken", "1", "what its protocol does not know"),
        ("slow", "1", "status 500"),
    ] {
        let error = ask(name, wanted).expect_err(name);
        assert!(error.contains(expected), "{name} {wanted}: {error}");
    }
}

#[test]
fn pypi_tells_what_a_release_needs_by_its_metadata_or_its_json_api_or_not_at_all() {
    let metadata = "Metadata-Version: 2.1\nName: demo\nRequires-Dist: idna (<4,>=2.5)\r\nRequires-Dist: x ; extra == 'y'\n\nRequires-Dist: not-this\n";
    let with_metadata = Station::start(move |request: &Request| {
        let mut document = index("demo");
        document["files"][1]["core-metadata"] = json!({"sha256": "00"});
        match request.path.as_str() {
            "/simple/demo/" => Reply::json(&document),
            "/files/demo-1.0-py3-none-any.whl.metadata" => Reply::ok("text/plain", metadata),
            _ => Reply::status(404),
        }
    });
    let ask = |station: &Station, wanted: &str| resolve(station, PackageRegistry::Pypi, "Demo", wanted);
    let told = ask(&with_metadata, ">=1").expect("it is told");
    assert!(told.starts_with("pypi:demo==1.0 Some(") && told.ends_with(") idna <4,>=2.5"), "{told}");
    // What is withdrawn is no answer to a range, and a version before its release neither.
    assert!(ask(&with_metadata, ">1.0").is_err_and(|error| error.contains("has no release")));
    let by_api = Station::start(|request: &Request| match request.path.as_str() {
        "/simple/demo/" => Reply::json(&index("demo")),
        "/pypi/demo/1.0/json" => Reply::json(&json!({"info": {"name": "demo", "version": "1.0"}, "urls": []})),
        _ => Reply::status(404),
    });
    assert!(ask(&by_api, "~=1.0").is_ok_and(|told| told.ends_with(") ")), "the API tells that it needs nothing");
    let silent = Station::start(|request: &Request| match request.path.as_str() {
        "/simple/demo/" => Reply::json(&index("demo")),
        _ => Reply::status(404),
    });
    assert!(ask(&silent, "").is_ok_and(|told| told.ends_with('?')), "nobody tells what it needs");
}

/// The statement of an attestation about these bytes, as both registries pack it.
fn statement(algorithm: &str, digest: &str, predicate: &Value) -> String {
    let statement = json!({
        "_type": "statement", "subject": [{"name": "other", "digest": {"md5": "00"}}, {"name": "demo", "digest": {algorithm: digest}}],
        "predicateType": "https://predicates.example/provenance/v1", "predicate": predicate,
    });
    base64::engine::general_purpose::STANDARD.encode(statement.to_string())
}

fn npm_attestations(payload: &str) -> Value {
    json!({"attestations": [{"predicateType": "ignored", "bundle": {
        "verificationMaterial": {"tlogEntries": [{"logIndex": "123456"}]},
        "dsseEnvelope": {"payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": "AA=="}]},
    }}]})
}

/// Fetches a release of npm whose attestations are answered by `answer`.
fn npm_attested(
    answer: impl Fn() -> Reply + Send + Sync + 'static,
) -> Result<Vec<crate::package::Attestation>, PackageFetchError> {
    let bytes = npm_tarball();
    let station = Station::start(move |request: &Request| match request.path.as_str() {
        "/demo/1.2.3" => {
            let mut version = npm_version("/demo.tgz", &bytes);
            version["dist"]["attestations"] = json!({"url": "/-/npm/v1/attestations/demo@1.2.3"});
            version["dist"]["signatures"] = json!([{"keyid": "SHA256:key\u{7}", "sig": "AA=="}, 5]);
            Reply::json(&version)
        }
        "/demo.tgz" => served(&bytes),
        "/-/npm/v1/attestations/demo@1.2.3" => answer(),
        _ => Reply::status(404),
    });
    let client = client(&station, PackageBounds { time: Duration::from_secs(2), ..SMALL });
    let release = client.release(&spec("npm:demo@1.2.3")).expect("a release");
    let file = client.fetch(&release.spec, &release.distributions[0]).expect("it is fetched");
    assert_eq!(file.distribution.signature_keys.len(), 1);
    assert!(!file.distribution.signature_keys[0].contains('\u{7}'));
    client.attestations(&release.spec, &release.distributions[0], file.sha256)
}

#[test]
fn what_npm_shows_of_a_release_is_read_and_has_to_be_about_its_bytes() {
    let sha512 = hex::encode(sha2::Sha512::digest(npm_tarball()));
    let slsa = json!({"buildDefinition": {"externalParameters": {"workflow": {
        "repository": "https://git.example/a/demo\u{1b}[31m", "path": ".ci/release.yml", "ref": "refs/tags/v1"}}}});
    let right = npm_attestations(&statement("sha512", &sha512, &slsa));
    let read = npm_attested(move || Reply::json(&right)).expect("they are read");
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].predicate_type, "https://predicates.example/provenance/v1");
    let repository = read[0].source_repository.as_deref().expect("a repository");
    assert!(repository.starts_with("https://git.example/a/demo") && !repository.contains('\u{1b}'), "{repository}");
    assert_eq!((read[0].workflow.as_deref(), read[0].log_index), (Some(".ci/release.yml"), Some(123_456)));

    let other = npm_attestations(&statement("sha512", &hex::encode([7; 64]), &slsa));
    let error = npm_attested(move || Reply::json(&other)).expect_err("other bytes");
    assert!(matches!(error, PackageFetchError::WrongAttestation { .. }) && error.is_registry_fault(), "{error}");
    let nothing = npm_attestations(&statement("md5", "00", &slsa));
    assert!(matches!(npm_attested(move || Reply::json(&nothing)), Err(PackageFetchError::WrongAttestation { .. })));
    assert!(npm_attested(|| Reply::status(404)).expect("there are none").is_empty());
    type Answer = Box<dyn Fn() -> Reply + Send + Sync>;
    let rows: Vec<(&str, Answer, &str)> = vec![
        ("no JSON", Box::new(|| Reply::ok("application/json", "<html>")), "cannot be read"),
        ("no list", Box::new(|| Reply::json(&json!({"attestations": 1}))), "cannot be read"),
        ("no statement", Box::new(|| Reply::json(&json!({"attestations": [{}]}))), "no statement"),
        ("no Base64", Box::new(|| Reply::json(&npm_attestations("!"))), "no Base64"),
        ("too long", Box::new(|| Reply::json(&json!({"attestations": [], "x": "x".repeat(5 << 20)}))), "too long"),
        ("an error", Box::new(|| Reply::status(500)), "status 500"),
        ("slow", Box::new(|| Reply::Silence), "took longer"),
        ("no end", Box::new(|| Reply::Endless), "has more than"),
    ];
    for (name, answer, expected) in rows {
        let error = npm_attested(answer).expect_err(name);
        assert!(error.to_string().contains(expected), "{name}: {error}");
        assert!(!matches!(error, PackageFetchError::WrongAttestation { .. }), "{name}: {error}");
    }
}

#[test]
fn what_pypi_shows_of_a_file_is_read_with_its_publisher() {
    let bytes = tarball(&[("demo-1.0/setup.py", "\n")]);
    let digest = Sha256Digest::of(&bytes).to_hex();
    let envelope = statement("sha256", &digest.to_ascii_uppercase(), &Value::Null);
    let station = Station::start(move |request: &Request| match request.path.as_str() {
        "/simple/demo/" => Reply::json(&json!({"meta": {"api-version": "1.3"}, "name": "demo", "files": [{
            "filename": "demo-1.0.tar.gz", "url": "/demo-1.0.tar.gz", "hashes": {"sha256": digest}, "provenance": "/integrity/demo"}]})),
        "/demo-1.0.tar.gz" => served(&bytes),
        "/integrity/demo" => Reply::json(&json!({"version": 1, "attestation_bundles": [{
            "publisher": {"kind": "GitHub", "repository": "a/demo", "workflow": "release.yml", "environment": null},
            "attestations": [{"version": 1, "envelope": {"statement": envelope, "signature": "AA=="},
                "verification_material": {"certificate": "AA==", "transparency_entries": [{"logIndex": 42}]}}]}]})),
        _ => Reply::status(404),
    });
    let client = client(&station, SMALL);
    let release = client.release(&spec("pypi:demo==1.0")).expect("a release");
    let file = client.fetch(&release.spec, &release.distributions[0]).expect("it is fetched");
    let read = client.attestations(&release.spec, &release.distributions[0], file.sha256).expect("they are read");
    let told = (read[0].publisher.as_deref(), read[0].source_repository.as_deref(), read[0].workflow.as_deref());
    assert_eq!(
        (read.len(), told, read[0].log_index),
        (1, (Some("GitHub"), Some("a/demo"), Some("release.yml")), Some(42))
    );
}

#[test]
fn npm_is_asked_in_bulk_for_what_it_knows_and_each_answer_is_of_one_version() {
    let station = Station::start(|request: &Request| {
        assert_eq!(request.path, "/-/npm/v1/security/advisories/bulk");
        let asked: Value = serde_json::from_slice(&request.body).expect("JSON");
        let old = asked["demo"] == json!(["1.0.0"]);
        Reply::json(&if old { json!({"demo": [{"id": 1, "title": "It leaks"}]}) } else { json!({}) })
    });
    let releases = ["npm:demo@1.0.0", "npm:demo@2.0.0", "npm:@a/other@1.0.0"].map(spec);
    let said = client(&station, SMALL).said_of(PackageRegistry::Npm, &releases, Duration::from_secs(20));
    assert!(said.failure.is_none(), "{:?}", said.failure);
    let told: Vec<String> = said.answers.iter().map(|(spec, records)| format!("{spec} {}", records.len())).collect();
    assert_eq!(told, ["npm:@a/other@1.0.0 0", "npm:demo@1.0.0 1", "npm:demo@2.0.0 0"]);
    assert_eq!(station.requests().len(), 2, "two versions of one name are two requests");
}

#[test]
fn a_registry_that_tells_its_advisories_badly_says_nothing_of_the_release() {
    type Answer = Box<dyn Fn() -> Reply + Send + Sync>;
    let rows: Vec<(&str, Answer, &str)> = vec![
        ("it has none", Box::new(|| Reply::status(404)), "status 404"),
        ("it takes no such request", Box::new(|| Reply::status(405)), "status 405"),
        ("broken", Box::new(|| Reply::status(500)), "status 500"),
        ("slow", Box::new(|| Reply::Silence), "took longer"),
        ("no JSON", Box::new(|| Reply::ok("application/json", "<html>")), "what its protocol does not know"),
        ("a list", Box::new(|| Reply::json(&json!([1]))), "what its protocol does not know"),
        ("another package", Box::new(|| Reply::json(&json!({"other": []}))), "not asked for"),
        ("no end", Box::new(|| Reply::Endless), "has more than"),
        ("cut", Box::new(|| Reply::Cut(Box::new(Reply::json(&json!({"demo": []}))))), "broke off"),
        ("elsewhere", Box::new(|| Reply::redirect(307, "https://localhost/x")), "sends the request on"),
    ];
    for (name, answer, expected) in rows {
        let station = Station::start(move |_: &Request| answer());
        let time = if name == "slow" { Duration::from_millis(300) } else { Duration::from_secs(20) };
        let said = client(&station, SMALL).said_of(PackageRegistry::Npm, &[spec("npm:demo@1.0.0")], time);
        assert!(said.answers.is_empty(), "{name}");
        let error = said.failure.expect(name).to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

#[test]
fn pypi_is_asked_release_by_release_until_it_fails_and_may_change_its_mind() {
    let count = AtomicUsize::new(0);
    let station = Station::start(move |request: &Request| match request.path.as_str() {
        "/pypi/demo/1.0/json" => {
            let is_first = count.fetch_add(1, Ordering::SeqCst) == 0;
            let known = if is_first { json!([{"id": "PYSEC-1"}]) } else { json!([]) };
            Reply::json(&json!({"info": {"name": "Demo", "version": "1.0"}, "urls": [], "vulnerabilities": known}))
        }
        "/pypi/other/1.0/json" => Reply::json(&json!({"info": {"name": "third", "version": "1.0"}, "urls": []})),
        _ => Reply::status(404),
    });
    let client = client(&station, SMALL);
    let ask = |releases: &[PackageSpec]| client.said_of(PackageRegistry::Pypi, releases, Duration::from_secs(20));
    let demo = spec("pypi:demo==1.0");
    for expected in [1, 0] {
        let said = ask(std::slice::from_ref(&demo));
        assert!(said.failure.is_none(), "{:?}", said.failure);
        assert_eq!(said.answers[0].1.len(), expected);
    }
    let said = ask(&[demo, spec("pypi:other==1.0"), spec("pypi:never==1.0")]);
    assert_eq!(said.answers.len(), 1);
    assert!(said.failure.is_some_and(|error| error.to_string().contains("another package")));
    let said = ask(&[spec("pypi:never==1.0")]);
    assert!(said.failure.is_some_and(|error| error.to_string().contains("no JSON API")));
}

#[test]
fn a_mirror_below_a_path_gets_its_token_and_no_other_host_does() {
    let bytes = npm_tarball();
    let files = Station::start(move |_: &Request| served(&bytes));
    let (elsewhere, bytes) = (files.url("/demo.tgz"), npm_tarball());
    let mirror = Station::start(move |request: &Request| match request.path.as_str() {
        "/team/npm/demo/1.2.3" => {
            let mut version = npm_version("/team/npm/demo.tgz", &bytes);
            version["dist"]["attestations"] = json!({"url": elsewhere.replace("demo.tgz", "attestations")});
            Reply::json(&version)
        }
        "/team/npm/demo.tgz" => Reply::redirect(302, &elsewhere),
        "/team/npm/-/npm/v1/security/advisories/bulk" => Reply::redirect(307, &elsewhere),
        _ => Reply::status(404),
    });
    let host = RegistryHost::parse(&mirror.url("/team/npm")).expect("a URL").with_token("s3cret-token");
    assert!(!format!("{host:?}").contains("s3cret"), "{host:?}");
    let place = RegistryHost::parse(&files.url("/")).expect("a URL");
    let hosts = RegistryHosts { npm: Some(host), files: vec![place], pypi: None };
    assert!(!format!("{hosts:?}").contains("s3cret"));
    let client = PackageClient::new(hosts, SMALL);
    let release = client.release(&spec("npm:demo@1.2.3")).expect("a release");
    let file = client.fetch(&release.spec, &release.distributions[0]).expect("it is fetched");
    // The tarball in the place of attestations is no JSON.
    let error = client.attestations(&release.spec, &release.distributions[0], file.sha256).expect_err("no JSON");
    let said = client.said_of(PackageRegistry::Npm, &[spec("npm:demo@1.2.3")], Duration::from_secs(20));
    let missing = client.release(&spec("npm:missing@1.0.0")).expect_err("there is none");
    for error in [error, said.failure.expect("a redirect of what is posted"), missing] {
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    let sent = |station: &Station| -> Vec<Option<String>> {
        station.requests().iter().map(|request| request.header("authorization")).collect()
    };
    assert!(sent(&mirror).iter().all(|sent| sent.as_deref() == Some("Bearer s3cret-token")), "{:?}", sent(&mirror));
    assert_eq!(sent(&files), [None, None], "the file and the attestations are elsewhere");
    assert!(fetch(&mirror, "npm:demo@1.2.3", SMALL).is_err(), "the root of the mirror is no registry");
}
