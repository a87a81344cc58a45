//! `touchmark serve`.

use super::arguments::{Global, ServeArguments};
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use crate::app;
use crate::config::{HttpConfig, MeterConfig};
use crate::surfaces::rest;

/// Serves until a signal ends it.
pub(super) async fn run(global: &Global, arguments: ServeArguments) -> Result<Outcome, Failure> {
    let config = HttpConfig::read(arguments.listen)?;
    let meter = MeterConfig::read()?;
    let services = app::metered(local::open_for(global, config.public_url.clone()).await?, meter).await?;
    if let Some(meter) = meter {
        tracing::info!(discovers = meter.workflows, verifies = meter.lookups, "counting what clients use in a day");
    }
    rest::serve(services, config, |address| {
        tracing::info!("listening on http://{address}: documentation at /docs, MCP at /mcp");
    })
    .await?;
    Ok(Outcome::Done)
}
