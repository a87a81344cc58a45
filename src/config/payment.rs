//! What is charged, to whom, and who settles it.

use url::Url;

use super::host::is_private_network;
use super::{MeterConfig, Secret, Settings};

/// What is charged for what the free tier does not cover. There is none where nothing costs
/// anything. Price and address are read by `app`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentConfig {
    /// The address that is paid: `TOUCHMARK_PAYMENTS_PAY_TO`. Without it payments are off.
    pub pay_to: String,
    /// The price of a discovery workflow in US dollars: `TOUCHMARK_PAYMENTS_PRICE`, by
    /// default 0.002.
    pub price: String,
    /// The facilitator that checks and settles: `TOUCHMARK_PAYMENTS_FACILITATOR_URL`. It may
    /// hold a key.
    pub facilitator_url: Option<Secret<String>>,
    /// The node of the chain, for a facilitator in this process, and to find out what became of
    /// settlements: `TOUCHMARK_PAYMENTS_RPC_URL`. It often holds a key.
    pub rpc_url: Option<Secret<String>>,
    /// The key with which a facilitator in this process sends transactions:
    /// `TOUCHMARK_PAYMENTS_SIGNER_KEY`.
    pub signer_key: Option<Secret<String>>,
}

const PAY_TO: &str = "TOUCHMARK_PAYMENTS_PAY_TO";
const PRICE: &str = "TOUCHMARK_PAYMENTS_PRICE";
const FACILITATOR_URL: &str = "TOUCHMARK_PAYMENTS_FACILITATOR_URL";
const RPC_URL: &str = "TOUCHMARK_PAYMENTS_RPC_URL";
const SIGNER_KEY: &str = "TOUCHMARK_PAYMENTS_SIGNER_KEY";
/// In US dollars.
const DEFAULT_PRICE: &str = "0.002";

/// A value that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PaymentConfigError {
    /// A setting of payments that are off.
    #[error("{name} is set, but payments are off without {PAY_TO}; set both or neither")]
    Alone {
        /// The variable.
        name: &'static str,
    },
    /// Nothing is ever charged.
    #[error(
        "{PAY_TO} is set, but nothing is counted without TOUCHMARK_FREE_DISCOVERS_PER_DAY; set it to 0 for no free tier"
    )]
    NoQuota,
    /// Nobody settles.
    #[error("{PAY_TO} is set, but neither {FACILITATOR_URL} nor {RPC_URL} with {SIGNER_KEY} says who settles payments")]
    NoFacilitator,
    /// A URL is not one.
    #[error("{name} is not an http or https URL")]
    Url {
        /// The variable. Its value may hold a key, so it is not told.
        name: &'static str,
    },
    /// A URL sends payments over the Internet in the clear.
    #[error(
        "{name} is an http URL beyond this machine and private networks, where anybody on the way could answer; use https"
    )]
    Clear {
        /// The variable. Its value may hold a key, so it is not told.
        name: &'static str,
    },
}

impl PaymentConfig {
    /// Reads what a service is told that counts by `meter`.
    ///
    /// # Errors
    /// Fails where a value cannot be used.
    pub fn read(meter: Option<&MeterConfig>, settings: &Settings) -> Result<Option<Self>, PaymentConfigError> {
        Self::parse(meter, |name| settings.get(name))
    }

