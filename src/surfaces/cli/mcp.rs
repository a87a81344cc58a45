//! `touchmark mcp`.

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use crate::operations::Services;

/// Serves MCP over standard input and output until the client closes them.
pub(super) async fn run(global: &Global) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    serve(services).await?;
    Ok(Outcome::Done)
}

// filled in at merge: crate::surfaces::mcp::serve_stdio(services)
async fn serve(_: Services) -> Result<(), Failure> {
    Err(Failure::Service("nothing serves MCP yet".to_owned()))
}
