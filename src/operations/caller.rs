//! Who calls an operation over a network, and with what.

use std::sync::Arc;

pub use crate::meter::ClientAddress;
pub use crate::payment::{PaymentProof, Resource};

/// Who calls an operation over a network, and with what. The default is the owner of the
/// service, whose calls are neither counted nor paid.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Whose quota is drawn from; nobody's where there is no address.
    pub client: Option<ClientAddress>,
    /// What was sent as a payment.
    pub payment: Option<PaymentProof>,
    /// What a payment would be for; absent where nothing costs anything.
    pub resource: Option<Arc<Resource>>,
}
