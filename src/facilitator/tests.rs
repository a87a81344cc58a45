//! A facilitator by URL, against a service on this machine that answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::payment::{Facilitator, FacilitatorFailure, FacilitatorRequest, Settled, Settlement};

const PAYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const HASH: &str = "0x5e8600000000000000000000000000000000000000000000000000000000abcd";
/// Long for a service on this machine, short for whoever waits for the test of a silent one.
const SHORT: Timeouts = Timeouts {
    verify: Duration::from_millis(300),
    settle: Duration::from_millis(300),
    lookup: Duration::from_millis(300),
};

/// How the service answers.
#[derive(Clone)]
enum Script {
    Answer(u16, String),
    Redirect,
    /// It takes the request and never answers.
    Silence,
    /// It begins to answer and never ends.
    Trickle,
    /// It answers without an end.
    Flood,
}

#[derive(Clone)]
struct Service {
    script: Script,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

async fn answer(State(service): State<Service>, uri: Uri, body: Bytes) -> Response {
    let request = serde_json::from_slice(&body).unwrap_or(Value::Null);
    service.asked.lock().expect("a lock").push((uri.path().to_owned(), request));
    let response = |status: u16, body: Body| Response::builder().status(status).body(body).expect("a response");
    match service.script {
        Script::Answer(status, body) => response(status, Body::from(body)),
        Script::Redirect => {
            let elsewhere = Response::builder().status(StatusCode::TEMPORARY_REDIRECT).header("location", "/elsewhere");
            elsewhere.body(Body::empty()).expect("a response")
        }
        Script::Silence => std::future::pending().await,
        Script::Trickle => {
            let first = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
            response(200, Body::from_stream(futures::StreamExt::chain(first, futures::stream::pending())))
        }
        Script::Flood => {
            let space = Bytes::from(vec![b' '; 16 * 1024]);
            response(
                200,
                Body::from_stream(futures::stream::repeat_with(move || Ok::<_, std::io::Error>(space.clone()))),
            )
        }
    }
}

async fn serve(script: Script) -> (SocketAddr, Service) {
    let service = Service { script, asked: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(answer).with_state(service.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, service)
}

fn request() -> FacilitatorRequest {
    FacilitatorRequest {
        x402_version: 2,
        payment_payload: json!({ "x402Version": 2, "payload": { "authorization": { "from": PAYER } } }),
        payment_requirements: json!({ "scheme": "exact", "network": "eip155:8453" }),
    }
}

async fn verify(script: Script) -> Result<String, FacilitatorFailure> {
    let (address, _) = serve(script).await;
    let facilitator = HttpFacilitator::new(&format!("http://{address}"), SHORT).expect("a facilitator");
    facilitator.verify(&request()).await.map(|verified| verified.payer)
}

async fn settle(script: Script) -> Result<Settled, FacilitatorFailure> {
    let (address, _) = serve(script).await;
    let facilitator = HttpFacilitator::new(&format!("http://{address}"), SHORT).expect("a facilitator");
    facilitator.settle(&request()).await
}

fn says(status: u16, body: &Value) -> Script {
    Script::Answer(status, body.to_string())
}

fn refused(reason: &str, status: Option<u16>, payer: Option<&str>) -> FacilitatorFailure {
    FacilitatorFailure::Refused { reason: reason.to_owned(), status, payer: payer.map(str::to_owned) }
}

#[track_caller]
fn assert_unavailable<T: std::fmt::Debug>(answer: Result<T, FacilitatorFailure>, expected: Option<u16>, case: &str) {
    match answer {
        Err(FacilitatorFailure::Unavailable { status, .. }) => assert_eq!(status, expected, "{case}"),
        other => panic!("{case}: {other:?}"),
    }
}

#[tokio::test]
async fn both_questions_are_asked_below_the_url_with_the_whole_request() {
    let (address, service) = serve(says(200, &json!({ "isValid": true, "payer": PAYER }))).await;
    let facilitator = HttpFacilitator::new(&format!("http://{address}/x402/"), SHORT).expect("a facilitator");
    facilitator.verify(&request()).await.expect("it is good");
    let _ = facilitator.settle(&request()).await;
    assert_eq!(facilitator.settlement(&request()).await, Settlement::Unknown, "there is no chain to look at");
    let asked = service.asked.lock().expect("a lock").clone();
    let body = json!({
        "x402Version": 2,
        "paymentPayload": request().payment_payload,
        "paymentRequirements": request().payment_requirements,
    });
    assert_eq!(asked, [("/x402/verify".to_owned(), body.clone()), ("/x402/settle".to_owned(), body)]);
}

#[tokio::test]
async fn good_answers_are_believed() {
    assert_eq!(verify(says(200, &json!({ "isValid": true, "payer": "0xab" }))).await, Ok("0xab".to_owned()));
    assert_eq!(
        verify(says(200, &json!({ "isValid": true }))).await,
        Ok(PAYER.to_owned()),
        "the payment names the payer"
    );
    let settled = |payer: &str| {
        Ok(Settled { payer: payer.to_owned(), transaction: HASH.to_owned(), network: "eip155:8453".to_owned() })
    };
    let whole = json!({ "success": true, "payer": "0xab", "transaction": HASH, "network": "eip155:8453", "more": [] });
    assert_eq!(settle(says(200, &whole)).await, settled("0xab"));
    let short = json!({ "success": true, "transaction": HASH });
    assert_eq!(settle(says(200, &short)).await, settled(PAYER));
}

#[tokio::test]
async fn refusals_keep_their_reason_and_status() {
    let invalid = json!({ "isValid": false, "invalidReason": "insufficient_funds", "payer": "0xab" });
    for (status, body, expected) in [
        (200, invalid.clone(), refused("insufficient_funds", None, Some("0xab"))),
        (400, invalid.clone(), refused("insufficient_funds", Some(400), Some("0xab"))),
        (429, invalid, refused("insufficient_funds", Some(429), Some("0xab"))),
        (200, json!({ "isValid": false }), refused("unexpected_verify_error", None, None)),
        (422, json!({ "detail": "no" }), refused("unexpected_verify_error", Some(422), None)),
        (402, json!("?"), refused("unexpected_verify_error", Some(402), None)),
        // A refusal of the status outweighs a body that says otherwise.
        (400, json!({ "isValid": true, "payer": "0xab" }), refused("unexpected_verify_error", Some(400), None)),
    ] {
        assert_eq!(verify(says(status, &body)).await, Err(expected), "{status} {body}");
    }
    let failed =
        json!({ "success": false, "errorReason": "invalid_scheme", "transaction": "", "network": "eip155:8453" });
    for (status, body, expected) in [
        (200, failed.clone(), refused("invalid_scheme", None, None)),
        (400, failed, refused("invalid_scheme", Some(400), None)),
        (200, json!({ "success": false, "error_reason": "invalid_scheme" }), refused("invalid_scheme", None, None)),
        (
            200,
            json!({ "success": false, "errorReason": "invalid_exact_evm_payload_signature", "payer": "0xab" }),
            refused("invalid_exact_evm_payload_signature", None, Some("0xab")),
        ),
    ] {
        assert_eq!(settle(says(status, &body)).await, Err(expected), "{status} {body}");
    }
}

#[tokio::test]
async fn a_settlement_of_which_nobody_knows_is_no_refusal() {
    let failed = |reason: &str| json!({ "success": false, "errorReason": reason, "transaction": "" });
    let mut bodies = vec![
        json!({ "success": false }),
        json!({ "success": false, "errorReason": "insufficient_funds", "transaction": HASH }),
    ];
    bodies.extend(
        [
            "unexpected_settle_error",
            "unexpected_error",
            "transaction_failed",
            "invalid_transaction_state",
            "invalid_exact_evm_transaction_failed",
            "invalid_exact_evm_transaction_simulation_failed",
            "invalid_exact_evm_nonce_already_used",
            "a code of tomorrow",
        ]
        .map(failed),
    );
    for body in bodies {
        for status in [200, 400, 409] {
            assert_unavailable(settle(says(status, &body)).await, None, &format!("{status} {body}"));
        }
    }
    for status in [400, 402, 409, 413, 422] {
        assert_unavailable(settle(says(status, &json!(null))).await, None, &status.to_string());
    }
}

#[tokio::test]
async fn outages_and_nonsense_are_no_answer() {
    let bodies = ["", "null", "[]", "{}", "<html>", "true", r#"{"isValid":"yes"}"#, r#"{"success":1}"#, "\u{0}"];
    for body in bodies {
        assert_unavailable(verify(Script::Answer(200, body.to_owned())).await, None, body);
        assert_unavailable(settle(Script::Answer(200, body.to_owned())).await, None, body);
    }
    for status in [500, 502, 503, 504] {
        let good = json!({ "isValid": true, "payer": PAYER, "success": true, "transaction": HASH });
        assert_unavailable(verify(says(status, &good)).await, Some(status), "the status outweighs the body");
        assert_unavailable(settle(says(status, &good)).await, Some(status), "the status outweighs the body");
    }
    for status in [301, 401, 403, 404, 405, 407, 408, 429] {
        assert_unavailable(verify(says(status, &json!({}))).await, None, &status.to_string());
        assert_unavailable(settle(says(status, &json!({}))).await, None, &status.to_string());
    }
    for body in [
        json!({ "success": true }),
        json!({ "success": true, "transaction": " " }),
        json!({ "success": true, "transaction": HASH, "network": "eip155:1" }),
    ] {
        assert_unavailable(settle(says(200, &body)).await, None, &body.to_string());
    }
}

#[tokio::test]
async fn silence_trickles_and_floods_end_in_time() {
    for script in [Script::Silence, Script::Trickle, Script::Flood] {
        assert_unavailable(verify(script.clone()).await, None, "verify");
        assert_unavailable(settle(script).await, None, "settle");
    }
}

#[tokio::test]
async fn nothing_is_sent_elsewhere() {
    let (address, service) = serve(Script::Redirect).await;
    let facilitator = HttpFacilitator::new(&format!("http://{address}"), SHORT).expect("a facilitator");
    assert_unavailable(facilitator.verify(&request()).await, None, "a redirect");
    let paths: Vec<String> = service.asked.lock().expect("a lock").iter().map(|asked| asked.0.clone()).collect();
    assert_eq!(paths, ["/verify"]);
}

#[tokio::test]
async fn a_facilitator_that_is_down_is_an_outage_and_its_key_is_not_told() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let url = format!("http://user:secret@{closed}/secret?key=secret");
    let facilitator = HttpFacilitator::new(&url, SHORT).expect("a facilitator");
    assert!(!format!("{facilitator:?}").contains("secret"), "{facilitator:?}");
    match facilitator.verify(&request()).await {
        Err(FacilitatorFailure::Unavailable { detail, status: None }) => {
            assert!(detail.contains("cannot be reached") && !detail.contains("secret"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn settings_that_name_no_facilitator_or_two_are_refused() {
    let key = || crate::wallet::PrivateKey::parse(&"1".repeat(64)).ok();
    let url = || Some("http://127.0.0.1:9/secret".to_owned());
    let nowhere = || Some("ftp://secret".to_owned());
    for (facilitator_url, rpc_url, signer_key, expected) in [
        (None, None, None, "payments need a facilitator"),
        (url(), None, key(), "are both set"),
        (url(), url(), key(), "are both set"),
        (None, None, key(), "needs TOUCHMARK_PAYMENTS_RPC_URL"),
        (None, url(), None, "settling needs TOUCHMARK_PAYMENTS_SIGNER_KEY"),
        (nowhere(), None, None, "TOUCHMARK_PAYMENTS_FACILITATOR_URL: it is no URL"),
        (None, nowhere(), key(), "TOUCHMARK_PAYMENTS_RPC_URL: the RPC URL of the chain is none"),
        (None, url(), key(), "the chain's RPC at 127.0.0.1:9 gives no usable answer"),
    ] {
        let settings = FacilitatorSettings {
            facilitator_url,
            rpc_url,
            signer_key,
            network: "eip155:8453".to_owned(),
            asset: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913".to_owned(),
            timeouts: SHORT,
        };
        let error = open(settings).await.err().expect("it is refused").to_string();
        assert!(error.contains(expected) && !error.contains("secret"), "{error}");
    }
}
