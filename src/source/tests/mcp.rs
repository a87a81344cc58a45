use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::skill::{Registry, Sha256Digest, locate_source_url};
use crate::source::{ReadBounds, SourceItem, SourceSpec, current_revision, open, open_within};

use super::station::{Reply, Request, Station};
use super::{instructions, listed};

/// How a server speaks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Era {
    Stateless,
    Initialised,
    Events,
}

fn file(uri: &str, content: &str) -> Value {
    json!({ "uri": uri, "digest": Sha256Digest::of(content.as_bytes()).to_string(), "size": content.len() })
}

fn skill(folder: &str, resources: Value) -> Value {
    let name = folder.rsplit('/').next().unwrap_or_default();
    let frontmatter = json!({ "name": name, "description": format!("Does {name}.") });
    json!({ "uri": format!("skill://{folder}/SKILL.md"), "frontmatter": frontmatter, "resources": resources })
}

fn whole(folder: &str) -> Value {
    let name = folder.rsplit('/').next().unwrap_or_default();
    skill(folder, json!([file(&format!("skill://{folder}/SKILL.md"), &instructions(name))]))
}

/// Answers as a server does; `result` is what a method gives.
fn answer(era: Era, request: &Request, result: impl Fn(&str, &Value) -> Result<Value, i64>) -> Reply {
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else { return Reply::status(400) };
    let method = body["method"].as_str().unwrap_or_default();
    let is_stateless = request.header("mcp-protocol-version").as_deref() == Some("2026-07-28");
    if era == Era::Stateless {
        let has_meta = body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] == "2026-07-28";
        let names_uri =
            method != "resources/read" || request.header("mcp-name").as_deref() == body["params"]["uri"].as_str();
        if !is_stateless || !has_meta || request.header("mcp-method").as_deref() != Some(method) || !names_uri {
            return Reply::status(400);
        }
    } else if is_stateless {
        return Reply::status(400);
    } else if method == "notifications/initialized" {
        return Reply::status(202);
    } else if method != "initialize" && request.header("mcp-session-id").as_deref() != Some("s-1") {
        return Reply::status(404);
    }
    let answer = match method {
        "server/discover" => Ok(json!({ "supportedVersions": ["2026-07-28"], "capabilities": {} })),
        "initialize" => Ok(json!({ "protocolVersion": "2025-11-25", "capabilities": {} })),
        method => result(method, &body["params"]),
    };
    let message = match answer {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": body["id"], "result": result }),
        Err(code) => json!({ "jsonrpc": "2.0", "id": body["id"], "error": { "code": code, "message": "no" } }),
    };
    let reply = match era {
        Era::Events => {
            let note = json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": {} });
            Reply::ok(
                "text/event-stream",
                format!(": hello\n\nid: 1\ndata: {note}\n\nevent: message\ndata: {message}\n\n"),
            )
        }
        _ => Reply::json(&message),
    };
    reply.with("mcp-session-id", "s-1")
}

fn content(uri: &str, text: &str) -> Result<Value, i64> {
    Ok(json!({ "contents": [{ "uri": uri, "mimeType": "text/markdown", "text": text }] }))
}

fn spec(station: &Station, path: &str) -> SourceSpec {
    SourceSpec::parse(&format!("mcp:{}", station.url(path))).expect("a source")
}

/// A server with good skills and with others that lie.
fn offered(method: &str, params: &Value) -> Result<Value, i64> {
    let uri = params["uri"].as_str().unwrap_or_default();
    match (method, params["cursor"].as_str()) {
        ("skills/list", None) => Ok(json!({ "skills": [
            skill("team/pdf", json!([
                file("skill://team/pdf/a%20b.bin", "\u{1}\u{2}"),
                file("skill://team/pdf/SKILL.md", &instructions("pdf")),
            ])),
            json!({ "uri": "skill://partial/SKILL.md", "frontmatter": { "name": "partial", "description": "Does partial." } }),
            skill("made", json!("dynamic")),
        ], "nextCursor": "more" })),
        ("skills/list", Some("more")) => Ok(json!({ "skills": [
            skill("swapped", json!([file("skill://swapped/SKILL.md", "something else, as long")])),
            json!({ "uri": "skill://front/SKILL.md", "frontmatter": { "name": "front", "description": "Harmless." },
                    "resources": [file("skill://front/SKILL.md", &instructions("front"))] }),
            json!({ "uri": "skill://extra/SKILL.md",
                    "frontmatter": { "name": "extra", "description": "Does extra.", "allowed-tools": "Read" },
                    "resources": [file("skill://extra/SKILL.md", &instructions("extra"))] }),
            skill("outside", json!([file("skill://other/SKILL.md", "x")])),
            skill("up", json!([file("skill://up/../x", "x")])),
            skill("twice", json!([file("skill://twice/SKILL.md", "x"), file("skill://twice/skill.md", "x")])),
            skill("unlisted", json!([file("skill://unlisted/a.txt", "x")])),
            skill("many", json!(vec![file("skill://many/SKILL.md", "x"); 513])),
            skill("large", json!([{ "uri": "skill://large/SKILL.md", "size": 17 << 20, "digest": Sha256Digest::of(b"").to_string() }])),
            json!({ "uri": "skill://named/SKILL.md", "frontmatter": { "name": "other", "description": "x" }, "resources": "dynamic" }),
            json!({ "uri": "https://host.example/SKILL.md", "frontmatter": {}, "resources": [] }),
            json!({ "uri": "skill://../SKILL.md", "frontmatter": { "name": ".." }, "resources": [] }),
            whole("missing"), json!(7),
        ] })),
        ("skills/get", _) if uri == "skill://partial/SKILL.md" => Ok(json!({ "skill": whole("partial") })),
        ("resources/read", _) => match uri {
            "skill://team/pdf/SKILL.md" => content(uri, &instructions("pdf")),
            "skill://team/pdf/a%20b.bin" => {
                Ok(json!({ "contents": [{ "uri": uri, "blob": STANDARD.encode([1, 2]) }] }))
            }
            "skill://partial/SKILL.md" => content(uri, &instructions("partial")),
            "skill://made/SKILL.md" => content(uri, &instructions("made")),
            "skill://swapped/SKILL.md" => content(uri, "something worse, as big"),
            "skill://front/SKILL.md" => content(uri, &instructions("front")),
            "skill://extra/SKILL.md" => content(uri, &instructions("extra")),
            _ => Err(-32_602),
        },
        _ => Err(-32_601),
    }
}

