//! `touchmark generate`.

use std::path::Path;

use super::arguments::GenerateArguments;
use super::exit::Outcome;
use super::failure::Failure;

/// Writes the documents that are made from the code, or checks that they are up to date.
pub(super) fn run(arguments: &GenerateArguments) -> Result<Outcome, Failure> {
    generate(&arguments.out, arguments.check)?;
    Ok(Outcome::Done)
}

// filled in at merge: crate::surfaces::docs::generate(…)
fn generate(out: &Path, _is_check: bool) -> Result<(), Failure> {
    Err(Failure::Service(format!("nothing can be written to {} yet", out.display())))
}
