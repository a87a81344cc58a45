//! What must not be given out any more, whoever shows it: targets, reasons, and who said so.
//!
//! A takedown unlists; it deletes nothing, so that whoever holds the bytes still hears of them.
//! Start at [`Takedowns`].

mod contract;
mod takedown;
mod target;

pub use contract::Takedowns;
pub use takedown::{
    StoredTakedown, Takedown, TakedownAct, TakedownEvent, TakedownOrigin, TakedownOutcome, TakedownReason,
};
pub use target::{TakedownTarget, TargetError};
