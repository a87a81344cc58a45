//! MCP as clients meet it: raw JSON-RPC over HTTP on loopback, in both eras.
#![cfg(feature = "service")]

mod catalogue;
mod schema;
mod server;

use schema::violations;
use serde_json::{Value, json};
use server::{Era, Server};

const TOOLS: [&str; 7] = [
    "discover_skills",
    "inspect_skill",
    "verify_skill",
    "scan_skill",
    "check_lockfile",
    "explain_finding",
    "compare_skills",
];

#[tokio::test]
async fn a_server_says_who_it_is_in_both_eras() {
    let server = Server::start().await;
    for version in ["2025-06-18", "2025-11-25"] {
        let params =
            json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } });
        let reply = server.post("initialize", params, &[]).await;
        let result = &reply.body["result"];
        assert_eq!((reply.status, &result["protocolVersion"]), (200, &json!(version)), "{}", reply.body);
        assert_eq!(reply.session, None, "there are no sessions");
        assert_eq!(result["serverInfo"]["name"], "touchmark");
        assert_eq!(result["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(result["serverInfo"]["websiteUrl"], server.url);
        let skills = json!({ "io.modelcontextprotocol/skills": { "directoryRead": true } });
        let capabilities =
            json!({ "completions": {}, "extensions": skills, "prompts": {}, "resources": {}, "tools": {} });
        assert_eq!(result["capabilities"], capabilities);
        assert_eq!(result["serverInfo"]["icons"][0]["src"], format!("{}/icon.svg", server.url));
        assert!(result["instructions"].as_str().is_some_and(|text| text.contains("verify_skill")), "{result}");
    }
    let result = server.call(Era::Stateless, "server/discover", json!({})).await.body["result"].take();
    assert!(result["supportedVersions"].as_array().is_some_and(|list| list.contains(&json!("2026-07-28"))), "{result}");
    assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("public")), "{result}");
    assert!(result["instructions"].as_str().is_some_and(|text| text.contains("verify_skill")), "{result}");
}

#[tokio::test]
async fn the_list_of_tools_is_the_same_every_time_and_in_both_eras() {
    let server = Server::start().await;
    let mut lists = Vec::new();
    for era in [Era::V2025_06_18, Era::V2025_11_25, Era::Stateless, Era::Stateless] {
        let reply = server.call(era, "tools/list", json!({})).await;
        let result = &reply.body["result"];
        if era == Era::Stateless {
            assert_eq!(result["resultType"], "complete", "{result}");
            assert!(result["ttlMs"].is_u64() && result["cacheScope"].is_string(), "{result}");
        }
        lists.push(result["tools"].to_string());
    }
    assert!(lists.windows(2).all(|pair| pair[0] == pair[1]), "the same, to the order of keys");
    let tools: Value = serde_json::from_str(&lists[0]).expect("JSON");
    let names: Vec<&str> = tools.as_array().expect("tools").iter().filter_map(|tool| tool["name"].as_str()).collect();
    assert_eq!(names, TOOLS);
    for tool in tools.as_array().expect("tools") {
        assert!(tool["title"].is_string() && tool["description"].is_string(), "{tool}");
        assert_eq!((&tool["inputSchema"]["type"], &tool["outputSchema"]["type"]), (&json!("object"), &json!("object")));
        assert_eq!(tool["annotations"]["readOnlyHint"], true);
    }
}

