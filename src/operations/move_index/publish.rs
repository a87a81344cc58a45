//! Give an index away: the latest snapshot, and what has changed since a state.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::{ExportReport, ExportRequest, MoveError, export_snapshot};
use crate::operations::Services;
use crate::pack::PackSigningKey;
use crate::skill::{Sha256Digest, Timestamp};
use crate::snapshot::Followed;

/// Skills that a delta carries at most; beyond it, the whole index is less work for everybody.
const DELTA_SKILLS: u64 = 5_000;
/// Changed skills after which the whole index is written anew. Half a delta, so that whoever
/// takes it can go on by deltas.
const RENEWAL_SKILLS: u64 = DELTA_SKILLS / 2;
/// How old a whole index may be, in milliseconds, where anything has changed: an hour.
const RENEWAL_MS: i64 = 3_600_000;
/// Deltas that are kept, for followers that ask alike.
const KEPT_DELTAS: usize = 8;

/// A snapshot that can be given away.
#[derive(Debug, Clone)]
pub struct PublishedSnapshot {
    /// The manifest as it stands in the file.
    pub manifest: Vec<u8>,
    /// The digest of the manifest.
    pub digest: Sha256Digest,
    /// The file.
    pub file: Arc<tempfile::TempPath>,
    /// Bytes of the file.
    pub size_bytes: u64,
    sequence: u64,
    created_at: Timestamp,
}

/// Gives an index away. Clones share what was made.
#[derive(Clone)]
pub struct Publisher {
    services: Services,
    folder: PathBuf,
    key: Option<PackSigningKey>,
    /// Held while a file is made: one at a time, however many ask.
    made: Arc<Mutex<Made>>,
}

#[derive(Default)]
struct Made {
    latest: Option<PublishedSnapshot>,
    /// The latest last, by the state they begin at.
    deltas: Vec<(u64, PublishedSnapshot)>,
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Publisher").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Publisher {
    /// Makes files in `folder`, which go with the publisher.
    pub fn new(services: Services, folder: PathBuf) -> Self {
        Self { services, folder, key: None, made: Arc::default() }
    }

    /// Signs what is given away.
    #[must_use]
    pub fn signing(self, key: Option<PackSigningKey>) -> Self {
        Self { key, ..self }
    }

    /// Returns the whole index, as new as its age and the number of changes since allow.
    ///
    /// # Errors
    /// Fails where the store cannot be read or the file not be written.
    pub async fn latest(&self) -> Result<PublishedSnapshot, MoveError> {
        let mut made = self.made.lock().await;
        if let Some(latest) = &made.latest {
            let store = self.services.store();
            let age = self.services.now().as_milliseconds() - latest.created_at.as_milliseconds();
            let is_current = store.sequence().await? == latest.sequence;
            let is_young = age < RENEWAL_MS && store.change_count(latest.sequence).await? < RENEWAL_SKILLS;
            if is_current || is_young {
                return Ok(latest.clone());
            }
        }
        let latest = self.make(None).await?;
        made.latest = Some(latest.clone());
        Ok(latest)
    }

    /// Returns what has changed since the state with this number, which was given away before;
    /// where nothing has, a snapshot that says so, and when.
    ///
    /// # Errors
    /// [`MoveError::UnknownState`] and [`MoveError::TooMuch`] where the whole index is to be
    /// taken.
    pub async fn delta(&self, since: u64) -> Result<PublishedSnapshot, MoveError> {
        let mut made = self.made.lock().await;
        let store = self.services.store();
        let root = store.published_root(since).await?.ok_or(MoveError::UnknownState(since))?;
        let count = store.change_count(since).await?;
        if count > DELTA_SKILLS {
            return Err(MoveError::TooMuch(count));
        }
        let sequence = store.sequence().await?;
        let is_kept = |kept: &&(u64, PublishedSnapshot)| {
            let age = self.services.now().as_milliseconds() - kept.1.created_at.as_milliseconds();
            // One that says that nothing has changed says until when.
            kept.0 == since && kept.1.sequence == sequence && (sequence > since || age < 1_000)
        };
        if let Some((_, delta)) = made.deltas.iter().find(is_kept) {
            return Ok(delta.clone());
        }
        let delta = self.make(Some(Followed { sequence: since, root })).await?;
        made.deltas.retain(|(number, _)| *number != since);
        if made.deltas.len() >= KEPT_DELTAS {
            made.deltas.remove(0);
        }
        made.deltas.push((since, delta.clone()));
        Ok(delta)
    }

    async fn make(&self, since: Option<Followed>) -> Result<PublishedSnapshot, MoveError> {
        let created_at = self.services.now();
        let file = tempfile::Builder::new().prefix("snapshot-").tempfile_in(&self.folder).map_err(MoveError::Write)?;
        let (output, path) = file.into_parts();
        let request = ExportRequest {
            since,
            created_at,
            has_vectors: true,
            key: self.key.clone(),
            waiting_folder: self.folder.clone(),
        };
        let ExportReport { manifest, digest, size_bytes } = export_snapshot(&self.services, request, output).await?;
        self.services.store().publish_state(manifest.sequence, manifest.root, created_at).await?;
        Ok(PublishedSnapshot {
            manifest: manifest.to_bytes(),
            digest,
            file: Arc::new(path),
            size_bytes,
            sequence: manifest.sequence,
            created_at,
        })
    }
}
