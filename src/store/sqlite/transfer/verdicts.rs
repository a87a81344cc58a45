//! Verdicts of whoever scanned.

use rayon::prelude::*;
use sqlx::QueryBuilder;

use super::pending::{Pending, WrittenVerdict};
use crate::scan::ruleset_version;
use crate::store::revision::compress;
use crate::store::sqlite::write::{Change, json, summary_of};
use crate::store::{StoreError, StoredVerdict, VerdictRow};

/// Rows of one statement.
const ROWS: usize = 50;

/// Writes what is stored of verdicts on other threads; each names the index that it came from.
pub(super) fn pack(rows: Vec<VerdictRow>, identity: [u8; 16]) -> Pending {
    let write = move |row: VerdictRow| {
        let summary = summary_of(&row.report, row.analyzed_at);
        let summary = json(&StoredVerdict { taken_over_from: Some(uuid::Uuid::from_bytes(identity)), ..summary })?;
        let report = compress(json(&row.report)?.as_bytes());
        Ok(WrittenVerdict { row, summary, report })
    };
    Pending::Verdicts(tokio::task::spawn_blocking(move || rows.into_par_iter().map(write).collect()))
}

/// Writes verdicts that were not there; returns how many. What this program has scanned itself
/// by its own rules is not overruled by the word of another; of the same rules there is one
/// verdict anyway.
pub(super) async fn insert(
    change: &mut Change<'_>,
    verdicts: &[WrittenVerdict],
    identity: [u8; 16],
) -> Result<u64, StoreError> {
    let mut inserted = 0;
    for rows in verdicts.chunks(ROWS) {
        let mut query = QueryBuilder::new(
            "INSERT INTO verdicts (bundle_key, package_hash, ruleset_version, status, summary, report, analyzed_at, \
             imported_from) SELECT * FROM (",
        );
        query.push_values(rows, |mut row, WrittenVerdict { row: verdict, summary, report }| {
            row.push_bind(verdict.bundle.as_bytes().as_slice())
                .push_bind(verdict.report.package_hash.as_bytes().as_slice())
                .push_bind(verdict.report.ruleset_version.as_str())
                .push_bind(verdict.report.status.as_str())
                .push_bind(summary.as_str())
                .push_bind(report.as_slice())
                .push_bind(verdict.analyzed_at.as_milliseconds())
                .push_bind(identity.to_vec());
        });
        query.push(
            ") AS came WHERE NOT EXISTS (SELECT 1 FROM verdicts own WHERE own.bundle_key = came.column1 \
             AND own.imported_from IS NULL AND own.ruleset_version = ",
        );
        query.push_bind(ruleset_version().as_str().to_owned());
        query.push(") ON CONFLICT (bundle_key, ruleset_version) DO NOTHING");
        inserted += query.build().execute(&mut **change).await?.rows_affected();
    }
    Ok(inserted)
}
