//! Why a payment that could be read buys nothing.

use super::{FacilitatorFailure, Receipt};
use crate::skill::sanitise_line;
use crate::store::StoreError;

/// Longest reason or transaction of a facilitator that is kept, in characters.
const REASON_CHARACTERS: usize = 120;

/// Why a payment buys nothing.
#[derive(Debug, thiserror::Error)]
pub enum PaymentFailure {
    /// Its nonce has been used.
    #[error("the payment was used before; sign a new one")]
    Used,
    /// Another call is at it.
    #[error("another call is still at this payment; send it again in a few seconds")]
    Busy,
    /// Its name belongs to another request or another payer.
    #[error("the payment-identifier was used for another request; choose a new one")]
    Conflict,
    /// A facilitator refused it. Nothing moved.
    #[error("the payment was refused: {reason}")]
    Refused {
        /// The error code of the protocol.
        reason: String,
        /// The status that the facilitator answered with, if it was 400 to 499.
        status: Option<u16>,
        /// What the payer hears, where it was refused when it was to be settled.
        receipt: Option<Receipt>,
    },
    /// Those who know the chain give no usable answer.
    #[error("payments cannot be processed at the moment; nothing was charged")]
    Unavailable {
        /// The status that the facilitator answered with, if it was 500 to 599.
        status: Option<u16>,
    },
    /// As many payments of its client are being worked on as may be.
    #[error(
        "as many payments of this client as may be are being worked on; nothing was charged; send this one again when one of them has its answer"
    )]
    TooMany,
    /// It was to be settled, and nobody knows yet whether it is.
    #[error(
        "it is not known yet whether the payment was settled; send the same request with the same payment again, and do not sign a new one: it is charged once"
    )]
    Unsettled {
        /// The status that the facilitator answered with, if it was 500 to 599.
        status: Option<u16>,
    },
    /// The ledger does not answer, before anybody was asked to settle.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FacilitatorFailure> for PaymentFailure {
    /// Of a check: nothing can have moved.
    fn from(failure: FacilitatorFailure) -> Self {
        match failure {
            FacilitatorFailure::Refused { reason, status, .. } => {
                PaymentFailure::Refused { reason: tidy(&reason), status: client_error(status), receipt: None }
            }
            FacilitatorFailure::Unavailable { detail, status } => {
                tracing::warn!(detail = %tidy(&detail), "the facilitator did not check a payment");
                PaymentFailure::Unavailable { status: server_error(status) }
            }
        }
    }
}

pub(super) fn client_error(status: Option<u16>) -> Option<u16> {
    status.filter(|status| (400..500).contains(status))
}

pub(super) fn server_error(status: Option<u16>) -> Option<u16> {
    status.filter(|status| (500..600).contains(status))
}

/// What a facilitator says is shown and kept as one short line.
pub(super) fn tidy(text: &str) -> String {
    sanitise_line(text, REASON_CHARACTERS)
}
