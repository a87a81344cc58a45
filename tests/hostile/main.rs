//! What hostile authors write, through every surface: REST, MCP and the terminal.
//!
//! `attacks.rs` is the one table; `clean.rs` says what no output may hold. A surface that is
//! added is added to the rows here.

mod attacks;
mod clean;
#[allow(dead_code, reason = "the tests of protocols use more of it")]
#[path = "../protocols/service.rs"]
mod service;
mod skills;
mod terminal;

use axum::body::Body;
use axum::http::Request;
use clean::{assert_html, assert_json, assert_no_forged_line, assert_text, outside_of_fences};
use serde_json::{Value, json};
use service::Service;
use skills::{HostileSkill, hostile_skills};
use touchmark::skill::Sha256Digest;

/// Skills of one service: a discovery shows at most three of one repository's kind, so that each
/// is asked for by its own word.
async fn service(skills: &[HostileSkill]) -> Service {
    Service::start(&skills.iter().map(HostileSkill::row).collect::<Vec<_>>()).await
}

fn content_hash(skill: &HostileSkill) -> String {
    Sha256Digest::of(skill.text.as_bytes()).to_string()
}

#[test]
fn there_are_sixty_attacks_and_no_two_are_the_same() {
    let attacks = attacks::attacks();
    assert!(attacks.len() >= 60, "{}", attacks.len());
    for (number, (name, text)) in attacks.iter().enumerate() {
        assert!(text.contains(attacks::FORGED), "{name}");
        assert!(!attacks[..number].iter().any(|(other, words)| other == name || words == text), "{name}");
    }
}

#[tokio::test]
async fn no_answer_over_rest_carries_an_attack() {
    let skills = hostile_skills();
    let service = service(&skills).await;
    let mut found_count = 0;
    for skill in &skills {
        let place = |path: &str| format!("{path} of {}", skill.attack);
        let query = format!("sorts {} tables", skill.word);
        let discovered =
            service.post("/discover", &json!({ "query": query, "explain": true, "facets": true, "limit": 30 })).await;
        found_count += usize::from(discovered.text().contains(&skill.word));
        let requests = [
            ("/discover", discovered),
            ("/inspect", service.post("/inspect", &json!({ "content_hash": content_hash(skill) })).await),
            ("/verify", service.get(&format!("/verify?content_hash={}", content_hash(skill))).await),
            (
                "/verify/batch",
                service.post("/verify/batch", &json!({ "pins": [{ "content_hash": content_hash(skill) }] })).await,
            ),
            ("/api/search", service.get(&format!("/api/search?q={}&limit=100", skill.word)).await),
            ("collection", service.get(&format!("/collections/hostile/{}/.well-known/agent-skills/index.json", skill.word)).await),
            ("/search", service.post("/search", &json!({ "query": { "text": query } })).await),
            (
                "/explore",
                service.post("/explore", &json!({ "query": { "text": skill.word }, "resultType": { "facets": [{ "field": "displayName" }, { "field": "description" }] } })).await,
            ),
            ("download", service.get(&format!("/api/download/hostile/{}/{}", skill.word, skill.word)).await),
        ];
        for (path, answer) in requests {
            assert!(matches!(answer.status, 200 | 404), "{} answered {}", place(path), answer.status);
            assert_eq!(answer.header("content-type"), "application/json", "{}", place(path));
            assert_json(&place(path), &answer.json());
            for (name, value) in &answer.headers {
                assert!(!value.to_str().unwrap_or("FORGED").contains("FORGED"), "{} {name}", place(path));
            }
        }
    }
    assert!(found_count * 2 > skills.len(), "searches find what they are to show: {found_count}");
}

#[tokio::test]
async fn no_list_and_no_attestation_carries_an_attack() {
    let service = service(&hostile_skills()).await;
    let mut path = "/agents?pageSize=100".to_owned();
    loop {
        let page = service.get(&path).await.json();
        assert_json("/agents", &page);
        for entry in page["items"].as_array().expect("items").iter().step_by(10) {
            let uri = entry["trustManifest"]["attestations"][0]["uri"].as_str().expect("a URI");
            let sarif = service.follow(uri).await.text();
            assert_eq!(clean::deceptive(&sarif), None, "{uri}");
            let id = entry["metadata"]["skillId"].as_str().expect("an id");
            let verified = service.get(&format!("/api/v1/skills/{id}/verify")).await;
            assert_json("verification of ClawHub", &verified.json());
        }
        match page["pageToken"].as_str() {
            Some(token) => path = format!("/agents?pageSize=100&pageToken={token}"),
            None => break,
        }
    }
}

