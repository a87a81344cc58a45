//! `touchmark serve`.

use super::arguments::{Global, ServeArguments};
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use crate::config::HttpConfig;
use crate::operations::Services;

/// Serves until a signal ends it.
pub(super) async fn run(global: &Global, arguments: ServeArguments) -> Result<Outcome, Failure> {
    let config = HttpConfig::read(arguments.listen)?;
    let services = local::open_for(global, config.public_url.clone()).await?;
    serve(services, config).await?;
    Ok(Outcome::Done)
}

// filled in at merge: crate::surfaces::rest::serve(services, config)
async fn serve(_: Services, config: HttpConfig) -> Result<(), Failure> {
    Err(Failure::Service(format!("nothing serves {} yet", config.listen)))
}
