//! The library of ONNX Runtime: found and loaded once.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::search::EmbedError;

/// Loads the first library that can be used; later calls find it loaded.
///
/// # Errors
/// Says what was tried and how to get the library. A later call tries again.
pub(super) fn load(libraries: &[PathBuf]) -> Result<(), EmbedError> {
    // fastembed would load a library of its own accord and end the thread where there is none,
    // so it is called only after this.
    static IS_LOADED: Mutex<bool> = Mutex::new(false);
    let mut is_loaded = IS_LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if *is_loaded {
        return Ok(());
    }
    let mut reasons = Vec::new();
    for library in libraries {
        match ort::init_from(library) {
            Ok(_) => {
                *is_loaded = true;
                return Ok(());
            }
            Err(error) => reasons.push(error.to_string()),
        }
    }
    Err(EmbedError(format!(
        "cannot load ONNX Runtime 1.{} or newer: {}. Name its library with ORT_DYLIB_PATH; the Python package `onnxruntime` \
         ships it as onnxruntime/capi/libonnxruntime.so.*",
        ort::MINOR_VERSION,
        if reasons.is_empty() { "no library was found".to_owned() } else { reasons.join("; ") }
    )))
}
