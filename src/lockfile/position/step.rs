//! Where a value is, while its file is gone through.

use crate::lockfile::limits;
use crate::lockfile::node::join;

/// How deep keys are told: below are only values.
pub(super) const DEPTH: usize = 4;

/// Where a value is, while its file is gone through.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Its key; empty where keys are no longer told.
    pub key: String,
    /// How many keys and items are above it.
    pub depth: usize,
}

impl Step {
    pub fn root() -> Self {
        Self { key: String::new(), depth: 0 }
    }

    pub fn name(&self, name: &str) -> Self {
        Self { key: join(&self.key, name), depth: self.depth + 1 }
    }

    pub fn item(&self, index: usize) -> Self {
        Self { key: format!("{}[{index}]", self.key), depth: self.depth + 1 }
    }

    /// What is too deep for keys to be told.
    pub fn untold() -> Self {
        Self { key: String::new(), depth: DEPTH }
    }

    /// Tells whether keys below it are told.
    pub fn is_told(&self, found: &[(String, usize)]) -> bool {
        self.depth < DEPTH && found.len() < limits::NODES
    }
}
