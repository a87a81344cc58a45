//! Reading: one part after the other, each checked before it is handed out.

use std::io::{self, Read};

use super::member::{MEMBER_BLOCK, header, size_of};
use super::{MANIFEST_BYTES, Manifest, PartKind, SIGNATURE_BYTES, SIGNATURE_MEMBER, SnapshotError, archive_end};
use crate::skill::Sha256Digest;

/// Reads a snapshot from decompressed bytes.
pub struct SnapshotReader<R> {
    input: R,
    manifest: Manifest,
    digest: Sha256Digest,
    signature: Option<Vec<u8>>,
    /// The header that was read after the manifest, where it is none of a signature.
    ahead: Option<[u8; MEMBER_BLOCK]>,
    next: usize,
}

impl<R> std::fmt::Debug for SnapshotReader<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SnapshotReader").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}

impl<R: Read> SnapshotReader<R> {
    /// Reads the manifest and checks that it can be meant. With `expected`, it has to be the
    /// manifest of this digest; every part is named in it by digest, so that this pins all.
    ///
    /// # Errors
    /// Fails where the input is no snapshot, or not the expected one.
    pub fn open(mut input: R, expected: Option<Sha256Digest>) -> Result<Self, SnapshotError> {
        let block = read_block(&mut input)?;
        let size_bytes = size_of(&block).filter(|size| *size <= MANIFEST_BYTES).ok_or(SnapshotError::NoManifest)?;
        if block != header(Manifest::MEMBER, size_bytes) {
            return Err(SnapshotError::NoManifest);
        }
        let bytes = read_content(&mut input, size_bytes)?.ok_or(SnapshotError::NoManifest)?;
        let digest = Sha256Digest::of(&bytes);
        if let Some(expected) = expected.filter(|expected| *expected != digest) {
            return Err(SnapshotError::Digest { expected, found: digest });
        }
        let manifest = Manifest::parse(&bytes)?;
        let block = read_block(&mut input)?;
        let signed_bytes =
            size_of(&block).filter(|size| *size <= SIGNATURE_BYTES && block == header(SIGNATURE_MEMBER, *size));
        let (signature, ahead) = match signed_bytes {
            Some(size_bytes) => {
                let content = read_content(&mut input, size_bytes)?;
                (Some(content.ok_or_else(|| SnapshotError::Part(SIGNATURE_MEMBER.to_owned()))?), None)
            }
            None => (None, Some(block)),
        };
        Ok(Self { input, manifest, digest, signature, ahead, next: 0 })
    }

    /// Returns what stands in the place of the signature, as it is; who trusts it has to check it.
    pub fn signature(&self) -> Option<&[u8]> {
        self.signature.as_deref()
    }

    /// Returns the manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the digest of the manifest, which is that of the snapshot.
    pub fn digest(&self) -> Sha256Digest {
        self.digest
    }

    /// Returns the next part, whose digest is the one that the manifest names; none after the
    /// last one, when the archive is over as well.
    ///
    /// # Errors
    /// Fails where the input is not what the manifest says.
    pub fn next_part(&mut self) -> Result<Option<(PartKind, Vec<u8>)>, SnapshotError> {
        let Some(part) = self.manifest.parts.get(self.next) else {
            self.read_end()?;
            return Ok(None);
        };
        let block = match self.ahead.take() {
            Some(block) => block,
            None => read_block(&mut self.input)?,
        };
        if block != header(&part.name, part.size_bytes) {
            return Err(SnapshotError::Order(part.name.clone()));
        }
        let content = read_content(&mut self.input, part.size_bytes)?;
        let content = content.filter(|content| Sha256Digest::of(content) == part.digest);
        let content = content.ok_or_else(|| SnapshotError::Part(part.name.clone()))?;
        let kind = part.kind;
        self.next += 1;
        Ok(Some((kind, content)))
    }

    fn read_end(&mut self) -> Result<(), SnapshotError> {
        let first = match self.ahead.take() {
            Some(block) => block,
            None => read_block(&mut self.input)?,
        };
        let end = [first, read_block(&mut self.input)?].concat();
        let is_over = end == archive_end() && self.input.read(&mut [0])? == 0;
        if is_over { Ok(()) } else { Err(SnapshotError::Surplus) }
    }
}

fn read_block(input: &mut impl Read) -> io::Result<[u8; MEMBER_BLOCK]> {
    let mut block = [0; MEMBER_BLOCK];
    input.read_exact(&mut block)?;
    Ok(block)
}

/// Reads a content and what fills its last block; `None` where that is not zeros. The size
/// was checked; the bytes are taken as they come, so that a lie about it costs nothing.
fn read_content(input: &mut impl Read, size_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    input.take(size_bytes).read_to_end(&mut content)?;
    if content.len() as u64 != size_bytes {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    let fill = content.len().next_multiple_of(MEMBER_BLOCK) - content.len();
    let mut zeros = [0; MEMBER_BLOCK];
    input.read_exact(&mut zeros[..fill])?;
    Ok(zeros.iter().all(|byte| *byte == 0).then_some(content))
}
