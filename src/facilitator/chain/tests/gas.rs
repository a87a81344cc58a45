//! What a payer can make whoever settles pay.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::history::PATIENT;
use super::requests::{NETWORK, PAYER, PAYER_KEY, USDC, payment};
use super::scripted::{Reply, base, is_at, key, rpc};
use crate::facilitator::ChainFacilitator;
use crate::payment::{Facilitator, FacilitatorFailure};

type Asked = Arc<Mutex<Vec<String>>>;

/// A facilitator on a chain that answers some questions with something else than a good one, and
/// the questions that it asks from then on.
async fn facilitator(
    other: impl Fn(&str, &Value) -> Option<Value> + Send + Sync + 'static,
) -> (ChainFacilitator, Asked) {
    let asked = Asked::default();
    let list = asked.clone();
    let url = rpc(move |method, parameters| {
        list.lock().expect("a lock").push(method.to_owned());
        other(method, parameters).map_or_else(|| base(method, parameters, 1), Reply::Result)
    });
    let facilitator = ChainFacilitator::connect(&url.await, NETWORK, USDC, &key(), PATIENT).await.expect("a chain");
    asked.lock().expect("a lock").clear();
    (facilitator, asked)
}

fn count(asked: &Asked, method: &str) -> usize {
    asked.lock().expect("a lock").iter().filter(|asked| *asked == method).count()
}

#[track_caller]
fn reason<T: std::fmt::Debug>(answer: Result<T, FacilitatorFailure>) -> String {
    match answer {
        Err(FacilitatorFailure::Refused { reason, status: None, payer }) => {
            assert_eq!(payer.as_deref(), Some(PAYER));
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_code_of_a_payer_is_not_run() {
    // An account that handed itself over to a contract (EIP-7702), and still signs with its key.
    let delegated = || Some(json!(format!("0xef0100{}", "ab".repeat(20))));
    let is_code = |method: &str, parameters: &Value| method == "eth_getCode" && is_at(parameters, PAYER);
    let request = payment(PAYER_KEY);

    let (always, asked) =
        facilitator(move |method, parameters| is_code(method, parameters).then(delegated).flatten()).await;
    assert_eq!(reason(always.verify(&request).await), "invalid_exact_evm_payload_signature");
    assert_eq!(reason(always.settle(&request).await), "invalid_exact_evm_payload_signature");
    assert_eq!(count(&asked, "eth_estimateGas"), 0);

    let (since, asked) = facilitator(move |method, parameters| {
        let is_late = is_code(method, parameters) && parameters[1] == "pending";
        is_late.then(delegated).flatten()
    })
    .await;
    assert_eq!(since.verify(&request).await.expect("it is good").payer, PAYER);
    assert_eq!(reason(since.settle(&request).await), "invalid_exact_evm_payload_signature");
    assert_eq!(count(&asked, "eth_estimateGas"), 0);
}

#[tokio::test]
async fn a_transfer_that_takes_too_much_gas_is_not_sent() {
    let request = payment(PAYER_KEY);
    let estimate =
        |gas: u64| move |method: &str, _: &Value| (method == "eth_estimateGas").then(|| json!(format!("{gas:#x}")));
    let (dear, asked) = facilitator(estimate(200_001)).await;
    assert_eq!(reason(dear.settle(&request).await), "invalid_transaction_state");
    assert_eq!((count(&asked, "eth_estimateGas"), count(&asked, "eth_getTransactionCount")), (1, 0));

    // This one goes on, and fails for what else the chain here does not know.
    let (good, asked) = facilitator(estimate(200_000)).await;
    assert!(matches!(good.settle(&request).await, Err(FacilitatorFailure::Unavailable { .. })));
    assert_eq!(count(&asked, "eth_estimateGas"), 2);
}

#[tokio::test]
async fn nothing_is_found_good_that_there_is_no_gas_to_settle() {
    const PRICE: u64 = 1_000_000_000;
    let request = payment(PAYER_KEY);
    for (balance, is_good) in [(0, false), (PRICE * 200_000 - 1, false), (PRICE * 200_000, true)] {
        let (facilitator, _) =
            facilitator(move |method, _| (method == "eth_getBalance").then(|| json!(format!("{balance:#x}")))).await;
        match facilitator.verify(&request).await {
            Ok(_) => assert!(is_good, "{balance}"),
            Err(FacilitatorFailure::Unavailable { detail, status: None }) => {
                assert!(!is_good && detail.contains("has not enough ether"), "{balance}: {detail}");
            }
            refused => panic!("{balance}: {refused:?}"),
        }
    }
}
