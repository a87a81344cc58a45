//! Base64, as programs write and read it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Decodes a run of base64 of either alphabet, with or without padding.
pub(in crate::scan) fn base64_bytes(run: &str) -> Option<Vec<u8>> {
    let letters = run.trim_end_matches('=');
    // A group cannot have one letter only: then the last one is something else.
    let letters = if letters.len() % 4 == 1 { letters.get(..letters.len() - 1)? } else { letters };
    let engine = if letters.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    engine.decode(letters).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_are_read_with_and_without_padding() {
        for run in ["Pz8/Pz8/Pg==", "Pz8_Pz8_Pg==", "Pz8/Pz8/Pg", "Pz8_Pz8_Pg"] {
            assert_eq!(base64_bytes(run).as_deref(), Some(b"??????>".as_slice()), "{run}");
        }
        assert_eq!(base64_bytes("a b"), None);
    }
}