#[tokio::test]
async fn answers_begin_with_the_verdict_and_fit_their_schema() {
    let server = Server::start().await;
    let schemas = server.output_schemas().await;
    for era in [Era::V2025_11_25, Era::Stateless] {
        for skill in &server.skills {
            let verified = server.tool(era, "verify_skill", json!({ "content_hash": skill.content_hash })).await;
            let id = verified["structuredContent"]["skill"]["skill_id"].clone();
            let url = verified["structuredContent"]["skill"]["source_url"].clone();
            let both = json!({ "content_hash": skill.content_hash, "source_url": url });
            let rows = [
                ("verify_skill", json!({ "content_hash": "0".repeat(64) })),
                ("verify_skill", json!({ "source_url": url })),
                ("verify_skill", both),
                ("inspect_skill", json!({ "skill_id": id })),
                ("inspect_skill", json!({ "content_hash": skill.content_hash })),
                ("discover_skills", json!({ "query": "anything at all" })),
                ("scan_skill", json!({ "skill_id": id })),
                ("scan_skill", json!({ "files": [{ "path": "SKILL.md", "content": "# A skill\n" }] })),
                ("check_lockfile", json!({ "content": lockfile(&skill.content_hash) })),
                ("explain_finding", json!({ "rule_id": "hidden-unicode" })),
                ("explain_finding", json!({ "rule_id": "hidden-unicode", "skill_id": id })),
                ("compare_skills", json!({ "base": id, "candidate": skill.content_hash })),
                ("compare_skills", json!({ "base": server.skills[0].content_hash, "candidate": id })),
            ];
            for (tool, arguments) in rows {
                let result = server.tool(era, tool, arguments.clone()).await;
                let text = text_of(&result);
                assert_ne!(result["isError"], true, "{tool} {arguments}: {text}");
                assert!(text.starts_with("Safety: "), "{tool} {arguments}: {text}");
                let content = &result["structuredContent"];
                assert_eq!(content["version"], env!("CARGO_PKG_VERSION"));
                assert_eq!(violations(&schemas[tool], content), Vec::<String>::new(), "{tool} {arguments}");
            }
        }
    }
}

#[tokio::test]
async fn a_verdict_follows_the_bytes() {
    let server = Server::start().await;
    let [plain, hidden] = [&server.skills[0], &server.skills[1]];
    let verified = server.tool(Era::Stateless, "verify_skill", json!({ "content_hash": plain.content_hash })).await;
    assert_eq!(verified["structuredContent"]["match"]["your_hash_matches_audited"], true);
    assert!(
        text_of(&verified).starts_with("Safety: safe (safe_to_install), runs code: no, flags: none"),
        "{}",
        text_of(&verified)
    );
    // The place of one skill with the bytes of another: the verdict of the place is not theirs.
    let arguments = json!({ "content_hash": hidden.content_hash, "source_url": verified["structuredContent"]["skill"]["source_url"] });
    let crossed = server.tool(Era::Stateless, "verify_skill", arguments).await;
    assert!(text_of(&crossed).starts_with("Safety: unknown for what you hold"), "{}", text_of(&crossed));
    let inspected = server.tool(Era::Stateless, "inspect_skill", json!({ "content_hash": hidden.content_hash })).await;
    let text = text_of(&inspected);
    assert!(!text.starts_with("Safety: safe") && text.contains("hidden-unicode"), "{text}");
    assert!(!text.contains('\u{e0041}') && text.contains("\\u{e0041}"), "{text}");
}

#[tokio::test]
async fn a_hostile_skill_stays_behind_its_fence() {
    let server = Server::start().await;
    let hostile = server.skills.last().expect("a hostile skill");
    let plain = &server.skills[0].content_hash;
    let verified = server.tool(Era::Stateless, "verify_skill", json!({ "content_hash": hostile.content_hash })).await;
    let id = &verified["structuredContent"]["skill"]["skill_id"];
    let rows = [
        ("verify_skill", json!({ "content_hash": hostile.content_hash })),
        ("inspect_skill", json!({ "content_hash": hostile.content_hash })),
        ("scan_skill", json!({ "skill_id": id })),
        ("compare_skills", json!({ "base": plain, "candidate": hostile.content_hash })),
        ("compare_skills", json!({ "base": hostile.content_hash, "candidate": plain })),
        ("check_lockfile", json!({ "content": lockfile(&hostile.content_hash) })),
        ("explain_finding", json!({ "rule_id": "hidden-unicode", "skill_id": id })),
    ];
    for (tool, arguments) in rows {
        let result = server.tool(Era::V2025_11_25, tool, arguments).await;
        let text = text_of(&result);
        let outside: Vec<&str> = server::outside_of_fences(text);
        let verdicts: Vec<&&str> = outside.iter().filter(|line| line.contains("Safety:")).collect();
        assert_eq!(verdicts.len(), 1, "{tool}: {verdicts:?}\n{text}");
        assert!(!outside.iter().any(|line| line.contains("forged")), "{tool}: {text}");
    }
}

