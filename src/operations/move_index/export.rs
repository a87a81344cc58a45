//! Write an index into one file.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::MoveError;
use super::pack::{Packed, frame, pack};
use crate::operations::Services;
use crate::scan::ruleset_version;
use crate::skill::{Sha256Digest, Timestamp};
use crate::snapshot::{
    Counts, FORMAT, FORMAT_VERSION, Followed, IndexIdentity, Manifest, SnapshotKind, archive_end, member,
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
    tokio::task::spawn_blocking(move || write(&request, sent, packed, output)).await.map_err(|_| MoveError::Ended)?
}

fn write(
    request: &ExportRequest,
    sent: SentState,
    packed: Packed,
    output: impl Write,
) -> Result<ExportReport, MoveError> {
    let Packed { parts, frames } = packed;
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
        counts: Counts::of_parts(&parts),
        parts,
    };
    let size_bytes = write_all(&manifest, frames, output).map_err(MoveError::Write)?;
    Ok(ExportReport { digest: Sha256Digest::of(&manifest.to_bytes()), manifest, size_bytes })
}

fn write_all(manifest: &Manifest, mut frames: File, mut output: impl Write) -> io::Result<u64> {
    let first = frame(&member(Manifest::MEMBER, &manifest.to_bytes()))?;
    let last = frame(&archive_end())?;
    output.write_all(&first)?;
    frames.rewind()?;
    let copied = io::copy(&mut frames, &mut output)?;
    output.write_all(&last)?;
    output.flush()?;
    Ok(first.len() as u64 + copied + last.len() as u64)
}
