//! The contract of every list of takedowns.

use async_trait::async_trait;

use super::{StoredTakedown, Takedown, TakedownEvent, TakedownOrigin, TakedownOutcome, TakedownTarget};
use crate::skill::Timestamp;
use crate::store::StoreError;

/// What is taken down. Every method either happens as a whole or not at all; skills that a
/// change concerns are unlisted or listed in the same step, and every change is written down
/// with its actor and time, in a list that is only appended to.
#[async_trait]
pub trait Takedowns: Send + Sync {
    /// Makes `takedowns` all that `origin` takes down: what is new is taken down, what is
    /// missing is lifted. Of two with one target the first counts.
    async fn replace_takedowns(
        &self,
        origin: TakedownOrigin,
        takedowns: &[Takedown],
        actor: &str,
        now: Timestamp,
    ) -> Result<TakedownOutcome, StoreError>;

    /// Takes down for the operator, beside what is taken down already.
    async fn take_down(&self, takedown: &Takedown, actor: &str, now: Timestamp) -> Result<TakedownOutcome, StoreError>;

    /// Lifts what the operator took down. Nothing changes where the operator did not.
    async fn lift_takedown(
        &self,
        target: &TakedownTarget,
        actor: &str,
        now: Timestamp,
    ) -> Result<TakedownOutcome, StoreError>;

    /// Returns all that is taken down, by target.
    async fn takedowns(&self) -> Result<Vec<StoredTakedown>, StoreError>;

    /// Returns what is taken down of these targets: those first that block.
    async fn takedowns_of(&self, targets: &[TakedownTarget]) -> Result<Vec<StoredTakedown>, StoreError>;

    /// Returns the latest changes, the latest first, at most `limit`.
    async fn takedown_events(&self, limit: u32) -> Result<Vec<TakedownEvent>, StoreError>;
}
