//! Any bytes as a script of each language: syntax trees, data flow, and every rule for code.
#![no_main]

/// The first byte chooses one of these.
const PATHS: &[&str] = &["run.sh", "run.py", "run.js", "run.ts", "run.ps1", "run.rb", "Makefile"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((choice, content)) = bytes.split_first() else { return };
    touchmark_fuzz::scan_with(PATHS[usize::from(*choice) % PATHS.len()], content);
});
