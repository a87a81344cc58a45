//! What has happened on a chain to an authorization.

use alloy_primitives::{B256, TxHash};
use alloy_provider::{Provider, RootProvider};
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag, Filter};
use alloy_sol_types::SolEvent;
use x402_chain_eip155::v1_eip155_exact::{Eip155ExactError, IEIP3009};

use super::transfer::Transfer;

/// Seconds by which a block has to be younger than the end of an authorization, so that no
/// reordering of blocks brings it back.
const MARGIN_SECONDS: u64 = 60;
/// Seconds before the time of the offer from which a use is looked for.
const EARLIER_SECONDS: u64 = 3_600;
/// Blocks of one question for logs; public nodes allow some thousand.
const BLOCKS_AT_ONCE: u64 = 2_000;
/// Questions for logs at most.
const QUESTIONS: u64 = 10;
/// Blocks by which the first block of a search may be too early.
const SLACK_BLOCKS: u64 = 256;

/// What has happened to an authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It is not used, and still could be.
    None,
    /// It is not used, and never will be.
    Expired,
    /// It moved what it should to whom it should.
    ForThis(TxHash),
    /// It was cancelled, or its nonce served for another transfer.
    Otherwise,
    /// It is used, and nobody knows how.
    NotFound,
}

/// Finds out what has happened to the authorization of a transfer.
pub(super) async fn find_use(provider: &RootProvider, transfer: &Transfer) -> Result<Use, Eip155ExactError> {
    let latest = provider.get_block(BlockId::latest()).await?;
    let Some(latest) = latest else { return Ok(Use::None) };
    let (number, time) = (latest.header.number, latest.header.timestamp);
    // At this very block: behind one address there may be nodes of which one is late.
    if !is_used(provider, transfer, BlockId::number(number)).await? {
        let end = transfer.payment.valid_before.as_secs();
        return Ok(if time >= end.saturating_add(MARGIN_SECONDS) { Use::Expired } else { Use::None });
    }
    let hashes = transactions(provider, transfer, number, time).await?;
    for hash in &hashes {
        if has_paid(provider, transfer, *hash).await? {
            return Ok(Use::ForThis(*hash));
        }
    }
    if !hashes.is_empty() || is_cancelled(provider, transfer, number, time).await? {
        return Ok(Use::Otherwise);
    }
    Ok(Use::NotFound)
}

/// Asks whether the nonce of an authorization is used up at a block.
pub(super) async fn is_used(
    provider: &RootProvider,
    transfer: &Transfer,
    block: BlockId,
) -> Result<bool, Eip155ExactError> {
    let token = IEIP3009::new(transfer.token, provider);
    let state = token.authorizationState(transfer.payment.from, transfer.payment.nonce);
    Ok(state.call().block(block).await?)
}

/// Returns the transactions that used the nonce.
async fn transactions(
    provider: &RootProvider,
    transfer: &Transfer,
    latest: u64,
    time: u64,
) -> Result<Vec<TxHash>, Eip155ExactError> {
    logs(provider, transfer, IEIP3009::AuthorizationUsed::SIGNATURE_HASH, latest, time).await
}

async fn is_cancelled(
    provider: &RootProvider,
    transfer: &Transfer,
    latest: u64,
    time: u64,
) -> Result<bool, Eip155ExactError> {
    let hashes = logs(provider, transfer, IEIP3009::AuthorizationCanceled::SIGNATURE_HASH, latest, time).await?;
    Ok(!hashes.is_empty())
}

/// Asks for the events of the nonce in the time in which the authorization was good.
async fn logs(
    provider: &RootProvider,
    transfer: &Transfer,
    event: B256,
    latest: u64,
    time: u64,
) -> Result<Vec<TxHash>, Eip155ExactError> {
    let payment = &transfer.payment;
    let end = payment.valid_before.as_secs();
    let begin = end.saturating_sub(transfer.timeout_seconds).saturating_sub(EARLIER_SECONDS);
    let mut from = block_before(provider, begin.max(payment.valid_after.as_secs()), latest, time).await?;
    let to = (block_before(provider, end, latest, time).await?).saturating_add(SLACK_BLOCKS).min(latest);
    for _ in 0..QUESTIONS {
        let until = from.saturating_add(BLOCKS_AT_ONCE - 1).min(to);
        let filter = Filter::new()
            .address(transfer.token)
            .event_signature(event)
            .topic1(payment.from.into_word())
            .topic2(payment.nonce)
            .from_block(from)
            .to_block(until);
        let found: Vec<TxHash> =
            provider.get_logs(&filter).await?.iter().filter_map(|log| log.transaction_hash).collect();
        if !found.is_empty() || until >= to {
            return Ok(found);
        }
        from = until + 1;
    }
    Ok(Vec::new())
}

/// Returns a block that is not younger than `time`, by at most [`SLACK_BLOCKS`] too early; the
/// latest where that is not younger. Goes back in growing steps, then halves.
async fn block_before(
    provider: &RootProvider,
    time: u64,
    latest: u64,
    latest_time: u64,
) -> Result<u64, Eip155ExactError> {
    if latest_time <= time {
        return Ok(latest);
    }
    let (mut older, mut younger, mut step) = (0, latest, SLACK_BLOCKS);
    while younger - older > SLACK_BLOCKS {
        let middle = if older == 0 { younger.saturating_sub(step) } else { older + (younger - older) / 2 };
        let block = provider.get_block_by_number(BlockNumberOrTag::Number(middle)).await?;
        let is_before = block.is_some_and(|block| block.header.timestamp <= time);
        if is_before {
            older = middle;
        } else {
            younger = middle;
            step = step.saturating_mul(4);
        }
        if middle == 0 {
            break;
        }
    }
    Ok(older)
}

/// Asks whether a transaction moved what it should to whom it should.
async fn has_paid(provider: &RootProvider, transfer: &Transfer, hash: TxHash) -> Result<bool, Eip155ExactError> {
    let Some(receipt) = provider.get_transaction_receipt(hash).await? else { return Ok(false) };
    let payment = &transfer.payment;
    let is_this =
        |event: IEIP3009::Transfer| (event.from, event.to, event.value) == (payment.from, payment.to, payment.value);
    let logs = receipt.inner.logs().iter().filter(|log| log.address() == transfer.token);
    let mut transfers = logs.filter_map(|log| IEIP3009::Transfer::decode_log(&log.inner).ok());
    Ok(receipt.status() && transfers.any(|event| is_this(event.data)))
}
