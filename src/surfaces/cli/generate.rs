//! `touchmark generate`.

use super::arguments::GenerateArguments;
use super::exit::Outcome;
use super::failure::Failure;
use crate::surfaces::docs;

/// Writes the documents that are made from the code, or checks that they are up to date.
pub(super) fn run(arguments: &GenerateArguments) -> Result<Outcome, Failure> {
    let changed = docs::generate(&arguments.out, arguments.check)?;
    eprintln!("{changed} files rewritten");
    Ok(Outcome::Done)
}
