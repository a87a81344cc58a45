//! What a payment has to be: how much, of what, where, and to whom.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use x402_types::chain::ChainId;
use x402_types::proto::{v1, v2};

use super::{Address, Price};

/// The scheme of every offer: a fixed amount for a call.
pub const SCHEME: &str = "exact";
/// The fields of an entry of `accepts`.
const FIELDS: [&str; 7] = ["scheme", "network", "amount", "payTo", "maxTimeoutSeconds", "asset", "extra"];
/// How long an offer stands and a settlement may take, in seconds.
const MAX_TIMEOUT_SECONDS: u64 = 300;

/// A token on a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The chain as version 2 names it (CAIP-2): `eip155:8453`.
    pub network: &'static str,
    /// The chain as version 1 names it: `base`.
    pub network_name: &'static str,
    /// The contract of the token.
    pub address: &'static str,
    /// The name in the token's EIP-712 domain, which every payment signs.
    pub name: &'static str,
    /// The version in it.
    pub version: &'static str,
}

/// USDC on Base. Its EIP-712 name is "USD Coin"; "USDC" is the one on the test chain.
pub const USDC_ON_BASE: Asset = Asset {
    network: "eip155:8453",
    network_name: "base",
    address: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
    name: "USD Coin",
    version: "2",
};

/// The terms of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    asset: Asset,
    pay_to: Address,
    price: Price,
    max_timeout_seconds: u64,
}

/// Terms as a ledger keeps them, for when they are not offered any more.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptTerms {
    network: String,
    asset: String,
    pay_to: String,
    units: u64,
    max_timeout_seconds: u64,
}

impl Terms {
    /// Asks for `price` in USDC on Base.
    pub fn new(price: Price, pay_to: Address) -> Self {
        Self { asset: USDC_ON_BASE, pay_to, price, max_timeout_seconds: MAX_TIMEOUT_SECONDS }
    }

    /// Returns the token that is asked for.
    pub fn asset(&self) -> &Asset {
        &self.asset
    }

    /// Returns the address that is paid.
    pub fn pay_to(&self) -> &Address {
        &self.pay_to
    }

    /// Returns the amount in atomic units of the token.
    pub fn units(&self) -> u64 {
        self.price.units()
    }

    /// Returns the amount in dollars.
    pub fn price(&self) -> Price {
        self.price
    }

    /// Returns how long an offer stands, in seconds, even where its price has changed since.
    pub fn max_timeout_seconds(&self) -> u64 {
        self.max_timeout_seconds
    }

