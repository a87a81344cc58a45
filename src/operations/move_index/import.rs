//! Take an index over from a file.

use std::io::{BufReader, Read};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::MoveError;
use super::pack::{unpack, unpack_vectors};
use super::stream::{Decompressed, is_compressed};
use crate::pack::{PackPublicKey, check_snapshot};
use crate::search::{MovedVectors, VectorOrigin};
use crate::skill::{Sha256Digest, Timestamp};
use crate::snapshot::{EmbedderMark, Manifest, PartKind, SnapshotError, SnapshotReader};
use crate::store::{Declined, Store, TakeOver, TakeOverBatch, TakenOver};

/// Parts that wait to be taken over.
const WAITING_PARTS: usize = 2;
/// Bytes of vectors that are kept in memory until the index is there; of more, none are taken.
const VECTOR_BYTES: u64 = 1024 * 1024 * 1024;

/// A snapshot of which the manifest was read.
#[derive(Debug)]
pub struct IncomingSnapshot {
    reader: SnapshotReader<Decompressed<Box<dyn Read + Send>>>,
}

impl IncomingSnapshot {
    /// Returns the manifest.
    pub fn manifest(&self) -> &Manifest {
        self.reader.manifest()
    }

    /// Returns the digest of the snapshot.
    pub fn digest(&self) -> Sha256Digest {
        self.reader.digest()
    }

    /// Checks that one of `keys` has signed the snapshot.
    ///
    /// # Errors
    /// Fails where it has no signature, or none by any of them.
    pub fn check_signature(&self, keys: &[PackPublicKey]) -> Result<(), MoveError> {
        let signature = self.reader.signature().ok_or(MoveError::Unsigned)?;
        check_snapshot(signature, self.digest(), keys)?;
        Ok(())
    }
}

/// What was taken over.
#[derive(Debug, Clone)]
pub struct ImportReport {
    /// The manifest.
    pub manifest: Manifest,
    /// The digest of the snapshot.
    pub digest: Sha256Digest,
    /// What it changed.
    pub taken: TakenOver,
    /// The vectors that came with it, which nobody has checked but for their form; none where
    /// there are too many to be kept in memory.
    pub vectors: Option<MovedVectors>,
}

/// Reads the manifest of a snapshot, which has to have the expected digest where one is given.
///
/// # Errors
/// Fails where the input is no snapshot, or another.
pub fn open_snapshot(
    input: Box<dyn Read + Send>,
    expected: Option<Sha256Digest>,
) -> Result<IncomingSnapshot, MoveError> {
    let mut input = BufReader::new(input);
    if !is_compressed(&mut input).map_err(SnapshotError::Read)? {
        return Err(SnapshotError::NoManifest.into());
    }
    let input: Box<dyn Read + Send> = Box::new(input);
    let content = Decompressed::new(input).map_err(SnapshotError::Read)?;
    Ok(IncomingSnapshot { reader: SnapshotReader::open(content, expected)? })
}

/// Takes a snapshot over into a store: all of it, or nothing. Every row is parsed, every digest
/// is computed from the bytes; nothing of it is believed because a manifest says so.
///
/// # Errors
/// Fails where anything in it is not what it should be, or the store holds something else.
pub async fn import_snapshot(
    store: &Arc<dyn Store>,
    snapshot: IncomingSnapshot,
    declined: Declined,
    now: Timestamp,
) -> Result<ImportReport, MoveError> {
    let (manifest, digest) = (snapshot.manifest().clone(), snapshot.digest());
    let terms = TakeOver {
        identity: *manifest.index.as_bytes(),
        sequence: manifest.sequence,
        root: manifest.root,
        follows: manifest.follows.map(|state| (state.sequence, state.root)),
        created_at: manifest.created_at,
        declined,
        now,
    };
    let (sender, batches) = mpsc::channel(WAITING_PARTS);
    let reading = tokio::task::spawn_blocking(move || read(snapshot, &sender));
    let taken = store.take_over(terms, batches).await;
    // What is wrong with the file is why the store was not told of an end.
    let vectors = reading.await.map_err(|_| MoveError::Ended)??;
    Ok(ImportReport { manifest, digest, taken: taken?, vectors })
}

/// Reads parts and hands their rows over, and says at the end that there are no more.
fn read(
    mut snapshot: IncomingSnapshot,
    batches: &mpsc::Sender<TakeOverBatch>,
) -> Result<Option<MovedVectors>, MoveError> {
    let manifest = snapshot.manifest();
    let is_kept = manifest.counts.vectors.saturating_mul(manifest.embedder.as_ref().map_or(0, EmbedderMark::row_bytes))
        <= VECTOR_BYTES;
    let mut vectors = manifest.embedder.as_ref().map(|mark| MovedVectors::new(vector_origin(mark)));
    let counts: Vec<u64> = snapshot.manifest().parts.iter().map(|part| part.rows).collect();
    let mut counts = counts.into_iter();
    while let Some((kind, content)) = snapshot.reader.next_part()? {
        if let (PartKind::Vectors, Some(vectors)) = (kind, vectors.as_mut()) {
            if is_kept {
                unpack_vectors(&content, vectors).map_err(MoveError::Row)?;
            }
            continue;
        }
        let rows = unpack(kind, &content).map_err(MoveError::Row)?;
        if counts.next() != Some(rows.len() as u64) {
            return Err(MoveError::Row("a part has another number of rows than its manifest says".to_owned()));
        }
        // Nobody receives any more where the store refused; it says why.
        if batches.blocking_send(TakeOverBatch::Rows(rows)).is_err() {
            return Ok(None);
        }
    }
    let _ = batches.blocking_send(TakeOverBatch::End);
    Ok(vectors.filter(|_| is_kept))
}

fn vector_origin(mark: &EmbedderMark) -> VectorOrigin {
    VectorOrigin { name: mark.name.clone(), version: mark.version.clone(), dimensions: mark.dimensions as usize }
}
