use serde_json::{Value, json};

use crate::skill::Registry;
use crate::source::{ReadBounds, SourceItem, SourceSpec, current_revision, open, open_within};

use super::station::{Reply, Station};
use super::{instructions, listed};

/// A zip archive of one stored file.
fn zip(path: &str, content: &str) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(content.as_bytes());
    let size = (content.len() as u32).to_le_bytes();
    let described = [&[0; 4][..], &crc.sum().to_le_bytes(), &size, &size, &(path.len() as u16).to_le_bytes()].concat();
    let local =
        [b"PK\x03\x04\x14\0\0\0\0\0", described.as_slice(), &[0; 2], path.as_bytes(), content.as_bytes()].concat();
    let central = [
        b"PK\x01\x02\x14\x03\x14\0\0\0\0\0",
        described.as_slice(),
        &[0; 8],
        &[0, 0, 0xa4, 0x81],
        &[0; 4],
        path.as_bytes(),
    ]
    .concat();
    let (length, at) = ((central.len() as u32).to_le_bytes(), (local.len() as u32).to_le_bytes());
    [local, central, b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec(), length.to_vec(), at.to_vec(), vec![0; 2]].concat()
}

fn item(slug: &str, version: &str) -> Value {
    json!({ "slug": slug, "displayName": slug, "latestVersion": { "version": version, "later": 1 }, "stats": {} })
}

fn registry() -> Station {
    Station::start(|request| match request.path.as_str() {
        "/api/v1/skills?limit=100" => {
            Reply::json(&json!({ "items": [item("one", "1.0.0"), item("two", "2.1.0")], "nextCursor": "a b" }))
        }
        "/api/v1/skills?limit=100&cursor=a+b" => Reply::json(&json!({
            "items": [item("evil", "1"), item("none", "1"), item("../up", "1"), { "slug": 5 }, item("tagged", "1")],
            "nextCursor": null,
        })),
        "/api/v1/skills/one" => Reply::json(&json!({
            "skill": { "slug": "one" }, "latestVersion": { "version": "1.0.1" }, "owner": { "handle": "Somebody" },
        })),
        "/api/v1/skills/two" => Reply::json(&json!({ "owner": { "handle": "a/b" } })),
        "/api/v1/skills/evil" | "/api/v1/skills/tagged" => Reply::json(&json!({ "owner": null })),
        "/api/v1/download?slug=one&version=1.0.1" => {
            Reply::ok("application/zip", zip("SKILL.md", &instructions("one")))
        }
        "/api/v1/download?slug=two&version=2.1.0" => {
            Reply::ok("application/zip", zip("skill.md", &instructions("two")))
        }
        "/api/v1/download?slug=evil&version=1" => Reply::ok("application/zip", zip("../SKILL.md", "x")),
        "/api/v1/download?slug=tagged&version=1" => Reply::ok("application/zip", zip("README.md", "x")),
        _ => Reply::status(404),
    })
}

#[test]
fn a_registry_is_read_page_by_page() {
    let station = registry();
    let spec = SourceSpec::parse(&format!("clawhub:{}", station.url("/api/v1/"))).expect("a source");
    assert_eq!(spec.key(), format!("clawhub:{}", station.url("")));
    let (mut skills, mut failures) = (Vec::new(), Vec::new());
    for item in open(&spec).expect("the source opens") {
        match item {
            SourceItem::Skill(skill) => {
                let source = &skill.source;
                assert_eq!(source.registry, Registry::Clawhub);
                skills.push(format!(
                    "{}/{}@{} {:?}",
                    source.identity.owner(),
                    source.identity.repository(),
                    source.reference.as_deref().unwrap_or_default(),
                    listed(&skill)
                ));
            }
            SourceItem::Failure(failure) => {
                assert!(failure.ends_stream.is_none(), "{failure:?}");
                failures.push(format!("{}: {}", failure.location, failure.reason));
            }
        }
    }
    assert_eq!(skills, ["Somebody/one@1.0.1 [\"SKILL.md\"]", "/two@2.1.0 [\"skill.md\"]"]);
    assert_eq!(
        failures,
        [
            "evil: the archive is not taken: its entry `../SKILL.md` has an empty part, `.` or `..`",
            "none: what is known of it: the host answers with status 404",
            "../up: its slug is not one part of a path",
            "skill 6: the entry is not of the form",
            "tagged: the archive has no SKILL.md at its root",
        ]
    );
    let revision = current_revision(&spec, &ReadBounds::WIDEST, None).expect("an answer");
    assert!(revision.is_some());
    assert_eq!(current_revision(&spec, &ReadBounds::WIDEST, None), Ok(revision));
}

#[test]
fn registries_that_misbehave_end() {
    let station = Station::start(|request| {
        let path = request.path.as_str();
        let page = |items: Vec<Value>, cursor: &str| Reply::json(&json!({ "items": items, "nextCursor": cursor }));
        match path.split('/').nth(1).unwrap_or_default() {
            "loop" => page(vec![], "again"),
            "long" => page(vec![json!(1); 2_000], ""),
            "html" => Reply::ok("text/html", "<p>"),
            "endless" => Reply::Endless,
            "later" if path.contains("cursor") => Reply::Hangup,
            "later" => page(vec![json!(1)], "next"),
            _ => page(vec![json!(1); 100], &format!("{}x", path.rsplit('=').next().unwrap_or_default())),
        }
    });
    let bounds = ReadBounds { skills: 250, ..ReadBounds::WIDEST };
    let rows = [
        ("/loop", "a cursor comes again"),
        ("/long", "too long"),
        ("/html", "cannot be read"),
        ("/endless", "more than 8388608 bytes"),
        ("/later", "cannot be read any further"),
        ("/many", "more than 250 skills"),
    ];
    for (path, reason) in rows {
        let spec = SourceSpec::parse(&format!("clawhub:{}", station.url(path))).expect("a source");
        let found = match open_within(&spec, &bounds, None) {
            Err(error) => error.to_string(),
            Ok(stream) => match stream.last() {
                Some(SourceItem::Failure(failure)) if failure.ends_stream.is_some() => failure.reason,
                other => panic!("{path}: {other:?}"),
            },
        };
        assert!(found.contains(reason), "{path}: {found}");
    }
}
