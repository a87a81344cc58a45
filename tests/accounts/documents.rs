//! The examples of the documents: every `curl` is sent, and every `touchmark` has the commands and
//! options that are written there.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use serde_json::{Value, json};
use touchmark::account::{Scope, Tier};
use touchmark::config::AccountsConfig;
use touchmark::operations::{IngestProgress, IngestStage, ingest_source};
use touchmark::policy::Policy;

use super::service::Service;
use super::station::Station;

const SKILL: &str = "---\nname: tables\ndescription: Draws tables from data.\n---\n# Tables\n\nDraw a table.\n";
/// The pages, in the order in which somebody reads them.
const PAGES: [(&str, &str); 7] = [
    ("accounts.md", include_str!("../../docs/accounts.md")),
    ("scans-api.md", include_str!("../../docs/scans-api.md")),
    ("threat-intelligence.md", include_str!("../../docs/threat-intelligence.md")),
    ("signatures.md", include_str!("../../docs/signatures.md")),
    ("verification.md", include_str!("../../docs/verification.md")),
    ("publishers.md", include_str!("../../docs/publishers.md")),
    ("policies.md", include_str!("../../docs/policies.md")),
];

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

/// Reads a shell script as far as examples go: words of each command, without comments. A text in
/// single quotes is kept as it is, elsewhere `$NAME` is put in by `value`.
fn commands(script: &str, value: impl Fn(&str) -> String) -> Vec<Vec<String>> {
    let (mut commands, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let mut characters = script.chars().peekable();
    let mut quote = None;
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some('\''), other) => word.get_or_insert_default().push(other),
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '\\') if characters.peek() == Some(&'\n') => {
                characters.next();
                words.extend(word.take());
            }
            (_, '$') => {
                let mut name = String::new();
                while let Some(next) = characters.next_if(|next| next.is_ascii_alphanumeric() || *next == '_') {
                    name.push(next);
                }
                word.get_or_insert_default().push_str(&value(&name));
            }
            (None, '#') if word.is_none() => while characters.next_if(|next| *next != '\n').is_some() {},
            (None, '\n') => {
                words.extend(word.take());
                if !words.is_empty() {
                    commands.push(std::mem::take(&mut words));
                }
            }
            (None, space) if space.is_whitespace() => words.extend(word.take()),
            (_, other) => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word.take());
    commands.push(words);
    commands
}

/// Returns the blocks of a page in one language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    let rest = page.split(opening.as_str()).skip(1);
    rest.map(|rest| rest.split("\n```").next().unwrap_or_default()).collect()
}

/// What an example that names the network asks on this machine instead.
fn on_this_machine(body: &str, station: &Station) -> String {
    if !body.contains("https://github.com/owner/skills") {
        return body.to_owned();
    }
    json!({ "source_type": "url", "source_ref": station.url("/SKILL.md") }).to_string()
}

/// Reads a `curl` as a request.
fn request(words: &[String], station: &Station) -> Request<Body> {
    let mut words = words.iter().skip(1);
    let (mut url, mut method, mut headers) = (None, None, Vec::new());
    let mut body: Option<Vec<u8>> = None;
    while let Some(word) = words.next() {
        let mut next = || words.next().expect("an option has a value").as_str();
        match word.as_str() {
            "-X" => method = Some(next().to_owned()),
            "-H" => headers.push(next().split_once(':').map(|(name, value)| (name.trim(), value.trim().to_owned()))),
            "-d" => body = Some(on_this_machine(next(), station).into_bytes()),
            "--data-binary" => {
                assert!(next().starts_with('@'));
                body = Some(b"#!/bin/sh\necho hello\n".to_vec());
            }
            "-F" => {
                assert_eq!(next(), "file=@suspicious.zip");
                headers.push(Some(("content-type", "multipart/form-data; boundary=b0".to_owned())));
                let head = "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"suspicious.zip\"\r\n\r\n";
                body = Some(format!("{head}PK\u{5}\u{6}{}\r\n--b0--\r\n", "\0".repeat(18)).into_bytes());
            }
            "-N" => {}
            text if !text.starts_with('-') => url = Some(text.to_owned()),
            other => panic!("an option that no test reads: {other}"),
        }
    }
    let url = url.expect("a URL");
    let path = url.strip_prefix("https://skills.example").expect("a URL of the service");
    let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    let mut request = Request::builder().method(Method::try_from(method.as_str()).expect("a method")).uri(path);
    for (name, value) in headers.into_iter().flatten() {
        request = request.header(name, value);
    }
    request.body(Body::from(body.unwrap_or_default())).expect("a request")
}

