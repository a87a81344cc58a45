//! Any text as a name: paths, digests, identifiers, source addresses, and what is shown.
#![no_main]

use touchmark::skill::{
    BundlePath, Sha256Digest, SkillId, decode_text, locate_source_url, sanitise_block, sanitise_line,
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = decode_text(bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = BundlePath::try_from(text.as_ref());
    let _ = text.parse::<Sha256Digest>();
    let _ = text.parse::<SkillId>();
    let _ = locate_source_url(&text);
    assert!(!sanitise_line(&text, 100).chars().any(char::is_control));
    assert!(!sanitise_block(&text).chars().any(|character| character.is_control() && !"\n\t".contains(character)));
});
