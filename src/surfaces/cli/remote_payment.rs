//! Sends a paid call, and says what was paid.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

use super::output::tell_note;
use super::paint::line;
use super::remote::{RawAnswer, RemoteServer};
use super::remote_error::RemoteError;
use crate::wallet::{Challenge, ChallengeError, Payment, REQUIRED_HEADER, RESPONSE_HEADER, Receipt, SIGNATURE_HEADER};

/// How often a paid call is sent, each time with the same payment, which the token takes once: a
/// lost answer is asked for again, and one that was not ready when the server gave up waiting
/// for the chain, or for an earlier sending of it.
const ATTEMPTS: usize = 3;
/// The longest pause before a server that waits for the chain is asked again. A block takes two
/// seconds on Base; the payment is asked about, not made again, so that a longer time that the
/// server names for new calls need not be waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// Characters of a hash or a reason that a note repeats.
const WORD_CHARACTERS: usize = 120;

/// Returns what a server wants, where it wants to be paid.
pub(super) fn challenge(answer: &RawAnswer) -> Option<Result<Challenge, ChallengeError>> {
    let header = header(&answer.headers, REQUIRED_HEADER)?;
    (answer.status == StatusCode::PAYMENT_REQUIRED).then(|| Challenge::parse(header))
}

/// Sends a call with a payment, tells what was paid, and returns what was answered.
///
/// # Errors
/// Fails where no answer came; what was signed is told, because it may have been taken.
pub(super) async fn send(
    server: &RemoteServer,
    payment: &Payment,
    request: impl Fn() -> RequestBuilder,
) -> Result<RawAnswer, RemoteError> {
    let mut last = None;
    for attempt in 1..=ATTEMPTS {
        match server.send(request().header(SIGNATURE_HEADER, &payment.header)).await {
            Ok(answer) => match pause(&answer).filter(|_| attempt < ATTEMPTS) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => {
                    tell_note(&outcome(payment, &answer));
                    return Ok(answer);
                }
            },
            Err(
                error @ (RemoteError::Timeout { .. } | RemoteError::Unreachable { .. } | RemoteError::Refusal { .. }),
            ) => {
                last = Some(error);
            }
            Err(error) => {
                tell_note(&signed(payment));
                return Err(error);
            }
        }
    }
    let reason = last.map(|error| error.to_string()).unwrap_or_default();
    Err(RemoteError::Lost { server: server.address(), attempts: ATTEMPTS, reason, payment: signed(payment) })
}

/// Returns how long to wait before the same payment is sent again, where the server could not
/// say whether it was taken.
fn pause(answer: &RawAnswer) -> Option<Duration> {
    let envelope: Value = serde_json::from_str(&answer.body).ok()?;
    let error = &envelope["error"];
    let is_unavailable = answer.status.is_server_error() && error["code"] == "PAYMENT_UNAVAILABLE";
    let is_busy = answer.status == StatusCode::CONFLICT && error["details"]["reason"] == "payment_in_progress";
    let is_pending = is_unavailable || is_busy;
    let asked = error["retry_after_seconds"].as_u64().map_or(LONGEST_PAUSE, Duration::from_secs);
    is_pending.then(|| asked.min(LONGEST_PAUSE))
}

/// Says what became of a payment, as far as the answer tells.
fn outcome(payment: &Payment, answer: &RawAnswer) -> String {
    let receipt = header(&answer.headers, RESPONSE_HEADER).and_then(Receipt::parse);
    match receipt {
        Some(receipt) if receipt.success => {
            format!("paid {}, transaction {}", what(payment), line(&receipt.transaction, WORD_CHARACTERS))
        }
        Some(receipt) => {
            let reason = receipt.error_reason.unwrap_or_else(|| "no reason given".to_owned());
            format!("not paid, says the server: {}; {}", line(&reason, WORD_CHARACTERS), signed(payment))
        }
        None if answer.status.is_success() => {
            format!("{}; the server names no transaction", signed(payment))
        }
        None => signed(payment),
    }
}

/// Says what was signed, which is good until it is taken or too old.
fn signed(payment: &Payment) -> String {
    let until = i64::try_from(payment.valid_before).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let until = until.map_or_else(|| "it is too old".to_owned(), |time| time.to_string());
    format!("a payment of {} was signed, and the server can take it once until {until}", what(payment))
}

fn what(payment: &Payment) -> String {
    let token = payment.token;
    format!("{} USDC to {} on {} ({})", payment.price, payment.pay_to, token.network_name, token.network)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_ready_yet_is_asked_for_again() {
        let pause_after = |status: u16, code: &str, reason: &str, retry_after_seconds: Option<u64>| {
            let details = json!({ "reason": reason });
            let error = json!({ "code": code, "details": details, "retry_after_seconds": retry_after_seconds });
            let status = StatusCode::from_u16(status).expect("a status");
            let body = json!({ "error": error }).to_string();
            pause(&RawAnswer { status, headers: HeaderMap::new(), body }).map(|pause| pause.as_secs())
        };
        for (status, code, reason, asked, expected) in [
            (503, "PAYMENT_UNAVAILABLE", "settlement_unknown", Some(30), Some(3)),
            (500, "PAYMENT_UNAVAILABLE", "settlement_unknown", Some(1), Some(1)),
            (409, "PAYMENT_FAILED", "payment_in_progress", None, Some(3)),
            (409, "PAYMENT_FAILED", "payment_identifier_conflict", None, None),
            (402, "PAYMENT_FAILED", "payment_in_progress", None, None),
            (402, "PAYMENT_FAILED", "invalid_transaction_state", None, None),
            (503, "INTERNAL", "", None, None),
        ] {
            assert_eq!(pause_after(status, code, reason, asked), expected, "{status} {code} {reason}");
        }
    }
}
