//! What became of a payment, by what a chain remembers of it.

use std::time::Duration;

use alloy_primitives::{Address, B256, LogData, U256};
use alloy_sol_types::SolEvent;
use serde_json::{Value, json};
use x402_chain_eip155::v1_eip155_exact::IEIP3009;

use super::requests::{NETWORK, PAY_TO, PAYER, USDC, payment_of};
use super::scripted::{Reply, base, block, rpc, selector, word};
use crate::facilitator::chain::ChainReader;
use crate::facilitator::{ChainFacilitator, Timeouts};
use crate::payment::{Facilitator, FacilitatorFailure, FacilitatorRequest, Settlement};

/// Long enough for a machine that is busy; nothing here is silent.
pub const PATIENT: Timeouts =
    Timeouts { verify: Duration::from_secs(20), settle: Duration::from_secs(20), lookup: Duration::from_secs(20) };
const HASH: &str = "0x5e8600000000000000000000000000000000000000000000000000000000abcd";
const SOMEBODY: &str = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
/// The newest block, and when it was made.
const NEWEST: (u64, u64) = (1_000_000, 2_000_000_000);

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn nonce(request: &FacilitatorRequest) -> B256 {
    let nonce = request.payment_payload["payload"]["authorization"]["nonce"].as_str();
    nonce.expect("a nonce").parse().expect("32 bytes")
}

fn log(of: &str, data: &LogData, block: u64) -> Value {
    json!({
        "address": of, "topics": data.topics(), "data": data.data, "blockHash": word(1),
        "blockNumber": format!("{block:#x}"), "transactionHash": HASH, "transactionIndex": "0x0",
        "logIndex": "0x0", "removed": false,
    })
}

fn used(nonce: B256) -> LogData {
    IEIP3009::AuthorizationUsed { authorizer: address(PAYER), nonce }.encode_log_data()
}

fn cancelled(nonce: B256) -> LogData {
    IEIP3009::AuthorizationCanceled { authorizer: address(PAYER), nonce }.encode_log_data()
}

fn moved(to: &str, value: u64) -> LogData {
    IEIP3009::Transfer { from: address(PAYER), to: address(to), value: U256::from(value) }.encode_log_data()
}

fn receipt(logs: &[(&str, LogData)], status: &str) -> Value {
    let logs: Vec<Value> = logs.iter().map(|(of, data)| log(of, data, 1)).collect();
    json!({
        "transactionHash": HASH, "transactionIndex": "0x0", "blockHash": word(1), "blockNumber": "0x1",
        "from": SOMEBODY, "to": USDC, "cumulativeGasUsed": "0x1", "gasUsed": "0x1", "effectiveGasPrice": "0x1",
        "contractAddress": null, "logs": logs, "logsBloom": format!("0x{}", "0".repeat(512)),
        "status": status, "type": "0x2",
    })
}

/// A chain with a block every 2 seconds, on which the nonce is used up, with a log in block `at`
/// and a receipt. Like a public node it tells the logs of 2,000 blocks at most.
async fn chain(event: Option<LogData>, at: u64, receipt: Value) -> String {
    let number = |of: &Value| of.as_str().and_then(|text| u64::from_str_radix(&text[2..], 16).ok());
    rpc(move |method, parameters| match method {
        "eth_getBlockByNumber" => {
            let number = number(&parameters[0]).unwrap_or(NEWEST.0);
            Reply::Result(block(number, NEWEST.1 - 2 * (NEWEST.0 - number)))
        }
        "eth_call" if selector(parameters) == "e94a0102" => Reply::Result(json!(word(1))),
        "eth_getLogs" => {
            let range = [&parameters[0]["fromBlock"], &parameters[0]["toBlock"]].map(number);
            let [Some(from), Some(to)] = range else { panic!("no blocks: {parameters}") };
            let topics = &parameters[0]["topics"];
            let is_asked = |event: &&LogData| {
                (from..=to).contains(&at)
                    && topics[0].as_array().is_some_and(|kinds| kinds.contains(&json!(event.topics()[0])))
                    && (1..3).all(|index| topics[index] == json!(event.topics()[index]))
            };
            match to.checked_sub(from) {
                Some(0..2_000) => {
                    let found = event.iter().filter(is_asked).map(|event| log(USDC, event, at));
                    Reply::Result(found.collect())
                }
                _ => Reply::Error(json!({ "code": -32005, "message": "more than 2,000 blocks" })),
            }
        }
        "eth_estimateGas" => Reply::Error(json!({ "code": 3, "message": "execution reverted: authorization is used" })),
        "eth_getTransactionReceipt" => Reply::Result(receipt.clone()),
        _ => base(method, parameters, NEWEST.1),
    })
    .await
}

fn done() -> Settlement {
    Settlement::Done(Some(HASH.to_owned()))
}

