//! The paying command line, against a server on this machine that wants to be paid: what is
//! signed, how often, and what is said of it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, B256, Signature, U256};
use alloy_sol_types::{SolStruct, eip712_domain, sol};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

sol! {
    /// What EIP-3009 has signed.
    struct TransferWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }
}

/// The first account of every development chain.
const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const PAYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const PAY_TO: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const HASH: &str = "0x5e8600000000000000000000000000000000000000000000000000000000abcd";
const NOTHING: &str = r#"{"query_id":"q_2","results":[],"meta":{"total_results":0,"limit":10,"index_status":"ok"}}"#;
const REFUSAL: &str = r#"{"error":{"code":"PAYMENT_REQUIRED","message":"the free workflows are used up","is_retriable":true,"retry_after_seconds":null}}"#;
const FAILURE: &str = r#"{"error":{"code":"PAYMENT_FAILED","message":"the payment was refused","is_retriable":true,"retry_after_seconds":null}}"#;

/// It asks for no pause, so that nobody waits in a test.
const UNAVAILABLE: &str = r#"{"error":{"code":"PAYMENT_UNAVAILABLE","message":"not settled yet","is_retriable":true,"retry_after_seconds":0}}"#;

/// What the server does with a request.
enum Reply {
    Answer(u16, Vec<(&'static str, String)>, &'static str),
    /// It reads the request, and hangs up.
    HangUp,
}

struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Replies to one request after the other.
    fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for reply in replies {
                let Ok((mut stream, _)) = listener.accept() else { return };
                seen.lock().expect("a lock").push(request(&mut stream));
                let Reply::Answer(status, headers, body) = reply else { continue };
                let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let length = body.len();
                let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n");
                let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
            }
        });
        Self { url, asked }
    }

    /// Returns the requests, each as it came.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("a lock").clone()
    }

    /// Returns the payments, one for each request that held one.
    fn payments(&self) -> Vec<String> {
        let asked = self.asked();
        let header = |request: &String| {
            let lines = request.lines().map(str::to_owned);
            lines.filter_map(|line| Some(line.strip_prefix("payment-signature: ")?.to_owned())).next()
        };
        asked.iter().filter_map(header).collect()
    }
}

/// Reads a request to its end, which its length tells.
fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return text,
        }
    }
}

fn entry() -> Value {
    json!({
        "scheme": "exact", "network": "eip155:8453", "amount": "2000", "payTo": PAY_TO, "maxTimeoutSeconds": 120,
        "asset": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "extra": { "name": "USD Coin", "version": "2" },
    })
}

fn wants(entry: &Value) -> Reply {
    let challenge = json!({
        "x402Version": 2,
        "resource": { "url": "https://host.example/discover" },
        "accepts": [entry],
        "extensions": { "payment-identifier": { "info": { "required": false }, "schema": {} } },
    });
    let headers = vec![
        ("payment-required", STANDARD.encode(challenge.to_string())),
        ("x-ratelimit-reset", "1795305600".to_owned()),
    ];
    Reply::Answer(402, headers, REFUSAL)
}

fn receipt(body: &Value) -> Vec<(&'static str, String)> {
    vec![("payment-response", STANDARD.encode(body.to_string()))]
}

fn paid() -> Reply {
    let body = json!({ "success": true, "transaction": HASH, "network": "eip155:8453", "payer": PAYER });
    Reply::Answer(200, receipt(&body), NOTHING)
}

fn touchmark(key: Option<&str>, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
    for variable in ["TOUCHMARK_URL", "TOUCHMARK_LOG", "TOUCHMARK_WALLET_KEY", "CLICOLOR_FORCE", "HTTP_PROXY"] {
        command.env_remove(variable);
    }
    if let Some(key) = key {
        command.env("TOUCHMARK_WALLET_KEY", key);
    }
    ended(&command.args(arguments).output().expect("the program starts"))
}

