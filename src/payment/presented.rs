//! A payment that was read: it accepts an offer of ours, and what is signed is that offer.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use x402_types::proto::{v1, v2};

use super::authorization::WrittenPayload;
use super::identifier::PaymentIdentifier;
use super::proof::Version;
use super::terms::SCHEME;
use super::{Authorization, FacilitatorRequest, Offers, PaymentProof, PaymentRefusal, Resource, Terms};
use crate::skill::{Sha256Digest, Timestamp};
use crate::store::NewPayment;

/// What makes a payment unique: a digest of network, token, payer and nonce. The token's
/// contract takes each nonce of a payer once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentKey(Sha256Digest);

impl PaymentKey {
    /// Returns the digest.
    pub fn digest(&self) -> Sha256Digest {
        self.0
    }
}

impl fmt::Debug for PaymentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

/// A payment that was read and pays an offer of ours. Whether it is signed and funded, a
/// facilitator has to say.
#[derive(Debug, Clone)]
pub struct Payment {
    /// The version of the protocol that it speaks.
    pub version: Version,
    /// The offer that it accepts.
    pub terms: Terms,
    /// What is signed.
    pub authorization: Authorization,
    /// The name that its client gave it.
    pub identifier: Option<PaymentIdentifier>,
    /// What was sent.
    message: Value,
}

impl Payment {
    /// Reads what a client sent, at `now`, against the offers that stand.
    ///
    /// # Errors
    /// Says what cannot be read, or what is not as it was offered.
    pub fn read(proof: &PaymentProof, offers: &Offers, now: Timestamp) -> Result<Self, PaymentRefusal> {
        let (version, mut message) = proof.read()?;
        // What is forwarded is what was read: a field of the payload that is absent is not there
        // as null either.
        if let Some(payload) = message.get_mut("payload") {
            *payload = without_nulls(payload);
        }
        match version {
            Version::One => Self::read_v1(message, offers, now),
            Version::Two => Self::read_v2(message, offers, now),
        }
    }

    fn read_v2(message: Value, offers: &Offers, now: Timestamp) -> Result<Self, PaymentRefusal> {
        let written = v2::PaymentPayload::<Value, Value>::deserialize(without_nulls(&message)).map_err(unfit)?;
        let accepted = &written.accepted;
        check_scheme(accepted.get("scheme"))?;
        check_network(accepted.get("network"), offers.current().asset().network)?;
        let terms = offers.standing(now).find(|terms| terms.are(accepted)).ok_or_else(|| {
            let detail = "`accepted` is no offer of this service; take the entry of `accepts` as it is";
            PaymentRefusal::mismatch("invalid_payment_requirements", detail)
        })?;
        let authorization = Authorization::parse(&WrittenPayload::deserialize(&written.payload).map_err(unfit)?)?;
        authorization.check(terms, now)?;
        let identifier = PaymentIdentifier::find(written.extensions.as_ref())?;
        Ok(Self { version: Version::Two, terms: terms.clone(), authorization, identifier, message })
    }

    fn read_v1(message: Value, offers: &Offers, now: Timestamp) -> Result<Self, PaymentRefusal> {
        let written = v1::PaymentPayload::<Value, Value>::deserialize(without_nulls(&message)).map_err(unfit)?;
        check_scheme(Some(&written.scheme))?;
        check_network(Some(&written.network.into()), offers.current().asset().network_name)?;
        let authorization = Authorization::parse(&WrittenPayload::deserialize(&written.payload).map_err(unfit)?)?;
        // Version 1 does not say which offer is meant: the one that is paid, else the current
        // one, of which the check says what is missing.
        let is_paid =
            |terms: &&Terms| *terms.pay_to() == authorization.to && terms.units().to_string() == authorization.value;
        let terms = offers.standing(now).find(is_paid).unwrap_or(offers.current());
        authorization.check(terms, now)?;
        Ok(Self { version: Version::One, terms: terms.clone(), authorization, identifier: None, message })
    }

