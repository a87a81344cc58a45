//! Work that outlives a process: a queue of jobs with leases.
//!
//! A job is named by its kind and the key of its source. Whoever works on it holds a lease
//! that ends by itself, so that a worker that was killed keeps nothing. The queue knows no
//! policy: how long a lease lasts and when a job is tried again is told by the caller, and the
//! time is an argument. Start at [`Jobs`].

mod contract;
mod failure;
mod job;
#[cfg(test)]
pub(super) mod suite;

pub use contract::Jobs;
pub use failure::{FailureCause, JobFailure};
pub use job::{
    EnqueueOutcome, EnqueueTerms, JobBacklog, JobBounds, JobEnd, JobKind, JobLease, JobOverview, JobState, LeaseTerms,
    LeasedJob, NewJob, TroubledJob,
};