    fn parse(
        meter: Option<&MeterConfig>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, PaymentConfigError> {
        let text = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let url = |name: &'static str| text(name).map(|value| parse_url(name, value)).transpose();
        let Some(pay_to) = text(PAY_TO) else {
            let alone = [PRICE, FACILITATOR_URL, RPC_URL, SIGNER_KEY].into_iter().find(|name| text(name).is_some());
            return alone.map_or(Ok(None), |name| Err(PaymentConfigError::Alone { name }));
        };
        if meter.is_none() {
            return Err(PaymentConfigError::NoQuota);
        }
        let config = Self {
            pay_to,
            price: text(PRICE).unwrap_or_else(|| DEFAULT_PRICE.to_owned()),
            facilitator_url: url(FACILITATOR_URL)?,
            rpc_url: url(RPC_URL)?,
            signer_key: text(SIGNER_KEY).map(Secret::new),
        };
        let is_in_process = config.rpc_url.is_some() && config.signer_key.is_some();
        if config.facilitator_url.is_none() && !is_in_process {
            return Err(PaymentConfigError::NoFacilitator);
        }
        Ok(Some(config))
    }
}

/// Takes a URL of https, and one of http in this machine or a private network.
fn parse_url(name: &'static str, value: String) -> Result<Secret<String>, PaymentConfigError> {
    let url = Url::parse(&value).map_err(|_| PaymentConfigError::Url { name })?;
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(Secret::new(value)),
        ("http", Some(host)) if is_private_network(&host) => Ok(Secret::new(value)),
        ("http", Some(_)) => Err(PaymentConfigError::Clear { name }),
        _ => Err(PaymentConfigError::Url { name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METER: MeterConfig = MeterConfig { workflows: 50, unresolved_inspects: 100, lookups: 10_000 };

    fn parse(meter: Option<&MeterConfig>, set: &[(&str, &str)]) -> Result<Option<PaymentConfig>, String> {
        let variable = |name: &str| set.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
        PaymentConfig::parse(meter, variable).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_costs_anything_unless_it_is_asked_for() {
        assert_eq!(parse(None, &[]), Ok(None));
        assert_eq!(parse(Some(&METER), &[(PAY_TO, " ")]), Ok(None));
    }

    #[test]
    fn a_facilitator_is_a_url_or_a_node_with_a_key() {
        let url = "https://facilitator.example";
        let config = parse(Some(&METER), &[(PAY_TO, "0xa"), (FACILITATOR_URL, url)]).expect("a configuration");
        let config = config.expect("payments are on");
        let named = config.facilitator_url.as_ref().map(|url| url.expose().as_str());
        assert_eq!((config.price.as_str(), named), ("0.002", Some(url)));
        assert!(!format!("{config:?}").contains("facilitator.example"), "{config:?}");
        let set = [(PAY_TO, "0xa"), (RPC_URL, "http://127.0.0.1:8545/0xkey"), (SIGNER_KEY, "0xkey"), (PRICE, "0.01")];
        let config = parse(Some(&METER), &set).expect("a configuration").expect("payments are on");
        assert_eq!((config.price.as_str(), config.signer_key.is_some()), ("0.01", true));
        assert!(!format!("{config:?}").contains("0xkey"), "{config:?}");
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named() {
        for (meter, set, expected) in [
            (Some(&METER), vec![(PRICE, "0.002")], "TOUCHMARK_PAYMENTS_PRICE is set, but payments are off"),
            (None, vec![(SIGNER_KEY, "k")], "TOUCHMARK_PAYMENTS_SIGNER_KEY is set, but payments are off"),
            (
                None,
                vec![(PAY_TO, "0xa"), (FACILITATOR_URL, "https://f.example")],
                "TOUCHMARK_PAYMENTS_PAY_TO is set, but nothing",
            ),
            (Some(&METER), vec![(PAY_TO, "0xa")], "TOUCHMARK_PAYMENTS_PAY_TO is set, but neither"),
            (
                Some(&METER),
                vec![(PAY_TO, "0xa"), (RPC_URL, "https://n.example")],
                "TOUCHMARK_PAYMENTS_PAY_TO is set, but neither",
            ),
            (Some(&METER), vec![(PAY_TO, "0xa"), (RPC_URL, "secret")], "TOUCHMARK_PAYMENTS_RPC_URL is not an http"),
            (
                Some(&METER),
                vec![(PAY_TO, "0xa"), (FACILITATOR_URL, "ftp://f.example")],
                "TOUCHMARK_PAYMENTS_FACILITATOR_URL is not",
            ),
        ] {
            let error = parse(meter, &set).expect_err("it cannot be used");
            assert!(error.starts_with(expected) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn http_is_for_this_machine_and_private_networks() {
        for (url, expected) in [
            ("https://n.example/key", true),
            ("http://localhost:8545", true),
            ("http://127.8.9.1", true),
            ("http://[::1]:8545", true),
            ("http://10.1.2.3", true),
            ("http://192.168.1.9", true),
            ("http://[fd00::1]", true),
            ("http://anvil:8545", true),
            ("http://anvil.localhost", true),
            ("http://node.payments.svc.cluster.local", true),
            ("http://node.internal.", true),
            ("http://n.example/secret", false),
            ("http://8.8.8.8/secret", false),
            ("http://[2001:db8::1]/secret", false),
            ("http://localhost.n.example/secret", false),
            ("http://notlocal.example/secret", false),
        ] {
            for name in [FACILITATOR_URL, RPC_URL] {
                let read =
                    parse(Some(&METER), &[(name, url), (PAY_TO, "0xa"), (SIGNER_KEY, "k"), (RPC_URL, "https://n")]);
                let is_told = |error: String| {
                    error.starts_with(&format!("{name} is an http URL beyond this machine"))
                        && !error.contains("secret")
                };
                assert_eq!(read.is_ok(), expected, "{name} {url}");
                assert!(read.err().is_none_or(is_told), "{name} {url}");
            }
        }
    }
}
