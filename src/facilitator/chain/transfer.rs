//! What is to be transferred, as a payment and the offer that it pays say it together.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{Eip712Domain, eip712_domain};
use serde_json::Value;
use x402_chain_eip155::v1_eip155_exact::{ExactEvmPayload, ExactEvmPayment, StructuredSignature};
use x402_types::chain::ChainId;

use super::failure::refused;
use crate::payment::{FacilitatorFailure, FacilitatorRequest};
use crate::wallet::signing_hash;

/// A transfer of a token that its owner signed (EIP-3009), for one offer.
#[derive(Debug)]
pub(super) struct Transfer {
    pub payment: ExactEvmPayment,
    pub token: Address,
    pub domain: Eip712Domain,
    /// The network as the payment names it.
    pub network: String,
}

impl Transfer {
    /// Reads a request of either version of the protocol, and checks all of it that needs no
    /// chain and no clock: form, network, recipient, amount and signature.
    ///
    /// Only signatures of an account's own key are taken. Those of contracts (EIP-1271,
    /// EIP-6492) are valid payments too, but checking them runs a stranger's code, and settling
    /// them runs it for our gas.
    pub fn read(request: &FacilitatorRequest, chain_id: u64) -> Result<Self, FacilitatorFailure> {
        let (payload, offer) = (&request.payment_payload, &request.payment_requirements);
        // Version 1 names the scheme and the network beside the payload, version 2 in the offer
        // that it repeats.
        let (accepted, amount) = match request.x402_version {
            1 => (payload, "maxAmountRequired"),
            2 => (&payload["accepted"], "amount"),
            _ => return Err(refused("invalid_x402_version", None)),
        };
        if payload["x402Version"] != request.x402_version {
            return Err(refused("invalid_x402_version", None));
        }
        if accepted["scheme"] != "exact" || offer["scheme"] != "exact" {
            return Err(refused("unsupported_scheme", None));
        }
        let network = accepted["network"].as_str().unwrap_or_default();
        if offer["network"] != network || chain_of(network, request.x402_version) != Some(chain_id) {
            return Err(refused("invalid_network", None));
        }
        let signed: ExactEvmPayload =
            serde_json::from_value(payload["payload"].clone()).map_err(|_| refused("invalid_payload", None))?;
        let offer = Offer::read(offer, amount).ok_or_else(|| refused("invalid_payment_requirements", None))?;
        let authorization = &signed.authorization;
        let payer = authorization.from.to_string();
        if authorization.to != offer.pay_to {
            return Err(refused("invalid_exact_evm_payload_recipient_mismatch", Some(payer)));
        }
        if authorization.value != offer.amount {
            return Err(refused("invalid_exact_evm_payload_authorization_value_mismatch", Some(payer)));
        }
        let domain = eip712_domain! {
            name: offer.domain_name,
            version: offer.domain_version,
            chain_id: chain_id,
            verifying_contract: offer.token,
        };
        if !is_signed_by_its_owner(&signed, &domain) {
            return Err(refused("invalid_exact_evm_payload_signature", Some(payer)));
        }
        let payment = ExactEvmPayment {
            from: authorization.from,
            to: authorization.to,
            value: authorization.value,
            valid_after: authorization.valid_after,
            valid_before: authorization.valid_before,
            nonce: authorization.nonce,
            signature: signed.signature.clone(),
        };
        let network = network.to_owned();
        Ok(Self { payment, token: offer.token, domain, network })
    }

    /// Returns the address of the payer.
    pub fn payer(&self) -> String {
        self.payment.from.to_string()
    }
}

/// What a transfer has to hold to.
struct Offer {
    token: Address,
    pay_to: Address,
    amount: U256,
    domain_name: String,
    domain_version: String,
}

impl Offer {
    fn read(offer: &Value, amount: &str) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Self {
            token: offer["asset"].as_str()?.parse().ok()?,
            pay_to: offer["payTo"].as_str()?.parse().ok()?,
            amount: U256::from_str_radix(offer[amount].as_str()?, 10).ok()?,
            domain_name: text(&offer["extra"]["name"])?,
            domain_version: text(&offer["extra"]["version"])?,
        })
    }
}

/// Returns the number of the chain that a network stands for.
fn chain_of(network: &str, x402_version: u8) -> Option<u64> {
    let chain = if x402_version == 1 { ChainId::from_network_name(network)? } else { network.parse().ok()? };
    if chain.namespace() == "eip155" { chain.reference().parse().ok() } else { None }
}

fn is_signed_by_its_owner(signed: &ExactEvmPayload, domain: &Eip712Domain) -> bool {
    let hash = signing_hash(&signed.authorization, domain);
    let signature = StructuredSignature::try_from_bytes(signed.signature.clone(), signed.authorization.from, &hash);
    matches!(signature, Ok(StructuredSignature::EOA(_)))
}