fn ended(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Recovers who signed a payment, as the token does.
fn signed_by(header: &str) -> Address {
    let body: Value = serde_json::from_slice(&STANDARD.decode(header).expect("base64")).expect("JSON");
    assert_eq!(body["accepted"], entry());
    let text = |name: &str| body["payload"]["authorization"][name].as_str().expect("a text");
    let number = |name: &str| U256::from(text(name).parse::<u64>().expect("a number"));
    assert_eq!((text("value"), text("to").to_lowercase()), ("2000", PAY_TO.to_lowercase()));
    let message = TransferWithAuthorization {
        from: text("from").parse().expect("an address"),
        to: text("to").parse().expect("an address"),
        value: number("value"),
        validAfter: number("validAfter"),
        validBefore: number("validBefore"),
        nonce: text("nonce").parse::<B256>().expect("32 bytes"),
    };
    let domain = eip712_domain! {
        name: "USD Coin",
        version: "2",
        chain_id: 8453,
        verifying_contract: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913".parse().expect("an address"),
    };
    let signature: Signature = body["payload"]["signature"].as_str().expect("a text").parse().expect("a signature");
    signature.recover_address_from_prehash(&message.eip712_signing_hash(&domain)).expect("somebody")
}

#[test]
fn a_search_pays_and_says_so_beside_the_answer() {
    let server = Server::start(vec![wants(&entry()), paid()]);
    let (code, out, err) = touchmark(Some(KEY), &["search", "read pdf", "--json", "--url", &server.url]);
    assert_eq!(code, Some(2), "nothing was found: {err}");
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    assert_eq!(json(&out), json(NOTHING));
    let note = format!("note: paid 0.002 USDC to {PAY_TO} on Base (eip155:8453), transaction {HASH}\n");
    assert_eq!(err, note);
    let (asked, payments) = (server.asked(), server.payments());
    assert_eq!((asked.len(), payments.len()), (2, 1));
    let body = |request: &str| request.split_once("\r\n\r\n").expect("a body").1.to_owned();
    assert_eq!(body(&asked[0]), body(&asked[1]), "the same call is paid that was asked");
    assert_eq!(signed_by(&payments[0]).to_string(), PAYER);
}

#[test]
fn a_free_answer_costs_nothing_even_with_a_key() {
    let server = Server::start(vec![Reply::Answer(200, Vec::new(), NOTHING)]);
    let (code, _, err) = touchmark(Some(KEY), &["search", "pdf", "--url", &server.url]);
    assert_eq!((code, err.as_str(), server.payments().len()), (Some(2), "", 0));
}

#[test]
fn without_a_key_the_price_and_the_way_to_pay_are_explained() {
    for arguments in [vec!["search", "pdf"], vec!["inspect", "550e8400-e29b-41d4-a716-446655440000"]] {
        let server = Server::start(vec![wants(&entry())]);
        let (code, out, err) = touchmark(None, &[&arguments[..], &["--json", "--url", &server.url]].concat());
        assert_eq!((code, serde_json::from_str::<Value>(&out).ok()), (Some(1), serde_json::from_str(REFUSAL).ok()));
        for part in ["0.002 USDC", "Base (eip155:8453)", "TOUCHMARK_WALLET_KEY", "--max-price", "2026-11-22T00:00:00Z"]
        {
            assert!(err.contains(part), "{part}: {err}");
        }
        assert!(err.ends_with("(PAYMENT_REQUIRED)\n"), "{err}");
    }
}

#[test]
fn nothing_is_signed_that_is_too_dear_or_something_else() {
    let other = |path: &str, value: Value| {
        let mut entry = entry();
        *entry.pointer_mut(path).expect("a path") = value;
        entry
    };
    for (entry, price, expected) in [
        (entry(), "0.001999", "it costs 0.002 USDC, which is more than the 0.001999 of --max-price"),
        (entry(), "0", "more than the 0 of --max-price"),
        (other("/amount", json!("10001")), "0.01", "more than the 0.01"),
        (other("/network", json!("eip155:1")), "1", "nothing that is paid here"),
        (other("/asset", json!(PAY_TO)), "1", "is not USDC on Base"),
        (other("/scheme", json!("\u{1b}[2J")), "1", "the scheme"),
    ] {
        let server = Server::start(vec![wants(&entry), paid()]);
        let (code, _, err) = touchmark(Some(KEY), &["search", "pdf", "--max-price", price, "--url", &server.url]);
        assert_eq!((code, server.payments().len()), (Some(1), 0), "{err}");
        assert!(err.contains(expected) && !err.contains('\u{1b}'), "{err}");
    }
}

#[test]
fn a_payment_that_is_refused_is_not_made_a_second_time() {
    let refused = json!({ "success": false, "errorReason": "insufficient_funds\u{1b}[2J", "transaction": "" });
    let mut headers = receipt(&refused);
    if let Reply::Answer(_, challenge, _) = wants(&entry()) {
        headers.extend(challenge);
    }
    let server = Server::start(vec![wants(&entry()), Reply::Answer(402, headers, FAILURE), paid()]);
    let (code, _, err) = touchmark(Some(KEY), &["search", "pdf", "--url", &server.url]);
    assert_eq!((code, server.asked().len(), server.payments().len()), (Some(1), 2, 1), "{err}");
    assert!(err.starts_with("note: not paid, says the server: insufficient_funds"), "{err}");
    assert!(err.ends_with("error: the payment was refused (PAYMENT_FAILED)\n") && !err.contains('\u{1b}'), "{err}");
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_payment() {
    let server = Server::start(vec![wants(&entry()), Reply::HangUp, paid()]);
    let (code, _, err) = touchmark(Some(KEY), &["search", "pdf", "--url", &server.url]);
    let payments = server.payments();
    assert_eq!((code, payments.len()), (Some(2), 2), "{err}");
    assert_eq!(payments[0], payments[1]);
    assert!(err.starts_with("note: paid 0.002 USDC"), "{err}");
}

#[test]
fn a_server_that_waits_for_the_chain_is_asked_again_with_the_same_payment() {
    let later = || Reply::Answer(503, Vec::new(), UNAVAILABLE);
    for (waits, code, told) in [(1, 2, "note: paid 0.002 USDC"), (2, 2, "note: paid 0.002 USDC"), (3, 1, "was signed")]
    {
        let mut replies = vec![wants(&entry())];
        replies.extend((0..waits).map(|_| later()));
        replies.push(paid());
        let server = Server::start(replies);
        let (found, _, err) = touchmark(Some(KEY), &["search", "pdf", "--url", &server.url]);
        let payments = server.payments();
        assert_eq!((found, payments.len()), (Some(code), 3.min(waits + 1)), "{err}");
        assert!(payments.iter().all(|payment| *payment == payments[0]) && err.contains(told), "{err}");
    }
}

#[test]
fn a_payment_without_an_answer_is_told() {
    let replies = vec![wants(&entry()), Reply::HangUp, Reply::HangUp, Reply::HangUp, paid()];
    let server = Server::start(replies);
    let (code, _, err) = touchmark(Some(KEY), &["search", "pdf", "--url", &server.url]);
    let payments = server.payments();
    assert_eq!((code, payments.len()), (Some(1), 3), "{err}");
    assert!(payments.iter().all(|payment| *payment == payments[0]));
    for part in ["asked 3 times with the same payment", "0.002 USDC to 0x7099", "can take it once until 2"] {
        assert!(err.contains(part), "{err}");
    }
}

#[test]
fn a_key_that_is_none_is_refused_before_anything_is_asked_and_never_shown() {
    for key in ["hunter2hunter2hunter2", &KEY[..65], &format!("{KEY}0"), "0x"] {
        let server = Server::start(vec![paid()]);
        let (code, out, err) = touchmark(Some(key), &["search", "pdf", "--json", "--url", &server.url]);
        assert_eq!((code, server.asked().len()), (Some(1), 0), "{err}");
        assert!(err.starts_with("error: TOUCHMARK_WALLET_KEY is not a private key"), "{err}");
        let is_shown = |text: &str| text.contains(&key[2.min(key.len() - 1)..]) && key.len() > 2;
        assert!(!is_shown(&out) && !is_shown(&err), "{out}{err}");
    }
}

#[test]
fn a_key_is_no_argument() {
    for option in ["--wallet-key", "--key", "--private-key"] {
        let (code, _, err) = touchmark(None, &["search", "pdf", option, KEY]);
        assert_eq!(code, Some(1));
        assert!(err.contains("unexpected argument"), "{err}");
    }
    let (_, help, _) = touchmark(Some(KEY), &["search", "--help"]);
    assert!(help.contains("TOUCHMARK_WALLET_KEY") && help.contains("--max-price") && !help.contains(&KEY[2..20]));
}

#[test]
fn nothing_is_paid_over_http_to_another_machine() {
    let server = Server::start(vec![wants(&entry()), paid()]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
    // A proxy on this machine stands for the way to another one.
    let command = command.env("http_proxy", &server.url).env("TOUCHMARK_WALLET_KEY", KEY).env_remove("no_proxy");
    let arguments = ["search", "pdf", "--url", "http://host.example"];
    let (code, _, err) = ended(&command.env_remove("NO_PROXY").args(arguments).output().expect("the program starts"));
    assert_eq!((code, server.asked().len(), server.payments().len()), (Some(1), 1, 0), "{err}");
    assert!(err.contains("use https"), "{err}");
}
