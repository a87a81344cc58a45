//! A snapshot taken apart and put together again, with or without the right digests.

use touchmark::skill::Sha256Digest;
use touchmark::snapshot::{Counts, Manifest, PartKind, archive_end, member};

/// The manifest and the contents of the parts, in their order.
#[derive(Clone)]
pub struct Opened {
    pub manifest: Manifest,
    pub parts: Vec<Vec<u8>>,
}

impl Opened {
    pub fn of(bytes: &[u8]) -> Self {
        let archive = zstd::decode_all(bytes).expect("it is compressed");
        let mut rest = archive.as_slice();
        let mut members = Vec::new();
        while rest.len() > 1_024 {
            let size = std::str::from_utf8(&rest[124..135]).expect("octal digits");
            let size = usize::from_str_radix(size, 8).expect("octal digits");
            members.push(rest[512..512 + size].to_vec());
            rest = &rest[512 + size.next_multiple_of(512)..];
        }
        let manifest = Manifest::parse(&members.remove(0)).expect("a manifest");
        Self { manifest, parts: members }
    }

    /// Puts it together as it is, whatever the manifest says.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.with_manifest(&self.manifest.to_bytes())
    }

    /// Puts it together with another manifest.
    pub fn with_manifest(&self, manifest: &[u8]) -> Vec<u8> {
        let mut archive = member(Manifest::MEMBER, manifest);
        for (part, content) in self.manifest.parts.iter().zip(&self.parts) {
            archive.extend(member(&part.name, content));
        }
        archive.extend(archive_end());
        zstd::encode_all(archive.as_slice(), 1).expect("it is compressed")
    }

    /// Puts it together as an origin that lies would: every digest and count is right.
    pub fn sealed(mut self) -> Vec<u8> {
        for (part, content) in self.manifest.parts.iter_mut().zip(&self.parts) {
            part.digest = Sha256Digest::of(content);
            part.size_bytes = content.len() as u64;
            part.rows = match part.kind {
                PartKind::Blobs => blobs(content).len() as u64,
                PartKind::Vectors => content.len() as u64 / self.manifest.embedder.as_ref().expect("one").row_bytes(),
                _ => content.iter().filter(|byte| **byte == b'\n').count().max(1) as u64,
            };
        }
        self.manifest.counts = Counts::of_parts(&self.manifest.parts);
        self.to_bytes()
    }

    /// The first part of a kind.
    pub fn part(&mut self, kind: PartKind) -> &mut Vec<u8> {
        let place = self.manifest.parts.iter().position(|part| part.kind == kind).expect("there is such a part");
        &mut self.parts[place]
    }

    /// Changes the lines of the first part of a kind.
    pub fn lines(mut self, kind: PartKind, change: impl FnOnce(&mut Vec<String>)) -> Self {
        let part = self.part(kind);
        let mut lines: Vec<String> = std::str::from_utf8(part).expect("text").lines().map(str::to_owned).collect();
        change(&mut lines);
        *part = lines.into_iter().map(|line| line + "\n").collect::<String>().into_bytes();
        self
    }

    /// Changes one line of the first part of a kind, as JSON.
    pub fn line(self, kind: PartKind, at: usize, change: impl FnOnce(&mut serde_json::Value)) -> Self {
        self.lines(kind, |lines| {
            let mut value = serde_json::from_str(&lines[at]).expect("JSON");
            change(&mut value);
            lines[at] = value.to_string();
        })
    }

    /// Changes the files of the first part of blobs.
    pub fn blobs(mut self, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Self {
        let part = self.part(PartKind::Blobs);
        let mut files = blobs(part);
        change(&mut files);
        *part = files
            .into_iter()
            .flat_map(|file| (file.len() as u32).to_le_bytes().into_iter().chain(file).collect::<Vec<u8>>())
            .collect();
        self
    }
}

fn blobs(content: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = content;
    let mut files = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((file, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize) else { break };
        files.push(file.to_vec());
        rest = after;
    }
    files
}
