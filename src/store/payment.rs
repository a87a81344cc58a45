//! What the ledger of payments holds.

use crate::skill::{Sha256Digest, Timestamp};

/// A payment that is to be reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    /// What makes it unique: a digest of network, asset, payer and nonce.
    pub key: Sha256Digest,
    /// A digest of all that its payer signed.
    pub digest: Sha256Digest,
    /// The name that its client gave it.
    pub identifier: Option<String>,
    /// A digest of the request that it pays for.
    pub body: Sha256Digest,
    /// The chain (CAIP-2).
    pub network: String,
    /// The contract of the token.
    pub asset: String,
    /// Who pays.
    pub payer: String,
    /// The nonce, in hexadecimal digits.
    pub nonce: String,
    /// Who is paid.
    pub pay_to: String,
    /// How much, in atomic units of the token.
    pub units: u64,
    /// When it can no longer be settled.
    pub valid_before: Timestamp,
    /// What a facilitator is asked about it, as JSON; kept until it is settled or refused.
    pub request: String,
}

/// How far a payment is. Money can have moved only in `Settling` and `Settled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// Its nonce is taken; nobody was asked yet.
    Reserved,
    /// A facilitator found it to be good; the call runs.
    Verified,
    /// The call has run and its answer is kept; a facilitator is asked to settle.
    Settling,
    /// It is on the chain.
    Settled,
    /// It was refused when it was to be settled, or its time ran out before it was.
    Failed,
    /// Nothing moved and nothing will; the nonce is free again.
    Abandoned,
}

impl PaymentState {
    /// Every state, in the order in which they follow each other.
    pub const ALL: [Self; 6] =
        [Self::Reserved, Self::Verified, Self::Settling, Self::Settled, Self::Failed, Self::Abandoned];

    /// Returns the word that a ledger writes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Verified => "verified",
            Self::Settling => "settling",
            Self::Settled => "settled",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A step of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStep {
    /// From reserved: a facilitator found it to be good.
    Verify,
    /// From verified: the call has run, with this answer (JSON).
    Settle {
        /// The answer.
        answer: String,
    },
    /// From settling: it is on the chain.
    Finish {
        /// The hash of the transaction, where it is known.
        transaction: Option<String>,
    },
    /// From settling: nothing moved, and nothing will.
    Fail {
        /// Why.
        reason: String,
    },
    /// From reserved or verified: nothing moved; the nonce is free again.
    Abandon {
        /// Why.
        reason: String,
    },
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// What was reserved. Of a payment that is settled or refused, `request` is empty.
    pub payment: NewPayment,
    /// Counts how often the nonce was reserved, from 1.
    pub attempt: u32,
    /// How far it is.
    pub state: PaymentState,
    /// The hash of the transaction that settled it.
    pub transaction: Option<String>,
    /// Why it came to nothing.
    pub reason: Option<String>,
    /// What was answered, as JSON, while it is kept.
    pub answer: Option<String>,
    /// Whether the answer was given to somebody.
    pub is_delivered: bool,
    /// When it was reserved.
    pub reserved_at: Timestamp,
    /// When it came to its state.
    pub changed_at: Timestamp,
}

/// What became of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reservation {
    /// It was made, as this attempt of its nonce.
    Made {
        /// Counts from 1.
        attempt: u32,
    },
    /// Its nonce or its name is taken by this one.
    Taken(Box<LedgerEntry>),
}
