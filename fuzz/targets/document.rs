//! Any bytes as SKILL.md: decoding, frontmatter, Markdown, layers, and every rule for prose.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| touchmark_fuzz::scan_with("SKILL.md", bytes));
