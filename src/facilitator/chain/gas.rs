//! What settling may cost whoever settles.

use alloy_primitives::{Address, U256};
use alloy_provider::{Provider, RootProvider};
use alloy_rpc_types_eth::{BlockId, TransactionInput, TransactionReceipt, TransactionRequest};
use alloy_transport::TransportError;
use x402_chain_eip155::chain::{
    Eip155ChainProvider, Eip155ChainReference, Eip155MetaTransactionProvider, MetaTransaction,
};
use x402_chain_eip155::v1_eip155_exact::Eip155ExactError;
use x402_types::proto::PaymentVerificationError;

/// Gas that a transfer may take at most. One of USDC takes about 90,000, and a token whose owner
/// lets it run more would do so for our ether.
pub(super) const MOST_GAS: u64 = 200_000;

/// Asks whether an account has the ether for a transfer at today's price.
pub(super) async fn can_pay(provider: &RootProvider, account: Address) -> Result<bool, TransportError> {
    let (balance, price) =
        futures::try_join!(provider.get_balance(account).into_future(), provider.get_gas_price().into_future())?;
    Ok(balance >= U256::from(price).saturating_mul(U256::from(MOST_GAS)))
}

/// Sends transactions that take no more than [`MOST_GAS`].
///
/// What sends them estimates the gas once more a moment later and takes that as its limit, so
/// that a block between the two could still raise it.
pub(super) struct Capped<'a> {
    pub provider: &'a Eip155ChainProvider,
    pub account: Address,
}

impl Eip155MetaTransactionProvider for Capped<'_> {
    type Error = Eip155ExactError;
    type Inner = <Eip155ChainProvider as Eip155MetaTransactionProvider>::Inner;

    fn inner(&self) -> &Self::Inner {
        self.provider.inner()
    }

    fn chain(&self) -> &Eip155ChainReference {
        self.provider.chain()
    }

    async fn send_transaction(&self, transaction: MetaTransaction) -> Result<TransactionReceipt, Self::Error> {
        let asked = TransactionRequest::default()
            .to(transaction.to)
            .from(self.account)
            .input(TransactionInput::new(transaction.calldata.clone()));
        let gas = self.inner().estimate_gas(asked).block(BlockId::pending()).await?;
        if gas > MOST_GAS {
            let reason = format!("it would take {gas} gas, and at most {MOST_GAS} is paid for");
            return Err(PaymentVerificationError::TransactionSimulation(reason).into());
        }
        Ok(self.provider.send_transaction(transaction).await?)
    }
}
