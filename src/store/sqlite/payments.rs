//! The ledger of payments. Each step is one statement that says from which state it comes, so
//! that of two that race one does nothing.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteExecutor, SqlitePool};

use super::super::revision::compress;
use super::super::{LedgerEntry, NewPayment, PaymentState, PaymentStep, Reservation, StoreError};
use crate::skill::{Sha256Digest, Timestamp};

/// How long what moved nothing is told, and answers are kept, in milliseconds: a day.
const KEPT_MS: i64 = 86_400_000;
/// Rows of payments that moved nothing. Anybody can make one; more than these are forgotten,
/// the oldest first.
const ABANDONED_ROWS: i64 = 10_000;

const COLUMNS: &str = "payment_key, digest, identifier, body, network, asset, payer, nonce, pay_to, units, \
    valid_before, request, attempt, state, transaction_hash, reason, answer, is_delivered, reserved_at, changed_at";

pub(super) async fn reserve(
    pool: &SqlitePool,
    payment: &NewPayment,
    now: Timestamp,
) -> Result<Reservation, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    if let Some(identifier) = &payment.identifier {
        let named = format!("SELECT {COLUMNS} FROM payments WHERE identifier = ?");
        let named = sqlx::query(sqlx::AssertSqlSafe(named)).bind(identifier).fetch_optional(&mut *change).await?;
        if let Some(entry) = named.map(|row| read_entry(&row)).transpose()? {
            // Of a payment that came to nothing, another may take the name.
            if !matches!(entry.state, PaymentState::Abandoned | PaymentState::Failed) {
                return Ok(Reservation::Taken(Box::new(entry)));
            }
            sqlx::query("UPDATE payments SET identifier = NULL WHERE identifier = ?")
                .bind(identifier)
                .execute(&mut *change)
                .await?;
        }
    }
    let attempt = match find(&mut *change, payment.key).await? {
        Some(entry) if entry.state != PaymentState::Abandoned => return Ok(Reservation::Taken(Box::new(entry))),
        Some(entry) => {
            sqlx::query("DELETE FROM payments WHERE payment_key = ?")
                .bind(payment.key.as_bytes().as_slice())
                .execute(&mut *change)
                .await?;
            entry.attempt + 1
        }
        None => 1,
    };
    sqlx::query(
        "INSERT INTO payments (payment_key, digest, identifier, body, network, asset, payer, nonce, pay_to, units, \
         valid_before, request, attempt, state, reserved_at, changed_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'reserved', ?, ?)",
    )
    .bind(payment.key.as_bytes().as_slice())
    .bind(payment.digest.as_bytes().as_slice())
    .bind(&payment.identifier)
    .bind(payment.body.as_bytes().as_slice())
    .bind(&payment.network)
    .bind(&payment.asset)
    .bind(&payment.payer)
    .bind(&payment.nonce)
    .bind(&payment.pay_to)
    .bind(payment.units as i64)
    .bind(payment.valid_before.as_milliseconds())
    .bind(&payment.request)
    .bind(attempt)
    .bind(now.as_milliseconds())
    .bind(now.as_milliseconds())
    .execute(&mut *change)
    .await?;
    change.commit().await?;
    Ok(Reservation::Made { attempt })
}

