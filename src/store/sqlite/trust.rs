//! What domains say of repositories, and the texts that skills are assessed by.

use sqlx::{Row, SqlitePool};

use super::super::revision::FileEntry;
use super::super::{BundleKey, BundleText, StoreError};
use super::read::{decompress, digest, json as read_json};
use super::write::{Change, json};
use crate::skill::{Timestamp, UnreadFile};
use crate::trust::{Domain, PublisherStatement};

pub(super) async fn publisher_statements(
    pool: &SqlitePool,
    domains: &[Domain],
) -> Result<Vec<PublisherStatement>, StoreError> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT statement FROM publisher_statements \
         WHERE domain IN (SELECT value FROM json_each(?)) ORDER BY domain",
    )
    .bind(json(domains)?)
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|text| read_json("statement of a publisher", text)).collect()
}

pub(super) async fn put_publisher_statement(
    pool: &SqlitePool,
    statement: &PublisherStatement,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO publisher_statements (domain, statement) VALUES (?, ?) \
         ON CONFLICT (domain) DO UPDATE SET statement = excluded.statement, imported_from = NULL",
    )
    .bind(statement.domain.as_str())
    .bind(json(statement)?)
    .execute(pool)
    .await?;
    Ok(())
}

/// Takes over what another index heard of a domain, unless what was heard here still holds.
pub(super) async fn take_over_statement(
    change: &mut Change<'_>,
    statement: &PublisherStatement,
    identity: [u8; 16],
    now: Timestamp,
) -> Result<(), StoreError> {
    let own: Option<String> =
        sqlx::query_scalar("SELECT statement FROM publisher_statements WHERE domain = ? AND imported_from IS NULL")
            .bind(statement.domain.as_str())
            .fetch_optional(&mut **change)
            .await?;
    let own: Option<PublisherStatement> = own.map(|own| read_json("statement of a publisher", own)).transpose()?;
    if own.is_some_and(|own| own.is_current(now)) {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO publisher_statements (domain, statement, imported_from) VALUES (?, ?, ?) \
         ON CONFLICT (domain) DO UPDATE SET statement = excluded.statement, imported_from = excluded.imported_from",
    )
    .bind(statement.domain.as_str())
    .bind(json(statement)?)
    .bind(identity.to_vec())
    .execute(&mut **change)
    .await?;
    Ok(())
}

pub(super) async fn bundle_texts(pool: &SqlitePool, keys: &[BundleKey]) -> Result<Vec<BundleText>, StoreError> {
    let wanted: Vec<String> = keys.iter().map(|key| key.digest().to_hex()).collect();
    let rows = sqlx::query(
        "SELECT b.bundle_key, b.name, b.description, b.context_cost_tokens, b.frontmatter, b.issues, b.files, b.unread, c.compressed \
         FROM bundles b JOIN blobs c ON c.sha256 = b.content_hash WHERE b.bundle_key IN (SELECT unhex(value) FROM json_each(?))",
    )
    .bind(json(&wanted)?)
    .fetch_all(pool)
    .await?;
    let text = |row: &sqlx::sqlite::SqliteRow| {
        let files: Vec<FileEntry> = read_json("list of files", row.get(6))?;
        let unread: Vec<UnreadFile> = read_json("list of unread files", row.get(7))?;
        let paths = files.into_iter().map(|file| file.path).chain(unread.into_iter().map(|file| file.path));
        Ok(BundleText {
            key: BundleKey::from_digest(digest(row.get(0))?),
            name: row.get(1),
            description: row.get(2),
            context_cost_tokens: row.get::<Option<i64>, _>(3).map(|tokens| tokens as u64),
            frontmatter: read_json("frontmatter", row.get(4))?,
            issues: read_json("list of issues", row.get(5))?,
            file_paths: paths.collect(),
            content: decompress(row.get::<&[u8], _>(8))?,
        })
    };
    rows.iter().map(text).collect()
}
