//! A registry on this machine that speaks the protocols of npm and PyPI, well or badly.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use sha1::Digest as _;

use super::*;
use crate::package::{DistributionKind, PackageSpec};
use crate::skill::Sha256Digest;
use crate::source::tests::station::{Reply, Request, Station};

pub(super) const SMALL: PackageBounds = PackageBounds {
    time: Duration::from_secs(20),
    file_bytes: 1 << 20,
    unpacked_bytes: 4 << 20,
    kept_bytes: 2 << 20,
    entries: 1_000,
};

/// A compressed tar archive of these files.
pub(super) fn tarball(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, content.as_bytes()).expect("an entry is written");
    }
    archive.into_inner().expect("the archive ends").finish().expect("it is packed")
}

/// A wheel with one file, not compressed.
fn wheel(path: &str, content: &str) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(content.as_bytes());
    let sizes = [crc.sum(), content.len() as u32, content.len() as u32].map(u32::to_le_bytes).concat();
    let name = (path.len() as u16).to_le_bytes();
    let mut bytes = Vec::new();
    bytes.write_all(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0").expect("memory");
    bytes.extend([&sizes[..], &name, &[0; 2], path.as_bytes(), content.as_bytes()].concat());
    let at = bytes.len() as u32;
    bytes.extend(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\0\0");
    bytes.extend(
        [&sizes[..], &name, &[0; 8], &0o100_644_u32.wrapping_shl(16).to_le_bytes(), &[0; 4], path.as_bytes()].concat(),
    );
    let size = bytes.len() as u32 - at;
    bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend([&size.to_le_bytes()[..], &at.to_le_bytes(), &[0; 2]].concat());
    bytes
}

pub(super) fn npm_tarball() -> Vec<u8> {
    tarball(&[
        ("package/package.json", r#"{"name": "demo", "version": "1.2.3"}"#),
        ("package/index.js", "module.exports = 1;\n"),
    ])
}

pub(super) fn npm_version(tarball_url: &str, bytes: &[u8]) -> Value {
    let sha512 = base64::engine::general_purpose::STANDARD.encode(sha2::Sha512::digest(bytes));
    let shasum = hex::encode(sha1::Sha1::digest(bytes));
    json!({"name": "demo", "version": "1.2.3", "dist": {"tarball": tarball_url, "integrity": format!("sha512-{sha512}"), "shasum": shasum}})
}

pub(super) fn client(station: &Station, bounds: PackageBounds) -> PackageClient {
    let host = |path: &str| Some(RegistryHost::parse(&station.url(path)).expect("a URL"));
    PackageClient::new(RegistryHosts { pypi: host("/simple/"), npm: host("/"), files: Vec::new() }, bounds)
}

/// Asks for a release and fetches its first file.
pub(super) fn fetch(
    station: &Station,
    spec: &str,
    bounds: PackageBounds,
) -> Result<FetchedDistribution, PackageFetchError> {
    let (client, spec) = (client(station, bounds), PackageSpec::parse(spec).expect("a spec"));
    let release = client.release(&spec)?;
    client.fetch(&release.spec, &release.distributions[0])
}

fn paths(fetched: &FetchedDistribution) -> Vec<&str> {
    fetched.files.files.iter().map(|file| file.path.as_str()).collect()
}

/// A registry of npm whose file is answered by `answer`.
fn npm_station(answer: impl Fn(&[u8]) -> Reply + Send + Sync + 'static) -> Station {
    let bytes = npm_tarball();
    Station::start(move |request: &Request| match request.path.as_str() {
        "/demo/1.2.3" | "/demo/latest" => Reply::json(&npm_version("/files/demo-1.2.3.tgz", &bytes)),
        "/files/demo-1.2.3.tgz" => answer(&bytes),
        _ => Reply::status(404),
    })
}

pub(super) fn served(bytes: &[u8]) -> Reply {
    Reply::ok("application/octet-stream", bytes)
}

#[test]
fn a_tarball_of_npm_is_fetched_checked_and_unpacked() {
    for spec in ["npm:demo@1.2.3", "npm:demo"] {
        let fetched = fetch(&npm_station(served), spec, SMALL).expect("it is fetched");
        assert_eq!(paths(&fetched), ["index.js", "package.json"]);
        assert_eq!(fetched.sha256, Sha256Digest::of(&npm_tarball()));
        assert_eq!(fetched.distribution.file_name, "demo-1.2.3.tgz");
    }
}

#[test]
fn a_scope_is_one_part_of_the_path_and_a_mirror_without_versions_is_asked_for_the_package() {
    let bytes = npm_tarball();
    let station = Station::start(move |request: &Request| match request.path.as_str() {
        "/npm/@a%2Fdemo" => {
            let mut version = npm_version("../npm/-/demo.tgz", &bytes);
            version["name"] = json!("@a/demo");
            version["deprecated"] = json!("use\nanother \u{202e}one");
            Reply::json(&json!({"dist-tags": {"latest": "1.2.3"}, "versions": {"1.2.3": version}}))
        }
        "/npm/-/demo.tgz" => served(&bytes),
        _ => Reply::status(405),
    });
    let host = RegistryHost::parse(&station.url("/npm")).expect("a URL");
    let client = PackageClient::new(RegistryHosts { npm: Some(host), ..RegistryHosts::default() }, SMALL);
    for spec in ["npm:@a/demo@1.2.3", "npm:@a/demo"] {
        let release = client.release(&PackageSpec::parse(spec).expect("a spec")).expect("a release");
        let warning = release.warning.as_deref().expect("it is deprecated");
        assert!(warning.starts_with("deprecated: use another") && !warning.contains('\u{202e}'), "{warning}");
        client.fetch(&release.spec, &release.distributions[0]).expect("it is fetched");
    }
    let missing = client.release(&PackageSpec::parse("npm:@a/demo@9.9.9").expect("a spec"));
    assert!(matches!(missing, Err(PackageFetchError::NoSuchVersion { .. })), "{missing:?}");
}

#[test]
fn what_is_not_as_the_registry_vouches_for_is_never_unpacked() {
    type Row = (&'static str, Box<dyn Fn(&[u8]) -> Reply + Send + Sync>, &'static str);
    let rows: Vec<Row> = vec![
        (
            "other bytes under the same version",
            Box::new(|_| served(&tarball(&[("package/index.js", "steal();")]))),
            "is not what the registry vouches for",
        ),
        ("nothing", Box::new(|_| served(b"")), "is not what the registry vouches for"),
        ("an error page", Box::new(|_| Reply::ok("text/html", "<html>")), "is not what the registry vouches for"),
        ("truncated", Box::new(|bytes| Reply::Cut(Box::new(served(bytes)))), "broke off"),
        (
            "a length that is too short",
            Box::new(|bytes| {
                let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 20\r\n\r\n";
                Reply::Raw([&head[..], bytes].concat())
            }),
            "is not what the registry vouches for",
        ),
        ("two lengths", Box::new(|bytes| served(bytes).with("content-length", "7")), "cannot fetch"),
        (
            "a length beyond the bounds",
            Box::new(|bytes| {
                let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 999999999\r\n\r\n";
                Reply::Raw([&head[..], bytes].concat())
            }),
            "it has more than 1048576 bytes",
        ),
        ("no end", Box::new(|_| Reply::Endless), "it has more than 1048576 bytes"),
        ("no answer", Box::new(|_| Reply::Hangup), "cannot fetch"),
        ("gone", Box::new(|_| Reply::status(404)), "status 404"),
        ("broken", Box::new(|_| Reply::status(500)), "status 500"),
        (
            "a redirect to a private network",
            Box::new(|_| Reply::redirect(302, "https://10.0.0.1/x.tgz")),
            "leads into a private network",
        ),
        (
            "a redirect to a service of this machine",
            Box::new(|_| Reply::redirect(302, "http://127.0.0.1:1/x.tgz")),
            "another port",
        ),
        (
            "a redirect by name to this machine",
            Box::new(|_| Reply::redirect(302, "https://localhost/x.tgz")),
            "private network",
        ),
        ("a redirect in the clear", Box::new(|_| Reply::redirect(302, "http://files.example/x.tgz")), "not https"),
        ("a redirect to a file", Box::new(|_| Reply::redirect(302, "file:///etc/passwd")), "not https"),
        ("a redirect to itself", Box::new(|_| Reply::redirect(302, "/files/demo-1.2.3.tgz")), "more than 5 times"),
    ];
    for (name, answer, expected) in rows {
        let error = fetch(&npm_station(answer), "npm:demo@1.2.3", SMALL).expect_err(name);
        assert!(error.to_string().contains(expected), "{name}: {error}");
        let is_too_large = matches!(error, PackageFetchError::TooLarge { .. });
        assert!(is_too_large || error.is_registry_fault(), "{name}: {error}");
    }
}

#[test]
fn a_file_may_be_elsewhere_at_the_registry_and_packed_once_more_for_the_way_is_not_unpacked_twice() {
    let bytes = npm_tarball();
    let moved = Station::start(move |request: &Request| match request.path.as_str() {
        "/demo/1.2.3" => Reply::json(&npm_version("/old.tgz", &bytes)),
        "/old.tgz" => Reply::redirect(301, "/new.tgz"),
        // Some servers call the packing of the archive one of the way.
        "/new.tgz" => served(&bytes).with("content-encoding", "gzip"),
        _ => Reply::status(404),
    });
    assert_eq!(paths(&fetch(&moved, "npm:demo@1.2.3", SMALL).expect("it is fetched")), ["index.js", "package.json"]);
}

#[test]
fn a_registry_that_says_nothing_is_not_waited_for() {
    let bounds = PackageBounds { time: Duration::from_millis(300), ..SMALL };
    for answer in [|_: &Request| Reply::Silence, |_: &Request| Reply::status(503).with("retry-after", "3600")] {
        let error = fetch(&Station::start(answer), "npm:demo@1.2.3", bounds).expect_err("nobody answers");
        assert!(matches!(error, PackageFetchError::Unreachable { is_passing: true, .. }), "{error}");
    }
    let error = fetch(&npm_station(|_| Reply::Silence), "npm:demo@1.2.3", bounds).expect_err("nobody answers");
    assert!(error.to_string().contains("took longer"), "{error}");
}

#[test]
fn metadata_that_is_wrong_is_said_to_be() {
    let right = npm_version("/x.tgz", b"x");
    let changed = |path: &str, value: Value| {
        let mut document = right.clone();
        *document.pointer_mut(path).expect("it is there") = value;
        document.to_string()
    };
    for (body, expected) in [
        ("{".to_owned(), "EOF"),
        ("[]".to_owned(), "invalid"),
        (changed("/name", json!("other")), "another package"),
        (changed("/name", json!("../up")), "is none"),
        (changed("/version", json!("1.2.4")), "another package or version"),
        (changed("/dist/integrity", json!("sha512-Zm9v")), "a digest that is none"),
        (changed("/dist/shasum", json!("zz")), "a digest that is none"),
        (changed("/dist/tarball", json!("http://[")), "the address of its file is none"),
        (json!({"name": "demo", "version": "1.2.3", "dist": {"tarball": "/x"}}).to_string(), "no digest"),
    ] {
        let station = Station::start(move |_: &Request| Reply::ok("application/json", &body));
        let error = fetch(&station, "npm:demo@1.2.3", SMALL).expect_err(expected);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(matches!(error, PackageFetchError::Protocol { .. }), "{error:?}");
    }
}

#[test]
fn an_answer_that_was_compressed_unasked_is_read_and_a_bomb_is_not() {
    let pack = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    };
    let bytes = npm_tarball();
    let packed = pack(npm_version("/x.tgz", &bytes).to_string().as_bytes());
    let bomb = pack(&vec![b' '; 33 << 20]);
    let station = Station::start(move |request: &Request| match request.path.as_str() {
        "/demo/1.2.3" => Reply::ok("application/json", &packed).with("content-encoding", "gzip"),
        "/demo/6.6.6" => Reply::ok("application/json", &bomb).with("content-encoding", "gzip"),
        "/x.tgz" => served(&bytes),
        _ => Reply::status(404),
    });
    fetch(&station, "npm:demo@1.2.3", SMALL).expect("it is fetched");
    let error = fetch(&station, "npm:demo@6.6.6", SMALL).expect_err("a bomb");
    assert!(error.to_string().contains("more than may be read"), "{error}");
}

/// The files of a package of Python, by name.
fn python_files() -> Vec<(&'static str, Vec<u8>)> {
    let sdist = tarball(&[("demo-1.0/setup.py", "import setuptools\n"), ("demo-1.0/demo/__init__.py", "x = 1\n")]);
    vec![
        ("demo-1.0.tar.gz", sdist),
        ("demo-1.0-py3-none-any.whl", wheel("demo/__init__.py", "x = 1\n")),
        ("demo-1.0-cp312-cp312-linux_x86_64.whl", wheel("demo/__init__.py", "x = 2\n")),
        ("demo-1.1.tar.gz", tarball(&[("demo-1.1/setup.py", "\n")])),
        ("demo-2.0rc1.tar.gz", tarball(&[("demo-2.0rc1/setup.py", "\n")])),
        ("demo-1.0.exe", b"MZ".to_vec()),
    ]
}

pub(super) fn index(name: &str) -> Value {
    let files: Vec<Value> = python_files()
        .iter()
        .map(|(name, bytes)| {
            json!({"filename": name, "url": format!("../../files/{name}"), "hashes": {"sha256": Sha256Digest::of(bytes).to_hex()},
                "size": bytes.len(), "yanked": if name.contains("1.1") { json!("broken\u{7}") } else { json!(false) },
                "provenance": if name.ends_with(".whl") { json!(format!("/provenance/{name}")) } else { Value::Null }})
        })
        .collect();
    json!({"meta": {"api-version": "1.3"}, "name": name, "versions": ["1.0", "1.1", "2.0rc1"], "files": files})
}

pub(super) fn python_station(simple: impl Fn() -> Reply + Send + Sync + 'static) -> Station {
    Station::start(move |request: &Request| match request.path.as_str() {
        "/simple/demo/" => simple(),
        "/pypi/demo/1.0.0/json" => {
            let urls: Vec<Value> = index("demo")["files"]
                .as_array()
                .expect("files")
                .iter()
                .take(2)
                .cloned()
                .map(|mut file| {
                    file["digests"] = file["hashes"].take();
                    file.as_object_mut().expect("an object").remove("hashes");
                    file["url"] = json!(file["url"].as_str().expect("a URL").replace("../..", ""));
                    file
                })
                .collect();
            Reply::json(&json!({"info": {"name": "Demo", "version": "1.0"}, "urls": urls, "vulnerabilities": []}))
        }
        path => {
            let files = python_files();
            let found = files.iter().find(|(name, _)| path == format!("/files/{name}"));
            found.map_or(Reply::status(404), |(_, bytes)| served(bytes))
        }
    })
}

#[test]
fn every_file_of_a_python_release_is_fetched_by_each_protocol() {
    let html: String = python_files()
        .iter()
        .map(|(name, bytes)| {
            format!("<a href='/files/{name}#sha256={}'>{name}</a>\n", Sha256Digest::of(bytes).to_hex())
        })
        .collect();
    type Simple = Box<dyn Fn() -> Reply + Send + Sync>;
    let rows: Vec<(&str, Simple, usize)> = vec![
        ("the index in JSON", Box::new(|| Reply::json(&index("Demo"))), 3),
        ("the JSON API, since the index has no JSON", Box::new(|| Reply::status(406)), 2),
        ("the JSON API beside an index in HTML", Box::new(|| Reply::ok("text/html; charset=utf-8", "<a>")), 2),
    ];
    for (name, simple, count) in rows {
        let station = python_station(simple);
        let client = client(&station, SMALL);
        let release = client.release(&PackageSpec::parse("pypi:Demo==1.0.0").expect("a spec")).expect(name);
        let names: Vec<&str> = release.distributions.iter().map(|file| file.file_name.as_str()).collect();
        let expected = ["demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz", "demo-1.0-cp312-cp312-linux_x86_64.whl"];
        assert_eq!(names, expected[..count], "{name}");
        assert!(release.distributions[0].provenance.is_some() && release.warning.is_none(), "{name}");
        for distribution in &release.distributions {
            let fetched = client.fetch(&release.spec, distribution).expect(name);
            let expected: &[&str] = if fetched.distribution.kind == DistributionKind::Sdist {
                &["demo/__init__.py", "setup.py"]
            } else {
                &["demo/__init__.py"]
            };
            assert_eq!(paths(&fetched), expected, "{name}");
        }
    }
    let html = Arc::new(html);
    let station = python_station(move || Reply::ok("text/html", html.as_bytes()));
    let host = RegistryHost::parse(&station.url("/simple/")).expect("a URL");
    let only_html = PackageClient::new(RegistryHosts { pypi: Some(host), ..RegistryHosts::default() }, SMALL);
    let release = only_html.release(&PackageSpec::parse("pypi:demo==1.1").expect("a spec")).expect("a release");
    only_html.fetch(&release.spec, &release.distributions[0]).expect("it is fetched");
}

#[test]
fn the_latest_is_released_and_not_withdrawn_and_a_withdrawn_one_says_so() {
    let station = python_station(|| Reply::json(&index("demo")));
    let client = client(&station, SMALL);
    let release = |spec: &str| client.release(&PackageSpec::parse(spec).expect("a spec"));
    assert_eq!(release("pypi:demo").expect("a release").spec.to_string(), "pypi:demo==1.0");
    let withdrawn = release("pypi:demo==1.1").expect("a release");
    let warning = withdrawn.warning.expect("it is withdrawn");
    assert!(warning.starts_with("yanked: broken") && !warning.contains('\u{7}'), "{warning}");
    assert_eq!(release("pypi:demo==1.0").expect("a release").other_files, ["demo-1.0.exe"]);
    assert!(matches!(release("pypi:demo==7"), Err(PackageFetchError::NoSuchVersion { .. })));
    assert!(matches!(release("pypi:other"), Err(PackageFetchError::NoSuchPackage { .. })));
}

#[test]
fn an_index_that_is_wrong_is_said_to_be() {
    let changed = |path: &str, value: Value| {
        let mut document = index("demo");
        *document.pointer_mut(path).expect("it is there") = value;
        document
    };
    for (document, expected) in [
        (json!({}), "missing field"),
        (index("other"), "another package"),
        (changed("/meta/api-version", json!("2.0")), "another version of the protocol"),
        (changed("/files/0/hashes", json!({"md5": "00"})), "no SHA-256 digest"),
        (changed("/files/0/hashes/sha256", json!("00")), "a digest that is none"),
        (changed("/files/0/url", json!("https://")), "the address of a file is none"),
    ] {
        let station = python_station(move || Reply::json(&document));
        let error = fetch(&station, "pypi:demo==1.0", SMALL).expect_err(expected);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
    }
    let wrong = changed("/files/1/hashes/sha256", json!(Sha256Digest::of(b"other").to_hex()));
    let error = fetch(&python_station(move || Reply::json(&wrong)), "pypi:demo==1.0", SMALL).expect_err("other bytes");
    assert!(matches!(error, PackageFetchError::WrongDigest { .. }), "{error}");
}

#[test]
fn without_a_host_the_answer_says_what_to_set() {
    let client = PackageClient::new(RegistryHosts::default(), SMALL);
    for (spec, expected) in [("npm:demo@1.2.3", "TOUCHMARK_NPM"), ("pypi:demo==1.0", "TOUCHMARK_PYPI")] {
        let error = client.release(&PackageSpec::parse(spec).expect("a spec")).expect_err("nobody can be asked");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn files_of_a_private_network_come_only_from_places_that_are_configured() {
    let bytes = npm_tarball();
    let files = Station::start(move |_: &Request| served(&bytes));
    let (elsewhere, bytes) = (files.url("/demo.tgz"), npm_tarball());
    let station = Station::start(move |_: &Request| Reply::json(&npm_version(&elsewhere, &bytes)));
    let host = |station: &Station| RegistryHost::parse(&station.url("/")).expect("a URL");
    for (trusted, is_fetched) in [(vec![], false), (vec![host(&files)], true)] {
        let hosts = RegistryHosts { npm: Some(host(&station)), files: trusted, pypi: None };
        let client = PackageClient::new(hosts, SMALL);
        let release = client.release(&PackageSpec::parse("npm:demo@1.2.3").expect("a spec")).expect("a release");
        let fetched = client.fetch(&release.spec, &release.distributions[0]);
        assert_eq!(fetched.is_ok(), is_fetched, "{fetched:?}");
    }
    assert_eq!(files.requests().len(), 1);
}

#[test]
fn credentials_go_to_the_configured_host_and_nowhere_else() {
    let bytes = npm_tarball();
    let station = Station::start(move |request: &Request| match request.path.as_str() {
        "/demo/1.2.3" => Reply::json(&npm_version("/x.tgz", &bytes)),
        "/x.tgz" => Reply::redirect(302, "/y.tgz"),
        "/y.tgz" => served(&bytes),
        _ => Reply::status(404),
    });
    let url = station.url("/").replace("http://", "http://user:s%40cret@");
    let host = RegistryHost::parse(&url).expect("a URL");
    assert!(!format!("{host:?}").contains("cret"), "{host:?}");
    assert!(!host.url().as_str().contains("user"));
    let client = PackageClient::new(RegistryHosts { npm: Some(host), ..RegistryHosts::default() }, SMALL);
    let release = client.release(&PackageSpec::parse("npm:demo@1.2.3").expect("a spec")).expect("a release");
    client.fetch(&release.spec, &release.distributions[0]).expect("it is fetched");
    let expected = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode("user:s@cret"));
    assert!(station.requests().iter().all(|request| request.header("authorization").as_deref() == Some(&expected)));
}
