//! What the other index takes down, knows to do harm, and heard of domains.
//!
//! All of it travels whole with every snapshot, deltas included, and takes the place of what
//! came before from the same index. What was made here stays beside it.

use serde_json::json as value;

use crate::store::sqlite::accounts::append;
use crate::store::sqlite::takedowns::replace_within;
use crate::store::sqlite::threats::replace_within as replace_threats;
use crate::store::sqlite::trust::take_over_statement;
use crate::store::sqlite::write::{Change, next_sequence};
use crate::store::takedowns::{Takedown, TakedownOrigin};
use crate::store::transfer::issuer_of;
use crate::store::{AuditEntry, StoreError, TakeOver, TakedownRow, ThreatRow, TransferError};
use crate::threat::Threat;
use crate::trust::PublisherStatement;

/// How far the clock of whoever fetched a statement may be ahead.
const SKEW_MS: i64 = 3_600_000;

/// What came, as it is read.
#[derive(Default)]
pub(super) struct Warnings {
    takedowns: Vec<Takedown>,
    threats: Vec<Threat>,
    statements: Vec<PublisherStatement>,
}

impl Warnings {
    pub(super) fn takedown(&mut self, row: &TakedownRow) -> Result<(), TransferError> {
        self.takedowns.push(row.read().map_err(TransferError::Row)?);
        Ok(())
    }

    /// Returns the key by which threats are in order.
    pub(super) fn threat(&mut self, row: &ThreatRow, terms: &TakeOver) -> Result<Vec<u8>, TransferError> {
        let threat = row.read(&issuer_of(terms.identity)).map_err(TransferError::Row)?;
        let key = threat.id().as_str().as_bytes().to_vec();
        self.threats.push(threat);
        Ok(key)
    }

    /// A statement holds for some days after it was fetched; one of the future would for ever.
    pub(super) fn statement(&mut self, row: PublisherStatement, terms: &TakeOver) -> Result<(), TransferError> {
        if row.fetched_at.as_milliseconds() > terms.now.as_milliseconds().saturating_add(SKEW_MS) {
            let reason = format!("the statement of {} was fetched in the future of this machine's clock", row.domain);
            return Err(TransferError::Row(reason));
        }
        self.statements.push(row);
        Ok(())
    }

    /// Writes what is wanted of it. Skills come as listed or not as their rows say, so nothing is
    /// settled here; and with `keeps_numbers`, the numbers of change are those of the other index,
    /// which has counted these changes.
    pub(super) async fn write(
        self,
        change: &mut Change<'_>,
        terms: &TakeOver,
        keeps_numbers: bool,
    ) -> Result<(), StoreError> {
        let Self { takedowns, threats, statements } = self;
        let issuer = issuer_of(terms.identity);
        let mut is_changed = false;
        if !terms.declined.takedowns {
            is_changed |= replace_within(change, TakedownOrigin::Followed, &takedowns, &issuer, terms.now).await?;
        }
        if !terms.declined.threats {
            let replaced = replace_threats(change, &issuer, &threats, !keeps_numbers, terms.now).await?;
            if replaced != (0, 0, 0) {
                let (added, changed, withdrawn) = replaced;
                let entry = AuditEntry {
                    actor: "operator".to_owned(),
                    team: None,
                    action: "snapshot.import",
                    subject: issuer,
                    detail: value!({ "added": added, "changed": changed, "withdrawn": withdrawn }),
                };
                append(change, &entry, terms.now).await?;
                is_changed = true;
            }
        }
        if !terms.declined.statements {
            for statement in &statements {
                take_over_statement(change, statement, terms.identity, terms.now).await?;
            }
        }
        // Answers that were made before may say otherwise.
        if is_changed && !keeps_numbers {
            next_sequence(change).await?;
        }
        Ok(())
    }
}
