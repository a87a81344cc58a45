//! Payments that are none: each with its status and code, and nothing settled.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::facilitator::Says;
use crate::payer::{PAYER, encode, payment, payment_v1};
use crate::service::{NOW_SECONDS, Service, Setup};

/// A good payment with one field replaced.
fn with(pointer: &str, value: Value) -> String {
    let mut payment = payment(1);
    *payment.pointer_mut(pointer).expect("the field is there") = value;
    encode(&payment)
}

/// A good payment without a field.
fn without(parent: &str, field: &str) -> String {
    let mut payment = payment(1);
    let fields = payment.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    fields.shift_remove(field).expect("the field is there");
    encode(&payment)
}

fn v1_with(pointer: &str, value: Value) -> String {
    let mut payment = payment_v1(1);
    *payment.pointer_mut(pointer).expect("the field is there") = value;
    encode(&payment)
}

/// What is wrong, the header, its value, the status, and the reason.
fn rows() -> Vec<(&'static str, &'static str, String, u16, &'static str)> {
    const V2: &str = "payment-signature";
    const V1: &str = "x-payment";
    const AUTHORIZATION: &str = "/payload/authorization";
    let at = |field: &str| format!("{AUTHORIZATION}/{field}");
    let seconds = |offset: i64| json!((NOW_SECONDS as i64 + offset).to_string());
    let recipient = "invalid_exact_evm_payload_recipient_mismatch";
    let value = "invalid_exact_evm_payload_authorization_value_mismatch";
    let after = "invalid_exact_evm_payload_authorization_valid_after";
    let before = "invalid_exact_evm_payload_authorization_valid_before";
    let signature = "invalid_exact_evm_payload_signature";
    let requirements = "invalid_payment_requirements";
    vec![
        ("nothing", V2, String::new(), 400, "invalid_payload"),
        ("no base64", V2, "%%%".to_owned(), 400, "invalid_payload"),
        ("base64 of no JSON", V2, "bm8gSlNPTg==".to_owned(), 400, "invalid_payload"),
        ("a list", V2, encode(&json!([])), 400, "invalid_payload"),
        ("null", V2, encode(&Value::Null), 400, "invalid_payload"),
        ("an empty object", V2, encode(&json!({})), 400, "invalid_x402_version"),
        ("deep nesting", V2, STANDARD.encode("[".repeat(5_000)), 400, "invalid_payload"),
        ("a megabyte", V2, "A".repeat(1 << 20), 400, "invalid_payload"),
        ("version 3", V2, with("/x402Version", json!(3)), 400, "invalid_x402_version"),
        ("a version as text", V2, with("/x402Version", json!("2")), 400, "invalid_x402_version"),
        ("version 1 in the header of 2", V2, encode(&payment_v1(1)), 400, "invalid_x402_version"),
        ("version 2 in the header of 1", V1, encode(&payment(1)), 400, "invalid_x402_version"),
        ("no payload", V2, without("", "payload"), 400, "invalid_payload"),
        ("nothing accepted", V2, without("", "accepted"), 400, "invalid_payload"),
        ("a payload that is text", V2, with("/payload", json!("x")), 400, "invalid_payload"),
        ("no signature", V2, without("/payload", "signature"), 400, "invalid_payload"),
        ("no authorization", V2, without("/payload", "authorization"), 400, "invalid_payload"),
        ("no nonce", V2, without(AUTHORIZATION, "nonce"), 400, "invalid_payload"),
        ("no payer", V2, without(AUTHORIZATION, "from"), 400, "invalid_payload"),
        ("a payer that is no address", V2, with(&at("from"), json!("0x12")), 400, "invalid_payload"),
        ("nobody pays", V2, with(&at("from"), json!(format!("0x{}", "0".repeat(40)))), 400, "invalid_payload"),
        ("a recipient that is no address", V2, with(&at("to"), json!("vitalik.eth")), 400, "invalid_payload"),
        (
            "another transfer beside it",
            V2,
            {
                let mut payment = payment(1);
                payment["payload"]["permit2Authorization"] = payment["payload"]["authorization"].clone();
                encode(&payment)
            },
            400,
            "invalid_payload",
        ),
        (
            "another field signed",
            V2,
            {
                let mut payment = payment(1);
                payment["payload"]["authorization"]["spender"] = json!(PAYER);
                encode(&payment)
            },
            400,
            "invalid_payload",
        ),
        (
            "version 1 with another transfer beside it",
            V1,
            {
                let mut payment = payment_v1(1);
                payment["payload"]["transaction"] = json!("0x00");
                encode(&payment)
            },
            400,
            "invalid_payload",
        ),
        ("a short nonce", V2, with(&at("nonce"), json!("0x01")), 400, "invalid_payload"),
        ("a nonce that is a number", V2, with(&at("nonce"), json!(1)), 400, "invalid_payload"),
        ("an amount that is a number", V2, with(&at("value"), json!(2_000)), 400, "invalid_payload"),
        ("an amount in hexadecimal", V2, with(&at("value"), json!("0x7d0")), 400, "invalid_payload"),
        ("a negative amount", V2, with(&at("value"), json!("-2000")), 400, "invalid_payload"),
        ("an amount with a zero before it", V2, with(&at("value"), json!("02000")), 400, "invalid_payload"),
        ("a time that is no number", V2, with(&at("validBefore"), json!("soon")), 400, "invalid_payload"),
        ("a signature that is no number", V2, with("/payload/signature", json!("0xzz")), 400, signature),
        ("a short signature", V2, with("/payload/signature", json!("0x1b")), 400, signature),
        (
            "a long signature",
            V2,
            with("/payload/signature", json!(format!("0x{}", "11".repeat(4_097)))),
            400,
            signature,
        ),
        (
            "a signature of zeros",
            V2,
            with("/payload/signature", json!(format!("0x{}", "00".repeat(65)))),
            400,
            signature,
        ),
        (
            "a parity that is none",
            V2,
            with("/payload/signature", json!(format!("0x{}09", "11".repeat(64)))),
            400,
            signature,
        ),
        ("another scheme", V2, with("/accepted/scheme", json!("upto")), 402, "unsupported_scheme"),
        ("no scheme", V2, without("/accepted", "scheme"), 400, "invalid_payload"),
        ("another chain", V2, with("/accepted/network", json!("eip155:1")), 402, "invalid_network"),
        ("the test chain", V2, with("/accepted/network", json!("eip155:84532")), 402, "invalid_network"),
        ("less accepted", V2, with("/accepted/amount", json!("1")), 402, requirements),
        ("more accepted", V2, with("/accepted/amount", json!("2001")), 402, requirements),
        ("another token", V2, with("/accepted/asset", json!(PAYER)), 402, requirements),
        ("another recipient accepted", V2, with("/accepted/payTo", json!(PAYER)), 402, requirements),
        ("more time accepted", V2, with("/accepted/maxTimeoutSeconds", json!(99_999)), 402, requirements),
        ("another domain", V2, with("/accepted/extra/name", json!("USDC")), 402, requirements),
        (
            "another way of transfer",
            V2,
            with("/accepted/extra", json!({ "name": "USD Coin", "version": "2", "assetTransferMethod": "permit2" })),
            402,
            requirements,
        ),
        ("no domain", V2, without("/accepted", "extra"), 402, requirements),
        ("another recipient signed", V2, with(&at("to"), json!(PAYER)), 402, recipient),
        ("less signed", V2, with(&at("value"), json!("1999")), 402, value),
        ("more signed", V2, with(&at("value"), json!("2001")), 402, value),
        ("nothing signed", V2, with(&at("value"), json!("0")), 402, value),
        ("the most that there is signed", V2, with(&at("value"), json!("9".repeat(78))), 402, value),
        ("not good yet", V2, with(&at("validAfter"), seconds(1)), 402, after),
        ("expired", V2, with(&at("validBefore"), seconds(-1)), 402, before),
        ("about to expire", V2, with(&at("validBefore"), seconds(5)), 402, before),
        ("good for more than an hour", V2, with(&at("validBefore"), seconds(3_601)), 402, before),
        ("good for years", V2, with(&at("validBefore"), json!("99999999999")), 402, before),
        ("good for ever", V2, with(&at("validBefore"), json!("9".repeat(78))), 402, before),
        (
            "a name that is none",
            V2,
            {
                let mut payment = payment(1);
                payment["extensions"] = json!({ "payment-identifier": { "info": { "id": "no" } } });
                encode(&payment)
            },
            400,
            "invalid_payload",
        ),
        ("version 1 on another chain", V1, v1_with("/network", json!("base-sepolia")), 402, "invalid_network"),
        ("version 1 with a chain of version 2", V1, v1_with("/network", json!("eip155:8453")), 402, "invalid_network"),
        ("version 1 of another scheme", V1, v1_with("/scheme", json!("deferred")), 402, "unsupported_scheme"),
        ("version 1 with less", V1, v1_with(&at("value"), json!("1")), 402, value),
        ("version 1 to another", V1, v1_with(&at("to"), json!(PAYER)), 402, recipient),
        ("version 1 expired", V1, v1_with(&at("validBefore"), seconds(-60)), 402, before),
        ("version 1 that is garbled", V1, "e30".to_owned(), 400, "invalid_x402_version"),
    ]
}

