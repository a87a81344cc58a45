//! Bundles: their bytes out of what came before, and their rows.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use sqlx::{QueryBuilder, Row};

use super::pending::Pending;
use crate::skill::{CopyKey, Sha256Digest, limits};
use crate::store::digests::RECIPE_SET;
use crate::store::sqlite::read::{decompress, digest};
use crate::store::sqlite::write::{Change, json};
use crate::store::transfer::ParsedBundle;
use crate::store::{BundleRow, StoreError, TransferError};

/// Rows of one statement.
const ROWS: usize = 50;
/// Digests of one statement.
const DIGEST_ROWS: usize = 300;
/// Files that are read by one statement.
const FILES: usize = 200;
/// Bundles that are remembered: those of a million take 200 MB. Others are looked up.
const REMEMBERED: usize = 1_000_000;

/// What a bundle says of a skill.
#[derive(Debug, Clone, Copy)]
pub(super) struct BundleColumns {
    pub content_hash: Sha256Digest,
    pub package_hash: Sha256Digest,
    pub copy_key: Sha256Digest,
    pub is_complete: bool,
}

/// The bundles of a take-over, as far as they are remembered.
#[derive(Default)]
pub(super) struct KnownBundles {
    columns: HashMap<Sha256Digest, BundleColumns>,
}

impl KnownBundles {
    /// Remembers bundles that are about to be written.
    pub(super) fn add(&mut self, bundles: &[ParsedBundle]) {
        let left = REMEMBERED.saturating_sub(self.columns.len());
        self.columns.extend(bundles.iter().take(left).map(|bundle| {
            let columns = BundleColumns {
                content_hash: bundle.content_hash,
                package_hash: bundle.package_hash,
                copy_key: CopyKey::of(&bundle.name, &bundle.description, bundle.content_hash).digest(),
                is_complete: bundle.is_complete,
            };
            (bundle.key.digest(), columns)
        }));
    }

    /// Returns a bundle that is there.
    pub(super) async fn find(
        &mut self,
        change: &mut Change<'_>,
        key: Sha256Digest,
    ) -> Result<Option<BundleColumns>, StoreError> {
        if let Some(known) = self.columns.get(&key) {
            return Ok(Some(*known));
        }
        let row = sqlx::query(
            "SELECT content_hash, package_hash, is_complete, name, description FROM bundles WHERE bundle_key = ?",
        )
        .bind(key.as_bytes().as_slice())
        .fetch_optional(&mut **change)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let content_hash = digest(row.get(0))?;
        Ok(Some(BundleColumns {
            content_hash,
            package_hash: digest(row.get(1))?,
            copy_key: CopyKey::of(row.get(3), row.get(4), content_hash).digest(),
            is_complete: row.get(2),
        }))
    }
}

/// Compressed bytes of files.
pub(super) type Contents = HashMap<Sha256Digest, Vec<u8>>;

/// Takes the first bundles off `waiting`, as many as fit into the bounds and at least some, and
/// reads the bytes of their files.
pub(super) async fn contents(
    change: &mut Change<'_>,
    waiting: &mut Vec<BundleRow>,
    most_bundles: usize,
    most_bytes: usize,
) -> Result<(Vec<BundleRow>, Contents), TransferError> {
    let (mut batch, mut contents, mut bytes) = (Vec::new(), Contents::new(), 0);
    while bytes < most_bytes && batch.len() < most_bundles && !waiting.is_empty() {
        let some: Vec<BundleRow> = waiting.drain(..ROWS.min(waiting.len())).collect();
        let files = some.iter().flat_map(|row| row.files.iter().filter(|file| file.link_target.is_none()));
        let missing: BTreeSet<Sha256Digest> =
            files.map(|file| file.sha256).filter(|sha256| !contents.contains_key(sha256)).collect();
        let missing: Vec<Sha256Digest> = missing.into_iter().collect();
        for wanted in missing.chunks(FILES) {
            let mut query = QueryBuilder::new("SELECT sha256, compressed FROM blobs WHERE sha256 IN (");
            let mut list = query.separated(", ");
            for sha256 in wanted {
                list.push_bind(sha256.as_bytes().as_slice());
            }
            for row in query.push(")").build().fetch_all(&mut **change).await? {
                let compressed: Vec<u8> = row.get(1);
                bytes += compressed.len();
                contents.insert(digest(row.get(0))?, compressed);
            }
        }
        batch.extend(some);
    }
    Ok((batch, contents))
}