#[tokio::test]
async fn what_a_model_can_mend_is_an_error_that_it_can_read() {
    let server = Server::start().await;
    let rows = [
        ("verify_skill", json!({ "content_hsh": "x" }), "INVALID_REQUEST", "content_hsh"),
        ("verify_skill", json!({}), "INVALID_REQUEST", "content_hash"),
        ("verify_skill", json!({ "content_hash": 5 }), "INVALID_REQUEST", "content_hash"),
        ("inspect_skill", json!({ "skill_id": "five" }), "INVALID_SKILL_ID", "skill_id"),
        ("inspect_skill", json!({ "content_hash": "0".repeat(64) }), "NOT_FOUND", "0000"),
        ("inspect_skill", json!({ "skill_id": "x", "source_url": "y" }), "INVALID_REQUEST", "exactly one"),
        ("discover_skills", json!({ "q": "pdf" }), "INVALID_REQUEST", "unknown field `q`"),
        ("discover_skills", json!({ "query": "" }), "INVALID_REQUEST", "query is empty"),
        ("scan_skill", json!({}), "INVALID_REQUEST", "exactly one"),
        ("scan_skill", json!({ "files": [] }), "INVALID_REQUEST", "SKILL.md"),
        ("scan_skill", json!({ "folder": "/etc" }), "INVALID_REQUEST", "on your machine"),
        ("scan_skill", json!({ "skill_id": "0" }), "INVALID_SKILL_ID", "skill_id"),
        (
            "scan_skill",
            json!({ "files": [{ "path": "SKILL.md", "content": "?", "is_base64": true }] }),
            "INVALID_REQUEST",
            "files[0].content",
        ),
        ("check_lockfile", json!({ "content": "hello" }), "INVALID_REQUEST", "no format"),
        ("check_lockfile", json!({ "content": "[", "format": "skills-lock" }), "INVALID_REQUEST", "skills-lock"),
        ("check_lockfile", json!({ "content": "{}", "format": "npm" }), "INVALID_REQUEST", "expected one of"),
        ("explain_finding", json!({ "rule_id": "hidden-unicod" }), "INVALID_REQUEST", "hidden-unicode"),
        ("compare_skills", json!({ "base": "x", "candidate": "y" }), "INVALID_REQUEST", "base is `x`"),
        ("compare_skills", json!({ "base": "0".repeat(64), "candidate": "y" }), "NOT_FOUND", "base"),
    ];
    for era in [Era::V2025_06_18, Era::Stateless] {
        for (tool, arguments, code, names) in &rows {
            let result = server.tool(era, tool, arguments.clone()).await;
            let text = text_of(&result);
            assert_eq!(result["isError"], true, "{tool} {arguments}");
            assert!(text.starts_with(&format!("Error {code}: ")) && text.contains(names), "{tool} {arguments}: {text}");
            assert_eq!(result["_meta"]["touchmark/error"]["code"], **code);
            assert_eq!(result.get("structuredContent"), None, "an error does not fit the output schema");
        }
    }
}

#[tokio::test]
async fn what_is_not_the_protocol_is_refused_as_such() {
    let server = Server::start().await;
    for era in [Era::V2025_11_25, Era::Stateless] {
        let unknown = server.call(era, "tools/call", json!({ "name": "install_skill\nx", "arguments": {} })).await;
        assert_eq!(unknown.body["error"]["code"], -32602, "{}", unknown.body);
        assert!(
            unknown.body["error"]["message"]
                .as_str()
                .is_some_and(|text| text.contains("unknown tool `install_skill x`"))
        );
    }
    let method = server.call(Era::Stateless, "tools/make", json!({})).await;
    assert_eq!((method.status, &method.body["error"]["code"]), (404, &json!(-32601)));
    let name = ("Mcp-Name", "verify_skill");
    let version = ("MCP-Protocol-Version", "2026-07-28");
    let params = server::with_meta(json!({ "name": "inspect_skill", "arguments": {} }));
    let mismatched = server.post("tools/call", params, &[version, ("Mcp-Method", "tools/call"), name]).await;
    assert_eq!((mismatched.status, &mismatched.body["error"]["code"]), (400, &json!(-32020)), "{}", mismatched.body);
}

