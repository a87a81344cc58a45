//! From rows to compressed parts, and back.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};

use rayon::prelude::*;
use tokio::sync::mpsc;

use super::MoveError;
use crate::search::MovedVectors;
use crate::skill::{Sha256Digest, SkillId};
use crate::snapshot::{FINGERPRINT_BYTES, PART_BYTES, PART_TARGET_BYTES, Part, PartKind, member};
use crate::store::{RowKind, TransferRow};

/// How hard parts are compressed: more than this takes longer than it is worth on a line of a
/// hundred megabits.
pub(super) const COMPRESSION_LEVEL: i32 = 6;
/// Bytes of the length that stands before a blob.
const LENGTH_BYTES: usize = 4;

/// Parts that were written to a file, each member a frame of its own.
pub(super) struct Packed {
    pub parts: Vec<Part>,
    pub frames: File,
    /// The skills that are in it.
    pub skills: HashSet<SkillId>,
}

/// A part that is being filled.
struct Open {
    kind: PartKind,
    number: usize,
    rows: u64,
    content: Vec<u8>,
}

/// Packs rows in the order in which they come; the parts are known only at the end, so that
/// they wait in a file.
pub(super) fn pack(mut rows: mpsc::Receiver<TransferRow>, mut frames: File) -> Result<Packed, MoveError> {
    let (mut parts, mut skills) = (Vec::new(), HashSet::new());
    let mut open: Option<Open> = None;
    while let Some(row) = rows.blocking_recv() {
        if let TransferRow::Skill(skill) = &row {
            skills.insert(SkillId::of(&skill.source.identity));
        }
        let kind = part_kind(row.kind());
        let is_full = open.as_ref().is_some_and(|open| open.kind != kind || open.content.len() >= PART_TARGET_BYTES);
        if let Some(full) = open.take_if(|_| is_full) {
            let number = if full.kind == kind { full.number + 1 } else { 1 };
            parts.push(close(full, &mut frames)?);
            open = Some(Open { kind, number, rows: 0, content: Vec::new() });
        }
        let part = open.get_or_insert_with(|| Open { kind, number: 1, rows: 0, content: Vec::new() });
        append(&mut part.content, &row)?;
        part.rows += 1;
    }
    if let Some(last) = open {
        parts.push(close(last, &mut frames)?);
    }
    Ok(Packed { parts, frames, skills })
}

/// Adds vectors after everything else.
pub(super) fn pack_vectors(packed: &mut Packed, vectors: &MovedVectors) -> Result<(), MoveError> {
    let row_bytes = FINGERPRINT_BYTES as usize + vectors.origin().dimensions;
    let rows: Vec<(u64, &[i8])> = vectors.rows().collect();
    for (rows, number) in rows.chunks((PART_TARGET_BYTES / row_bytes).max(1)).zip(1..) {
        let mut content = Vec::with_capacity(rows.len() * row_bytes);
        for (fingerprint, values) in rows {
            content.extend_from_slice(&fingerprint.to_le_bytes());
            content.extend(values.iter().map(|value| value.to_le_bytes()[0]));
        }
        let part = Open { kind: PartKind::Vectors, number, rows: rows.len() as u64, content };
        let part = close(part, &mut packed.frames)?;
        packed.parts.push(part);
    }
    Ok(())
}

/// Reads the vectors of a part. Its length was checked against its rows.
///
/// # Errors
/// Says what is wrong with the part.
pub(super) fn unpack_vectors(content: &[u8], vectors: &mut MovedVectors) -> Result<u64, String> {
    let row_bytes = FINGERPRINT_BYTES as usize + vectors.origin().dimensions;
    let rows = content.chunks(row_bytes);
    let count = rows.len() as u64;
    for row in rows {
        let (fingerprint, values) = row.split_first_chunk::<8>().ok_or("a vector is cut off")?;
        vectors.push(u64::from_le_bytes(*fingerprint), values).map_err(|error| error.to_string())?;
    }
    Ok(count)
}

fn close(part: Open, frames: &mut File) -> Result<Part, MoveError> {
    let Open { kind, number, rows, content } = part;
    if content.len() as u64 > PART_BYTES {
        return Err(MoveError::TooLarge { size_bytes: content.len() });
    }
    let name = kind.member_name(number);
    let digest = Sha256Digest::of(&content);
    frames.write_all(&frame(&member(&name, &content)).map_err(MoveError::Write)?).map_err(MoveError::Write)?;
    Ok(Part { name, kind, rows, size_bytes: content.len() as u64, digest })
}

/// Compresses bytes into a frame; the same bytes give the same frame.
pub(super) fn frame(bytes: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, COMPRESSION_LEVEL)
}

fn append(content: &mut Vec<u8>, row: &TransferRow) -> Result<(), MoveError> {
    if let TransferRow::Blob(bytes) = row {
        let length = u32::try_from(bytes.len()).map_err(|_| MoveError::TooLarge { size_bytes: bytes.len() })?;
        content.extend_from_slice(&length.to_le_bytes());
        content.extend_from_slice(bytes);
        return Ok(());
    }
    let line = row.encode().map_err(|error| MoveError::Write(error.into()))?;
    content.extend_from_slice(&line);
    content.push(b'\n');
    Ok(())
}

/// Reads the rows of a part.
///
/// # Errors
/// Says what is wrong with the part.
pub(super) fn unpack(kind: PartKind, content: &[u8]) -> Result<Vec<TransferRow>, String> {
    let Some(kind) = row_kind(kind) else { return Err("vectors are no rows of a store".to_owned()) };
    if kind == RowKind::Blob {
        return unpack_blobs(content);
    }
    let lines = content.strip_suffix(b"\n").ok_or("a part does not end with a line end")?;
    let lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').collect();
    lines.into_par_iter().map(|line| TransferRow::decode(kind, line)).collect()
}

fn unpack_blobs(content: &[u8]) -> Result<Vec<TransferRow>, String> {
    let mut rest = content;
    let mut rows = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<LENGTH_BYTES>().ok_or("the length of a file is cut off")?;
        let length = u32::from_le_bytes(*length) as usize;
        let (bytes, after) = after.split_at_checked(length).ok_or("a file is longer than its part")?;
        rows.push(TransferRow::decode(RowKind::Blob, bytes)?);
        rest = after;
    }
    Ok(rows)
}

fn part_kind(kind: RowKind) -> PartKind {
    match kind {
        RowKind::Takedown => PartKind::Takedowns,
        RowKind::Threat => PartKind::Threats,
        RowKind::Statement => PartKind::Statements,
        RowKind::Source => PartKind::Sources,
        RowKind::Repository => PartKind::Repositories,
        RowKind::Blob => PartKind::Blobs,
        RowKind::Bundle => PartKind::Bundles,
        RowKind::Verdict => PartKind::Verdicts,
        RowKind::Skill => PartKind::Skills,
    }
}

fn row_kind(kind: PartKind) -> Option<RowKind> {
    Some(match kind {
        PartKind::Takedowns => RowKind::Takedown,
        PartKind::Threats => RowKind::Threat,
        PartKind::Statements => RowKind::Statement,
        PartKind::Sources => RowKind::Source,
        PartKind::Repositories => RowKind::Repository,
        PartKind::Blobs => RowKind::Blob,
        PartKind::Bundles => RowKind::Bundle,
        PartKind::Verdicts => RowKind::Verdict,
        PartKind::Skills => RowKind::Skill,
        PartKind::Vectors => return None,
    })
}
