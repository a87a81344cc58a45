//! What a wallet pays, what it refuses, and that what it signs is what the token checks.

use alloy_primitives::{Address, B256, Signature, U256};
use alloy_sol_types::{SolStruct, eip712_domain, sol};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

sol! {
    /// What EIP-3009 has signed, written down anew from the standard.
    struct TransferWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }
}

const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const PAY_TO: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const MOST: Usd = Usd::from_units(10_000);

fn wallet() -> Wallet {
    Wallet::new(PrivateKey::parse(KEY).expect("a key"))
}

fn entry() -> Value {
    json!({
        "scheme": "exact",
        "network": "eip155:8453",
        "amount": "2000",
        "asset": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "payTo": PAY_TO,
        "maxTimeoutSeconds": 120,
        "extra": { "name": "USD Coin", "version": "2" },
    })
}

fn changed(changes: &[(&str, Value)]) -> Value {
    let mut entry = entry();
    for (path, value) in changes {
        *entry.pointer_mut(path).expect("a path of the entry") = value.clone();
    }
    entry
}

fn challenge(accepts: &[Value]) -> Challenge {
    let body = json!({
        "x402Version": 2,
        "error": "payment required",
        "resource": { "url": "https://host.example/discover" },
        "accepts": accepts,
        "extensions": {
            "bazaar": { "info": { "input": { "type": "http" } } },
            "payment-identifier": { "info": { "required": false }, "schema": {} },
        },
    });
    Challenge::parse(&STANDARD.encode(body.to_string())).expect("a challenge")
}

fn pay(accepts: &[Value], most: Usd) -> Result<Payment, PaymentError> {
    wallet().pay(&challenge(accepts), most)
}

fn decode(payment: &Payment) -> Value {
    serde_json::from_slice(&STANDARD.decode(&payment.header).expect("base64")).expect("JSON")
}

/// Recovers who signed the payment, as the token on Base does it.
fn signed_by(body: &Value) -> Address {
    let authorization = &body["payload"]["authorization"];
    let text = |name: &str| authorization[name].as_str().expect("a text");
    let domain = eip712_domain! {
        name: "USD Coin",
        version: "2",
        chain_id: 8453,
        verifying_contract: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913".parse().expect("an address"),
    };
    let number = |name: &str| U256::from(text(name).parse::<u64>().expect("a number"));
    let message = TransferWithAuthorization {
        from: text("from").parse().expect("an address"),
        to: text("to").parse().expect("an address"),
        value: number("value"),
        validAfter: number("validAfter"),
        validBefore: number("validBefore"),
        nonce: text("nonce").parse::<B256>().expect("32 bytes"),
    };
    let signature: Signature = body["payload"]["signature"].as_str().expect("a text").parse().expect("a signature");
    signature.recover_address_from_prehash(&message.eip712_signing_hash(&domain)).expect("somebody")
}

#[test]
fn a_payment_is_signed_for_the_offer_and_nothing_else() {
    let payment = pay(&[entry()], MOST).expect("it is paid");
    let body = decode(&payment);
    assert_eq!(signed_by(&body), wallet().address());
    assert_eq!(body["x402Version"], 2);
    assert_eq!(body["accepted"], entry(), "the offer is repeated as it was written");
    assert_eq!(body["resource"]["url"], "https://host.example/discover");
    let authorization = &body["payload"]["authorization"];
    assert_eq!(
        (authorization["value"].as_str(), authorization["to"].as_str()),
        (Some("2000"), Some(PAY_TO.to_lowercase().as_str()))
    );
    assert_eq!((payment.price, payment.pay_to.to_string().as_str()), (Usd::from_units(2_000), PAY_TO));
}

#[test]
fn every_payment_has_its_own_nonce_and_identifier() {
    let bodies = [0; 2].map(|_| decode(&pay(&[entry()], MOST).expect("it is paid")));
    let nonces = bodies.each_ref().map(|body| body["payload"]["authorization"]["nonce"].clone());
    assert_ne!(nonces[0], nonces[1]);
    let identifiers = bodies.each_ref().map(|body| body["extensions"]["payment-identifier"]["info"]["id"].clone());
    assert_ne!(identifiers[0], identifiers[1]);
    for identifier in identifiers {
        let identifier = identifier.as_str().expect("an identifier").to_owned();
        let is_of_the_form = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        assert!((16..=128).contains(&identifier.len()) && identifier.bytes().all(is_of_the_form), "{identifier}");
    }
    let extensions = &bodies[0]["extensions"];
    assert_eq!(extensions["bazaar"]["info"]["input"]["type"], "http", "what the server said is repeated");
    assert_eq!(extensions["payment-identifier"]["info"]["required"], false);
}

#[test]
fn what_is_signed_is_good_for_ten_minutes_at_most() {
    for (asked, most) in [(30_u64, 30), (600, 600), (31_536_000, 600), (u64::MAX, 600)] {
        let body = decode(&pay(&[changed(&[("/maxTimeoutSeconds", json!(asked))])], MOST).expect("it is paid"));
        let authorization = &body["payload"]["authorization"];
        let time = |name: &str| authorization[name].as_str().and_then(|text| text.parse::<u64>().ok()).expect("a time");
        assert_eq!(time("validBefore") - time("validAfter"), most + 600, "{asked}");
    }
}