#[test]
fn skills_of_a_server_are_read_in_every_era_and_lies_are_refused() {
    for era in [Era::Stateless, Era::Initialised, Era::Events] {
        let station = Station::start(move |request| answer(era, request, offered));
        let spec = spec(&station, "/mcp");
        let (mut skills, mut failures) = (Vec::new(), Vec::new());
        for item in open(&spec).expect("the source opens") {
            match item {
                SourceItem::Skill(skill) => {
                    assert_eq!(skill.source.registry, Registry::Mcp);
                    let located = locate_source_url(&skill.source.url()).expect("a source");
                    assert_eq!(located.candidates, std::slice::from_ref(&skill.source.identity));
                    skills.push((skill.source.identity.directory().to_owned(), listed(&skill)));
                }
                SourceItem::Failure(failure) => failures.push((failure.location, failure.reason)),
            }
        }
        let dynamic = "* ! the server makes the other files when it is asked for them".to_owned();
        let expected = [
            ("team/pdf".to_owned(), vec!["SKILL.md".to_owned(), "a b.bin".to_owned()]),
            ("partial".to_owned(), vec!["SKILL.md".to_owned()]),
            ("made".to_owned(), vec![dynamic, "SKILL.md".to_owned()]),
        ];
        assert_eq!(skills, expected, "{era:?}");
        let reasons = [
            ("skill://swapped/SKILL.md", "is not what the server promises"),
            ("skill://front/SKILL.md", "`description` differs"),
            ("skill://extra/SKILL.md", "`allowed-tools` differs"),
            ("skill://outside/SKILL.md", "does not lie in its folder"),
            ("skill://up/SKILL.md", "does not lie in its folder"),
            ("skill://twice/SKILL.md", "a file twice"),
            ("skill://unlisted/SKILL.md", "do not have its SKILL.md"),
            ("skill://many/SKILL.md", "513 files"),
            ("skill://large/SKILL.md", "the limit is 16777216"),
            ("skill://named/SKILL.md", "is not its name"),
            ("https://host.example/SKILL.md", "not of the form skill://"),
            ("skill://../SKILL.md", "does not name a folder"),
            ("skill://missing/SKILL.md", "error -32602"),
            ("a skill", "has no uri"),
        ];
        assert_eq!(failures.len(), reasons.len(), "{failures:?}");
        for ((location, found), (uri, reason)) in failures.iter().zip(reasons) {
            assert!(location == uri && found.contains(reason), "{location}: {found}, not {uri}: {reason}");
        }
    }
}

#[test]
fn a_list_that_promises_all_bytes_tells_whether_it_changed() {
    let rows = [(json!([whole("a")]), true), (json!([skill("a", json!("dynamic"))]), false)];
    for (list, is_pinned) in rows {
        let station = Station::start(move |request| {
            answer(Era::Stateless, request, |_, _| Ok(json!({ "skills": list.clone() })))
        });
        let revision = current_revision(&spec(&station, "/mcp"), &ReadBounds::WIDEST, None).expect("an answer");
        assert_eq!(revision.is_some(), is_pinned);
    }
}

#[test]
fn servers_that_misbehave_are_failures_with_a_cause() {
    let station = Station::start(|request| {
        let list = |skills: Value, cursor: &str| Ok(json!({ "skills": skills, "nextCursor": cursor }));
        match request.path.as_str() {
            "/html" => Reply::ok("text/html", "<p>"),
            "/hangup" => Reply::Hangup,
            "/endless" => Reply::Endless,
            "/loop" => Reply::redirect(307, "/loop"),
            "/login" => Reply::status(401),
            "/none" => answer(Era::Stateless, request, |_, _| Err(-32_601)),
            "/cursor" => answer(Era::Stateless, request, |_, _| list(json!([]), "again")),
            "/twice" => answer(Era::Stateless, request, |_, _| list(json!([whole("a"), whole("a")]), "")),
            "/many" => answer(Era::Stateless, request, |_, _| list(json!(vec![json!({}); 300]), "")),
            "/text" => answer(Era::Stateless, request, |_, _| Ok(json!("text"))),
            _ => answer(Era::Stateless, request, |_, _| Ok(json!({}))),
        }
    });
    let bounds = ReadBounds { skills: 250, ..ReadBounds::WIDEST };
    let rows = [
        ("/html", "none of the protocol"),
        ("/hangup", "broke off"),
        ("/endless", "more than 16777216 bytes"),
        ("/loop", "to another place"),
        ("/login", "asks for a login"),
        ("/none", "offers no skills"),
        ("/cursor", "does not end"),
        ("/twice", "a skill twice"),
        ("/many", "more than 250 skills"),
        ("/text", "has no result"),
        ("/nothing", "has no skills"),
    ];
    for (path, reason) in rows {
        let error = open_within(&spec(&station, path), &bounds, None).err().unwrap_or_else(|| panic!("{path}"));
        assert!(error.to_string().contains(reason), "{path}: {error}");
    }
}
