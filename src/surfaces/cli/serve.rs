//! `touchmark serve`.

use super::arguments::{Global, ServeArguments};
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use crate::config::HttpConfig;
use crate::surfaces::rest;

/// Serves until a signal ends it.
pub(super) async fn run(global: &Global, arguments: ServeArguments) -> Result<Outcome, Failure> {
    let config = HttpConfig::read(arguments.listen)?;
    let services = local::open_for(global, config.public_url.clone()).await?;
    rest::serve(services, config, |address| {
        tracing::info!("listening on http://{address}: documentation at /docs, MCP at /mcp");
    })
    .await?;
    Ok(Outcome::Done)
}
