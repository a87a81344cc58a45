//! Any bytes as a lockfile of each format: what is read stays below its root, and a reader of
//! the report sees nothing that steers a terminal.
#![no_main]

use touchmark::lockfile::{LockfileKind, parse};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses the format.
    let Some((choice, content)) = bytes.split_first() else { return };
    let kind = LockfileKind::ALL[usize::from(*choice) % LockfileKind::ALL.len()];
    let lockfile = match parse(kind, content) {
        Ok(lockfile) => lockfile,
        Err(error) => return is_clean(&error.to_string()),
    };
    lockfile.notices.iter().for_each(|notice| is_clean(notice));
    for entry in lockfile.entries {
        match entry {
            Err(error) => is_clean(&error.to_string()),
            Ok(entry) => {
                assert!(!entry.name.as_str().contains(['/', '\0']) && entry.name.as_str() != "..");
                for place in entry.places {
                    assert!(!place.as_str().starts_with('/'), "{place}");
                    assert!(place.as_str().split('/').all(|part| part != ".."), "{place}");
                }
            }
        }
    }
});

fn is_clean(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
}
