use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::skill::{Registry, Sha256Digest, locate_source_url};
use crate::source::{
    FoundSkill, ReadBounds, SourceError, SourceFailure, SourceItem, SourceSpec, StreamEnd, open, open_within,
    revision_since,
};

use super::station::{Reply, Station};
use super::{instructions, listed};

const INDEX: &str = "/.well-known/agent-skills/index.json";
const SCHEMA: &str = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";

fn digest(bytes: impl AsRef<[u8]>) -> String {
    Sha256Digest::of(bytes.as_ref()).to_string()
}

fn spec(station: &Station) -> SourceSpec {
    SourceSpec::parse(&format!("well-known:{}", station.url(""))).expect("a source")
}

fn read(station: &Station) -> (Vec<FoundSkill>, Vec<SourceFailure>) {
    let (mut skills, mut failures) = (Vec::new(), Vec::new());
    for item in open(&spec(station)).expect("the source opens") {
        match item {
            SourceItem::Skill(skill) => skills.push(*skill),
            SourceItem::Failure(failure) => failures.push(failure),
        }
    }
    (skills, failures)
}

fn entry(name: &str, kind: &str, url: &str, digest: &str) -> Value {
    json!({ "name": name, "type": kind, "description": "Does it.", "url": url, "digest": digest, "later": {} })
}

/// A `.tar.gz` of files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, content.as_bytes()).expect("an entry");
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&builder.into_inner().expect("an archive")).expect("bytes are packed");
    encoder.finish().expect("bytes are packed")
}

