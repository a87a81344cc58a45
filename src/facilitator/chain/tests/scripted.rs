//! An RPC on this machine that answers as it is told.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::requests::{NETWORK, PAYER, PAYER_KEY, SETTLER_KEY, USDC, payment};
use crate::facilitator::{ChainFacilitator, ChainReader, Timeouts};
use crate::payment::{Facilitator, FacilitatorFailure, Settlement};
use crate::wallet::PrivateKey;

const TIMEOUTS: Timeouts = Timeouts {
    verify: Duration::from_millis(500),
    settle: Duration::from_millis(500),
    lookup: Duration::from_millis(500),
};
const PERMIT2: &str = "0x000000000022d473030f116ddee9f6b43ac78ba3";

type Answer = Arc<dyn Fn(&str, &Value) -> Reply + Send + Sync>;

/// What the RPC says to a question.
pub enum Reply {
    Result(Value),
    Error(Value),
    Status(StatusCode),
    Silence,
}

async fn answer(State(answer): State<Answer>, Json(question): Json<Value>) -> Response {
    let id = &question["id"];
    match answer(question["method"].as_str().unwrap_or_default(), &question["params"]) {
        Reply::Result(result) => Json(json!({ "jsonrpc": "2.0", "id": id, "result": result })).into_response(),
        Reply::Error(error) => Json(json!({ "jsonrpc": "2.0", "id": id, "error": error })).into_response(),
        Reply::Status(status) => status.into_response(),
        Reply::Silence => std::future::pending().await,
    }
}

pub async fn rpc(answer_to: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v2/hunter2", listener.local_addr().expect("an address"));
    let answer_to: Answer = Arc::new(answer_to);
    let router = Router::new().fallback(answer).with_state(answer_to);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Answers as Base does, as far as it is asked here: every contract is there, the payer has
/// money, the nonce is free, and the newest block was made at `time`.
pub fn base(method: &str, parameters: &Value, time: u64) -> Reply {
    match method {
        "eth_chainId" => Reply::Result(json!("0x2105")),
        "eth_getCode" => Reply::Result(json!(if is_at(parameters, PAYER) { "0x" } else { "0x00" })),
        "eth_getBalance" => Reply::Result(json!("0xde0b6b3a7640000")),
        "eth_gasPrice" => Reply::Result(json!("0x3b9aca00")),
        "eth_getBlockByNumber" => Reply::Result(block(16, time)),
        "eth_call" => match selector(parameters).as_str() {
            "70a08231" => Reply::Result(json!(word(1_000_000))),
            "e94a0102" => Reply::Result(json!(word(0))),
            _ => Reply::Result(json!("0x")),
        },
        other => Reply::Error(json!({ "code": -32601, "message": format!("no {other} here") })),
    }
}

/// Asks whether a question is about an address.
pub fn is_at(parameters: &Value, address: &str) -> bool {
    parameters[0].as_str().is_some_and(|at| at.eq_ignore_ascii_case(address))
}

pub fn selector(parameters: &Value) -> String {
    let call = &parameters[0];
    let data = call["input"].as_str().or_else(|| call["data"].as_str()).unwrap_or_default();
    data.get(2..10).unwrap_or_default().to_owned()
}

pub fn word(number: u64) -> String {
    format!("0x{number:064x}")
}

pub fn block(number: u64, time: u64) -> Value {
    let zero = word(0);
    json!({
        "hash": zero, "parentHash": zero, "sha3Uncles": zero, "miner": format!("0x{}", "0".repeat(40)),
        "stateRoot": zero, "transactionsRoot": zero, "receiptsRoot": zero, "mixHash": zero,
        "logsBloom": format!("0x{}", "0".repeat(512)), "difficulty": "0x0", "number": format!("{number:#x}"), "gasLimit": "0x1",
        "gasUsed": "0x0", "timestamp": format!("{time:#x}"), "extraData": "0x", "nonce": "0x0000000000000000",
        "baseFeePerGas": "0x1", "size": "0x1", "transactions": [], "uncles": [],
    })
}

pub fn key() -> PrivateKey {
    PrivateKey::parse(SETTLER_KEY).expect("a key")
}

async fn connect(url: &str) -> Result<ChainFacilitator, String> {
    let facilitator = ChainFacilitator::connect(url, NETWORK, USDC, &key(), TIMEOUTS).await;
    facilitator.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_chain_that_cannot_be_used_is_told_at_the_start() {
    for (expected, url) in [
        ("is that of chain 1, and payments are taken on chain 8453", rpc(|_, _| Reply::Result(json!("0x1"))).await),
        ("500", rpc(|_, _| Reply::Status(StatusCode::INTERNAL_SERVER_ERROR)).await),
        ("gives no usable answer", rpc(|_, _| Reply::Result(json!("nonsense"))).await),
        ("no answer within 500 ms", rpc(|_, _| Reply::Silence).await),
        (
            "key is locked (code -32000)",
            rpc(|_, _| Reply::Error(json!({ "code": -32000, "message": "key is locked" }))).await,
        ),
        (
            "has no token at 0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            rpc(move |method, parameters| match method {
                "eth_getCode" if is_at(parameters, USDC) => Reply::Result(json!("0x")),
                _ => base(method, parameters, 1),
            })
            .await,
        ),
        (
            "has no contract Permit2 at 0x000000000022D473030F116dDEE9F6B43aC78BA3",
            rpc(move |method, parameters| match method {
                "eth_getCode" if is_at(parameters, PERMIT2) => Reply::Result(json!("0x")),
                _ => base(method, parameters, 1),
            })
            .await,
        ),
    ] {
        let error = connect(&url).await.expect_err("it cannot be used");
        assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr()).expect("a port");
    let error = connect(&format!("http://{closed}/v2/hunter2")).await.expect_err("nothing listens");
    assert!(error.contains("check the RPC URL") && !error.contains("hunter2"), "{error}");
    assert!(connect("ws://127.0.0.1").await.expect_err("no HTTP").contains("http://"));
    for (network, token) in [("base", USDC), ("eip155:", USDC), ("solana:1", USDC), (NETWORK, "USDC")] {
        let error = ChainFacilitator::connect("http://127.0.0.1:9", network, token, &key(), TIMEOUTS).await;
        assert!(error.is_err(), "{network} {token}");
    }
}