#[tokio::test]
async fn no_error_repeats_an_attack() {
    let service = Service::start(&[]).await;
    for (attack, words) in attacks::attacks() {
        let encoded: String = words.bytes().take(300).map(|byte| format!("%{byte:02x}")).collect();
        let rows = [
            service.post("/inspect", &json!({ "skill_id": words })).await,
            service.post("/inspect", &json!({ "source_url": words })).await,
            service.post("/inspect", &json!({ words.clone(): 1 })).await,
            service.post("/discover", &json!({ "query": "x", "filters": { "source": words } })).await,
            service.get(&format!("/verify?content_hash={encoded}")).await,
            service.get(&format!("/verify?{encoded}=1")).await,
            service.get(&format!("/{encoded}")).await,
            service.get(&format!("/artifacts/{encoded}")).await,
            service.get(&format!("/collections/{encoded}/.well-known/agent-skills/index.json")).await,
            service.get(&format!("/collections/o/r/.well-known/agent-skills/{encoded}")).await,
            service.get(&format!("/api/search?q=x&owner={encoded}")).await,
            service.get(&format!("/api/search?q=x&limit={encoded}")).await,
            service.get(&format!("/api/download/{encoded}/{encoded}/{encoded}")).await,
            service.post("/search", &json!({ "query": { "text": "x", "filter": { words.clone(): "x" } } })).await,
            service.get(&format!("/agents?filter={encoded}")).await,
            service.get(&format!("/agents?orderBy={encoded}")).await,
            service.get(&format!("/agents?pageToken={encoded}")).await,
            service.get(&format!("/attestations/{encoded}")).await,
            service.get(&format!("/api/v1/skills/{encoded}/verify")).await,
        ];
        for (number, answer) in rows.iter().enumerate() {
            assert!(answer.status < 500, "{attack} {number}: {}", answer.status);
            assert_json(&format!("error {number} of {attack}"), &answer.json());
        }
    }
}

async fn call(service: &Service, method: &str, params: Value) -> Value {
    let request = Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-11-25");
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    service.send(request, Body::from(call.to_string())).await.json()
}

#[tokio::test]
async fn no_tool_says_what_an_author_wants_it_to_say() {
    let skills = hostile_skills();
    let service = service(&skills).await;
    for skill in &skills {
        let tools = [
            ("discover_skills", json!({ "query": format!("sorts {} tables", skill.word) })),
            ("inspect_skill", json!({ "content_hash": content_hash(skill) })),
            ("verify_skill", json!({ "content_hash": content_hash(skill) })),
        ];
        for (tool, arguments) in tools {
            let place = format!("{tool} of {}", skill.attack);
            let answer = call(&service, "tools/call", json!({ "name": tool, "arguments": arguments })).await;
            let result = &answer["result"];
            let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{place}: {answer}"));
            assert!(result["isError"] != json!(true), "{place}: {text}");
            assert_eq!(clean::deceptive(text), None, "{place}: {text:.500?}");
            let ours = outside_of_fences(&place, text);
            assert_no_forged_line(&place, &ours);
            assert!(ours.starts_with("Safety: "), "{place}: {ours:.200}");
            assert_json(&place, &result["structuredContent"]);
        }
    }
}

#[tokio::test]
async fn no_failure_of_a_tool_repeats_an_attack() {
    let service = Service::start(&[]).await;
    for (attack, words) in attacks::attacks() {
        let rows = [
            ("inspect_skill", json!({ "skill_id": words })),
            ("inspect_skill", json!({ "source_url": words })),
            ("verify_skill", json!({ "content_hash": words })),
            ("discover_skills", json!({ "query": "x", "source": words })),
            (words.as_str(), json!({})),
        ];
        for (tool, arguments) in rows {
            let answer = call(&service, "tools/call", json!({ "name": tool, "arguments": arguments })).await;
            let message = answer["error"]["message"].as_str().or(answer["result"]["content"][0]["text"].as_str());
            let message = message.unwrap_or_else(|| panic!("{attack}: {answer}"));
            assert_text(&format!("failure of {attack}"), message);
        }
    }
}

#[tokio::test]
async fn documents_show_no_words_of_authors() {
    let service = service(&hostile_skills()).await;
    for path in [
        "/",
        "/docs",
        "/docs/api",
        "/docs/rules",
        "/docs/clients",
        "/llms.txt",
        "/llms-full.txt",
        "/SKILL.md",
        "/health",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains(attacks::FORGED), "{path}");
        if answer.header("content-type").starts_with("text/html") {
            assert_html(path, &answer.text());
        }
    }
}
