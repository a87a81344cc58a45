//! Why a server gave no answer, and what to do.

use reqwest::StatusCode;

/// Why a server gave no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum RemoteError {
    /// The URL is none.
    #[error("`{url}` is no address of a server: {reason}; expected one such as http://127.0.0.1:7080")]
    Address {
        /// The URL.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing listens there.
    #[error(
        "no server answers at {server}: connection refused; start one with `touchmark serve`, or leave out --url and TOUCHMARK_URL to use the data folder on this machine"
    )]
    Refusal {
        /// The server.
        server: String,
    },
    /// It cannot be reached.
    #[error("cannot reach {server}: {reason}; check the address and the network")]
    Unreachable {
        /// The server.
        server: String,
        /// What the network said.
        reason: String,
    },
    /// It takes too long.
    #[error("{server} did not answer within {seconds} seconds; try again")]
    Timeout {
        /// The server.
        server: String,
        /// The limit.
        seconds: u64,
    },
    /// It sends elsewhere.
    #[error("{server} sends to {location}; if you trust that address, use it as --url")]
    Redirect {
        /// The server.
        server: String,
        /// Where to.
        location: String,
    },
    /// It refuses in the way of the API.
    #[error("{message} ({code}{})", retry_after_seconds.map(|seconds| format!(", try again in {seconds} seconds")).unwrap_or_default())]
    Refused {
        /// The code.
        code: String,
        /// The message.
        message: String,
        /// When to try again.
        retry_after_seconds: Option<u64>,
        /// The whole body.
        body: String,
    },
    /// It wants to be paid, and was not. Nothing was signed.
    #[error("{reason} ({code})")]
    NotPaid {
        /// The code.
        code: String,
        /// What it costs and what to do, or why it is not paid.
        reason: String,
        /// The whole body.
        body: String,
    },
    /// It took a payment and no answer came.
    #[error(
        "{server} gave no answer to a call that was paid, asked {attempts} times with the same payment: {reason}; {payment}"
    )]
    Lost {
        /// The server.
        server: String,
        /// How often it was asked.
        attempts: usize,
        /// What failed last.
        reason: String,
        /// What was signed.
        payment: String,
    },
    /// It answers something else.
    #[error("{server} answered {status} and not as a Touchmark server does: {reason}")]
    Foreign {
        /// The server.
        server: String,
        /// The HTTP status.
        status: StatusCode,
        /// What came.
        reason: String,
    },
}