#[tokio::test]
async fn pages_of_other_origins_and_other_hosts_are_refused() {
    let server = Server::start().await;
    let own = server.url.as_str();
    let rows = [
        ("Origin", own, 200),
        ("Origin", "https://app.example", 200),
        ("Origin", "https://app.example:8443", 403),
        ("Origin", "http://app.example", 403),
        ("Origin", "http://127.0.0.1:1", 403),
        ("Origin", "https://evil.example", 403),
        ("Origin", "null", 403),
        ("Origin", "not an origin", 403),
        ("Host", "evil.example", 403),
        ("Host", "localhost:1", 200),
        ("Host", "127.0.0.1.evil.example", 403),
        ("Host", "skills.example", 200),
    ];
    for (header, value, status) in rows {
        let reply =
            server.post("tools/list", json!({}), &[("MCP-Protocol-Version", "2025-11-25"), (header, value)]).await;
        assert_eq!(reply.status, status, "{header}: {value}");
    }
    for (origin, is_allowed) in [("https://app.example", true), ("https://evil.example", false)] {
        let headers = server.preflight(origin).await;
        let allowed = headers.get("access-control-allow-origin").and_then(|value| value.to_str().ok());
        assert_eq!(allowed, is_allowed.then_some(origin));
    }
}

#[tokio::test]
async fn a_large_request_is_refused() {
    let server = Server::start().await;
    let params = json!({ "name": "discover_skills", "arguments": { "query": "x".repeat(2_200_000) } });
    let reply = server.post("tools/call", params, &[("MCP-Protocol-Version", "2025-11-25")]).await;
    assert_eq!(reply.status, 413);
}

/// Standard input and output are such a stream, one message a line.
#[tokio::test]
async fn a_byte_stream_speaks_both_eras() {
    let server = Server::start().await;
    let hash = json!({ "content_hash": server.skills[0].content_hash });
    let call = json!({ "name": "verify_skill", "arguments": hash });
    let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } });
    let rows = [
        vec![
            ("initialize", Some(1), hello),
            ("notifications/initialized", None, json!({})),
            ("tools/call", Some(2), call.clone()),
        ],
        vec![
            ("server/discover", Some(1), server::with_meta(json!({}))),
            ("tools/call", Some(2), server::with_meta(call.clone())),
        ],
        vec![("tools/call", Some(2), server::with_meta(call))],
    ];
    for messages in rows {
        let replies = server.converse(&messages).await;
        let last = replies.last().expect("a reply");
        assert_eq!(replies.len(), messages.iter().filter(|message| message.1.is_some()).count(), "{replies:?}");
        assert_eq!(last["id"], 2, "{last}");
        assert!(text_of(&last["result"]).starts_with("Safety: safe"), "{last}");
    }
}

#[tokio::test]
async fn a_long_call_tells_how_far_it_has_come_where_it_is_asked() {
    let server = Server::start().await;
    let arguments = json!({ "content": lockfile(&server.skills[0].content_hash) });
    let mut params = server::with_meta(json!({ "name": "check_lockfile", "arguments": arguments }));
    let quiet = server.events("tools/call", params.clone(), "check_lockfile").await;
    assert_eq!(quiet.len(), 1, "{quiet:?}");
    params["_meta"]["progressToken"] = json!("mine");
    let mut events = server.events("tools/call", params, "check_lockfile").await;
    let last = events.pop().expect("an answer");
    assert_eq!(last["result"]["structuredContent"], quiet[0]["result"]["structuredContent"], "{last}");
    assert!(!events.is_empty(), "nothing was told");
    let steps: Vec<f64> = events.iter().filter_map(|event| event["params"]["progress"].as_f64()).collect();
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]) && steps.len() == events.len(), "{events:?}");
    assert!(events.iter().all(|event| event["params"]["progressToken"] == "mine"), "{events:?}");
}

/// Writes a lockfile of the skills command line whose digest is that of a SKILL.md.
fn lockfile(content_hash: &str) -> String {
    let digest = content_hash.trim_start_matches("sha256:");
    let entry = json!({ "source": "o/r", "sourceType": "github", "computedHash": digest });
    json!({ "version": 1, "skills": { "one": entry, "bad": { "source": "o/r" } } }).to_string()
}

fn text_of(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text in {result}"))
}
