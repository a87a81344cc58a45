//! Sends a paid call, and says what was paid.

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};

use super::output::tell_note;
use super::paint::line;
use super::remote::{RawAnswer, RemoteServer};
use super::remote_error::RemoteError;
use crate::wallet::{Challenge, ChallengeError, Payment, REQUIRED_HEADER, RESPONSE_HEADER, Receipt, SIGNATURE_HEADER};

/// How often a paid call is sent, each time with the same payment: a lost answer is asked for
/// once more, and the token takes the payment once.
const ATTEMPTS: usize = 2;
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
    for _ in 0..ATTEMPTS {
        match server.send(request().header(SIGNATURE_HEADER, &payment.header)).await {
            Ok(answer) => {
                tell_note(&outcome(payment, &answer));
                return Ok(answer);
            }
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
