//! The files of stored bundles.

use sqlx::SqlitePool;

use super::super::revision::FileEntry;
use super::super::{BundleKey, StoreError};
use super::read::{decompress, digest, json, raw_bundles};
use crate::skill::{RawBundle, Sha256Digest};

pub(super) async fn raw_bundle(pool: &SqlitePool, key: BundleKey) -> Result<Option<(RawBundle, String)>, StoreError> {
    let row = sqlx::query("SELECT bundle_key, files, unread, name FROM bundles WHERE bundle_key = ?")
        .bind(key.digest().as_bytes().to_vec())
        .fetch_optional(pool)
        .await?;
    let found = raw_bundles(pool, row.as_slice()).await?.pop();
    Ok(found.map(|(_, bundle, name)| (bundle, name)))
}

pub(super) async fn bundle_file(pool: &SqlitePool, key: BundleKey, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let files: Option<String> = sqlx::query_scalar("SELECT files FROM bundles WHERE bundle_key = ?")
        .bind(key.digest().as_bytes().to_vec())
        .fetch_optional(pool)
        .await?;
    let Some(files) = files else { return Ok(None) };
    let files: Vec<FileEntry> = json("list of files", files)?;
    let Some(file) = files.into_iter().find(|file| file.path == path && file.link_target.is_none()) else {
        return Ok(None);
    };
    let compressed: Vec<u8> = sqlx::query_scalar("SELECT compressed FROM blobs WHERE sha256 = ?")
        .bind(file.sha256.as_bytes().to_vec())
        .fetch_one(pool)
        .await?;
    Ok(Some(decompress(&compressed)?))
}

/// Of several, the one with the lowest key: the same every time.
pub(super) async fn bundle_with_digest(
    pool: &SqlitePool,
    wanted: Sha256Digest,
) -> Result<Option<BundleKey>, StoreError> {
    let key: Option<Vec<u8>> = sqlx::query_scalar(
        "SELECT b.bundle_key FROM bundles b WHERE (b.content_hash = ?1 OR b.package_hash = ?1) \
         AND EXISTS (SELECT 1 FROM skill_bundles h JOIN skills s ON s.skill_id = h.skill_id WHERE h.bundle_key = b.bundle_key AND s.is_listed = 1) \
         ORDER BY b.bundle_key LIMIT 1",
    )
    .bind(wanted.as_bytes().to_vec())
    .fetch_optional(pool)
    .await?;
    key.map(|key| Ok(BundleKey::from_digest(digest(key)?))).transpose()
}
