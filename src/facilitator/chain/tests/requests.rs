//! Payments of both versions, and what is refused of them before a chain is asked.

use alloy_primitives::U256;
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolStruct;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use x402_chain_eip155::v1_eip155_exact::TransferWithAuthorization;

use crate::facilitator::chain::transfer::Transfer;
use crate::payment::{FacilitatorFailure, FacilitatorRequest};
use crate::wallet::{Challenge, PrivateKey, Usd, Wallet};

/// Keys of accounts that every development chain knows.
pub const PAYER_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub const SETTLER_KEY: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
pub const PAYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
pub const PAY_TO: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
pub const USDC: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
pub const NETWORK: &str = "eip155:8453";

/// An offer of version 2.
pub fn offer() -> Value {
    json!({
        "scheme": "exact", "network": NETWORK, "amount": "2000", "asset": USDC, "payTo": PAY_TO,
        "maxTimeoutSeconds": 120, "extra": { "name": "USD Coin", "version": "2" },
    })
}

/// A payment of version 2, signed by the account of `key`.
pub fn payment(key: &str) -> FacilitatorRequest {
    let wallet = Wallet::new(PrivateKey::parse(key).expect("a key"));
    let challenge = json!({ "x402Version": 2, "accepts": [offer()] });
    let challenge = Challenge::parse(&STANDARD.encode(challenge.to_string())).expect("a challenge");
    let paid = wallet.pay(&challenge, Usd::from_units(2_000)).expect("a payment");
    let payload = serde_json::from_slice(&STANDARD.decode(paid.header).expect("base64")).expect("JSON");
    FacilitatorRequest { x402_version: 2, payment_payload: payload, payment_requirements: offer() }
}

/// The same, good in another time, in seconds since 1970.
pub fn payment_of(valid_after: u64, valid_before: u64) -> FacilitatorRequest {
    let mut request = payment(PAYER_KEY);
    let Transfer { payment, domain, .. } = Transfer::read(&request, 8453).expect("a transfer");
    let message = TransferWithAuthorization {
        from: payment.from,
        to: payment.to,
        value: payment.value,
        validAfter: U256::from(valid_after),
        validBefore: U256::from(valid_before),
        nonce: payment.nonce,
    };
    let signer: PrivateKeySigner = PAYER_KEY.parse().expect("a key");
    let signature = signer.sign_hash_sync(&message.eip712_signing_hash(&domain)).expect("a signature");
    let payload = &mut request.payment_payload["payload"];
    payload["authorization"]["validAfter"] = json!(valid_after.to_string());
    payload["authorization"]["validBefore"] = json!(valid_before.to_string());
    payload["signature"] = json!(format!("0x{}", hex::encode(signature.as_bytes())));
    request
}

/// The same of version 1.
pub fn first_version(request: &FacilitatorRequest) -> FacilitatorRequest {
    let mut offer = offer();
    let object = offer.as_object_mut().expect("an object");
    let amount = object.remove("amount").expect("an amount");
    object.insert("maxAmountRequired".to_owned(), amount);
    object.insert("network".to_owned(), json!("base"));
    FacilitatorRequest {
        x402_version: 1,
        payment_payload: json!({
            "x402Version": 1, "scheme": "exact", "network": "base", "payload": request.payment_payload["payload"],
        }),
        payment_requirements: offer,
    }
}

