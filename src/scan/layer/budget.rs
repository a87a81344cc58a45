//! How much is opened inside of one bundle.

/// Bytes that all layers of a bundle may have together.
const BYTES: usize = 24 * 1024 * 1024;
/// Bytes of one layer.
const LAYER_BYTES: usize = 8 * 1024 * 1024;
/// Layers of a bundle.
const LAYERS: usize = 2_000;
/// Bytes of one text that is decoded.
pub(super) const TEXT_BYTES: usize = 1024 * 1024;
/// Steps from a file of the bundle to its innermost layer.
pub(super) const DEPTH: usize = 5;

/// What is left of the bytes and layers of one bundle. Every opener takes from the same one, so
/// that an archive of archives of encoded texts costs no more than any other bundle.
#[derive(Debug)]
pub(in crate::scan) struct Budget {
    bytes: usize,
    layers: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: BYTES, layers: LAYERS }
    }
}

impl Budget {
    /// Returns the bytes that the next layer may have.
    pub(in crate::scan) fn layer_bytes(&self) -> usize {
        self.bytes.min(LAYER_BYTES)
    }

    /// Tells whether a layer at `depth` steps below the bundle may be opened at all.
    pub(in crate::scan) fn allows(&self, depth: usize) -> bool {
        depth <= DEPTH && self.layers > 0 && self.bytes > 0
    }

    /// Takes the bytes that unpacking has cost, whether or not they become a layer.
    pub(in crate::scan) fn take_bytes(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Takes a layer of `length` bytes, or nothing where that does not fit.
    pub(in crate::scan) fn take(&mut self, length: usize) -> bool {
        let fits = self.layers > 0 && length <= self.bytes;
        if fits {
            self.take_layer();
            self.take_bytes(length);
        }
        fits
    }

    /// Takes one layer.
    pub(in crate::scan) fn take_layer(&mut self) {
        self.layers = self.layers.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_opened_once_the_budget_is_spent() {
        let mut budget = Budget::default();
        assert!(budget.allows(DEPTH) && !budget.allows(DEPTH + 1));
        budget.take_bytes(BYTES + 1);
        assert!(!budget.allows(1) && budget.layer_bytes() == 0);
        let mut budget = Budget::default();
        (0..LAYERS).for_each(|_| budget.take_layer());
        assert!(!budget.allows(1));
    }
}
