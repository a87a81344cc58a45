//! What has happened on a chain to an authorization.

use alloy_primitives::TxHash;
use alloy_provider::{Provider, RootProvider};
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag, Filter, Log};
use alloy_sol_types::SolEvent;
use x402_chain_eip155::v1_eip155_exact::{Eip155ExactError, IEIP3009};

use super::transfer::Transfer;

/// Seconds by which a block has to be younger than the end of an authorization, so that no
/// reordering of blocks brings it back.
const MARGIN_SECONDS: u64 = 60;
/// Seconds before the end of an authorization from which its use is looked for: a day, which is
/// longer than any that is taken is good.
const SEARCHED_SECONDS: u64 = 86_400;
/// Blocks of one question for logs; public nodes allow some thousand.
const BLOCKS_AT_ONCE: u64 = 2_000;
/// Questions for logs at most: a day of blocks, of which Base makes one every 2 seconds.
const QUESTIONS: u64 = 24;
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
    let mut is_cancelled = false;
    for Event { kind, hash } in events(provider, transfer, number, time).await? {
        match kind {
            Kind::Cancelled => is_cancelled = true,
            // A receipt that is not there proves nothing: the log may come from one node, and the
            // question for the receipt have gone to a late one.
            Kind::Used => match has_paid(provider, transfer, hash).await? {
                Some(true) => return Ok(Use::ForThis(hash)),
                Some(false) => return Ok(Use::Otherwise),
                None => {}
            },
        }
    }
    Ok(if is_cancelled { Use::Otherwise } else { Use::NotFound })
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

/// What a log says of a nonce.
struct Event {
    kind: Kind,
    hash: TxHash,
}

enum Kind {
    Used,
    Cancelled,
}

/// Asks for the events of the nonce in the time in which the authorization was good, from the
/// youngest block back: most settlements are asked about a moment after they were lost.
async fn events(
    provider: &RootProvider,
    transfer: &Transfer,
    latest: u64,
    time: u64,
) -> Result<Vec<Event>, Eip155ExactError> {
    let payment = &transfer.payment;
    let end = payment.valid_before.as_secs();
    let begin = end.saturating_sub(SEARCHED_SECONDS).max(payment.valid_after.as_secs());
    let mut to = block_before(provider, end, latest, time).await?.saturating_add(SLACK_BLOCKS).min(latest);
    let signatures = vec![IEIP3009::AuthorizationUsed::SIGNATURE_HASH, IEIP3009::AuthorizationCanceled::SIGNATURE_HASH];
    for _ in 0..QUESTIONS {
        let from = to.saturating_sub(BLOCKS_AT_ONCE - 1);
        let filter = Filter::new()
            .address(transfer.token)
            .event_signature(signatures.clone())
            .topic1(payment.from.into_word())
            .topic2(payment.nonce)
            .from_block(from)
            .to_block(to);
        let found: Vec<Event> = provider.get_logs(&filter).await?.iter().filter_map(event).collect();
        if !found.is_empty() || from == 0 || is_before(provider, from, begin).await? {
            return Ok(found);
        }
        to = from - 1;
    }
    Ok(Vec::new())
}

fn event(log: &Log) -> Option<Event> {
    let is_used = log.topic0() == Some(&IEIP3009::AuthorizationUsed::SIGNATURE_HASH);
    Some(Event { kind: if is_used { Kind::Used } else { Kind::Cancelled }, hash: log.transaction_hash? })
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
        if is_before(provider, middle, time).await? {
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

/// Asks whether a block is not younger than `time`.
async fn is_before(provider: &RootProvider, number: u64, time: u64) -> Result<bool, Eip155ExactError> {
    let block = provider.get_block_by_number(BlockNumberOrTag::Number(number)).await?;
    Ok(block.is_some_and(|block| block.header.timestamp <= time))
}

/// Asks whether the use of the nonce in a transaction moved what it should to whom it should;
/// nothing where there is no receipt, or none that shows the use and what it moved.
///
/// One transaction may transfer many times. The transfer of a nonce is the log that directly
/// follows its use: the token marks the nonce, and then moves the money, without a call between.
async fn has_paid(
    provider: &RootProvider,
    transfer: &Transfer,
    hash: TxHash,
) -> Result<Option<bool>, Eip155ExactError> {
    let Some(receipt) = provider.get_transaction_receipt(hash).await? else { return Ok(None) };
    let payment = &transfer.payment;
    let mut logs = receipt.inner.logs().iter();
    let is_of_token = |log: &&Log| log.address() == transfer.token;
    let is_use = |log: &Log| {
        is_of_token(&log)
            && IEIP3009::AuthorizationUsed::decode_log(&log.inner)
                .is_ok_and(|event| (event.authorizer, event.nonce) == (payment.from, payment.nonce))
    };
    if !receipt.status() || !logs.any(is_use) {
        return Ok(None);
    }
    let moved = logs.next().filter(is_of_token).and_then(|log| IEIP3009::Transfer::decode_log(&log.inner).ok());
    let expected = (payment.from, payment.to, payment.value);
    Ok(moved.map(|event| (event.from, event.to, event.value) == expected))
}
