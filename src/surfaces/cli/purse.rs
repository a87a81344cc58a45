//! Whether a command pays, and what it says where it does not.

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::failure::Failure;
use super::paint::line;
use super::remote::RawAnswer;
use super::remote_error::RemoteError;
use crate::config::{self, WalletConfig};
use crate::wallet::{Challenge, ChallengeError, Payment, PrivateKey, Usd, Wallet};

/// Characters of a reason that a message repeats.
const REASON_CHARACTERS: usize = 600;
/// Characters of a code that a message repeats.
const CODE_CHARACTERS: usize = 100;
const HOW_TO_PAY: &str = "set TOUCHMARK_WALLET_KEY to the private key of an account that holds USDC, and \
    `touchmark search` and `touchmark inspect` pay by themselves, up to --max-price";

/// What a command pays with.
#[derive(Debug, Clone)]
pub(super) enum Purse {
    /// The command never pays.
    Closed,
    /// The command pays, and there is no key.
    Empty,
    /// It pays.
    Open {
        /// With this.
        wallet: Box<Wallet>,
        /// At most so much for an answer.
        most: Usd,
    },
}

/// What was asked, and what was answered.
pub(super) struct Asked<'a> {
    /// The server, as it can be shown.
    pub server: String,
    /// The server, as it was asked.
    pub base: &'a Url,
    /// What it answered.
    pub answer: &'a RawAnswer,
}

impl Purse {
    /// Takes the key out of the environment.
    ///
    /// # Errors
    /// Fails where there is one that is none.
    pub fn open(most: Usd) -> Result<Self, Failure> {
        let Some(key) = WalletConfig::read().key else { return Ok(Self::Empty) };
        Ok(Self::Open { wallet: Box::new(Wallet::new(PrivateKey::parse(key.expose())?)), most })
    }

    /// Signs a payment for what a server wants, or says why not.
    ///
    /// # Errors
    /// Fails where there is no key, where the server cannot be trusted with a payment, and where
    /// it wants too much or something else.
    pub fn pay(
        &self,
        challenge: &Result<Challenge, ChallengeError>,
        asked: &Asked<'_>,
    ) -> Result<Payment, RemoteError> {
        let challenge = challenge.as_ref().map_err(|error| asked.not_paid(&error.to_string()))?;
        let Self::Open { wallet, most } = self else { return Err(asked.not_paid(&explain(challenge, asked))) };
        if !is_private(asked.base) {
            let reason = format!(
                "{} wants to be paid, and is asked over http, where others can read and change the price; use https",
                asked.server
            );
            return Err(asked.not_paid(&reason));
        }
        let reason = |reason: String| asked.not_paid(&format!("{} wants to be paid: {reason}", asked.server));
        wallet.pay(challenge, *most).map_err(|error| reason(error.to_string()))
    }
}

impl Asked<'_> {
    fn not_paid(&self, reason: &str) -> RemoteError {
        let body = self.answer.body.clone();
        let envelope: Value = serde_json::from_str(&body).unwrap_or_default();
        let code = envelope["error"]["code"].as_str().unwrap_or("PAYMENT_REQUIRED");
        RemoteError::NotPaid { code: line(code, CODE_CHARACTERS), reason: line(reason, REASON_CHARACTERS), body }
    }
}

/// Returns whether nobody between can read what is sent, or change what is answered.
fn is_private(base: &Url) -> bool {
    base.scheme() == "https" || is_this_machine(base)
}

/// Tells whether a server is on this machine.
pub(super) fn is_this_machine(base: &Url) -> bool {
    base.host().is_some_and(|host| config::is_this_machine(&host))
}

/// Says what a call costs, how to pay, and when it costs nothing again.
fn explain(challenge: &Challenge, asked: &Asked<'_>) -> String {
    let price = match challenge.offers().0.first() {
        Some(offer) => {
            let token = offer.token;
            format!("this call costs {} USDC on {} ({})", offer.price, token.network_name, token.network)
        }
        None => "this call costs something that is not paid here".to_owned(),
    };
    let reset = asked.answer.headers.get("x-ratelimit-reset").and_then(|value| value.to_str().ok());
    let reset = reset.and_then(|text| text.parse().ok()).and_then(|seconds| Timestamp::from_second(seconds).ok());
    let reset = reset.map_or_else(|| "at midnight UTC".to_owned(), |time| format!("at {time}"));
    format!("the free tier of {} is used up, and {price}: {HOW_TO_PAY}; or wait: it begins anew {reset}", asked.server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_private_without_https_is_asked_through_no_proxy() {
        for (url, expected) in [
            ("http://127.0.0.1:7080", true),
            ("http://127.8.9.1", true),
            ("https://a.localhost", true),
            ("http://[::1]", true),
            ("https://host.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_this_machine(&Url::parse(url).expect(url)), expected, "{url}");
        }
    }

    #[test]
    fn payments_go_over_https_or_stay_on_this_machine() {
        for (url, expected) in [
            ("https://host.example", true),
            ("http://127.0.0.1:7080", true),
            ("http://127.8.9.1", true),
            ("http://[::1]:7080/below", true),
            ("http://localhost", true),
            ("http://LOCALHOST:1", true),
            ("http://a.localhost", true),
            ("http://host.example", false),
            ("http://localhost.host.example", false),
            ("http://notlocalhost", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
            ("http://[::ffff:127.0.0.1]", false),
            ("http://127.0.0.1.host.example", false),
            ("http://127.0.0.1@host.example", false),
        ] {
            assert_eq!(is_private(&Url::parse(url).expect(url)), expected, "{url}");
        }
    }
}
