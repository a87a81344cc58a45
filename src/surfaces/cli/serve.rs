//! `touchmark serve`.

use super::arguments::{Global, ServeArguments};
use super::exit::Outcome;
use super::failure::Failure;
use super::follow_origin::Following;
use super::local;
use super::signatures::read_key;
use crate::app;
use crate::certificate::AuditPrice;
use crate::config::{
    AccountsConfig, AuditConfig, FollowConfig, FreshnessConfig, HttpConfig, MeterConfig, OutgoingConfig, PaymentConfig,
    RegistriesConfig, Settings, StorageConfig,
};
use crate::operations::Publisher;
use crate::surfaces::rest;

/// Serves until a signal ends it.
pub(super) async fn run(global: &Global, arguments: ServeArguments) -> Result<Outcome, Failure> {
    let settings = Settings::read(arguments.config.as_deref())?;
    let config = HttpConfig::read(arguments.listen, &settings)?;
    let meter = MeterConfig::read(&settings)?;
    let payment = PaymentConfig::read(meter.as_ref(), &settings)?;
    let freshness = FreshnessConfig::read(&settings)?;
    let follow = FollowConfig::read(arguments.follow, arguments.follow_keys, &settings)?;
    let storage = StorageConfig::read(global.data_dir.as_deref())?;
    let following = follow.map(|follow| Following::new(follow, storage.clone())).transpose()?;
    let services = match &following {
        None => local::open_for(global, config.public_url.clone()).await?,
        Some(following) => {
            let services = local::open_to_follow(global, config.public_url.clone()).await?;
            services.following(following.origin.clone())
        }
    };
    let services = app::metered(services, meter).await?;
    let services = app::paid(services, payment).await?.with_overdue_limit(freshness.overdue);
    let services = app::accountable(services, AccountsConfig::read(&settings)?).await?;
    let services = app::outgoing(services, OutgoingConfig::read(&settings)?, &RegistriesConfig::read(&settings)?)?;
    let services = services.with_audit_price(AuditPrice::of_standard(AuditConfig::read(&settings)?.standard_cents));
    if let Some(meter) = meter {
        tracing::info!(discovers = meter.workflows, verifies = meter.lookups, "counting what clients use in a day");
    }
    if let Some(terms) = services.payment_terms() {
        tracing::info!(price = %terms.price(), pay_to = %terms.pay_to(), "taking payments for what is not free");
    }
    let publisher = match arguments.snapshots {
        true => {
            let key = arguments.sign.as_deref().map(read_key).transpose()?;
            Some(Publisher::new(services.clone(), storage.data_folder).signing(key))
        }
        false => None,
    };
    let following = following.map(|following| tokio::spawn(following.keep(services.clone())));
    let served = rest::serve(services, config, publisher, |address| {
        tracing::info!("listening on http://{address}: documentation at /docs, MCP at /mcp");
    })
    .await;
    if let Some(following) = following {
        // What was being taken over is rolled back, and taken over at the next start.
        following.abort();
    }
    served?;
    Ok(Outcome::Done)
}
