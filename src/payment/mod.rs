//! Payment of discovery with x402.

mod facilitator;

pub use facilitator::{Facilitator, FacilitatorFailure, FacilitatorRequest, Settled, Settlement, Verified};