    /// Writes the terms for a ledger.
    pub fn to_ledger(&self) -> String {
        let kept = KeptTerms {
            network: self.asset.network.to_owned(),
            asset: self.asset.address.to_owned(),
            pay_to: self.pay_to.to_string(),
            units: self.units(),
            max_timeout_seconds: self.max_timeout_seconds,
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// Reads what [`Self::to_ledger`] wrote. Terms of a token that this version does not know
    /// are none.
    pub fn from_ledger(text: &str) -> Option<Self> {
        let kept: KeptTerms = serde_json::from_str(text).ok()?;
        let is_known = kept.network == USDC_ON_BASE.network && kept.asset == USDC_ON_BASE.address;
        let (pay_to, price) = (Address::read(&kept.pay_to).ok()?, Price::of_units(kept.units)?);
        let terms = Self { asset: USDC_ON_BASE, pay_to, price, max_timeout_seconds: kept.max_timeout_seconds };
        is_known.then_some(terms)
    }

    /// Writes the entry of `accepts` in version 2.
    pub fn requirements(&self) -> v2::PaymentRequirements {
        v2::PaymentRequirements {
            scheme: SCHEME.to_owned(),
            network: self.chain(),
            amount: self.units().to_string(),
            pay_to: self.pay_to.to_string(),
            max_timeout_seconds: self.max_timeout_seconds,
            asset: self.asset.address.to_owned(),
            extra: Some(self.domain()),
        }
    }

    /// Writes the entry of `accepts` in version 1, which names the resource as well.
    pub fn requirements_v1(&self, url: &str, description: &str) -> v1::PaymentRequirements {
        v1::PaymentRequirements {
            scheme: SCHEME.to_owned(),
            network: self.asset.network_name.to_owned(),
            max_amount_required: self.units().to_string(),
            resource: url.to_owned(),
            description: description.to_owned(),
            mime_type: Some("application/json".to_owned()),
            output_schema: None,
            pay_to: self.pay_to.to_string(),
            max_timeout_seconds: self.max_timeout_seconds,
            asset: self.asset.address.to_owned(),
            extra: Some(self.domain()),
        }
    }

    /// Tells whether a payer accepted these terms: every field as it was offered, addresses in
    /// any case, and nothing beside them.
    pub fn are(&self, accepted: &Value) -> bool {
        let is_same = |text: &str, address: &str| text.eq_ignore_ascii_case(address);
        let is_offered = |(name, value): (&String, &Value)| FIELDS.contains(&name.as_str()) || value.is_null();
        if !accepted.as_object().is_some_and(|fields| fields.iter().all(is_offered)) {
            return false;
        }
        let Ok(accepted) = v2::PaymentRequirements::<String, String, String, Option<Value>>::deserialize(accepted)
        else {
            return false;
        };
        accepted.scheme == SCHEME
            && accepted.network == self.chain()
            && accepted.amount == self.units().to_string()
            && is_same(&accepted.pay_to, &self.pay_to.to_string())
            && accepted.max_timeout_seconds == self.max_timeout_seconds
            && is_same(&accepted.asset, self.asset.address)
            && accepted.extra.as_ref().is_some_and(|extra| self.is_domain(extra))
    }

    /// What a payer needs to know of the token to sign for it.
    fn domain(&self) -> Value {
        json!({ "name": self.asset.name, "version": self.asset.version })
    }

    /// Some clients name the way of the transfer, which has only one here; others write out
    /// what is absent as null.
    fn is_domain(&self, extra: &Value) -> bool {
        let Some(fields) = extra.as_object() else { return false };
        let is_known = |(name, value): (&String, &Value)| match name.as_str() {
            "name" => value == self.asset.name,
            "version" => value == self.asset.version,
            "assetTransferMethod" => value.is_null() || value == "eip3009",
            _ => value.is_null(),
        };
        fields.contains_key("name") && fields.contains_key("version") && fields.iter().all(is_known)
    }

    fn chain(&self) -> ChainId {
        let (namespace, reference) = self.asset.network.split_once(':').unwrap_or((self.asset.network, ""));
        ChainId::new(namespace, reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        let pay_to = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C".parse().expect("an address");
        Terms::new("0.002".parse().expect("a price"), pay_to)
    }

    fn accepted(change: impl Fn(&mut Value)) -> bool {
        let mut value = serde_json::to_value(terms().requirements()).expect("JSON");
        change(&mut value);
        terms().are(&value)
    }

    #[test]
    fn an_offer_is_what_the_specification_shows() {
        let offered = serde_json::to_value(terms().requirements()).expect("JSON");
        assert_eq!(
            offered,
            json!({
                "scheme": "exact", "network": "eip155:8453", "amount": "2000",
                "asset": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
                "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "maxTimeoutSeconds": 300,
                "extra": { "name": "USD Coin", "version": "2" },
            })
        );
        let first = serde_json::to_value(terms().requirements_v1("https://t.example/discover", "Find")).expect("JSON");
        assert_eq!((&first["network"], &first["maxAmountRequired"]), (&json!("base"), &json!("2000")));
    }

    #[test]
    fn only_what_was_offered_is_accepted() {
        assert!(accepted(|_| {}));
        assert!(accepted(|value| value["payTo"] = json!("0x209693bc6afc0c5328ba36faf03c514ef312287c")));
        assert!(accepted(|value| value["extra"]["assetTransferMethod"] = json!("eip3009")));
        assert!(accepted(|value| value["extra"]["decimals"] = Value::Null));
        for (field, changed) in [
            ("scheme", json!("upto")),
            ("network", json!("eip155:84532")),
            ("amount", json!("1999")),
            ("amount", json!("02000")),
            ("asset", json!("0x036CbD53842c5426634e7929541eC2318f3dCF7e")),
            ("payTo", json!("0x857b06519E91e3A54538791bDbb0E22373e36b66")),
            ("maxTimeoutSeconds", json!(301)),
            ("extra", json!({ "name": "USDC", "version": "2" })),
            ("extra", json!({ "name": "USD Coin" })),
            ("extra", json!({ "name": "USD Coin", "version": "2", "assetTransferMethod": "permit2" })),
            ("extra", json!({ "name": "USD Coin", "version": "2", "fee": "1" })),
            ("extra", Value::Null),
            ("discount", json!("1")),
        ] {
            assert!(!accepted(|value| value[field] = changed.clone()), "{field} {changed}");
        }
    }

    #[test]
    fn a_ledger_gives_terms_back() {
        assert_eq!(Terms::from_ledger(&terms().to_ledger()), Some(terms()));
        for text in ["", "{}", "null", &terms().to_ledger().replace("8453", "1")] {
            assert_eq!(Terms::from_ledger(text), None, "{text}");
        }
    }
}
