//! Quotas and entitlements: what a client may use for nothing, and what a `query_id` entitles to.
//!
//! The room knows neither HTTP nor operations. Start at [`Meter`]: it admits a call or says that
//! a bucket is used up. Counts are in memory, so that no call waits for the store, and are
//! written behind; what that costs is said at [`Meter::save`].

mod admission;
mod bucket;
mod client_address;
mod counters;
mod entitlement;
mod free_use;
mod rate;
#[cfg(test)]
mod tests;

pub use admission::{Admission, Draw, Quota};
pub use bucket::{Bucket, Limits};
pub use client_address::ClientAddress;
pub use entitlement::{Entitlements, Refusal};
pub use free_use::Meter;
pub use rate::{Rate, RateLimiter};
