//! The figures in docs/relevance.md.

use std::fs;

use super::Outcome;

/// The page, relative to the repository's root, where `cargo bench` runs.
pub const PAGE: &str = "docs/relevance.md";
const START: &str = "<!-- figures: written by `just relevance` -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Writes the tables into the page, in place of the former ones.
pub fn write(tables: &str) -> Outcome<()> {
    let page = fs::read_to_string(PAGE)?;
    let lacks = || format!("{PAGE} lacks the lines {:?} and {:?}", START.trim(), END.trim());
    let (before, rest) = page.split_once(START).ok_or_else(lacks)?;
    let (_, after) = rest.split_once(END).ok_or_else(lacks)?;
    fs::write(PAGE, format!("{before}{START}{tables}{END}{after}"))?;
    Ok(())
}
