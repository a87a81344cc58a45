//! What is made from the code and checked in is what the code makes.

use std::path::Path;

use touchmark::surfaces::docs;

#[test]
fn checked_in_documents_are_what_the_code_makes() {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    docs::generate(Path::new(&root), true).unwrap_or_else(|error| panic!("{error}"));
}
