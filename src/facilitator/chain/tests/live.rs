//! A chain with a token, as `just payments` starts it; its address is in `TOUCHMARK_TEST_CHAIN`.

use serde_json::{Value, json};

use super::requests::{NETWORK, PAY_TO, PAYER, PAYER_KEY, SETTLER_KEY, USDC, first_version, payment};
use crate::facilitator::{ChainFacilitator, ChainReader, Timeouts};
use crate::payment::{Facilitator, FacilitatorFailure, FacilitatorRequest, Settlement};
use crate::wallet::PrivateKey;

struct Chain {
    url: String,
    client: reqwest::Client,
}

impl Chain {
    fn new() -> Self {
        let url = std::env::var("TOUCHMARK_TEST_CHAIN").expect("the address of a chain");
        Self { url, client: reqwest::Client::builder().no_proxy().build().expect("a client") }
    }

    async fn ask(&self, method: &str, parameters: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
        let answer = self.client.post(&self.url).json(&body).send().await.expect("an answer");
        let mut answer: Value = answer.json().await.expect("JSON");
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].take()
    }

    async fn balance(&self, address: &str) -> u64 {
        let data = format!("0x70a08231{:0>64}", &address[2..].to_lowercase());
        let answer = self.ask("eth_call", json!([{ "to": USDC, "data": data }, "latest"])).await;
        u64::from_str_radix(&answer.as_str().expect("a word")[2..], 16).expect("a number")
    }

    async fn facilitator(&self) -> ChainFacilitator {
        let key = PrivateKey::parse(SETTLER_KEY).expect("a key");
        ChainFacilitator::connect(&self.url, NETWORK, USDC, &key, Timeouts::STANDARD).await.expect("a facilitator")
    }
}

fn nonce(request: &FacilitatorRequest) -> &str {
    request.payment_payload["payload"]["authorization"]["nonce"].as_str().expect("a nonce")
}

/// One test, for the order matters: the clock of the chain only goes forward.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a chain: just payments"]
async fn payments_are_checked_settled_and_found_again() {
    let chain = Chain::new();
    let facilitator = chain.facilitator().await;
    let reader = ChainReader::connect(&chain.url, NETWORK, Timeouts::STANDARD).await.expect("a reader");
    let (first, taken) = (chain.balance(PAYER).await, chain.balance(PAY_TO).await);

    for (count, request) in [(1, payment(PAYER_KEY)), (2, first_version(&payment(PAYER_KEY)))] {
        assert_eq!(facilitator.verify(&request).await.expect("it is good").payer, PAYER);
        assert_eq!(reader.settlement(&request).await, Settlement::Unknown, "it is not settled yet");
        let settled = facilitator.settle(&request).await.expect("it is settled");
        assert_eq!(settled.network, request.payment_requirements["network"]);
        assert_eq!(
            (chain.balance(PAYER).await, chain.balance(PAY_TO).await),
            (first - 2_000 * count, taken + 2_000 * count)
        );
        assert_eq!(reader.settlement(&request).await, Settlement::Done(Some(settled.transaction.clone())));
        assert_eq!(facilitator.settle(&request).await.expect("it is settled"), settled, "once");
        let used = facilitator.verify(&request).await.expect_err("it is used");
        assert!(matches!(used, FacilitatorFailure::Refused { reason, .. } if reason == "invalid_transaction_state"));
    }
    assert_eq!(chain.balance(PAYER).await, first - 4_000);

    // Many at once, as a busy hour brings them: each its own transaction.
    let requests: Vec<FacilitatorRequest> = (0..20).map(|_| payment(PAYER_KEY)).collect();
    let settled = futures::future::join_all(requests.iter().map(|request| facilitator.settle(request))).await;
    let mut hashes: Vec<String> =
        settled.into_iter().map(|settled| settled.expect("it is settled").transaction).collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!((hashes.len(), chain.balance(PAY_TO).await), (20, taken + 2_000 * 22));

    // One payment many times at once is one transaction.
    let request = payment(PAYER_KEY);
    let settled = futures::future::join_all((0..10).map(|_| facilitator.settle(&request))).await;
    let good = settled.iter().filter(|settled| settled.is_ok()).count();
    assert!(good >= 1 && settled.iter().all(|settled| !matches!(settled, Err(FacilitatorFailure::Refused { .. }))));
    assert_eq!(chain.balance(PAY_TO).await, taken + 2_000 * 23);

    let poor = payment("0x1111111111111111111111111111111111111111111111111111111111111111");
    let refused = facilitator.verify(&poor).await.expect_err("an account without money");
    assert!(matches!(refused, FacilitatorFailure::Refused { reason, .. } if reason == "insufficient_funds"));
    assert!(matches!(facilitator.settle(&poor).await, Err(FacilitatorFailure::Refused { .. })));

    // A nonce that served for a transfer to somebody else is used, and has not paid.
    let (ours, theirs) = same_nonce().await;
    chain.ask("eth_sendTransaction", json!([{ "from": PAYER, "to": USDC, "data": theirs }])).await;
    assert_eq!(reader.settlement(&ours).await, Settlement::Never);
    assert!(matches!(facilitator.settle(&ours).await, Err(FacilitatorFailure::Refused { .. })));

    let late = payment(PAYER_KEY);
    assert_eq!(reader.settlement(&late).await, Settlement::Unknown, "{}", nonce(&late));
    chain.ask("evm_increaseTime", json!([300])).await;
    chain.ask("evm_mine", json!([])).await;
    assert_eq!(reader.settlement(&late).await, Settlement::Never);
    assert_eq!(chain.balance(PAY_TO).await, taken + 2_000 * 23);
}

/// Returns a payment to us, and the call of a transfer to somebody else with the same nonce.
async fn same_nonce() -> (FacilitatorRequest, String) {
    use alloy_primitives::{Address, U256};
    use alloy_signer::SignerSync;
    use alloy_signer_local::PrivateKeySigner;
    use alloy_sol_types::{SolCall, SolStruct};
    use x402_chain_eip155::v1_eip155_exact::{IEIP3009, TransferWithAuthorization};

    use crate::facilitator::chain::transfer::Transfer;

    let ours = payment(PAYER_KEY);
    let transfer = Transfer::read(&ours, 8453).expect("a transfer");
    let to: Address = "0x90F79bf6EB2c4f870365E785982E1f101E93b906".parse().expect("an address");
    let payment = &transfer.payment;
    let message = TransferWithAuthorization {
        from: payment.from,
        to,
        value: U256::from(1),
        validAfter: U256::ZERO,
        validBefore: U256::from(u64::MAX),
        nonce: payment.nonce,
    };
    let signer: PrivateKeySigner = PAYER_KEY.parse().expect("a key");
    let hash = message.eip712_signing_hash(&transfer.domain);
    let signature = signer.sign_hash_sync(&hash).expect("a signature");
    let call = IEIP3009::transferWithAuthorization_1Call {
        from: payment.from,
        to,
        value: U256::from(1),
        validAfter: U256::ZERO,
        validBefore: U256::from(u64::MAX),
        nonce: payment.nonce,
        v: 27 + u8::from(signature.v()),
        r: signature.r().into(),
        s: signature.s().into(),
    };
    (ours, format!("0x{}", hex::encode(call.abi_encode())))
}