/// Verifies a good payment on a chain that answers calls of `selector` with something else.
async fn verify(
    of: &'static str,
    reply: impl Fn() -> Reply + Send + Sync + 'static,
) -> Result<String, FacilitatorFailure> {
    let url = rpc(move |method, parameters| match method {
        "eth_call" if selector(parameters) == of => reply(),
        _ => base(method, parameters, 1),
    });
    let facilitator = connect(&url.await).await.expect("a chain");
    facilitator.verify(&payment(PAYER_KEY)).await.map(|verified| verified.payer)
}

#[tokio::test]
async fn what_the_chain_says_decides_and_its_silence_refuses_nothing() {
    const BALANCE: &str = "70a08231";
    const TRANSFER: &str = "e3ee160e";
    let refused = |answer: Result<String, FacilitatorFailure>| match answer {
        Err(FacilitatorFailure::Refused { reason, status: None, payer: Some(_) }) => reason,
        other => panic!("{other:?}"),
    };
    let good = verify("", || Reply::Silence).await;
    assert_eq!(good, Ok(PAYER.to_owned()));
    assert_eq!(refused(verify(BALANCE, || Reply::Result(json!(word(1_999)))).await), "insufficient_funds");
    for revert in [
        json!({ "code": 3, "message": "execution reverted: authorization is used or canceled" }),
        json!({ "code": -32000, "message": "execution reverted" }),
        json!({ "code": -32015, "message": "VM execution error", "data": "0x08c379a0" }),
    ] {
        let answer = verify(TRANSFER, move || Reply::Error(revert.clone())).await;
        assert_eq!(refused(answer), "invalid_transaction_state");
    }
    for of in [BALANCE, TRANSFER] {
        for row in 0..3 {
            let answer = verify(of, move || match row {
                0 => Reply::Status(StatusCode::BAD_GATEWAY),
                1 => Reply::Silence,
                _ => Reply::Error(json!({ "code": -32005, "message": "too many requests" })),
            });
            match answer.await {
                Err(FacilitatorFailure::Unavailable { detail, status: None }) => {
                    assert!(!detail.contains("hunter2"), "{detail}")
                }
                other => panic!("{of} {row}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn only_the_token_that_was_chosen_is_called() {
    let url = rpc(|method, parameters| base(method, parameters, 1)).await;
    let other = ChainFacilitator::connect(&url, NETWORK, PERMIT2, &key(), TIMEOUTS).await.expect("a chain");
    let request = payment(PAYER_KEY);
    let expected = "invalid_payment_requirements";
    for failure in [other.verify(&request).await.err(), other.settle(&request).await.err()] {
        assert!(matches!(failure, Some(FacilitatorFailure::Refused { reason, .. }) if reason == expected));
    }
}

#[tokio::test]
async fn a_lost_settlement_is_over_when_the_chain_is_a_minute_past_it() {
    let request = payment(PAYER_KEY);
    let end = request.payment_payload["payload"]["authorization"]["validBefore"].as_str();
    let end: u64 = end.and_then(|end| end.parse().ok()).expect("a time");
    for (time, expected) in [
        (end - 100, Settlement::Unknown),
        (end, Settlement::Unknown),
        (end + 59, Settlement::Unknown),
        (end + 60, Settlement::Never),
        (end + 86_400, Settlement::Never),
    ] {
        let url = rpc(move |method, parameters| base(method, parameters, time)).await;
        let reader = ChainReader::connect(&url, NETWORK, TIMEOUTS).await.expect("a chain");
        assert_eq!(reader.settlement(&request).await, expected, "{time} of {end}");
    }
    let url = rpc(move |method, parameters| match method {
        "eth_chainId" => base(method, parameters, end + 60),
        "eth_call" => Reply::Silence,
        _ => base(method, parameters, end + 60),
    });
    let reader = ChainReader::connect(&url.await, NETWORK, TIMEOUTS).await.expect("a chain");
    assert_eq!(reader.settlement(&request).await, Settlement::Unknown, "a chain that is silent says nothing");
}
