//! Tells a client how far its call has come, where it asks to hear of it.

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio::sync::mpsc;

use crate::operations::{CallProgress, Services};

/// Steps that wait to be told; what comes while they wait is left out.
const WAITING: usize = 16;

/// The steps of a call, on their way to its client.
pub(super) struct Steps {
    receiver: mpsc::Receiver<CallProgress>,
    told: Option<(Peer<RoleServer>, ProgressToken)>,
    latest: Option<u64>,
}

/// Returns the services for a call, which report to the client where it gave a token.
pub(super) fn reporting(services: &Services, context: &RequestContext<RoleServer>) -> (Services, Steps) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let told = context.meta.get_progress_token().map(|token| (context.peer.clone(), token));
    let services = match told {
        // Where nobody asks, the sender goes, and there is never a step.
        None => services.clone(),
        Some(_) => services.clone().reporting_to(move |step| {
            // A client that reads slowly hears of fewer steps.
            let _ = sender.try_send(step);
        }),
    };
    (services, Steps { receiver, told, latest: None })
}

impl Steps {
    /// Waits for a step and tells it. Never ends where nobody asks.
    pub(super) async fn tell(&mut self) {
        let (Some(step), Some((peer, token))) = (self.receiver.recv().await, &self.told) else {
            return std::future::pending().await;
        };
        // It has to grow with every message.
        if self.latest.is_some_and(|latest| latest >= step.done) {
            return;
        }
        self.latest = Some(step.done);
        let message = ProgressNotificationParam::new(token.clone(), step.done as f64)
            .with_total(step.total as f64)
            .with_message(step.step);
        if let Err(error) = peer.notify_progress(message).await {
            tracing::debug!(%error, "a client could not be told of progress");
        }
    }
}