fn reason(request: &FacilitatorRequest) -> Option<String> {
    match Transfer::read(request, 8453) {
        Ok(_) => None,
        Err(FacilitatorFailure::Refused { reason, .. }) => Some(reason),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn payments_of_both_versions_are_read() {
    let request = payment(PAYER_KEY);
    for (request, network) in [(request.clone(), NETWORK), (first_version(&request), "base")] {
        let transfer = Transfer::read(&request, 8453).expect("a transfer");
        assert_eq!((transfer.payer().as_str(), transfer.network.as_str()), (PAYER, network));
        assert_eq!(transfer.token.to_string(), USDC);
    }
}

#[test]
fn what_was_signed_for_something_else_is_refused() {
    const SIGNATURE: &str = "invalid_exact_evm_payload_signature";
    const VALUE: &str = "invalid_exact_evm_payload_authorization_value_mismatch";
    const RECIPIENT: &str = "invalid_exact_evm_payload_recipient_mismatch";
    let authorization = |name: &str| format!("/payload/payload/authorization/{name}");
    let other = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
    let rows: Vec<(String, Value, &str)> = vec![
        ("/version".to_owned(), json!(1), "invalid_x402_version"),
        ("/version".to_owned(), json!(3), "invalid_x402_version"),
        ("/payload/x402Version".to_owned(), json!("2"), "invalid_x402_version"),
        ("/payload/accepted/scheme".to_owned(), json!("upto"), "unsupported_scheme"),
        ("/offer/scheme".to_owned(), json!("upto"), "unsupported_scheme"),
        ("/payload/accepted/network".to_owned(), json!("eip155:84532"), "invalid_network"),
        ("/payload/accepted/network".to_owned(), json!(null), "invalid_network"),
        ("/offer/network".to_owned(), json!("base"), "invalid_network"),
        ("/payload/payload".to_owned(), json!({}), "invalid_payload"),
        ("/payload/payload".to_owned(), json!("0x"), "invalid_payload"),
        (authorization("nonce"), json!("0x01"), "invalid_payload"),
        (authorization("value"), json!(2000), "invalid_payload"),
        (authorization("validBefore"), json!("soon"), "invalid_payload"),
        (authorization("from"), json!("nobody"), "invalid_payload"),
        ("/offer/asset".to_owned(), json!("USDC"), "invalid_payment_requirements"),
        ("/offer/amount".to_owned(), json!(2000), "invalid_payment_requirements"),
        ("/offer/extra".to_owned(), json!(null), "invalid_payment_requirements"),
        (authorization("to"), json!(other), RECIPIENT),
        ("/offer/payTo".to_owned(), json!(other), RECIPIENT),
        (authorization("value"), json!("1999"), VALUE),
        (authorization("value"), json!("2001"), VALUE),
        ("/offer/amount".to_owned(), json!("3000"), VALUE),
        (authorization("from"), json!(other), SIGNATURE),
        (authorization("validAfter"), json!("0"), SIGNATURE),
        (authorization("validBefore"), json!("99999999999"), SIGNATURE),
        (authorization("nonce"), json!(format!("0x{}", "7".repeat(64))), SIGNATURE),
        ("/offer/asset".to_owned(), json!(other), SIGNATURE),
        ("/offer/extra/name".to_owned(), json!("USDC"), SIGNATURE),
        ("/offer/extra/version".to_owned(), json!("1"), SIGNATURE),
        ("/payload/payload/signature".to_owned(), json!("0x"), SIGNATURE),
        ("/payload/payload/signature".to_owned(), json!(format!("0x{}1b", "1".repeat(128))), SIGNATURE),
        // The form of a wallet that is a contract, which asks for a stranger's code to be run.
        ("/payload/payload/signature".to_owned(), json!(format!("0x{}", "6492".repeat(16))), SIGNATURE),
        ("/payload/payload/signature".to_owned(), json!(format!("0x{}", "ab".repeat(200))), SIGNATURE),
    ];
    for (path, value, expected) in rows {
        let FacilitatorRequest { x402_version, payment_payload, payment_requirements } = payment(PAYER_KEY);
        let mut whole = json!({ "version": x402_version, "payload": payment_payload, "offer": payment_requirements });
        *whole.pointer_mut(&path).expect("a path") = value.clone();
        let request = FacilitatorRequest {
            x402_version: whole["version"].as_u64().and_then(|version| u8::try_from(version).ok()).expect("a version"),
            payment_payload: whole["payload"].take(),
            payment_requirements: whole["offer"].take(),
        };
        let found = reason(&request);
        assert_eq!(found.as_deref(), Some(expected), "{path} {value}");
    }
}

#[test]
fn a_payment_is_for_one_chain() {
    let request = payment(PAYER_KEY);
    for chain_id in [1, 84532, 0] {
        let refused = Transfer::read(&request, chain_id).expect_err("another chain");
        assert!(matches!(refused, FacilitatorFailure::Refused { reason, .. } if reason == "invalid_network"));
    }
}
