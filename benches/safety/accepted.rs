//! The figures that were accepted last, in docs/safety.md.

use std::fs;
use std::io;

/// The page, relative to the repository's root, where `cargo bench` runs.
pub const PAGE: &str = "docs/safety.md";
const START: &str = "<!-- figures: written by `just safety --accept` -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Appends to every row that differs from the accepted one what stood there before.
pub fn with_changes(tables: &str) -> String {
    let page = fs::read_to_string(PAGE).unwrap_or_default();
    let accepted: Vec<&str> = figures_of(&page).map_or_else(Vec::new, |(_, figures, _)| figures.lines().collect());
    let key = |row: &str| row.split('|').nth(1).map(|cell| cell.trim().to_owned());
    let mut lines = Vec::new();
    for row in tables.lines() {
        let before = accepted.iter().find(|old| key(old).is_some() && key(old) == key(row) && !row.starts_with("|---"));
        match before {
            Some(old) if *old != row => {
                lines.push(format!("{row}   was {}", old.splitn(3, '|').nth(2).unwrap_or("").trim()))
            }
            _ => lines.push(row.to_owned()),
        }
    }
    lines.join("\n")
}

/// Writes the tables into the page, in place of the accepted ones.
pub fn write(tables: &str) -> io::Result<()> {
    let page = fs::read_to_string(PAGE)?;
    let (before, _, after) = figures_of(&page)
        .ok_or_else(|| io::Error::other(format!("lacks the lines {:?} and {:?}", START.trim(), END.trim())))?;
    fs::write(PAGE, format!("{before}{START}{tables}{END}{after}"))
}

fn figures_of(page: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = page.split_once(START)?;
    let (figures, after) = rest.split_once(END)?;
    Some((before, figures, after))
}
