//! Payments of a service: what it offers, and the way of each payment through the ledger.
//!
//! A payment is [`Reserved`], then [`Checked`], then settled; a step cannot be left out. Money
//! can move only after the ledger says `settling`, so what a killed process leaves behind is
//! either free or asked about.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::{Instant, timeout_at};

use super::failure::tidy;
use super::in_flight::{Entrance, InFlight, InFlightGuard};
use super::stages::{Delivery, Row};
use super::{
    Address, Answered, Challenge, Facilitator, FacilitatorFailure, FacilitatorRequest, Offers, Payment, PaymentFailure,
    PaymentProof, PaymentRefusal, Receipt, Reserved, Resource, Settled, Settlement, Terms,
};
use crate::skill::{Sha256Digest, Timestamp, sanitise_line};
use crate::store::{LedgerEntry, NewPayment, PaymentState, PaymentStep, Reservation, Store, StoreError};

/// How long ago a settlement may have been asked for to be asked about again: a week.
const ASKED_MS: i64 = 7 * 86_400_000;
/// How long nobody has worked on a payment that is taken for interrupted: ten minutes.
const INTERRUPTED_MS: i64 = 600_000;
/// Settlements that are asked about in one go, those first that were not for the longest time.
const ASKED_IN_ONE_GO: u32 = 100;
/// Of them, those that are asked about at the same time.
const ASKED_AT_ONCE: usize = 8;
/// How long it may take to find out what became of one where nobody waits. Whoever looks has a
/// shorter limit of its own; this one is for those that have none.
const ASKED_END: Duration = Duration::from_secs(60);

/// How long a client waits for those who know a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a check.
    pub check: Duration,
    /// For all that comes before the request to settle, without the call itself: another call at
    /// the same payment, what became of an earlier settlement, the check.
    pub total: Duration,
    /// For the settlement. It goes on after that, and is not asked for twice.
    pub settlement: Duration,
}

impl Patience {
    /// Whoever cannot pay hears so within five seconds. A settlement may have moved money, and
    /// most clients never ask again; so it is waited for as long as a facilitator may take,
    /// though a block of Base takes two seconds.
    pub const DEFAULT: Self = Self {
        check: Duration::from_secs(2),
        total: Duration::from_millis(4_500),
        settlement: Duration::from_secs(20),
    };
}

/// The payments of a service.
pub struct Payments {
    offers: Offers,
    facilitator: Arc<dyn Facilitator>,
    store: Arc<dyn Store>,
    patience: Patience,
    clock: fn() -> Timestamp,
    in_flight: Arc<InFlight>,
}

/// What a payment meets.
pub enum Entry {
    /// Nobody has used it: its nonce is reserved.
    Reserved(Box<Reserved>),
    /// It was settled, and this is the answer that it paid for.
    Answered(Box<Answered>),
}

