//! A facilitator in this process.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, TxHash};
use alloy_provider::Provider;
use alloy_rpc_types_eth::BlockId;
use async_trait::async_trait;
use x402_chain_eip155::chain::config::{Eip155ChainConfig, Eip155ChainConfigInner, EvmPrivateKey};
use x402_chain_eip155::chain::{Eip155ChainProvider, Eip155ChainReference, Eip155MetaTransactionProvider};
use x402_chain_eip155::v1_eip155_exact::{Eip155ExactError, IEIP3009, assert_time, settle_payment};
use x402_types::chain::FromConfig;
use x402_types::config::LiteralOrEnv;

use super::gas::{Capped, can_pay};
use super::history::{Use, find_use, is_used};
use super::reader::assert_plain_account;
use super::rpc::POLL_INTERVAL;
use super::transfer::Transfer;
use super::{ChainError, ChainReader, failure};
use crate::facilitator::Timeouts;
use crate::payment::{Facilitator, FacilitatorFailure, FacilitatorRequest, Settled, Settlement, Verified};
use crate::wallet::PrivateKey;

/// Seconds for which a transaction is waited for after it was sent. Longer than
/// [`Timeouts::settle`]: the task goes on when nobody waits for it, so that the numbers of
/// transactions stay in order.
const RECEIPT_SECONDS: u64 = 60;
/// When a task that settles is given up, as where the RPC holds a connection and is silent. A
/// number of a transaction that is lost with it is found again by the next failure.
const GIVE_UP: Duration = Duration::from_secs(90);

/// A facilitator in this process, on one chain and for one token: it checks payments by the
/// chain's RPC, and sends their transactions from an account that pays the gas.
///
/// It takes the scheme `exact` by EIP-3009 of both versions of the protocol, from accounts with
/// a key and without code; not from wallets that are contracts. It finds no payment good that it
/// has not the ether to settle, and pays for 200,000 gas at most. Settling the same payment again answers with the
/// transaction that settled it.
#[derive(Clone)]
pub struct ChainFacilitator {
    reader: ChainReader,
    token: Address,
    account: Address,
    provider: Arc<Eip155ChainProvider>,
}

impl fmt::Debug for ChainFacilitator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ChainFacilitator").field("reader", &self.reader).finish_non_exhaustive()
    }
}

impl ChainFacilitator {
    /// Reaches the chain `network` (CAIP-2, `eip155:…`) by its RPC, and asks whether it is that
    /// chain and has the token and the other contracts that settling needs.
    ///
    /// # Errors
    /// Fails where the RPC does not answer within [`Timeouts::verify`], or where something is
    /// missing.
    pub async fn connect(
        rpc_url: &str,
        network: &str,
        token: &str,
        key: &PrivateKey,
        timeouts: Timeouts,
    ) -> Result<Self, ChainError> {
        let token = Address::from_str(token).map_err(|_| ChainError::Token(token.to_owned()))?;
        let reader = ChainReader::examined(rpc_url, network, Some(token), timeouts).await?;
        let provider = provider(&reader, key);
        let unreachable = |reason: String| ChainError::Unreachable { host: reader.address.host(), reason };
        let late = |_| unreachable(format!("no answer within {} ms", timeouts.verify.as_millis()));
        let provider = tokio::time::timeout(timeouts.verify, provider).await.map_err(late)?;
        let provider = provider.map_err(|reason| unreachable(reader.address.clean(&reason)))?;
        // Its own interval is seven seconds, by which every settlement would be late.
        provider.inner().client().set_poll_interval(POLL_INTERVAL);
        let balance = tokio::time::timeout(timeouts.verify, reader.provider.get_balance(key.address()).into_future());
        if matches!(balance.await, Ok(Ok(balance)) if balance.is_zero()) {
            tracing::warn!(account = %key.address(), "the account that settles payments has nothing to pay gas with");
        }
        Ok(Self { reader, token, account: key.address(), provider: Arc::new(provider) })
    }

    fn read(&self, request: &FacilitatorRequest) -> Result<Transfer, FacilitatorFailure> {
        let transfer = Transfer::read(request, self.reader.chain_id)?;
        // A contract that only looks like the token could run anything for our gas.
        if transfer.token == self.token {
            Ok(transfer)
        } else {
            Err(failure::refused("invalid_payment_requirements", Some(transfer.payer())))
        }
    }