#[test]
fn skills_of_both_versions_are_read_and_lies_are_refused() {
    let packed = archive(&[("SKILL.md", &instructions("packed")), ("scripts/run.sh", "x")]);
    let escaping = archive(&[("SKILL.md", &instructions("escaping"))]);
    let nested = archive(&[("nested/SKILL.md", &instructions("nested"))]);
    let index = json!({ "$schema": SCHEMA, "more": 1, "skills": [
        entry("plain", "skill-md", "plain/SKILL.md", &digest(instructions("plain"))),
        entry("packed", "archive", "/files/packed.tar.gz", &digest(&packed)),
        entry("lying", "skill-md", "plain/SKILL.md", &digest("something else")),
        entry("lying-archive", "archive", "/files/packed.tar.gz", &digest("something else")),
        entry("cut", "archive", "/files/cut.tar.gz", &digest(&escaping)),
        entry("nested", "archive", "/files/nested.tar.gz", &digest(&nested)),
        entry("text", "archive", "plain/SKILL.md", &digest(instructions("plain"))),
        entry("gone", "skill-md", "gone/SKILL.md", &digest("x")),
        entry("later", "container-image", "x", "y"),
        entry("short", "skill-md", "plain/SKILL.md", "sha256:12"),
        entry("../up", "skill-md", "plain/SKILL.md", &digest("x")),
        entry("twice", "skill-md", "plain/SKILL.md", &digest("x")),
        entry("Twice", "skill-md", "plain/SKILL.md", &digest("x")),
        entry("private", "skill-md", "https://10.0.0.1/SKILL.md", &digest("x")),
        entry("open", "skill-md", "http://host.example/SKILL.md", &digest("x")),
        entry("local-file", "skill-md", "file:///etc/passwd", &digest("x")),
        json!({ "name": "no-digest", "type": "skill-md", "url": "plain/SKILL.md" }),
        json!({ "name": "listed", "description": "x", "files": ["SKILL.md", "a b/c.txt", "gone.txt", ".git/config"] }),
        json!({ "name": "leaving", "files": ["SKILL.md", "../../x"] }),
        json!({ "name": "both", "type": "skill-md", "url": "both/SKILL.md", "digest": digest(instructions("both")),
                "files": ["SKILL.md", "more.txt"] }),
        json!({ "name": "nothing" }), json!({ "name": 7 }), json!("text"), json!(null),
    ] });
    let bytes = packed.clone();
    let station = Station::start(move |request| match request.path.as_str() {
        INDEX => Reply::json(&index),
        "/.well-known/agent-skills/plain/SKILL.md" => Reply::ok("text/markdown", instructions("plain")),
        "/.well-known/agent-skills/listed/SKILL.md" => Reply::ok("text/markdown", instructions("listed")),
        "/.well-known/agent-skills/listed/a%20b/c.txt" => Reply::ok("text/plain", "c"),
        "/.well-known/agent-skills/both/SKILL.md" => Reply::ok("text/markdown", instructions("both")),
        "/.well-known/agent-skills/both/more.txt" => Reply::ok("text/plain", "more"),
        "/files/packed.tar.gz" => Reply::ok("application/gzip", &bytes),
        "/files/nested.tar.gz" => Reply::ok("application/gzip", &nested),
        "/files/cut.tar.gz" => Reply::Cut(Box::new(Reply::ok("application/gzip", &escaping))),
        _ => Reply::status(404),
    });
    let (skills, failures) = read(&station);
    let found: Vec<(&str, Vec<String>)> =
        skills.iter().map(|skill| (skill.source.identity.directory(), listed(skill))).collect();
    assert_eq!(
        found,
        [
            ("plain", vec!["SKILL.md".to_owned()]),
            ("packed", vec!["SKILL.md*".to_owned(), "scripts/run.sh*".to_owned()]),
            (
                "listed",
                vec![
                    "SKILL.md".to_owned(),
                    "a b/c.txt".to_owned(),
                    format!(
                        "gone.txt ! {}: the host answers with status 404",
                        station.url("/.well-known/agent-skills/listed/gone.txt")
                    ),
                ]
            ),
            ("both", vec!["SKILL.md".to_owned(), "more.txt".to_owned()]),
        ]
    );
    let source = &skills[0].source;
    assert_eq!(source.registry, Registry::WellKnown);
    assert_eq!(source.publisher(), format!("127.0.0.1:{}", station.port()));
    assert_eq!(locate_source_url(&source.url()).expect("a source").candidates, std::slice::from_ref(&source.identity));
    let reasons = [
        ("lying", "the bytes are not those of the index"),
        ("lying-archive", "the bytes are not those of the index"),
        ("cut", "the answer broke off"),
        ("nested", "no SKILL.md at its root"),
        ("text", "the archive is not taken: it is neither a zip nor a tar"),
        ("gone", "status 404"),
        ("short", "its digest is not"),
        ("../up", "not one part of a path"),
        ("twice", "more than one skill of this name"),
        ("Twice", "more than one skill of this name"),
        ("private", "leads into a private network"),
        ("open", "is not https://"),
        ("local-file", "is not https://"),
        ("no-digest", "has no digest"),
        ("leaving", "does not lie in its folder"),
        ("nothing", "neither a type with a URL nor files"),
        ("skill 22", "not of the form"),
        ("skill 23", "not of the form"),
        ("skill 24", "not of the form"),
    ];
    for (name, reason) in reasons {
        let failure = failures.iter().find(|failure| failure.location == name).unwrap_or_else(|| panic!("{name}"));
        assert!(failure.reason.contains(reason), "{name}: {}", failure.reason);
        // What broke off may be there: the run must not unlist it.
        assert_eq!(failure.ends_stream, (name == "cut").then_some(StreamEnd::Interrupted), "{name}");
    }
    assert_eq!(failures.len(), reasons.len(), "{failures:?}");
}

