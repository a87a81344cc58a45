//! Why a payment is not taken, before anybody who knows a chain is asked.

/// Whose fault it is, which decides the status of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// It is not a payment: it cannot be read.
    Malformed,
    /// It is one, for something else than what is offered.
    Mismatch,
}

/// Why a payment is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct PaymentRefusal {
    /// Whose fault it is.
    pub kind: RefusalKind,
    /// The error code of the protocol (specification v2, section 9).
    pub reason: &'static str,
    /// What is wrong, and what to do.
    pub detail: String,
}

impl PaymentRefusal {
    /// It cannot be read.
    pub(super) fn malformed(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Malformed, reason, detail: detail.into() }
    }

    /// It is for something else.
    pub(super) fn mismatch(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Mismatch, reason, detail: detail.into() }
    }
}