    async fn put_on_chain(self, transfer: Transfer) -> Result<Settled, FacilitatorFailure> {
        let error = match self.send(&transfer).await {
            Ok(hash) => return Ok(settled(&transfer, hash)),
            Err(error) => error,
        };
        let told = failure::told(&self.reader.address, &error, &transfer.payer());
        // It may be there all the same: settled by an earlier request, or by somebody who saw it.
        let is_used = find_use(&self.reader.provider, &transfer).await;
        match (is_used, told) {
            (Ok(Use::ForThis(hash)), _) => Ok(settled(&transfer, hash)),
            (Ok(Use::Otherwise | Use::Expired), _) => Err(failure::refused(failure::REJECTED, Some(transfer.payer()))),
            (Ok(Use::None), refused @ FacilitatorFailure::Refused { .. }) => {
                // An earlier transaction may still wait for its block.
                match is_used_soon(&self.reader, &transfer).await {
                    Ok(false) => Err(refused),
                    _ => Err(failure::unavailable("the payment waits for its block".to_owned())),
                }
            }
            (_, FacilitatorFailure::Refused { .. }) => {
                Err(failure::unavailable("the chain does not say what became of the payment".to_owned()))
            }
            (_, unavailable) => Err(unavailable),
        }
    }

    async fn send(&self, transfer: &Transfer) -> Result<TxHash, Eip155ExactError> {
        let payment = &transfer.payment;
        assert_time(payment.valid_after, payment.valid_before)?;
        let provider = Capped { provider: &self.provider, account: self.account };
        // Once more: an account may have taken on code since it was checked.
        assert_plain_account(provider.inner(), payment.from, BlockId::pending()).await?;
        let contract = IEIP3009::new(transfer.token, provider.inner());
        settle_payment(&provider, &contract, payment, &transfer.domain).await
    }

    /// Makes sure that a payment which is found to be good could be settled.
    async fn assert_gas(&self) -> Result<(), FacilitatorFailure> {
        let (timeout, address) = (self.reader.timeouts.verify, &self.reader.address);
        match tokio::time::timeout(timeout, can_pay(&self.reader.provider, self.account)).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => {
                let account = self.account;
                Err(failure::unavailable(format!("the account {account} has not enough ether to settle payments")))
            }
            Ok(Err(error)) => Err(failure::unavailable(format!("the chain: {}", address.tell(&error)))),
            Err(_) => Err(failure::unavailable("the chain's RPC does not tell the price of gas".to_owned())),
        }
    }
}

#[async_trait]
impl Facilitator for ChainFacilitator {
    async fn verify(&self, request: &FacilitatorRequest) -> Result<Verified, FacilitatorFailure> {
        let (verified, gas) = futures::join!(self.reader.verify(self.read(request)?), self.assert_gas());
        let verified = verified?;
        gas?;
        Ok(verified)
    }

    async fn settle(&self, request: &FacilitatorRequest) -> Result<Settled, FacilitatorFailure> {
        let transfer = self.read(request)?;
        // A task of its own: a transaction that was begun must end, or the next ones wait behind
        // its number for ever.
        let task = tokio::spawn(tokio::time::timeout(GIVE_UP, self.clone().put_on_chain(transfer)));
        let timeout = self.reader.timeouts.settle;
        match tokio::time::timeout(timeout, task).await {
            Ok(Ok(Ok(answer))) => answer,
            Ok(Ok(Err(_))) => Err(failure::unavailable("the chain's RPC is silent".to_owned())),
            Ok(Err(error)) => Err(failure::unavailable(format!("settling broke off: {error}"))),
            Err(_) => Err(failure::unavailable(format!("not on the chain within {} ms", timeout.as_millis()))),
        }
    }

    async fn settlement(&self, request: &FacilitatorRequest) -> Settlement {
        self.reader.settlement(request).await
    }
}

fn settled(transfer: &Transfer, hash: TxHash) -> Settled {
    Settled { payer: transfer.payer(), transaction: hash.to_string(), network: transfer.network.clone() }
}

async fn is_used_soon(reader: &ChainReader, transfer: &Transfer) -> Result<bool, Eip155ExactError> {
    is_used(&reader.provider, transfer, BlockId::pending()).await
}

/// Makes what signs and sends transactions.
async fn provider(reader: &ChainReader, key: &PrivateKey) -> Result<Eip155ChainProvider, String> {
    let digits = key.signer().to_bytes().to_string();
    let signer = EvmPrivateKey::from_str(&digits).map_err(|_| "the key does not sign".to_owned())?;
    let config = Eip155ChainConfig {
        chain_reference: Eip155ChainReference::new(reader.chain_id),
        inner: Eip155ChainConfigInner {
            eip1559: true,
            flashblocks: false,
            signers: vec![LiteralOrEnv::from_literal(signer)],
            rpc: vec![reader.address.config()],
            receipt_timeout_secs: RECEIPT_SECONDS,
        },
    };
    Eip155ChainProvider::from_config(&config).await.map_err(|error| error.to_string())
}
