//! What a facilitator answers over HTTP, and what it means.

use reqwest::StatusCode;
use serde::Deserialize;

use crate::payment::{FacilitatorFailure, FacilitatorRequest, Settled, Verified};

/// Characters of a code, an address or a hash that are kept.
const WORD_CHARACTERS: usize = 256;
/// Statuses of the 400s to a request to check that say something of this service, its key or its
/// haste, and nothing of the payment.
const OURS: [StatusCode; 7] = [
    StatusCode::UNAUTHORIZED,
    StatusCode::FORBIDDEN,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::PROXY_AUTHENTICATION_REQUIRED,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::TOO_MANY_REQUESTS,
];
/// Codes by which a facilitator refuses to settle a payment for what the payment itself is: those
/// of the specification (v2, section 9) and of the official facilitators. Every other one may
/// come after a transaction went out: that broadcasting threw, that it failed, or that the nonce
/// is used up, perhaps by this very payment.
const REFUSALS: [&str; 26] = [
    "insufficient_funds",
    "invalid_exact_evm_authorization_value",
    "invalid_exact_evm_eip3009_not_supported",
    "invalid_exact_evm_insufficient_balance",
    "invalid_exact_evm_missing_eip712_domain",
    "invalid_exact_evm_network_mismatch",
    "invalid_exact_evm_payload_authorization_valid_after",
    "invalid_exact_evm_payload_authorization_valid_before",
    "invalid_exact_evm_payload_authorization_value",
    "invalid_exact_evm_payload_authorization_value_mismatch",
    "invalid_exact_evm_payload_recipient_mismatch",
    "invalid_exact_evm_payload_signature",
    "invalid_exact_evm_recipient_mismatch",
    "invalid_exact_evm_scheme",
    "invalid_exact_evm_signature",
    "invalid_exact_evm_token_name_mismatch",
    "invalid_exact_evm_token_version_mismatch",
    "invalid_network",
    "invalid_payload",
    "invalid_payment_requirements",
    "invalid_scheme",
    "invalid_x402_version",
    "unsupported_network",
    "unsupported_payload_type",
    "unsupported_scheme",
    "unsupported_version",
];

/// `VerifyResponse` of the specification, section 7.1.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifyAnswer {
    is_valid: bool,
    invalid_reason: Option<String>,
    payer: Option<String>,
}

/// `SettleResponse` of the specification, section 7.2. The crates of x402-rs write
/// `error_reason` in version 1.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SettleAnswer {
    success: bool,
    #[serde(alias = "error_reason")]
    error_reason: Option<String>,
    payer: Option<String>,
    transaction: Option<String>,
    network: Option<String>,
}

/// Reads the answer to `/verify`.
pub(super) fn verified(
    request: &FacilitatorRequest,
    status: StatusCode,
    body: &[u8],
) -> Result<Verified, FacilitatorFailure> {
    match (class(status)?, serde_json::from_slice::<VerifyAnswer>(body)) {
        (Class::Good, Ok(answer)) if answer.is_valid => match word(answer.payer).or_else(|| payer_of(request)) {
            Some(payer) => Ok(Verified { payer }),
            None => Err(nonsense("it names no payer")),
        },
        (Class::Good, Ok(answer)) => Err(refused(answer.invalid_reason, "unexpected_verify_error", None, answer.payer)),
        (Class::Refusal, Ok(answer)) if !answer.is_valid => {
            Err(refused(answer.invalid_reason, "unexpected_verify_error", Some(status), answer.payer))
        }
        (Class::Refusal, _) => unexplained(status),
        (Class::Good, Err(error)) => Err(nonsense(&error.to_string())),
    }
}

/// Reads the answer to `/settle`.
pub(super) fn settled(
    request: &FacilitatorRequest,
    status: StatusCode,
    body: &[u8],
) -> Result<Settled, FacilitatorFailure> {
    match (class(status)?, serde_json::from_slice::<SettleAnswer>(body)) {
        (Class::Good, Ok(answer)) if answer.success => {
            let network = request.payment_requirements["network"].as_str().unwrap_or_default();
            if answer.network.as_deref().is_some_and(|named| named != network) {
                return Err(nonsense("it names another network than the offer"));
            }
            match (word(answer.transaction), word(answer.payer).or_else(|| payer_of(request))) {
                (Some(transaction), Some(payer)) => Ok(Settled { payer, transaction, network: network.to_owned() }),
                (None, _) => Err(nonsense("it names no transaction")),
                (_, None) => Err(nonsense("it names no payer")),
            }
        }
        (class, Ok(answer)) if !answer.success => {
            let reason = answer.error_reason.as_deref().unwrap_or_default().trim();
            // A failure with a transaction is one that may still be taken into a block.
            if !REFUSALS.contains(&reason) || word(answer.transaction).is_some() {
                return Err(FacilitatorFailure::Unavailable {
                    detail: format!("it does not know whether the payment was settled: {}", cut(reason)),
                    status: None,
                });
            }
            let status = matches!(class, Class::Refusal).then_some(status);
            Err(refused(Some(reason.to_owned()), "unexpected_settle_error", status, answer.payer))
        }
        (Class::Refusal, _) => Err(FacilitatorFailure::Unavailable {
            detail: format!("it answered {status} without a word of why, and may have settled the payment"),
            status: None,
        }),
        (Class::Good, Ok(_)) => Err(nonsense("it contradicts itself")),
        (Class::Good, Err(error)) => Err(nonsense(&error.to_string())),
    }
}

enum Class {
    Good,
    Refusal,
}

/// Sorts a status; what is neither an answer nor a refusal is an outage.
fn class(status: StatusCode) -> Result<Class, FacilitatorFailure> {
    if status.is_success() {
        return Ok(Class::Good);
    }
    if status.is_client_error() {
        return Ok(Class::Refusal);
    }
    let upstream = status.is_server_error().then_some(status.as_u16());
    Err(FacilitatorFailure::Unavailable { detail: format!("it answered {status}"), status: upstream })
}

/// A status of the 400s without a word of the protocol, to a request to check.
fn unexplained(status: StatusCode) -> Result<Verified, FacilitatorFailure> {
    if OURS.contains(&status) {
        let detail = format!("it answered {status}, which is about this service and not about the payment");
        return Err(FacilitatorFailure::Unavailable { detail, status: None });
    }
    Err(refused(None, "unexpected_verify_error", Some(status), None))
}

fn refused(
    reason: Option<String>,
    otherwise: &str,
    status: Option<StatusCode>,
    payer: Option<String>,
) -> FacilitatorFailure {
    FacilitatorFailure::Refused {
        reason: word(reason).unwrap_or_else(|| otherwise.to_owned()),
        status: status.map(|status| status.as_u16()),
        payer: word(payer),
    }
}

fn nonsense(reason: &str) -> FacilitatorFailure {
    FacilitatorFailure::Unavailable { detail: format!("it answered nonsense: {}", cut(reason)), status: None }
}

/// Returns who signed, as the payment itself says it.
fn payer_of(request: &FacilitatorRequest) -> Option<String> {
    word(request.payment_payload["payload"]["authorization"]["from"].as_str().map(str::to_owned))
}

/// Keeps a text that can be a code, an address or a hash.
fn word(text: Option<String>) -> Option<String> {
    text.map(|text| cut(text.trim())).filter(|text| !text.is_empty())
}

fn cut(text: &str) -> String {
    text.chars().take(WORD_CHARACTERS).collect()
}
