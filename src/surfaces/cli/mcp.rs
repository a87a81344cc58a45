//! `touchmark mcp`.

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use crate::surfaces::mcp::serve_stdio;

/// Serves MCP over standard input and output until the client closes them.
pub(super) async fn run(global: &Global) -> Result<Outcome, Failure> {
    // Whoever starts the program can read what it can read.
    let services = local::open(global).await?.reading_folders();
    serve_stdio(services).await?;
    Ok(Outcome::Done)
}