#[test]
fn the_older_place_is_read_where_the_newer_has_nothing_and_a_path_is_a_source_of_its_own() {
    let index = json!({ "skills": [{ "name": "old", "description": "x", "files": ["SKILL.md"] }] });
    let station = Station::start(move |request| match request.path.as_str() {
        "/team/.well-known/skills/index.json" => Reply::json(&index),
        "/team/.well-known/skills/old/SKILL.md" => Reply::ok("text/markdown", instructions("old")),
        _ => Reply::status(404),
    });
    let text = format!("well-known:{}", station.url("/team/.well-known/agent-skills/index.json"));
    let spec = SourceSpec::parse(&text).expect("a source");
    assert_eq!(spec.key(), format!("well-known:{}", station.url("/team")));
    let items: Vec<SourceItem> = open(&spec).expect("the source opens").collect();
    let [SourceItem::Skill(skill)] = items.as_slice() else { panic!("{items:?}") };
    let identity = &skill.source.identity;
    assert_eq!((identity.repository(), identity.directory()), ("team", "old"));
    assert_eq!(locate_source_url(&skill.source.url()).expect("a source").candidates, std::slice::from_ref(identity));
    assert_eq!(revision_since(&spec, &ReadBounds::WIDEST, None, None), Ok(None), "files without digests may change");
}

#[test]
fn an_unchanged_index_is_known_by_its_tag_or_its_bytes() {
    let body = json!({ "$schema": SCHEMA, "skills": [entry("a", "skill-md", "a", &digest("a"))] }).to_string();
    let current = Arc::new(Mutex::new((body.clone(), "\"one\"".to_owned())));
    let sent = Arc::new(AtomicUsize::new(0));
    let station = {
        let (current, sent) = (Arc::clone(&current), Arc::clone(&sent));
        Station::start(move |request| {
            let (body, tag) = current.lock().expect("an index").clone();
            if !tag.is_empty() && request.header("if-none-match").as_ref() == Some(&tag) {
                return Reply::status(304);
            }
            sent.fetch_add(1, Ordering::Relaxed);
            let reply = Reply::ok("application/json", body);
            if tag.is_empty() { reply } else { reply.with("etag", &tag) }
        })
    };
    let set = |body: &str, tag: &str| *current.lock().expect("an index") = (body.to_owned(), tag.to_owned());
    let ask = |known: Option<&str>| {
        revision_since(&spec(&station), &ReadBounds::WIDEST, None, known).expect("an answer").expect("a revision")
    };
    let first = ask(None);
    assert_eq!(ask(Some(&first)), first);
    assert_eq!(sent.load(Ordering::Relaxed), 1, "the second answer was 304");
    set(&body, "\"two\"");
    assert_eq!(ask(Some(&first)), first, "another tag for the same bytes is no change");
    set(&body, "");
    assert_eq!(ask(Some(&first)), first);
    set(&body.replace("Does it.", "Does more."), "\"two\"");
    assert_ne!(ask(Some(&first)), first);
}

#[test]
fn hosts_that_misbehave_are_failures_with_a_cause() {
    let many = |count: usize| {
        let list = vec!["{\"name\":\"a\",\"type\":\"later\"}"; count].join(",");
        format!("{{\"skills\":[{list}]}}")
    };
    let large = many(100_000);
    let larger = many(100_001);
    let station = Station::start(move |request| match request.path.split('/').nth(1).unwrap_or_default() {
        "broken" => Reply::ok("application/json", "{\"skills\": [{\"name\":"),
        "list" => Reply::ok("application/json", "[]"),
        "html" => Reply::ok("text/html", "<!doctype html>"),
        "other" => Reply::ok("application/json", "{\"skills\": 5}"),
        "endless" => Reply::Endless,
        "loop" => Reply::redirect(302, &request.path),
        "away" => Reply::redirect(302, "https://192.168.0.1/"),
        "cut" => Reply::Cut(Box::new(Reply::ok("application/json", "{\"skills\": []}"))),
        "hangup" => Reply::Hangup,
        "login" => Reply::status(401),
        "busy" => Reply::status(503),
        "patience" => Reply::status(429).with("retry-after", "0"),
        "large" => Reply::ok("application/json", &large),
        "larger" => Reply::ok("application/json", &larger),
        "deep" => Reply::ok("application/json", format!("{{\"skills\":{}", "[".repeat(100_000))),
        _ => Reply::status(404),
    });
    let source = |path: &str| SourceSpec::parse(&format!("well-known:{}", station.url(path))).expect("a source");
    let few = ReadBounds { skills: 20_000, ..ReadBounds::WIDEST };
    let check = |path: &str, bounds: &ReadBounds| open_within(&source(path), bounds, None).err();
    let rows: [(&str, &str); 14] = [
        ("/broken", "its index cannot be read"),
        ("/list", "not a JSON object"),
        ("/html", "not a JSON object"),
        ("/other", "its index cannot be read"),
        ("/deep", "its index cannot be read"),
        ("/endless", "more than 33554432 bytes"),
        ("/loop", "more than 5 times"),
        ("/away", "into a private network"),
        ("/cut", "broke off"),
        ("/hangup", "broke off"),
        ("/login", "asks for a login"),
        ("/busy", "status 503"),
        ("/patience", "status 429"),
        ("/missing", "there is nothing"),
    ];
    for (path, reason) in rows {
        let error = check(path, &few).unwrap_or_else(|| panic!("{path}")).to_string();
        assert!(error.contains(reason), "{path}: {error}");
    }
    assert_eq!(station.paths().iter().filter(|path| path.starts_with("/patience")).count(), 4, "asked four times");
    let too_many =
        |limit| Some(limit).map(|limit| SourceError::TooMany { repository: String::new(), what: "skills", limit });
    let without_name = |error: Option<SourceError>| match error {
        Some(SourceError::TooMany { what, limit, .. }) => {
            Some(SourceError::TooMany { repository: String::new(), what, limit })
        }
        other => other,
    };
    assert_eq!(without_name(check("/large", &few)), too_many(20_000));
    assert_eq!(check("/large", &ReadBounds::WIDEST), None, "types of later versions are no fault");
    assert_eq!(without_name(check("/larger", &ReadBounds::WIDEST)), too_many(100_000));
}