#[test]
fn the_cheapest_offer_is_paid_and_never_more_than_the_most() {
    let dear = changed(&[("/amount", json!("9000"))]);
    assert_eq!(pay(&[dear.clone(), entry()], MOST).expect("it is paid").price, Usd::from_units(2_000));
    assert_eq!(pay(&[entry()], Usd::from_units(2_000)).expect("it is paid").price, Usd::from_units(2_000));
    for (accepts, most, price) in [
        (vec![entry()], 1_999, 2_000),
        (vec![entry()], 0, 2_000),
        (vec![dear, entry()], 1_000, 2_000),
        (vec![changed(&[("/amount", json!("18446744073709551615"))])], 1_000_000, u64::MAX),
    ] {
        let expected = PaymentError::TooDear { price: Usd::from_units(price), most: Usd::from_units(most) };
        assert_eq!(pay(&accepts, Usd::from_units(most)).expect_err("too dear"), expected);
    }
}

#[test]
fn only_usdc_on_a_known_network_is_paid() {
    let sepolia = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
    for (path, value, reason) in [
        ("/scheme", json!("upto"), "scheme"),
        ("/scheme", json!(null), "scheme"),
        ("/network", json!("eip155:1"), "network"),
        ("/network", json!("base"), "network"),
        ("/network", json!("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"), "network"),
        ("/network", json!(8453), "network"),
        ("/network", json!("eip155:84532"), "not USDC on Base Sepolia"),
        ("/asset", json!(sepolia), "not USDC on Base"),
        ("/asset", json!("0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb"), "not USDC"),
        ("/asset", json!(""), "not USDC"),
        ("/amount", json!("0"), "amount"),
        ("/amount", json!("-1"), "amount"),
        ("/amount", json!("0x10"), "amount"),
        ("/amount", json!("2e3"), "amount"),
        ("/amount", json!(2000), "amount"),
        ("/amount", json!("36893488147419103232"), "amount"),
        ("/payTo", json!("0x0000000000000000000000000000000000000000"), "recipient"),
        ("/payTo", json!("vitalik.eth"), "recipient"),
        ("/payTo", json!("0x70997970C51812dc3A010C7d01b50e0d17dc79"), "recipient"),
        ("/maxTimeoutSeconds", json!(0), "time"),
        ("/maxTimeoutSeconds", json!("120"), "time"),
        ("/extra/name", json!("USDC"), "named"),
        ("/extra/version", json!("1"), "named"),
        ("/extra", json!({ "assetTransferMethod": "permit2" }), "transfer method"),
    ] {
        match pay(&[changed(&[(path, value.clone())])], MOST) {
            Err(PaymentError::Unpayable { reasons }) => assert!(reasons.contains(reason), "{path} {value}: {reasons}"),
            other => panic!("{path} {value}: {other:?}"),
        }
    }
    assert!(matches!(pay(&[], MOST), Err(PaymentError::Unpayable { .. })));
    let other = changed(&[("/network", json!("eip155:1"))]);
    assert!(pay(&[other, entry()], MOST).is_ok(), "what cannot be paid does not hide what can");
    assert!(pay(&[changed(&[("/extra", json!(null))])], MOST).is_ok(), "the name of the token is known");
}

#[test]
fn nothing_that_is_good_as_money_is_printed() {
    let payment = pay(&[entry()], MOST).expect("it is paid");
    let told = format!("{payment:?} {:?}", wallet());
    assert!(!told.contains(&payment.header) && !told.contains(&KEY[2..20]) && told.contains("[redacted]"), "{told}");
}

#[test]
fn a_receipt_is_read_and_another_text_gives_none() {
    let header = |body: &str| STANDARD.encode(body);
    let receipt =
        Receipt::parse(&header(r#"{"success":true,"transaction":"0xab","network":"eip155:8453","payer":"0x1"}"#));
    assert_eq!(receipt.map(|receipt| (receipt.success, receipt.transaction)), Some((true, "0xab".to_owned())));
    let refused = Receipt::parse(&header(r#"{"success":false,"errorReason":"insufficient_funds","transaction":""}"#));
    assert_eq!(refused.and_then(|receipt| receipt.error_reason).as_deref(), Some("insufficient_funds"));
    for text in ["", "%%%", &header("[]"), &header("{}"), &header("nonsense")] {
        assert_eq!(Receipt::parse(text), None, "{text}");
    }
}

#[test]
fn challenges_of_another_form_are_refused() {
    let header = |body: Value| STANDARD.encode(body.to_string());
    for (text, expected) in [
        (String::new(), "base64 of JSON"),
        ("*".to_owned(), "base64 of JSON"),
        (STANDARD.encode("nonsense"), "base64 of JSON"),
        (header(json!([])), "version null"),
        (header(json!({ "x402Version": 1, "accepts": [] })), "version 1"),
        (header(json!({ "x402Version": 2 })), "no list"),
        (header(json!({ "x402Version": 2, "accepts": {} })), "no list"),
        ("A".repeat(64 * 1024 + 1), "longer than 65536 bytes"),
    ] {
        let error = Challenge::parse(&text).expect_err("no challenge").to_string();
        assert!(error.contains(expected), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A server may write anything, and neither gets more than was allowed nor ends the program.
    #[test]
    fn no_text_of_a_server_breaks_the_bounds(
        amount in any::<u64>(), most in 0_u64..100_000, extensions in "[\\[\\]{}\":a-z0-9]{0,20}", bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = Challenge::parse(&STANDARD.encode(&bytes));
        let body = json!({
            "x402Version": 2,
            "accepts": [changed(&[("/amount", json!(amount.to_string()))]), bytes, extensions],
            "extensions": { "payment-identifier": serde_json::from_str::<Value>(&extensions).unwrap_or(Value::String(extensions)) },
        });
        let challenge = Challenge::parse(&STANDARD.encode(body.to_string())).expect("a challenge");
        match wallet().pay(&challenge, Usd::from_units(most)) {
            Ok(payment) => prop_assert!(payment.price.units() == amount && amount <= most),
            Err(_) => prop_assert!(amount > most || amount == 0),
        }
    }
}
