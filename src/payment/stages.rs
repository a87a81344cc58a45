//! The steps of a payment: [`Reserved`], [`Checked`], [`Paid`]. Each is made from the one
//! before, and writes the ledger before it does what cannot be taken back.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

use super::failure::{client_error, server_error, tidy};
use super::in_flight::InFlightGuard;
use super::{FacilitatorFailure, FacilitatorRequest, Payment, PaymentFailure, Payments, Receipt, Settled};
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::{PaymentStep, StoreError};

/// How long a settlement goes on that nobody waits for any more.
const SETTLEMENT_END: Duration = Duration::from_secs(120);

/// An answer that was paid for before.
pub struct Answered {
    /// The answer.
    pub answer: Value,
    /// The receipt.
    pub receipt: Receipt,
    /// From when on it entitles to what it entitled to: since it was settled, or, where nobody
    /// has been given it, from now on.
    pub entitles_from: Timestamp,
    pub(super) delivery: Delivery,
}

/// A payment in the ledger, with what is needed to take it further.
pub(super) struct Row {
    pub payments: Arc<Payments>,
    pub payment: Payment,
    pub key: Sha256Digest,
    pub attempt: u32,
    pub request: FacilitatorRequest,
    /// Until when its client waits for all that comes before the settlement.
    pub deadline: Instant,
}

impl Row {
    /// Tells whether the step was taken; it is not where another process has closed the row.
    async fn step(&self, step: PaymentStep) -> Result<bool, StoreError> {
        self.payments.step(self.key, self.attempt, step).await
    }

    /// Notes how a settlement ended. Where that fails its client hears the truth all the same:
    /// the row says `settling`, and it is asked about later.
    async fn note(&self, step: PaymentStep) {
        if let Err(error) = self.step(step).await {
            tracing::error!(%error, key = %self.key, "it could not be noted how a settlement ended; it is asked about later");
        }
    }

    /// Frees the nonce. Where that fails the row is closed later: nothing has moved.
    async fn abandon(&self, reason: &str) {
        if let Err(error) = self.step(PaymentStep::Abandon { reason: tidy(reason) }).await {
            tracing::warn!(%error, "a payment that moved nothing could not be closed; that is done later");
        }
    }
}

/// A payment whose nonce is reserved.
pub struct Reserved {
    row: Row,
    guard: InFlightGuard,
}

/// A payment that a facilitator found to be good, and that waits for its call to run.
pub struct Checked {
    row: Row,
    guard: InFlightGuard,
}

/// A payment that is on the chain.
pub struct Paid {
    /// The receipt.
    pub receipt: Receipt,
    delivery: Delivery,
}

impl Reserved {
    pub(super) fn new(row: Row, guard: InFlightGuard) -> Self {
        Self { row, guard }
    }

    /// Lets a facilitator check it.
    ///
    /// # Errors
    /// Says why it buys nothing; the nonce is free again.
    pub async fn check(self) -> Result<Checked, PaymentFailure> {
        let Self { row, guard } = self;
        if let Err(failure) = row.payments.check(&row.payment, &row.request, row.deadline).await {
            row.abandon(&failure.to_string()).await;
            return Err(failure);
        }
        if !row.step(PaymentStep::Verify).await? {
            return Err(PaymentFailure::Unavailable { status: None });
        }
        Ok(Checked { row, guard })
    }
}

impl Checked {
    /// Frees the payment: what it was to pay for has failed.
    pub async fn release(self, reason: &str) {
        self.row.abandon(reason).await;
    }

    /// Settles it for `answer`, which is kept until it is known to have arrived. Where the
    /// facilitator takes longer than a client waits, it goes on without it.
    ///
    /// # Errors
    /// Says that it was not settled, or that nobody knows. There is no answer then.
    pub async fn settle(self, answer: &Value) -> Result<Paid, PaymentFailure> {
        let Self { row, guard } = self;
        if !row.step(PaymentStep::Settle { answer: answer.to_string() }).await? {
            return Err(PaymentFailure::Unavailable { status: None });
        }
        let delivery = Delivery::new(row.payments.clone(), row.key, row.attempt, guard);
        let deadline = Instant::now() + row.payments.patience().settlement;
        let settling = tokio::spawn(async move { settle(&row).await });
        let Ok(Ok(outcome)) = timeout_at(deadline, settling).await else {
            tracing::warn!("the facilitator did not settle a payment in time; it is asked about later");
            return Err(PaymentFailure::Unsettled { status: None });
        };
        Ok(Paid { receipt: outcome?, delivery })
    }
}

/// Asks to settle, and notes what came of it.
async fn settle(row: &Row) -> Result<Receipt, PaymentFailure> {
    let outcome = timeout(SETTLEMENT_END, row.payments.put_on_chain(&row.request)).await;
    match outcome {
        Ok(Ok(settled)) => {
            let settled = Settled { transaction: tidy(&settled.transaction), ..settled };
            tracing::info!(transaction = %settled.transaction, units = row.payment.terms.units(), "a payment was settled");
            let receipt = Receipt::settled(&row.payment, &settled);
            row.note(PaymentStep::Finish { transaction: Some(settled.transaction) }).await;
            Ok(receipt)
        }
        Ok(Err(FacilitatorFailure::Refused { reason, status, .. })) => {
            let reason = tidy(&reason);
            row.note(PaymentStep::Fail { reason: reason.clone() }).await;
            let receipt = Some(Receipt::failed(&row.payment, &reason));
            Err(PaymentFailure::Refused { reason, status: client_error(status), receipt })
        }
        Ok(Err(failure @ FacilitatorFailure::Unavailable { status, .. })) => {
            tracing::warn!(error = %tidy(&failure.to_string()), "a payment may be settled or not; it is asked about later");
            Err(PaymentFailure::Unsettled { status: server_error(status) })
        }
        Err(_) => Err(PaymentFailure::Unsettled { status: None }),
    }
}

impl Paid {
    /// Notes that the answer was given.
    pub async fn delivered(self) {
        self.delivery.done().await;
    }
}

impl Answered {
    /// Notes that the answer was given.
    pub async fn delivered(self) {
        self.delivery.done().await;
    }
}

/// An answer on its way to whoever paid for it.
pub(super) struct Delivery {
    payments: Arc<Payments>,
    key: Sha256Digest,
    attempt: u32,
    /// Until then nobody else is given the answer.
    _guard: InFlightGuard,
}

impl Delivery {
    pub fn new(payments: Arc<Payments>, key: Sha256Digest, attempt: u32, guard: InFlightGuard) -> Self {
        Self { payments, key, attempt, _guard: guard }
    }

    async fn done(self) {
        // Where it fails, whoever holds the payment may ask for the answer once more.
        if let Err(error) = self.payments.mark_delivered(self.key, self.attempt).await {
            tracing::warn!(%error, "it could not be noted that a paid answer was given");
        }
    }
}