#[test]
fn a_host_that_stops_answering_is_left_and_nothing_of_it_counts_as_gone() {
    let skills: Vec<Value> =
        (0..50).map(|n| entry(&format!("s{n}"), "skill-md", &format!("s{n}"), &digest("x"))).collect();
    let index = json!({ "$schema": SCHEMA, "skills": skills });
    let station = Station::start(move |request| match request.path.as_str() {
        INDEX => Reply::json(&index),
        _ => Reply::status(500),
    });
    let (skills, failures) = read(&station);
    assert!(skills.is_empty());
    assert_eq!(failures.len(), 6, "five skills and the end");
    assert!(failures.iter().all(|failure| failure.ends_stream == Some(StreamEnd::Interrupted)), "{failures:?}");
    assert_eq!(station.paths().len(), 6);
}

#[test]
fn bounds_hold_for_a_source_as_a_whole() {
    let files: Vec<String> = (0..10).map(|n| format!("f{n}")).collect();
    let text = instructions("a");
    let index = json!({ "skills": [{ "name": "a", "files": files }, { "name": "b", "files": files }] });
    let station = Station::start(move |request| match request.path.as_str() {
        INDEX => Reply::json(&index),
        path if path.ends_with("SKILL.md") => Reply::ok("text/markdown", &text),
        _ => Reply::ok("text/plain", "x".repeat(1_000)),
    });
    let read = |bounds: ReadBounds| {
        let items = open_within(&spec(&station), &bounds, None).expect("the source opens");
        let failures = items.filter_map(|item| match item {
            SourceItem::Failure(failure) => Some(failure.reason),
            SourceItem::Skill(skill) => skill.bundle.unread.first().map(|file| file.reason.clone()),
        });
        failures.collect::<Vec<String>>().join("; ")
    };
    let bounds = ReadBounds::WIDEST;
    assert_eq!(read(bounds), "");
    let reasons = read(ReadBounds { entries: 15, ..bounds });
    assert!(reasons.contains("more than 15 files"), "{reasons}");
    let reasons = read(ReadBounds { fetch_bytes: 9_000, ..bounds });
    assert!(reasons.contains("more than 9000 bytes"), "{reasons}");
    let late = open_within(&spec(&station), &ReadBounds { fetch_time: Duration::ZERO, ..bounds }, None);
    assert!(matches!(late.err(), Some(SourceError::TooSlow { .. })));
}