#[tokio::test]
async fn only_a_receipt_says_that_a_nonce_served_for_something_else() {
    let request = payment_of(NEWEST.1 - 600, NEWEST.1 + 120);
    let ours = nonce(&request);
    let other = B256::repeat_byte(7);
    let good = || receipt(&[(USDC, used(ours)), (USDC, moved(PAY_TO, 2_000))], "0x1");
    let rows: Vec<(&str, Option<LogData>, Value, Settlement)> = vec![
        ("it paid", Some(used(ours)), good(), done()),
        ("the receipt is asked of a late node", Some(used(ours)), Value::Null, Settlement::Unknown),
        ("the log is asked of a late node", None, good(), Settlement::Unknown),
        ("it was cancelled", Some(cancelled(ours)), Value::Null, Settlement::Never),
        (
            "it paid somebody else",
            Some(used(ours)),
            receipt(&[(USDC, used(ours)), (USDC, moved(SOMEBODY, 2_000))], "0x1"),
            Settlement::Never,
        ),
        (
            "it paid less",
            Some(used(ours)),
            receipt(&[(USDC, used(ours)), (USDC, moved(PAY_TO, 1_999))], "0x1"),
            Settlement::Never,
        ),
        (
            "the transaction paid us by another nonce",
            Some(used(ours)),
            receipt(
                &[
                    (USDC, used(other)),
                    (USDC, moved(PAY_TO, 2_000)),
                    (USDC, used(ours)),
                    (USDC, moved(SOMEBODY, 2_000)),
                    (USDC, moved(PAY_TO, 2_000)),
                ],
                "0x1",
            ),
            Settlement::Never,
        ),
        (
            "the transaction paid for others first",
            Some(used(ours)),
            receipt(
                &[
                    (USDC, used(other)),
                    (USDC, moved(SOMEBODY, 2_000)),
                    (USDC, used(ours)),
                    (USDC, moved(PAY_TO, 2_000)),
                ],
                "0x1",
            ),
            done(),
        ),
        (
            "the receipt does not show the nonce",
            Some(used(ours)),
            receipt(&[(USDC, used(other)), (USDC, moved(PAY_TO, 2_000))], "0x1"),
            Settlement::Unknown,
        ),
        (
            "another token moved",
            Some(used(ours)),
            receipt(&[(USDC, used(ours)), (SOMEBODY, moved(PAY_TO, 2_000))], "0x1"),
            Settlement::Unknown,
        ),
        (
            "the transaction failed in the block where it is now",
            Some(used(ours)),
            receipt(&[], "0x0"),
            Settlement::Unknown,
        ),
    ];
    for (case, event, receipt, expected) in rows {
        let url = chain(event, NEWEST.0 - 5, receipt).await;
        let reader = ChainReader::connect(&url, NETWORK, PATIENT).await.expect("a chain");
        assert_eq!(reader.settlement(&request).await, expected, "{case}");
    }
}

#[tokio::test]
async fn a_payment_that_was_sent_is_not_refused_for_want_of_a_receipt() {
    let request = payment_of(0, 4_000_000_000);
    for (receipt, is_settled) in
        [(Value::Null, false), (receipt(&[(USDC, used(nonce(&request))), (USDC, moved(PAY_TO, 2_000))], "0x1"), true)]
    {
        let url = chain(Some(used(nonce(&request))), NEWEST.0 - 5, receipt).await;
        let key = super::scripted::key();
        let facilitator = ChainFacilitator::connect(&url, NETWORK, USDC, &key, PATIENT).await.expect("a chain");
        match facilitator.settle(&request).await {
            Ok(settled) => assert!(is_settled && settled.transaction == HASH, "{settled:?}"),
            Err(FacilitatorFailure::Unavailable { .. }) => assert!(!is_settled),
            Err(refused) => panic!("{refused:?}"),
        }
    }
}

#[tokio::test]
async fn a_use_is_found_however_long_the_payment_was_good() {
    for (valid_after, valid_before, ago_seconds) in [
        (0, NEWEST.1 + 86_000, 10),
        (0, NEWEST.1 + 120, 3_000),
        (0, NEWEST.1 - 100, 86_000),
        (NEWEST.1 - 7_200, NEWEST.1 - 100, 7_000),
        (0, NEWEST.1 - 500_000, 500_010),
        (0, NEWEST.1 - 500_000, 586_000),
    ] {
        let request = payment_of(valid_after, valid_before);
        let good = receipt(&[(USDC, used(nonce(&request))), (USDC, moved(PAY_TO, 2_000))], "0x1");
        let url = chain(Some(used(nonce(&request))), NEWEST.0 - ago_seconds / 2, good).await;
        let reader = ChainReader::connect(&url, NETWORK, PATIENT).await.expect("a chain");
        assert_eq!(reader.settlement(&request).await, done(), "until {valid_before}, used {ago_seconds} s ago");
    }
}

#[tokio::test]
async fn a_look_up_may_take_longer_than_a_check() {
    let request = payment_of(0, NEWEST.1 + 120);
    let good = receipt(&[(USDC, used(nonce(&request))), (USDC, moved(PAY_TO, 2_000))], "0x1");
    let url = chain(Some(used(nonce(&request))), NEWEST.0 - 5, good).await;
    let mut reader = ChainReader::connect(&url, NETWORK, PATIENT).await.expect("a chain");
    reader.timeouts = Timeouts { verify: Duration::ZERO, settle: Duration::ZERO, ..PATIENT };
    assert_eq!(reader.settlement(&request).await, done());
}