/// Parses bundles from the bytes of their files on other threads.
pub(super) fn parse(rows: Vec<BundleRow>, contents: Contents) -> Pending {
    let parse = move |row: BundleRow| {
        let bytes = bytes_of(&row, &contents)?;
        row.parse(bytes)
    };
    Pending::Bundles(tokio::task::spawn_blocking(move || rows.into_par_iter().map(parse).collect()))
}

fn bytes_of(row: &BundleRow, contents: &Contents) -> Result<Vec<Vec<u8>>, String> {
    let mut bytes = Vec::with_capacity(row.files.len());
    let mut total = 0;
    for file in row.files.iter().filter(|file| file.link_target.is_none()) {
        let compressed = contents
            .get(&file.sha256)
            .ok_or_else(|| format!("the bytes of a file of the bundle {} are not there", row.key))?;
        let content = decompress(compressed).map_err(|error| error.to_string())?;
        // One large file may be named many times.
        total += content.len() as u64;
        if total > limits::BUNDLE_BYTES {
            return Err(format!("the bundle {} has more than {} bytes", row.key, limits::BUNDLE_BYTES));
        }
        bytes.push(content);
    }
    Ok(bytes)
}

/// Writes bundles and their digests.
pub(super) async fn insert_bundles(change: &mut Change<'_>, bundles: &[ParsedBundle]) -> Result<(), StoreError> {
    for rows in bundles.chunks(ROWS) {
        let mut texts = Vec::with_capacity(rows.len());
        for bundle in rows {
            texts.push([
                json(&bundle.quality_flags)?,
                json(&bundle.selection_flags)?,
                json(&bundle.manifest)?,
                json(&bundle.frontmatter)?,
                json(&bundle.issues)?,
                json(&bundle.unread)?,
                json(&bundle.files)?,
            ]);
        }
        let mut query = QueryBuilder::new(
            "INSERT INTO bundles (bundle_key, package_hash, content_hash, name, description, is_complete, \
             context_cost_tokens, quality_flags, selection_flags, manifest, frontmatter, issues, unread, files, \
             recipe_set) ",
        );
        query.push_values(rows.iter().zip(&texts), |mut row, (bundle, texts)| {
            row.push_bind(bundle.key.digest().as_bytes().to_vec())
                .push_bind(bundle.package_hash.as_bytes().as_slice())
                .push_bind(bundle.content_hash.as_bytes().as_slice())
                .push_bind(bundle.name.as_str())
                .push_bind(bundle.description.as_str())
                .push_bind(bundle.is_complete)
                .push_bind(bundle.context_cost_tokens.map(|tokens| i64::try_from(tokens).unwrap_or(i64::MAX)));
            for text in texts {
                row.push_bind(text.as_str());
            }
            row.push_bind(RECIPE_SET);
        });
        query.build().execute(&mut **change).await?;
    }
    let digest = |bundle: &ParsedBundle| {
        let key = bundle.key.digest().as_bytes().to_vec();
        let row = move |digest: &crate::recipe::RecipeDigest| {
            (digest.value.as_bytes().to_vec(), digest.recipe.name(), key.clone())
        };
        bundle.recipe_digests.iter().map(row).collect::<Vec<_>>()
    };
    let mut digests: Vec<(Vec<u8>, &str, Vec<u8>)> = bundles.iter().flat_map(digest).collect();
    // Neighbours in the tree are written one after the other.
    digests.sort_unstable();
    for rows in digests.chunks(DIGEST_ROWS) {
        let mut query = QueryBuilder::new("INSERT INTO recipe_digests (digest, recipe, bundle_key) ");
        query.push_values(rows, |mut row, (digest, recipe, key)| {
            row.push_bind(digest.as_slice()).push_bind(*recipe).push_bind(key.as_slice());
        });
        query.push(" ON CONFLICT DO NOTHING").build().execute(&mut **change).await?;
    }
    Ok(())
}