impl Payments {
    /// Offers `terms` from now on, and closes what a process that was killed left behind.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn open(
        terms: Terms,
        facilitator: Arc<dyn Facilitator>,
        store: Arc<dyn Store>,
        patience: Patience,
        clock: fn() -> Timestamp,
    ) -> Result<Self, StoreError> {
        let now = clock();
        let withdrawn = store.offer_terms(&terms.to_ledger(), now).await?;
        let withdrawn = withdrawn.into_iter().filter_map(|(terms, until)| Some((Terms::from_ledger(&terms)?, until)));
        let offers = Offers::new(terms, withdrawn.collect());
        // Whatever the clock said then: nobody of an earlier process is at them any more.
        let closed = store.close_interrupted_payments(None, now).await?;
        if closed > 0 {
            tracing::info!(closed, "payments of calls that were interrupted are free again; nothing was charged");
        }
        Ok(Self { offers, facilitator, store, patience, clock, in_flight: Arc::default() })
    }

    /// Returns the terms that are offered.
    pub fn terms(&self) -> &Terms {
        self.offers.current()
    }

    /// Offers `resource`; `error` says why the call was not answered.
    pub fn challenge(&self, resource: &Resource, error: &str) -> Challenge {
        Challenge::new(self.offers.current(), resource, error)
    }

    /// Reads what a client sent.
    ///
    /// # Errors
    /// Says what cannot be read, or what is not as it was offered.
    pub fn read(&self, proof: &PaymentProof) -> Result<Payment, PaymentRefusal> {
        Payment::read(proof, &self.offers, (self.clock)())
    }

    /// Reserves a payment of `client` for a request with the digest `body`, or returns what it
    /// has bought already. While another call is at it, or at one of its name, it waits.
    ///
    /// # Errors
    /// Says why it buys nothing.
    pub async fn enter(
        self: &Arc<Self>,
        payment: Payment,
        resource: &Resource,
        body: Sha256Digest,
        client: &str,
    ) -> Result<Entry, PaymentFailure> {
        let deadline = Instant::now() + self.patience.total;
        let guard = loop {
            match self.in_flight.enter(&payment, body, client) {
                Entrance::Open(guard) => break guard,
                Entrance::Full => return Err(PaymentFailure::Unavailable { status: None }),
                Entrance::TooMany => return Err(PaymentFailure::TooMany),
                Entrance::Busy { is_conflict: true, .. } => return Err(PaymentFailure::Conflict),
                Entrance::Busy { mut ended, .. } => {
                    // It never changes: it is closed when the other call has ended, and then the
                    // ledger knows what to say.
                    timeout_at(deadline, ended.changed()).await.map_err(|_| PaymentFailure::Busy)?.unwrap_or(());
                }
            }
        };
        let request = payment.request(resource);
        let new = payment.to_ledger(body, &request);
        let mut entry = match self.store.reserve_payment(&new, (self.clock)()).await? {
            Reservation::Made { attempt } => {
                let row = Row { payments: self.clone(), payment, key: new.key, attempt, request, deadline };
                return Ok(Entry::Reserved(Box::new(Reserved::new(row, guard))));
            }
            Reservation::Taken(entry) => *entry,
        };
        if entry.state == PaymentState::Settling {
            entry = self.ask(entry, deadline).await.map_err(|error| {
                tracing::error!(%error, "it could not be noted what became of a settlement; it is asked about later");
                PaymentFailure::Unsettled { status: None }
            })?;
        }
        self.answer_again(payment, &new, entry, request, deadline, guard).await
    }

    /// Answers a payment whose nonce or name is taken by `entry`.
    async fn answer_again(
        self: &Arc<Self>,
        payment: Payment,
        new: &NewPayment,
        entry: LedgerEntry,
        request: FacilitatorRequest,
        deadline: Instant,
        guard: InFlightGuard,
    ) -> Result<Entry, PaymentFailure> {
        let has_name = new.identifier.is_some() && entry.payment.identifier == new.identifier;
        if has_name && entry.payment.body != new.body {
            return Err(PaymentFailure::Conflict);
        }
        let is_same = entry.payment.digest == new.digest && entry.payment.body == new.body;
        let may_have = has_name || (is_same && !entry.is_delivered);
        match entry.state {
            PaymentState::Settled if may_have => {}
            PaymentState::Settling => return Err(PaymentFailure::Unsettled { status: None }),
            // Another process is at it, or was a moment ago.
            PaymentState::Reserved | PaymentState::Verified => return Err(PaymentFailure::Busy),
            PaymentState::Settled | PaymentState::Failed | PaymentState::Abandoned => return Err(PaymentFailure::Used),
        }
        if entry.payment.digest != new.digest {
            // The name alone is no proof that it is the same client: its new payment is, once
            // its signature was checked. It is not settled.
            let payer = self.check(&payment, &request, deadline).await?;
            if payer != entry.payment.payer {
                return Err(PaymentFailure::Conflict);
            }
        }
        let answer = entry.answer.and_then(|answer| serde_json::from_str(&answer).ok()).ok_or(PaymentFailure::Used)?;
        let settled = Settled {
            payer: entry.payment.payer,
            transaction: entry.transaction.unwrap_or_default(),
            network: payment.network().to_owned(),
        };
        let receipt = Receipt::settled(&payment, &settled);
        let delivery = Delivery::new(self.clone(), entry.payment.key, entry.attempt, guard);
        let entitles_from = if entry.is_delivered { entry.changed_at } else { (self.clock)() };
        Ok(Entry::Answered(Box::new(Answered { answer, receipt, entitles_from, delivery })))
    }

    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    /// Takes a payment a step further, at this moment.
    pub(super) async fn step(&self, key: Sha256Digest, attempt: u32, step: PaymentStep) -> Result<bool, StoreError> {
        self.store.step_payment(key, attempt, &step, (self.clock)()).await
    }

    /// Notes that an answer was given.
    pub(super) async fn mark_delivered(&self, key: Sha256Digest, attempt: u32) -> Result<(), StoreError> {
        self.store.mark_payment_delivered(key, attempt).await
    }

    /// Lets a facilitator settle.
    pub(super) async fn put_on_chain(&self, request: &FacilitatorRequest) -> Result<Settled, FacilitatorFailure> {
        self.facilitator.settle(request).await
    }

    /// Lets a facilitator check a payment until `deadline`, and returns its payer as a key.
    pub(super) async fn check(
        &self,
        payment: &Payment,
        request: &FacilitatorRequest,
        deadline: Instant,
    ) -> Result<String, PaymentFailure> {
        let deadline = deadline.min(Instant::now() + self.patience.check);
        match wait(deadline, self.facilitator.verify(request)).await {
            Some(Ok(verified)) => {
                let payer = &payment.authorization.payer;
                // The protocol lets a facilitator leave the payer out.
                if verified.payer.is_empty() || Address::read(&verified.payer).is_ok_and(|named| named == *payer) {
                    return Ok(payer.to_key());
                }
                tracing::warn!(named = %sanitise_line(&verified.payer, 60), "the facilitator names another payer than the payment");
                Err(PaymentFailure::Unavailable { status: None })
            }
            Some(Err(failure)) => Err(failure.into()),
            None => {
                tracing::warn!("the facilitator did not check a payment in time");
                Err(PaymentFailure::Unavailable { status: None })
            }
        }
    }

    /// Finds out until `deadline` what became of a settlement, and notes it.
    async fn ask(&self, mut entry: LedgerEntry, deadline: Instant) -> Result<LedgerEntry, StoreError> {
        let Ok(request) = serde_json::from_str::<FacilitatorRequest>(&entry.payment.request) else {
            tracing::error!(nonce = %entry.payment.nonce, "the ledger holds an unreadable request; its settlement stays unknown");
            return Ok(entry);
        };
        let found = wait(deadline, self.facilitator.settlement(&request)).await;
        let step = match found.unwrap_or(Settlement::Unknown) {
            Settlement::Done(transaction) => PaymentStep::Finish { transaction: transaction.map(|hash| tidy(&hash)) },
            Settlement::Never => PaymentStep::Fail { reason: "never settled".to_owned() },
            Settlement::Unknown => return Ok(entry),
        };
        self.step(entry.payment.key, entry.attempt, step).await?;
        if let Some(now) = self.store.payment(entry.payment.key).await? {
            entry = now;
        }
        Ok(entry)
    }

    /// Asks about every settlement of which nobody knows the end, closes what nobody is at any
    /// more, and forgets what need not be kept. Returns how many settlements were cleared up.
    ///
    /// # Errors
    /// Fails where the store does.
    pub async fn reconcile(&self) -> Result<u64, StoreError> {
        let now = (self.clock)();
        let ago = |milliseconds: i64| Timestamp::from_milliseconds(now.as_milliseconds() - milliseconds);
        self.store.close_interrupted_payments(Some(ago(INTERRUPTED_MS)), now).await?;
        let open = self.store.ask_unsettled_payments(ago(ASKED_MS), ASKED_IN_ONE_GO, now).await?;
        let asked = stream::iter(open).map(|entry| self.ask(entry, Instant::now() + ASKED_END));
        let asked: Vec<LedgerEntry> = asked.buffer_unordered(ASKED_AT_ONCE).try_collect().await?;
        let cleared = asked.iter().filter(|entry| entry.state != PaymentState::Settling);
        for LedgerEntry { payment, state, .. } in cleared.clone() {
            tracing::info!(nonce = %payment.nonce, state = state.as_str(), "it is known what became of a settlement");
        }
        self.store.prune_payments(now).await?;
        Ok(cleared.count() as u64)
    }
}

/// Waits for a facilitator; nothing is what it says too late, or where it panics.
async fn wait<T>(deadline: Instant, says: impl Future<Output = T>) -> Option<T> {
    timeout_at(deadline, AssertUnwindSafe(says).catch_unwind()).await.ok()?.ok()
}

impl std::fmt::Debug for Payments {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Payments").field("offers", &self.offers).finish_non_exhaustive()
    }
}
