//! The way to a chain.

use std::fmt;
use std::time::Duration;

use alloy_primitives::Address;
use alloy_provider::{Provider, RootProvider};
use alloy_transport::TransportError;
use url::Url;
use x402_chain_eip155::chain::config::RpcConfig;
use x402_chain_eip155::chain::permit2::{EXACT_PERMIT2_PROXY_ADDRESS, PERMIT2_ADDRESS};
use x402_chain_eip155::chain::{Eip155ChainProvider, Eip155ChainReference};
use x402_chain_eip155::v1_eip155_exact::VALIDATOR_ADDRESS;
use x402_types::config::LiteralOrEnv;

use super::ChainError;

/// How often a chain is asked whether there is a new block. Base makes one every 2 seconds.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Characters of what an RPC said that are kept.
const REASON_CHARACTERS: usize = 300;

/// The address of a chain's RPC.
#[derive(Clone)]
pub(super) struct RpcAddress {
    url: Url,
}

/// Path, query and password often hold a key.
impl fmt::Debug for RpcAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.host())
    }
}

impl RpcAddress {
    pub fn parse(text: &str) -> Result<Self, ChainError> {
        let url = Url::parse(text.trim()).map_err(|_| ChainError::Url)?;
        if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(Self { url }) } else { Err(ChainError::Url) }
    }

    /// Returns host and port, which can be told.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub fn config(&self) -> RpcConfig {
        RpcConfig { http: LiteralOrEnv::from_literal(self.url.clone()), rate_limit: None }
    }

    /// Makes a way to the chain; nothing is asked yet.
    pub fn provider(&self, chain_id: u64) -> RootProvider {
        let client = Eip155ChainProvider::rpc_client(Eip155ChainReference::new(chain_id).into(), &[self.config()]);
        client.set_poll_interval(POLL_INTERVAL);
        RootProvider::new(client)
    }

    /// Tells what an RPC said, without its address.
    pub fn tell(&self, error: &TransportError) -> String {
        let text = match error {
            TransportError::ErrorResp(payload) => format!("{} (code {})", payload.message, payload.code),
            TransportError::DeserError { err, .. } => format!("its answer is no JSON-RPC: {err}"),
            other => bottom(other),
        };
        self.clean(&text)
    }

    /// Takes the address out of a text.
    pub fn clean(&self, text: &str) -> String {
        let mut clean = text.replace(self.url.as_str(), "the RPC");
        for part in [self.url.path(), self.url.query().unwrap_or_default(), self.url.password().unwrap_or_default()] {
            if part.len() > 1 {
                clean = clean.replace(part, "…");
            }
        }
        clean.chars().take(REASON_CHARACTERS).collect()
    }
}

/// Returns what is at the bottom of an error: the layers above repeat the address.
fn bottom(error: &TransportError) -> String {
    let layers = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    layers.last().map(ToString::to_string).unwrap_or_default()
}

/// Asks whether the chain is the right one, and whether it has every contract that settling needs.
pub(super) async fn examine(
    address: &RpcAddress,
    provider: &RootProvider,
    chain_id: u64,
    token: Option<Address>,
    timeout: Duration,
) -> Result<(), ChainError> {
    let host = address.host();
    let unreachable = |reason: String| ChainError::Unreachable { host: host.clone(), reason };
    let questions = async {
        let found = provider.get_chain_id().await.map_err(|error| unreachable(address.tell(&error)))?;
        if found != chain_id {
            return Err(ChainError::OtherChain { host: host.clone(), expected: chain_id, found });
        }
        let Some(token) = token else { return Ok(()) };
        let contracts = [
            ("token", token),
            ("validator of signatures (ERC-6492)", VALIDATOR_ADDRESS),
            ("contract Permit2", PERMIT2_ADDRESS),
            ("proxy for exact payments by Permit2", EXACT_PERMIT2_PROXY_ADDRESS),
        ];
        for (name, contract) in contracts {
            let code = provider.get_code_at(contract).await.map_err(|error| unreachable(address.tell(&error)))?;
            if code.is_empty() {
                return Err(ChainError::Missing { host: host.clone(), name, address: contract.to_string() });
            }
        }
        Ok(())
    };
    let late = || unreachable(format!("no answer within {} ms", timeout.as_millis()));
    tokio::time::timeout(timeout, questions).await.map_err(|_| late())?
}
