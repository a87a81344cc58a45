//! Asks a chain about payments, without a key.

use std::fmt;

use alloy_primitives::Address;
use alloy_provider::{Provider, RootProvider};
use alloy_rpc_types_eth::BlockId;
use x402_chain_eip155::v1_eip155_exact::{
    Eip155ExactError, IEIP3009, assert_enough_balance, assert_time, verify_payment,
};
use x402_types::proto::PaymentVerificationError;

use super::history::{Use, find_use};
use super::rpc::{RpcAddress, examine};
use super::transfer::Transfer;
use super::{ChainError, failure};
use crate::facilitator::Timeouts;
use crate::payment::{FacilitatorFailure, FacilitatorRequest, Settlement, Verified};

/// Asks a chain about payments, without a key.
#[derive(Clone)]
pub struct ChainReader {
    pub(super) address: RpcAddress,
    pub(super) provider: RootProvider,
    pub(super) chain_id: u64,
    pub(super) timeouts: Timeouts,
}

impl fmt::Debug for ChainReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ChainReader").field("address", &self.address).finish_non_exhaustive()
    }
}

impl ChainReader {
    /// Reaches the chain `network` (CAIP-2, `eip155:…`) by its RPC, and asks whether it is that
    /// chain.
    ///
    /// # Errors
    /// Fails where the RPC does not answer within [`Timeouts::verify`], or is that of another
    /// chain.
    pub async fn connect(rpc_url: &str, network: &str, timeouts: Timeouts) -> Result<Self, ChainError> {
        Self::examined(rpc_url, network, None, timeouts).await
    }

    pub(super) async fn examined(
        rpc_url: &str,
        network: &str,
        token: Option<Address>,
        timeouts: Timeouts,
    ) -> Result<Self, ChainError> {
        let chain_id = network.strip_prefix("eip155:").and_then(|number| number.parse().ok());
        let chain_id = chain_id.ok_or_else(|| ChainError::Network(network.to_owned()))?;
        let address = RpcAddress::parse(rpc_url)?;
        let provider = address.provider(chain_id);
        examine(&address, &provider, chain_id, token, timeouts.verify).await?;
        Ok(Self { address, provider, chain_id, timeouts })
    }

    /// Checks a payment whose form and signature are right: the time, the balance, that its payer
    /// is an account without code, and by a simulation whether the token would take it.
    pub(super) async fn verify(&self, transfer: Transfer) -> Result<Verified, FacilitatorFailure> {
        let questions = self.ask(&transfer);
        let milliseconds = self.timeouts.verify.as_millis();
        let late = |_| failure::unavailable(format!("no answer of the chain's RPC within {milliseconds} ms"));
        let answer = tokio::time::timeout(self.timeouts.verify, questions).await.map_err(late)?;
        answer.map_err(|error| failure::told(&self.address, &error, &transfer.payer()))?;
        Ok(Verified { payer: transfer.payer() })
    }

    async fn ask(&self, transfer: &Transfer) -> Result<(), Eip155ExactError> {
        let payment = &transfer.payment;
        assert_time(payment.valid_after, payment.valid_before)?;
        let contract = IEIP3009::new(transfer.token, &self.provider);
        let (balance, owner) = futures::join!(
            assert_enough_balance(&contract, &payment.from, payment.value),
            assert_plain_account(&self.provider, payment.from, BlockId::latest()),
        );
        balance?;
        owner?;
        verify_payment(&self.provider, &contract, payment, &transfer.domain).await?;
        Ok(())
    }

    /// Finds out what became of a request to settle, on the chain itself.
    ///
    /// A nonce is used up by a transfer, but also by one to somebody else or by a cancellation;
    /// so it is [`Settlement::Done`] only where a transaction is found that moved this amount to
    /// this recipient, and [`Settlement::Never`] where another one used the nonce, or where a
    /// block that is a minute younger than the last moment of the authorization does not know it.
    pub async fn settlement(&self, request: &FacilitatorRequest) -> Settlement {
        let Ok(transfer) = Transfer::read(request, self.chain_id) else { return Settlement::Unknown };
        match tokio::time::timeout(self.timeouts.lookup, find_use(&self.provider, &transfer)).await {
            Ok(Ok(Use::ForThis(hash))) => Settlement::Done(Some(hash.to_string())),
            Ok(Ok(Use::Otherwise | Use::Expired)) => Settlement::Never,
            Ok(Ok(Use::None | Use::NotFound)) => Settlement::Unknown,
            Ok(Err(error)) => {
                tracing::warn!(error = failure::describe(&self.address, &error), "a settlement cannot be looked up");
                Settlement::Unknown
            }
            Err(_) => {
                tracing::warn!("a settlement cannot be looked up: the chain's RPC does not answer");
                Settlement::Unknown
            }
        }
    }
}

/// Refuses a payer with code. USDC asks such an account itself whether a signature is good
/// (EIP-1271), even where that is one of the account's own key (EIP-7702): to settle its payment
/// is to run its code for our gas.
pub(super) async fn assert_plain_account<P: Provider>(
    provider: &P,
    payer: Address,
    block: BlockId,
) -> Result<(), Eip155ExactError> {
    if provider.get_code_at(payer).block_id(block).await?.is_empty() {
        return Ok(());
    }
    Err(PaymentVerificationError::InvalidSignature("the payer is an account with code".to_owned()).into())
}
