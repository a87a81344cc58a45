//! Take an index over from a file.

use std::io::{BufReader, Read};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::MoveError;
use super::pack::unpack;
use super::stream::{Decompressed, is_compressed};
use crate::skill::{Sha256Digest, Timestamp};
use crate::snapshot::{Manifest, SnapshotError, SnapshotReader};
use crate::store::{Store, TakeOver, TakeOverBatch, TakenOver};

/// Parts that wait to be taken over.
const WAITING_PARTS: usize = 2;

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
    now: Timestamp,
) -> Result<ImportReport, MoveError> {
    let (manifest, digest) = (snapshot.manifest().clone(), snapshot.digest());
    let terms = TakeOver {
        identity: *manifest.index.as_bytes(),
        sequence: manifest.sequence,
        root: manifest.root,
        follows: manifest.follows.map(|state| (state.sequence, state.root)),
        created_at: manifest.created_at,
        now,
    };
    let (sender, batches) = mpsc::channel(WAITING_PARTS);
    let reading = tokio::task::spawn_blocking(move || read(snapshot, &sender));
    let taken = store.take_over(terms, batches).await;
    // What is wrong with the file is why the store was not told of an end.
    reading.await.map_err(|_| MoveError::Ended)??;
    Ok(ImportReport { manifest, digest, taken: taken? })
}

/// Reads parts and hands their rows over, and says at the end that there are no more.
fn read(mut snapshot: IncomingSnapshot, batches: &mpsc::Sender<TakeOverBatch>) -> Result<(), MoveError> {
    let counts: Vec<u64> = snapshot.manifest().parts.iter().map(|part| part.rows).collect();
    let mut counts = counts.into_iter();
    while let Some((kind, content)) = snapshot.reader.next_part()? {
        let rows = unpack(kind, &content).map_err(MoveError::Row)?;
        if counts.next() != Some(rows.len() as u64) {
            return Err(MoveError::Row("a part has another number of rows than its manifest says".to_owned()));
        }
        // Nobody receives any more where the store refused; it says why.
        if batches.blocking_send(TakeOverBatch::Rows(rows)).is_err() {
            return Ok(());
        }
    }
    let _ = batches.blocking_send(TakeOverBatch::End);
    Ok(())
}
