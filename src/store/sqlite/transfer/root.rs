//! The root digest of a state.

use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{Row, SqliteConnection};

use crate::skill::Sha256Digest;
use crate::store::StoreError;

/// Digests which skills there are, with which bundle, and which of them are listed, in the
/// order of their ids. A bundle's key stands for its files; what else is known of a skill
/// can be computed from those, or is covered by the digests of the file that carries it.
pub(super) async fn root_digest(connection: &mut SqliteConnection) -> Result<Sha256Digest, StoreError> {
    let mut hasher = Sha256::new();
    hasher.update("touchmark-index-root-v1\n");
    let mut rows =
        sqlx::query("SELECT skill_id, bundle_key, is_listed FROM skills ORDER BY skill_id").fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        // Ids and keys have one length, so nothing runs into the next.
        hasher.update(row.get::<&[u8], _>(0));
        hasher.update(row.get::<&[u8], _>(1));
        hasher.update([u8::from(row.get::<bool, _>(2))]);
    }
    Ok(Sha256Digest::from_bytes(hasher.finalize().into()))
}
