//! Any bytes as a container, a document, bytecode or a picture: every opener.
#![no_main]

/// The first byte chooses one of these.
const PATHS: &[&str] =
    &["a.zip", "a.tar", "a.tar.gz", "a.gz", "a.docx", "a.ipynb", "a.pyc", "a.pkl", "a.png", "a.pdf", "a.svg", "tool"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((choice, content)) = bytes.split_first() else { return };
    touchmark_fuzz::scan_with(PATHS[usize::from(*choice) % PATHS.len()], content);
});
