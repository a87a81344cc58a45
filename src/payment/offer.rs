//! The offer: what a client hears that has to pay, in both versions of the protocol.

use serde_json::{Value, json};
use x402_types::proto::v2::{ExtensionsJson, PaymentRequired, PaymentRequirements, ResourceInfo, X402Version2};

use super::identifier::{PAYMENT_IDENTIFIER, PaymentIdentifier};
use super::{Resource, Terms};
use crate::skill::Timestamp;

/// An offer to a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Challenge {
    /// `PaymentRequired` of version 2.
    pub required: Value,
    /// `PaymentRequired` of version 1, without its `error`.
    pub required_v1: Value,
}

impl Challenge {
    /// Offers `resource` on `terms`; `error` says why the call was not answered.
    pub fn new(terms: &Terms, resource: &Resource, error: &str) -> Self {
        let extensions = [
            ("bazaar".to_owned(), resource.bazaar()),
            (PAYMENT_IDENTIFIER.to_owned(), PaymentIdentifier::declaration()),
        ];
        let required: PaymentRequired<PaymentRequirements> = PaymentRequired {
            x402_version: X402Version2,
            error: Some(error.to_owned()),
            resource: Some(ResourceInfo {
                url: resource.url.clone(),
                description: Some(resource.description.clone()),
                mime_type: Some("application/json".to_owned()),
            }),
            accepts: vec![terms.requirements()],
            extensions: ExtensionsJson::from_iter(extensions),
        };
        let first = terms.requirements_v1(&resource.url, &resource.description);
        Self {
            required: serde_json::to_value(required).unwrap_or_default(),
            required_v1: json!({ "x402Version": 1, "accepts": [first] }),
        }
    }
}

/// The offers that a payment may accept.
#[derive(Debug, Clone)]
pub struct Offers {
    current: Terms,
    withdrawn: Vec<(Terms, Timestamp)>,
}

impl Offers {
    /// Offers `current`; each of `withdrawn` was until that time.
    pub fn new(current: Terms, withdrawn: Vec<(Terms, Timestamp)>) -> Self {
        Self { current, withdrawn }
    }

    /// Returns the terms that are offered.
    pub fn current(&self) -> &Terms {
        &self.current
    }

    /// Returns the terms that are good at `now`, the current ones first: an offer stands for
    /// its `maxTimeoutSeconds`, so that nobody signs for a price that has changed meanwhile.
    pub fn standing(&self, now: Timestamp) -> impl Iterator<Item = &Terms> {
        let stands = move |(terms, until): &(Terms, Timestamp)| {
            let seconds = i64::try_from(terms.max_timeout_seconds()).unwrap_or(0);
            now.as_milliseconds() <= until.as_milliseconds() + seconds * 1_000
        };
        let withdrawn = self.withdrawn.iter().filter(move |offer| stands(offer)).map(|(terms, _)| terms);
        std::iter::once(&self.current).chain(withdrawn)
    }
}