#[tokio::test]
async fn no_dishonest_payment_is_settled_and_each_hears_why() {
    let service = Service::start(Setup::PAID).await;
    let rows = rows();
    assert!(rows.len() >= 40);
    for (what, header, value, status, reason) in rows {
        let answer = service.discover(&[(header, &value)]).await;
        assert_eq!(
            (answer.status, answer.code(), answer.reason()),
            (status, "PAYMENT_FAILED", reason),
            "{what}: {}",
            answer.body
        );
        assert_eq!(answer.header("payment-required").is_some(), status == 402, "{what}");
        assert_eq!(answer.header("payment-response"), None, "{what}");
    }
    assert_eq!((service.facilitator.checks(), service.facilitator.settles()), (0, 0), "nobody was even asked");
    assert_eq!(service.ledger().await, []);
    // None of them has used up the nonce that they share.
    assert!(service.pay(&payment(1)).await.is_answered());
}

#[tokio::test]
async fn a_header_twice_or_of_another_protocol_is_no_payment() {
    let service = Service::start(Setup::PAID).await;
    let good = encode(&payment(1));
    let twice = service.discover(&[("payment-signature", &good), ("payment-signature", &good)]).await;
    assert_eq!((twice.status, twice.code()), (400, "PAYMENT_FAILED"));
    for scheme in ["Payment abc", "payment id=\"x\"", "PAYMENT x"] {
        let foreign = service.discover(&[("authorization", scheme)]).await;
        assert_eq!((foreign.status, foreign.code()), (501, "PROTOCOL_UNSUPPORTED"));
        assert_eq!(foreign.body["error"]["is_retriable"], false);
    }
    let other = service.discover(&[("authorization", "Bearer abc")]).await;
    assert_eq!((other.status, other.code()), (402, "PAYMENT_REQUIRED"));
    assert_eq!(service.facilitator.settles(), 0);
}

#[tokio::test]
async fn what_a_facilitator_refuses_is_told_on_its_status_and_frees_the_payment() {
    let service = Service::start(Setup::PAID).await;
    for (says, status, reason) in [
        (Says::Refused("insufficient_funds", None), 402, "insufficient_funds"),
        (Says::Refused("invalid_exact_evm_payload_signature", Some(400)), 400, "invalid_exact_evm_payload_signature"),
        (Says::Refused("rate_limited", Some(429)), 429, "rate_limited"),
        (Says::Refused("odd\nreason", Some(200)), 402, "odd reason"),
    ] {
        service.facilitator.checks_say(says);
        let refused = service.pay(&payment(1)).await;
        assert_eq!((refused.status, refused.code()), (status, "PAYMENT_FAILED"), "{}", refused.body);
        assert_eq!(refused.reason(), reason);
        assert_eq!(refused.header("payment-required").is_some(), status == 402);
    }
    assert_eq!(service.facilitator.settles(), 0);
    service.facilitator.checks_say(Says::Yes);
    assert!(service.pay(&payment(1)).await.is_answered(), "the payer has more money now");
    assert_eq!(service.ledger().await[0].attempt, 5);
}
