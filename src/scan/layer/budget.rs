//! How much is opened in one bundle.

/// Layers that are opened one inside the other.
pub(super) const DEPTH: usize = 4;
/// Layers of one bundle.
const LAYERS: usize = 1_024;
/// Bytes of all layers of one bundle.
pub(super) const TOTAL_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of one decoded text.
pub(super) const LAYER_BYTES: usize = 1024 * 1024;

/// What is left to be opened, shared by everything that opens layers.
#[derive(Debug)]
pub(super) struct Budget {
    layers: usize,
    bytes: usize,
}

impl Budget {
    /// Starts with what one bundle is allowed.
    pub(super) fn new() -> Self {
        Self { layers: LAYERS, bytes: TOTAL_BYTES }
    }

    /// Takes a layer of `length` bytes, or nothing where that does not fit.
    pub(super) fn take(&mut self, length: usize) -> bool {
        let fits = self.layers > 0 && length <= self.bytes;
        if fits {
            self.layers -= 1;
            self.bytes -= length;
        }
        fits
    }
}
