//! Write an index into one file.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::MoveError;
use super::pack::{Packed, frame, pack, pack_vectors};
use crate::operations::Services;
use crate::pack::{PackSigningKey, sign_snapshot};
use crate::scan::ruleset_version;
use crate::search::{MovedVectors, VectorOrigin};
use crate::skill::{Sha256Digest, Timestamp};
use crate::snapshot::{
    Counts, EmbedderMark, FORMAT, FORMAT_VERSION, Followed, IndexIdentity, Manifest, SIGNATURE_MEMBER, SnapshotKind,
    archive_end, member,
};
use crate::store::{SentState, Store};

/// Rows that wait to be packed.
const WAITING_ROWS: usize = 64;

/// What is written.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The state that a delta begins at; none for everything.
    pub since: Option<Followed>,
    /// The time that the snapshot names as its own.
    pub created_at: Timestamp,
    /// Whether vectors are written as well, as far as search has them.
    pub has_vectors: bool,
    /// The key that signs it.
    pub key: Option<PackSigningKey>,
    /// The folder in which parts wait until the manifest is known.
    pub waiting_folder: PathBuf,
}

/// What was written.
#[derive(Debug, Clone)]
pub struct ExportReport {
    /// The manifest.
    pub manifest: Manifest,
    /// The digest of the manifest, which is that of the snapshot.
    pub digest: Sha256Digest,
    /// Bytes of the file.
    pub size_bytes: u64,
}

/// Writes what the index holds at one moment. The same state and time give the same bytes.
///
/// # Errors
/// Fails where the store cannot be read or the output not be written.
pub async fn export_snapshot(
    services: &Services,
    request: ExportRequest,
    output: impl Write + Send + 'static,
) -> Result<ExportReport, MoveError> {
    let store: &Arc<dyn Store> = services.store();
    let frames = tempfile::tempfile_in(&request.waiting_folder).map_err(MoveError::Write)?;
    let (sender, rows) = mpsc::channel(WAITING_ROWS);
    let packing = tokio::task::spawn_blocking(move || pack(rows, frames));
    let sent = store.send_rows(request.since.map(|state| state.sequence), sender).await;
    let packed = packing.await.map_err(|_| MoveError::Ended)?;
    // What the packer found wrong is why rows were no longer received.
    let (packed, sent) = (packed?, sent?);
    let search = services.search().clone();
    let writing = move || {
        let vectors = request.has_vectors.then(|| search.vectors(&packed.skills)).flatten();
        write(&request, sent, packed, vectors, output)
    };
    tokio::task::spawn_blocking(writing).await.map_err(|_| MoveError::Ended)?
}

fn write(
    request: &ExportRequest,
    sent: SentState,
    mut packed: Packed,
    vectors: Option<MovedVectors>,
    output: impl Write,
) -> Result<ExportReport, MoveError> {
    let vectors = vectors.filter(|vectors| !vectors.is_empty());
    if let Some(vectors) = &vectors {
        pack_vectors(&mut packed, vectors)?;
    }
    let Packed { parts, frames, .. } = packed;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: FORMAT_VERSION,
        kind: if request.since.is_some() { SnapshotKind::Delta } else { SnapshotKind::Full },
        program: env!("CARGO_PKG_VERSION").to_owned(),
        ruleset: ruleset_version().as_str().to_owned(),
        index: IndexIdentity::from_bytes(sent.identity),
        sequence: sent.sequence,
        root: sent.root,
        follows: request.since,
        created_at: request.created_at,
        embedder: vectors.as_ref().map(|vectors| embedder_mark(vectors.origin())),
        counts: Counts::of_parts(&parts),
        parts,
    };
    let digest = Sha256Digest::of(&manifest.to_bytes());
    let signature = request.key.as_ref().map(|key| sign_snapshot(digest, key));
    let size_bytes = write_all(&manifest, signature.as_deref(), frames, output).map_err(MoveError::Write)?;
    Ok(ExportReport { digest, manifest, size_bytes })
}

fn embedder_mark(origin: &VectorOrigin) -> EmbedderMark {
    let VectorOrigin { name, version, dimensions } = origin.clone();
    EmbedderMark { name, version, dimensions: u32::try_from(dimensions).unwrap_or(u32::MAX) }
}

fn write_all(
    manifest: &Manifest,
    signature: Option<&[u8]>,
    mut frames: File,
    mut output: impl Write,
) -> io::Result<u64> {
    let mut head = member(Manifest::MEMBER, &manifest.to_bytes());
    head.extend(signature.into_iter().flat_map(|signature| member(SIGNATURE_MEMBER, signature)));
    let first = frame(&head)?;
    let last = frame(&archive_end())?;
    output.write_all(&first)?;
    frames.rewind()?;
    let copied = io::copy(&mut frames, &mut output)?;
    output.write_all(&last)?;
    output.flush()?;
    Ok(first.len() as u64 + copied + last.len() as u64)
}
