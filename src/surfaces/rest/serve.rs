//! A service that listens until it is told to stop.

use std::net::SocketAddr;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use super::{Rest, router, snapshot_router};
use crate::config::HttpConfig;
use crate::operations::{Publisher, Services, keep_counts, keep_payments, keep_up, save_counts};

/// Why a service ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be used.
    #[error("cannot listen on {address}: {source}; choose another with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The listener failed.
    #[error("the service failed: {0}")]
    Serve(#[from] std::io::Error),
}

/// Listens until SIGINT or SIGTERM, then lets running requests finish. `ready` hears the
/// address once connections are accepted; with a publisher, the index is given away as well.
///
/// # Errors
/// Fails where the address cannot be used.
pub async fn serve(
    services: Services,
    config: HttpConfig,
    publisher: Option<Publisher>,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let address = config.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    let address = listener.local_addr()?;
    let rest = Rest::new(services.clone());
    let router = router(rest.clone(), &config);
    let router = match publisher {
        Some(publisher) => router.merge(snapshot_router(publisher)),
        None => router,
    };
    let following = tokio::spawn(keep_up(services.clone(), move || rest.forget_answers()));
    let counting = tokio::spawn(keep_counts(services.clone()));
    let paying = tokio::spawn(keep_payments(services.clone()));
    ready(address);
    // Answers are small and complete; waiting to fill a packet would only delay them.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let outcome = axum::serve(listener, service).with_graceful_shutdown(stopped()).await;
    following.abort();
    counting.abort();
    paying.abort();
    if let Err(error) = save_counts(&services).await {
        tracing::error!(%error, "what clients have used since the last second could not be written");
    }
    Ok(outcome?)
}

/// Gives an index away and nothing else, until SIGINT or SIGTERM.
///
/// # Errors
/// Fails where the address cannot be used.
pub async fn serve_snapshots(
    publisher: Publisher,
    config: &HttpConfig,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let address = config.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    ready(listener.local_addr()?);
    Ok(axum::serve(listener, snapshot_router(publisher)).with_graceful_shutdown(stopped()).await?)
}

async fn stopped() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
    tracing::info!("stopping once running requests are answered");
}
