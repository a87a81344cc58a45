//! Chooses an offer and signs a payment for it.

use alloy_primitives::{Address, B256, U256};
use alloy_signer::SignerSync;
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use x402_chain_eip155::v1_eip155_exact::{ExactEvmPayload, ExactEvmPayloadAuthorization, TransferWithAuthorization};
use x402_types::timestamp::UnixTimestamp;

use super::{Challenge, Offer, Payment, PaymentError, PrivateKey, Usd};

/// The extension by which a server knows a payment again.
const IDENTIFIER: &str = "payment-identifier";
/// The longest time in seconds for which a payment is signed, whatever a server asks for: what
/// is signed and not taken can be taken for so long.
const LONGEST_SECONDS: u64 = 600;
/// Seconds by which a payment begins to be good before it is signed, for clocks that differ.
const EARLIER_SECONDS: u64 = 600;
/// Characters of what a server wrote that an error repeats.
const REASON_CHARACTERS: usize = 500;

/// Returns what the owner of a token signs to let somebody transfer it (EIP-712, EIP-3009).
pub fn signing_hash(authorization: &ExactEvmPayloadAuthorization, domain: &Eip712Domain) -> B256 {
    let message = TransferWithAuthorization {
        from: authorization.from,
        to: authorization.to,
        value: authorization.value,
        validAfter: U256::from(authorization.valid_after.as_secs()),
        validBefore: U256::from(authorization.valid_before.as_secs()),
        nonce: authorization.nonce,
    };
    message.eip712_signing_hash(domain)
}

/// A wallet that pays for calls.
#[derive(Debug, Clone)]
pub struct Wallet {
    key: PrivateKey,
}

impl Wallet {
    /// Makes a wallet of the account of `key`.
    pub fn new(key: PrivateKey) -> Self {
        Self { key }
    }

    /// Returns the address of its account.
    pub fn address(&self) -> Address {
        self.key.address()
    }

    /// Signs a payment for the cheapest offer of `challenge` that costs at most `most`.
    ///
    /// # Errors
    /// Fails where nothing is offered that the wallet pays, and where everything costs more.
    pub fn pay(&self, challenge: &Challenge, most: Usd) -> Result<Payment, PaymentError> {
        let (offers, reasons) = challenge.offers();
        let Some(offer) = offers.into_iter().next() else {
            return Err(PaymentError::Unpayable { reasons: shorten(&reasons) });
        };
        if offer.price > most {
            return Err(PaymentError::TooDear { price: offer.price, most });
        }
        let payload = self.sign(&offer)?;
        let (extensions, identifier) = identify(&challenge.extensions);
        let valid_before = payload.authorization.valid_before.as_secs();
        let mut body = Map::new();
        body.insert("x402Version".to_owned(), json!(2));
        body.extend(challenge.resource.clone().map(|resource| ("resource".to_owned(), resource)));
        body.insert("accepted".to_owned(), offer.entry.clone());
        body.insert("payload".to_owned(), json!(payload));
        if !extensions.is_empty() {
            body.insert("extensions".to_owned(), Value::Object(extensions));
        }
        Ok(Payment {
            header: STANDARD.encode(Value::Object(body).to_string()),
            price: offer.price,
            pay_to: offer.pay_to,
            payer: self.address(),
            token: offer.token,
            identifier,
            valid_before,
        })
    }

    fn sign(&self, offer: &Offer) -> Result<ExactEvmPayload, PaymentError> {
        let now = UnixTimestamp::now();
        let authorization = ExactEvmPayloadAuthorization {
            from: self.address(),
            to: offer.pay_to,
            value: U256::from(offer.price.units()),
            valid_after: UnixTimestamp::from_secs(now.as_secs().saturating_sub(EARLIER_SECONDS)),
            valid_before: now + offer.timeout_seconds.min(LONGEST_SECONDS),
            nonce: nonce(),
        };
        let domain = eip712_domain! {
            name: offer.token.domain_name,
            version: offer.token.domain_version,
            chain_id: offer.token.chain_id,
            verifying_contract: offer.token.address,
        };
        let signature = self.key.signer().sign_hash_sync(&signing_hash(&authorization, &domain));
        let signature = signature.map_err(|error| PaymentError::Signature { reason: error.to_string() })?;
        Ok(ExactEvmPayload { signature: signature.as_bytes().into(), authorization })
    }
}

/// Makes a number that serves once, out of 244 random bits.
fn nonce() -> B256 {
    let mut hash = Sha256::new();
    hash.update(Uuid::new_v4().as_bytes());
    hash.update(Uuid::new_v4().as_bytes());
    B256::from(<[u8; 32]>::from(hash.finalize()))
}

/// Repeats the extensions of a server, as the specification asks, with a new identifier in its
/// place where the server takes one.
fn identify(offered: &Map<String, Value>) -> (Map<String, Value>, Option<String>) {
    let mut extensions = offered.clone();
    let info = extensions.get_mut(IDENTIFIER).and_then(|extension| extension.get_mut("info"));
    let Some(info) = info.and_then(Value::as_object_mut) else {
        return (extensions, None);
    };
    let identifier = format!("pay_{}", Uuid::new_v4().simple());
    info.insert("id".to_owned(), Value::String(identifier.clone()));
    (extensions, Some(identifier))
}

fn shorten(reasons: &[String]) -> String {
    if reasons.is_empty() {
        return "it names no price".to_owned();
    }
    reasons.join("; ").chars().take(REASON_CHARACTERS).collect()
}