pub(super) async fn step(
    pool: &SqlitePool,
    key: Sha256Digest,
    attempt: u32,
    step: &PaymentStep,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = match step {
        PaymentStep::Verify => {
            sqlx::query("UPDATE payments SET state = 'verified', changed_at = ? WHERE payment_key = ? AND attempt = ? AND state = 'reserved'")
                .bind(now.as_milliseconds())
        }
        PaymentStep::Settle { answer } => {
            sqlx::query("UPDATE payments SET state = 'settling', answer = ?, changed_at = ? WHERE payment_key = ? AND attempt = ? AND state = 'verified'")
                .bind(compress(answer.as_bytes()))
                .bind(now.as_milliseconds())
        }
        PaymentStep::Finish { transaction } => {
            // A transaction is that of one payment. A second that names it is settled all the
            // same, by the word of its facilitator, and says whose hash it does not hold.
            sqlx::query(
                "UPDATE payments SET state = 'settled', request = '', \
                 transaction_hash = CASE WHEN known.other IS NULL THEN known.hash END, \
                 reason = CASE WHEN known.other IS NOT NULL THEN 'named the transaction of another payment: ' || known.hash END, \
                 changed_at = ? \
                 FROM (SELECT given.hash AS hash, other.payment_key AS other FROM (SELECT ? AS hash) AS given \
                 LEFT JOIN payments AS other ON other.transaction_hash = given.hash) AS known \
                 WHERE payments.payment_key = ? AND attempt = ? AND state = 'settling'",
            )
            .bind(now.as_milliseconds())
            .bind(transaction)
        }
        PaymentStep::Fail { reason } => {
            sqlx::query("UPDATE payments SET state = 'failed', reason = ?, request = '', answer = NULL, changed_at = ? WHERE payment_key = ? AND attempt = ? AND state = 'settling'")
                .bind(reason)
                .bind(now.as_milliseconds())
        }
        PaymentStep::Abandon { reason } => {
            sqlx::query("UPDATE payments SET state = 'abandoned', reason = ?, request = '', changed_at = ? WHERE payment_key = ? AND attempt = ? AND state IN ('reserved', 'verified')")
                .bind(reason)
                .bind(now.as_milliseconds())
        }
    };
    let done = query.bind(key.as_bytes().as_slice()).bind(attempt).execute(pool).await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn mark_delivered(pool: &SqlitePool, key: Sha256Digest, attempt: u32) -> Result<(), StoreError> {
    // An answer without a name is given once; one with a name may be asked for again.
    sqlx::query(
        "UPDATE payments SET is_delivered = 1, answer = CASE WHEN identifier IS NULL THEN NULL ELSE answer END \
         WHERE payment_key = ? AND attempt = ? AND state = 'settled'",
    )
    .bind(key.as_bytes().as_slice())
    .bind(attempt)
    .execute(pool)
    .await?;
    Ok(())
}

pub(super) async fn find(
    executor: impl SqliteExecutor<'_>,
    key: Sha256Digest,
) -> Result<Option<LedgerEntry>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM payments WHERE payment_key = ?");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(key.as_bytes().as_slice()).fetch_optional(executor).await?;
    row.map(|row| read_entry(&row)).transpose()
}

