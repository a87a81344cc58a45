//! Measures the scanner on labelled bundles: recall, false alarms and F1, in all, by set, by
//! phase and by rule, with the change against the figures that docs/safety.md holds.
//!
//! `just safety` prints them; `just safety --accept` writes them down. To look closer:
//! `--missed [SET]` lists malicious bundles that are not flagged, `--alarms [SET]` benign ones
//! that are, `--rule ID` everything that one rule reports, `--case ID` all findings of a case.
//! Excerpts are those of the report: bounded and escaped.

mod accepted;
mod cases;
mod figures;
mod listing;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use figures::Figures;
use listing::Listing;

fn main() -> ExitCode {
    // `cargo bench` passes `--bench` to every target.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let is_accepting = arguments.iter().any(|argument| argument == "--accept");
    let shared = arguments.first().filter(|first| !first.starts_with("--")).map_or("../shared", String::as_str);
    let path = PathBuf::from(shared).join("safety/cases.jsonl.zst");
    let started = Instant::now();
    let cases = match cases::scan_all(&path) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    };
    let elapsed = started.elapsed();
    if let Some(listing) = Listing::parse(&arguments) {
        listing.print(&cases);
        return ExitCode::SUCCESS;
    }
    let figures = Figures::of(&cases);
    let tables = figures.to_markdown();
    println!("{}", accepted::with_changes(&tables));
    println!("{}", figures.alarms_and_silences());
    println!("{} bundles decoded and scanned in {:.1} s", cases.len(), elapsed.as_secs_f64());
    println!("{}", figures.timing());
    if is_accepting && let Err(error) = accepted::write(&tables) {
        eprintln!("{}: {error}", accepted::PAGE);
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
