//! How much work it is to look at a package, before anybody did.

use serde::{Deserialize, Serialize};

/// How much work an audit of a release is, by its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum ComplexityTier {
    /// At most 100,000 bytes.
    Light,
    /// At most 5,000,000 bytes, or a size that nobody told.
    Standard,
    /// More.
    Heavy,
}

/// Bytes of the largest release that is light.
const LIGHT_BYTES: u64 = 100_000;
/// Bytes of the largest release that is not heavy: what two cores look at in about ten seconds.
const STANDARD_BYTES: u64 = 5_000_000;

impl ComplexityTier {
    /// Estimates the tier of a release by its size in bytes.
    pub fn of_size(size_bytes: Option<u64>) -> Self {
        match size_bytes {
            Some(..=LIGHT_BYTES) => Self::Light,
            None | Some(..=STANDARD_BYTES) => Self::Standard,
            Some(_) => Self::Heavy,
        }
    }

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Standard => "standard",
            Self::Heavy => "heavy",
        }
    }
}

/// What an audit costs, in cents of a dollar: nothing, unless an operator says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditPrice {
    standard_cents: u64,
}

impl AuditPrice {
    /// Takes the price of an audit of the tier `standard`: one that is light costs half of it, one
    /// that is heavy twice as much.
    pub fn of_standard(cents: u32) -> Self {
        Self { standard_cents: u64::from(cents) }
    }

    /// Returns what an audit of a tier costs, in cents.
    pub fn cents(self, tier: ComplexityTier) -> u64 {
        match tier {
            ComplexityTier::Light => self.standard_cents / 2,
            ComplexityTier::Standard => self.standard_cents,
            ComplexityTier::Heavy => self.standard_cents * 2,
        }
    }
}