    /// Returns what makes the payment unique.
    pub fn key(&self) -> PaymentKey {
        let asset = self.terms.asset();
        let (payer, nonce) = (self.authorization.payer.to_key(), hex::encode(self.authorization.nonce));
        let parts = format!("{}\n{}\n{payer}\n{nonce}", asset.network, asset.address.to_lowercase());
        PaymentKey(Sha256Digest::of(parts.as_bytes()))
    }

    /// Returns a digest of all that is signed and of the signature: two payments with the same
    /// one are the same, however they were sent.
    pub fn digest(&self) -> Sha256Digest {
        let Authorization { to, value, valid_after, valid_before, signature, .. } = &self.authorization;
        let parts = format!(
            "{:?}\n{}\n{value}\n{valid_after}\n{valid_before}\n{}",
            self.key(),
            to.to_key(),
            hex::encode(signature)
        );
        Sha256Digest::of(parts.as_bytes())
    }

    /// Writes the row of the ledger for a request with the digest `body`.
    pub(super) fn to_ledger(&self, body: Sha256Digest, request: &FacilitatorRequest) -> NewPayment {
        let (asset, authorization) = (self.terms.asset(), &self.authorization);
        let seconds = i64::try_from(authorization.valid_before).unwrap_or(i64::MAX);
        NewPayment {
            key: self.key().digest(),
            digest: self.digest(),
            identifier: self.identifier.as_ref().map(|identifier| identifier.to_string()),
            body,
            network: asset.network.to_owned(),
            asset: asset.address.to_lowercase(),
            payer: authorization.payer.to_key(),
            nonce: hex::encode(authorization.nonce),
            pay_to: authorization.to.to_key(),
            units: self.terms.units(),
            valid_before: Timestamp::from_milliseconds(seconds.saturating_mul(1_000)),
            request: serde_json::to_string(request).unwrap_or_default(),
        }
    }

    /// Returns the network as the payment names it.
    pub fn network(&self) -> &'static str {
        match self.version {
            Version::One => self.terms.asset().network_name,
            Version::Two => self.terms.asset().network,
        }
    }

    /// Writes what a facilitator is asked about it.
    pub fn request(&self, resource: &Resource) -> FacilitatorRequest {
        let requirements = match self.version {
            Version::One => serde_json::to_value(self.terms.requirements_v1(&resource.url, &resource.description)),
            Version::Two => serde_json::to_value(self.terms.requirements()),
        };
        FacilitatorRequest {
            x402_version: self.version.number(),
            payment_payload: self.message.clone(),
            payment_requirements: requirements.unwrap_or_default(),
        }
    }
}

/// Some clients write out what is absent as null.
fn without_nulls(message: &Value) -> Value {
    let mut message = message.clone();
    if let Some(fields) = message.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    message
}

fn unfit(error: serde_json::Error) -> PaymentRefusal {
    let reason = crate::skill::sanitise_line(&error.to_string(), 200);
    PaymentRefusal::malformed("invalid_payload", format!("the payment does not have the shape of x402: {reason}"))
}

fn check_scheme(scheme: Option<&Value>) -> Result<(), PaymentRefusal> {
    match scheme.and_then(Value::as_str) {
        Some(SCHEME) => Ok(()),
        Some(_) => Err(PaymentRefusal::mismatch("unsupported_scheme", "the scheme is not `exact`, which is offered")),
        None => Err(PaymentRefusal::malformed("invalid_payload", "the payment names no scheme")),
    }
}

fn check_network(network: Option<&Value>, expected: &str) -> Result<(), PaymentRefusal> {
    match network.and_then(Value::as_str) {
        Some(network) if network == expected => Ok(()),
        Some(_) => {
            Err(PaymentRefusal::mismatch("invalid_network", format!("the network is not {expected}, which is offered")))
        }
        None => Err(PaymentRefusal::malformed("invalid_payload", "the payment names no network")),
    }
}
