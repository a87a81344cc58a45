//! Quotas and entitlements. Today: what a `query_id` entitles to.

mod entitlement;

pub use entitlement::{Entitlements, Refusal};