pub(super) async fn in_state(
    pool: &SqlitePool,
    state: PaymentState,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<LedgerEntry>, StoreError> {
    let query =
        format!("SELECT {COLUMNS} FROM payments WHERE state = ? AND changed_at >= ? ORDER BY changed_at LIMIT ?");
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(state.as_str())
        .bind(since.as_milliseconds())
        .bind(limit)
        .fetch_all(pool)
        .await?;
    rows.iter().map(read_entry).collect()
}

pub(super) async fn ask_unsettled(
    pool: &SqlitePool,
    since: Timestamp,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<LedgerEntry>, StoreError> {
    let query = format!(
        "SELECT {COLUMNS} FROM payments WHERE state = 'settling' AND changed_at >= ? ORDER BY asked_at, changed_at LIMIT ?"
    );
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(since.as_milliseconds())
        .bind(limit)
        .fetch_all(&mut *change)
        .await?;
    let entries: Vec<LedgerEntry> = rows.iter().map(read_entry).collect::<Result<_, _>>()?;
    for entry in &entries {
        sqlx::query("UPDATE payments SET asked_at = ? WHERE payment_key = ?")
            .bind(now.as_milliseconds())
            .bind(entry.payment.key.as_bytes().as_slice())
            .execute(&mut *change)
            .await?;
    }
    change.commit().await?;
    Ok(entries)
}

pub(super) async fn close_interrupted(
    pool: &SqlitePool,
    before: Option<Timestamp>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let closed = sqlx::query(
        "UPDATE payments SET state = 'abandoned', reason = 'interrupted', request = '', changed_at = ? \
         WHERE state IN ('reserved', 'verified') AND changed_at <= ?",
    )
    .bind(now.as_milliseconds())
    .bind(before.map_or(i64::MAX, |before| before.as_milliseconds()))
    .execute(pool)
    .await?;
    Ok(closed.rows_affected())
}

pub(super) async fn prune(pool: &SqlitePool, now: Timestamp) -> Result<(), StoreError> {
    let old = now.as_milliseconds() - KEPT_MS;
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "UPDATE payments SET answer = NULL, identifier = NULL WHERE state = 'settled' AND changed_at < ? \
         AND (answer IS NOT NULL OR identifier IS NOT NULL)",
    )
    .bind(old)
    .execute(&mut *change)
    .await?;
    // One that was refused when it was settled keeps its nonce until it can no longer be sent.
    sqlx::query("DELETE FROM payments WHERE state IN ('failed', 'abandoned') AND changed_at < ? AND valid_before < ?")
        .bind(old)
        .bind(now.as_milliseconds())
        .execute(&mut *change)
        .await?;
    sqlx::query(
        "DELETE FROM payments WHERE payment_key IN (SELECT payment_key FROM payments WHERE state = 'abandoned' \
         ORDER BY changed_at DESC LIMIT -1 OFFSET ?)",
    )
    .bind(ABANDONED_ROWS)
    .execute(&mut *change)
    .await?;
    change.commit().await?;
    Ok(())
}

pub(super) async fn offer(
    pool: &SqlitePool,
    terms: &str,
    now: Timestamp,
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("UPDATE payment_offers SET withdrawn_at = ? WHERE withdrawn_at IS NULL AND terms <> ?")
        .bind(now.as_milliseconds())
        .bind(terms)
        .execute(&mut *change)
        .await?;
    sqlx::query("DELETE FROM payment_offers WHERE withdrawn_at < ?")
        .bind(now.as_milliseconds() - KEPT_MS)
        .execute(&mut *change)
        .await?;
    sqlx::query(
        "INSERT INTO payment_offers (terms, withdrawn_at) VALUES (?, NULL) \
         ON CONFLICT (terms) DO UPDATE SET withdrawn_at = NULL",
    )
    .bind(terms)
    .execute(&mut *change)
    .await?;
    let rows = sqlx::query("SELECT terms, withdrawn_at FROM payment_offers WHERE withdrawn_at IS NOT NULL")
        .fetch_all(&mut *change)
        .await?;
    change.commit().await?;
    Ok(rows.iter().map(|row| (row.get(0), Timestamp::from_milliseconds(row.get(1)))).collect())
}

fn read_entry(row: &SqliteRow) -> Result<LedgerEntry, StoreError> {
    let digest = |column: &str| -> Result<Sha256Digest, StoreError> {
        let bytes: Vec<u8> = row.get(column);
        let bytes = bytes.try_into().map_err(|_| StoreError::corrupt("payment", format!("{column} is no digest")))?;
        Ok(Sha256Digest::from_bytes(bytes))
    };
    let time = |column: &str| Timestamp::from_milliseconds(row.get(column));
    let word: String = row.get("state");
    let state = PaymentState::ALL.into_iter().find(|state| state.as_str() == word);
    let answer: Option<Vec<u8>> = row.get("answer");
    let answer = answer.map(|answer| {
        let bytes = zstd::stream::decode_all(&answer[..]).map_err(|error| StoreError::corrupt("answer", error))?;
        String::from_utf8(bytes).map_err(|error| StoreError::corrupt("answer", error))
    });
    Ok(LedgerEntry {
        payment: NewPayment {
            key: digest("payment_key")?,
            digest: digest("digest")?,
            identifier: row.get("identifier"),
            body: digest("body")?,
            network: row.get("network"),
            asset: row.get("asset"),
            payer: row.get("payer"),
            nonce: row.get("nonce"),
            pay_to: row.get("pay_to"),
            units: row.get::<i64, _>("units") as u64,
            valid_before: time("valid_before"),
            request: row.get("request"),
        },
        attempt: row.get("attempt"),
        state: state.ok_or_else(|| StoreError::corrupt("payment", format!("the state {word}")))?,
        transaction: row.get("transaction_hash"),
        reason: row.get("reason"),
        answer: answer.transpose()?,
        is_delivered: row.get("is_delivered"),
        reserved_at: time("reserved_at"),
        changed_at: time("changed_at"),
    })
}
