//! What tells two indexes apart.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The identity of an index: drawn once, kept by everybody who takes the index over as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IndexIdentity(Uuid);

impl IndexIdentity {
    /// Reads an identity from the 16 bytes that [`IndexIdentity::as_bytes`] gave.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns the 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for IndexIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}
