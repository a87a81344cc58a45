//! Chooses the facilitator that the settings name.

use std::sync::Arc;

use super::{ChainError, ChainFacilitator, ChainReader, HttpFacilitator, HttpFacilitatorError, Timeouts};
use crate::payment::Facilitator;
use crate::wallet::PrivateKey;

/// Which facilitator is used. It is not printed: addresses hold keys.
#[derive(Clone)]
pub struct FacilitatorSettings {
    /// The URL of one that somebody else runs: `TOUCHMARK_PAYMENTS_FACILITATOR_URL`.
    pub facilitator_url: Option<String>,
    /// The URL of the chain's RPC: `TOUCHMARK_PAYMENTS_RPC_URL`.
    pub rpc_url: Option<String>,
    /// The key of the account that pays the gas: `TOUCHMARK_PAYMENTS_SIGNER_KEY`.
    pub signer_key: Option<PrivateKey>,
    /// The network on which payments are taken, in CAIP-2: `eip155:8453`.
    pub network: String,
    /// The address of the token in which they are taken.
    pub asset: String,
    /// How long it may take.
    pub timeouts: Timeouts,
}

/// Why there is no facilitator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing is named.
    #[error(
        "payments need a facilitator: set TOUCHMARK_PAYMENTS_FACILITATOR_URL, or TOUCHMARK_PAYMENTS_RPC_URL and TOUCHMARK_PAYMENTS_SIGNER_KEY"
    )]
    Nothing,
    /// Both are named.
    #[error(
        "TOUCHMARK_PAYMENTS_FACILITATOR_URL and TOUCHMARK_PAYMENTS_SIGNER_KEY are both set: either another service settles payments, or this one does"
    )]
    Both,
    /// A key alone settles nothing.
    #[error("TOUCHMARK_PAYMENTS_SIGNER_KEY is set, and settling with it needs TOUCHMARK_PAYMENTS_RPC_URL")]
    KeyAlone,
    /// An RPC alone settles nothing.
    #[error(
        "TOUCHMARK_PAYMENTS_RPC_URL is set, and settling needs TOUCHMARK_PAYMENTS_SIGNER_KEY, or TOUCHMARK_PAYMENTS_FACILITATOR_URL"
    )]
    RpcAlone,
    /// The facilitator cannot be asked.
    #[error("TOUCHMARK_PAYMENTS_FACILITATOR_URL: {0}")]
    Http(#[from] HttpFacilitatorError),
    /// The chain cannot be used.
    #[error("TOUCHMARK_PAYMENTS_RPC_URL: {0}")]
    Chain(#[from] ChainError),
}

/// Opens the facilitator that the settings name: one by URL, which looks on the chain for lost
/// settlements where an RPC is named too, or one in this process.
///
/// # Errors
/// Fails where the settings name none or two, and where the chain cannot be used. A facilitator
/// by URL is not asked before the first payment, but the RPC beside it is.
pub async fn open(settings: FacilitatorSettings) -> Result<Arc<dyn Facilitator>, OpenError> {
    let FacilitatorSettings { facilitator_url, rpc_url, signer_key, network, asset, timeouts } = settings;
    match (facilitator_url, rpc_url, signer_key) {
        (None, None, None) => Err(OpenError::Nothing),
        (Some(_), _, Some(_)) => Err(OpenError::Both),
        (None, None, Some(_)) => Err(OpenError::KeyAlone),
        (None, Some(_), None) => Err(OpenError::RpcAlone),
        (Some(url), None, None) => {
            let facilitator = HttpFacilitator::new(&url, timeouts)?;
            tracing::warn!(
                "without TOUCHMARK_PAYMENTS_RPC_URL a settlement whose answer is lost is never looked up: its payer may have paid and gets no answer"
            );
            Ok(Arc::new(facilitator))
        }
        (Some(url), Some(rpc_url), None) => {
            let reader = ChainReader::connect(&rpc_url, &network, timeouts).await?;
            Ok(Arc::new(HttpFacilitator::new(&url, timeouts)?.with_reader(reader)))
        }
        (None, Some(rpc_url), Some(key)) => {
            Ok(Arc::new(ChainFacilitator::connect(&rpc_url, &network, &asset, &key, timeouts).await?))
        }
    }
}
