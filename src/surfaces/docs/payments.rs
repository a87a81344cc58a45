//! The page on payments: for whoever pays, and for whoever is paid.

use super::pages::{Page, page};
use crate::operations::PaymentTerms;

/// Renders the page of a service at `url` that takes payments on `terms`, or none.
pub(super) fn payments(url: &str, terms: Option<&PaymentTerms>) -> Page {
    let state = match terms {
        None => format!(
            "Payments are off on this instance: nothing costs money. Where the operator counts a [quota](api.md#rate-limits), discovery answers tell it in headers, and beyond it they are `RATE_LIMITED` with status 402 and no payment challenge. [`/.well-known/x402.json`]({url}/.well-known/x402.json) says the same to programs. What follows is about instances that take payments."
        ),
        Some(terms) => format!(
            "Beyond the [free tier](api.md#rate-limits), a discovery workflow costs {} USD on this instance, in USDC on Base (`{}`), paid to `{}`. [`/.well-known/x402.json`]({url}/.well-known/x402.json) says the same to programs.",
            terms.price(),
            terms.asset().network,
            terms.pay_to()
        ),
    };
    let summary = match terms {
        None => "Off on this instance: nothing costs money.".to_owned(),
        Some(terms) => format!("{} USD for a discovery workflow beyond the free tier, with x402.", terms.price()),
    };
    page("/docs/payments", "Payments", &summary, &format!("{state}\n\n{TEXT}"))
}

const TEXT: &str = r#"`/verify` and `/health`, documents and descriptors are free everywhere and never return a payment challenge.

## How to pay

Any client of [x402](https://www.x402.org) pays by itself; no account is needed.

1. Call as always. Beyond the free tier the answer is `PAYMENT_REQUIRED` with status 402, and the header `PAYMENT-REQUIRED` holds the offer: base64 of JSON with `accepts`, `resource` and `extensions`.
2. Sign the entry of `accepts` as it is (scheme `exact`, EIP-3009), and send the same request again with the header `PAYMENT-SIGNATURE`.
3. The answer comes with `PAYMENT-RESPONSE`, which names the transaction.

Clients of version 1 find their offer in the body of the 402, beside `error`, send `X-PAYMENT` and get `X-PAYMENT-RESPONSE`. `error` is the object of every error of this API there; a client that insists on a text in its place, as the models of some packages for version 1 do, has to read the offer of version 2 from the header.

Over MCP the offer is the result of the tool (`isError`, the same JSON in `structuredContent` and as text). Send the payment in `_meta["x402/payment"]` of the same call; the receipt is in `_meta["x402/payment-response"]`.

A payment buys a workflow: one `/discover` with up to five `/inspect` for its `query_id`, or one `/inspect` without a `query_id`. **What is free is free first**: a payment that comes while the free tier is not used up is not looked at and not charged.

## What is charged, and what never is

A payment is reserved, checked, and only then the call runs; it is settled after that, and the answer is given after the settlement. So

- a call that fails is never charged, and its payment can be sent again;
- a payment is charged once, however often it is sent. Sent again after its answer was given it is `PAYMENT_FAILED`;
- without a settlement there is no answer, and its `query_id` does not serve;
- an offer stands for its `maxTimeoutSeconds` (300), even where the price has changed meanwhile. An authorization may be good for at most an hour;
- where a settlement was asked for and nobody knows what became of it, the answer is `PAYMENT_UNAVAILABLE` with `details.reason` `settlement_unknown`. A settlement is waited for up to 20 seconds, so let a client wait for half a minute. **Send the same request with the same payment again** after 30 seconds: where it was settled, you get the answer that you paid for; do not sign a new one.

Name a payment to be safe against lost connections: the extension `payment-identifier` in the payment (`extensions["payment-identifier"].info.id`, 16 to 128 letters, digits, `-` and `_`). For a day, the same name with the same request gets the same answer, uncharged, also with a newly signed payment of the same payer; with another request it is refused with status 409.

## Errors

| Code | Status | When |
|---|---|---|
| `PAYMENT_REQUIRED` | 402 | the free tier is used up, and no payment came |
| `PAYMENT_FAILED` | 400 | the payment cannot be read; `details.reason` has the code of the protocol |
| `PAYMENT_FAILED` | 402 | it does not pay the offer, was used before, or was refused by the facilitator; a status of 400 to 499 of the facilitator is passed on |
| `PAYMENT_FAILED` | 409 | another call was at this payment for 4.5 seconds (`details.reason` is `payment_in_progress`: send the same payment again), or its name belongs to another request |
| `PAYMENT_UNAVAILABLE` | 503 | the facilitator or the chain did not check the payment, told within five seconds without the call itself, and nothing was charged; or the settlement was not answered within 20 seconds; or the ledger does not answer; or 32 payments of one client address are being worked on (`too_many_at_once`). A status of 500 to 599 of the facilitator is passed on. `retry_after_seconds` is 30 |
| `PROTOCOL_UNSUPPORTED` | 501 | a payment of another protocol (`Authorization: Payment`) |

Every 402 of these carries an offer; a refused settlement carries `PAYMENT-RESPONSE` with `success: false` as well.

## For operators

Off by default. Payments take over where the quota ends, so `TOUCHMARK_FREE_DISCOVERS_PER_DAY` has to be set; 0 makes every workflow cost something.

| variable | default | meaning |
|---|---|---|
| `TOUCHMARK_PAYMENTS_PAY_TO` | none: payments are off | address on Base that is paid; where its letters are of both cases they have to be its checksum (EIP-55) |
| `TOUCHMARK_PAYMENTS_PRICE` | `0.002` | US dollars for a discovery workflow, at most six decimals |
| `TOUCHMARK_PAYMENTS_FACILITATOR_URL` | | facilitator that checks and settles |
| `TOUCHMARK_PAYMENTS_RPC_URL` | | node of the chain: for a facilitator in this process, or to find out beside a facilitator by URL what became of a settlement that was never answered |
| `TOUCHMARK_PAYMENTS_SIGNER_KEY` | | key with which a facilitator in this process sends transactions; it pays their fees and is never shown |

Either a facilitator URL, with a node or without, or a node and a key. The token is USDC on Base (`eip155:8453`).

**The ledger** is the table `payments` of `touchmark.db`: each payment with its state (`reserved`, `verified`, `settling`, `settled`, `failed`, `abandoned`), payer, amount and transaction. Money can have moved only in `settling` and `settled`, and the database refuses to delete those. A service that starts frees what was reserved by a process that was killed. A transaction stands in one row: a payment whose facilitator names that of another is `settled` without one, and its `reason` says so. Settlements whose end is not known are asked about at once, every 30 seconds (100 of them, those first that waited longest), and when their payer comes again, for a week; a facilitator that cannot look at the chain leaves them in `settling`. Answers that were not given, and those of named payments, are kept for a day; payments that moved nothing are forgotten after a day, or beyond 10,000. A kill loses nothing of it; a power cut may lose the rows of the last moments, and the chain still takes each nonce once.

One service on a data folder takes payments: a second would free what the first has reserved when it starts, which costs nobody money but calls their answer.
"#;
