//! Any bytes as a signed pack, and as what a pack says.
#![no_main]

use touchmark::pack::{PackDocument, SealedPack};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(pack) = SealedPack::parse(bytes) {
        assert_eq!(pack.to_bytes(), bytes, "a pack has one spelling");
    }
    // What a signature is right of is as far as bytes that nobody signed come.
    if let Ok(document) = PackDocument::parse(bytes) {
        let threats = document.threats_of("fuzz").expect("a document that was read has threats");
        assert_eq!(threats.len(), document.threats.len());
    }
});