/// Fails where a command or an option is none.
fn is_a_command(words: &[String]) {
    let words: Vec<&str> = words.iter().skip_while(|word| word.contains('=')).map(String::as_str).collect();
    let Some((&"touchmark", words)) = words.split_first() else { return };
    let is_name = |word: &&&str| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
    // What follows the names of commands may look like one: as many are taken as are commands.
    let names: Vec<&str> = words.iter().take_while(is_name).take(2).copied().collect();
    let help = (1..=names.len()).rev().find_map(|count| {
        let output = Command::new(env!("CARGO_BIN_EXE_touchmark")).args(&names[..count]).arg("--help").output();
        let output = output.expect("it runs");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    });
    let help = help.unwrap_or_else(|| panic!("no command: {words:?}"));
    for option in words.iter().filter(|word| word.starts_with("--")) {
        assert!(help.contains(option), "{words:?} has no {option}");
    }
}

#[tokio::test]
async fn every_example_of_the_documents_works() {
    let service = Service::start_beside_this_machine(Some(AccountsConfig::Open)).await;
    let corpus = service.data.path().join("corpus.jsonl");
    let row = json!({ "repo": "somebody/skills", "path": "tables/SKILL.md", "content": SKILL,
        "sha256": touchmark::skill::Sha256Digest::of(SKILL.as_bytes()).to_hex(), "commit": "0".repeat(40) });
    std::fs::write(&corpus, format!("{row}\n")).expect("it is written");
    let ingested = ingest_source(&service.services, corpus.to_str().expect("a path"), Arc::new(Silent)).await;
    ingested.expect("it is ingested");
    let station = Station::serving(&[("/SKILL.md", SKILL.as_bytes().to_vec())]).await;
    let token = service.token("reader@example.com", Tier::Team).await;
    let scopes: Vec<&str> = Scope::OF_KEYS.iter().map(|scope| scope.as_str()).collect();
    let made = service.post("/v1/auth/keys", Some(&token), &json!({ "name": "ci", "scopes": scopes })).await;
    let key = made.body["key"].as_str().expect("a key").to_owned();
    let mut values = BTreeMap::from([
        ("TOUCHMARK_URL", "https://skills.example".to_owned()),
        ("TOKEN", token),
        ("KEY", key.clone()),
        ("API_KEY", key),
    ]);
    let mut sent = 0;
    for (page, text) in PAGES {
        for block in blocks(text, "bash") {
            // Each command is read once the ones before it have answered.
            let count = commands(block, |_| String::new()).len();
            for number in 0..count {
                let words = commands(block, |name| values.get(name).cloned().unwrap_or_default()).remove(number);
                if words.first().is_none_or(|word| word != "curl") {
                    is_a_command(&words);
                    continue;
                }
                let answer = service.open(request(&words, &station)).await;
                let status = answer.status().as_u16();
                sent += 1;
                if answer.headers()["content-type"] == "text/event-stream" {
                    assert_eq!(status, 200, "{page}: {words:?}");
                    continue;
                }
                let body = to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
                assert!((200..300).contains(&status), "{page}: {words:?}: {status} {}", String::from_utf8_lossy(&body));
                let body: Value = serde_json::from_slice(&body).unwrap_or_default();
                let id = ["id", "scanId", "verification_id"].iter().find_map(|name| body[name].as_str());
                values.extend(id.map(|id| ("ID", id.to_owned())));
                values.extend(body["access_token"].as_str().map(|token| ("ACCESS_TOKEN", token.to_owned())));
            }
        }
    }
    assert!(sent >= 18, "{sent}");
}

#[test]
fn every_policy_of_the_documents_is_read_and_keeps_what_it_promises() {
    let page = PAGES.iter().find(|(name, _)| *name == "policies.md").expect("the page").1;
    let texts = blocks(page, "toml");
    assert!(texts.len() >= 3);
    for text in texts {
        let policy = Policy::parse(text).expect(text);
        let outcomes = policy.run_cases(touchmark::skill::Timestamp::from_milliseconds(1_780_000_000_000));
        assert!(!outcomes.is_empty(), "{text}");
        for outcome in outcomes {
            assert!(outcome.is_kept(), "{outcome:?}");
        }
    }
}
