//! Any bytes as an archive of a snapshot, and as its manifest.
#![no_main]

use touchmark::skill::Sha256Digest;
use touchmark::snapshot::{Manifest, SnapshotReader, member};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(manifest.to_bytes(), bytes, "a manifest has one spelling");
    }
    read(bytes);
    // What the digests are right of is as far as bytes that were not made by a writer come.
    read(&[member(Manifest::MEMBER, bytes), bytes.to_vec()].concat());
});

fn read(archive: &[u8]) {
    let Ok(mut reader) = SnapshotReader::open(archive, None) else { return };
    let parts = reader.manifest().parts.clone();
    let mut parts = parts.iter();
    while let Ok(Some((kind, content))) = reader.next_part() {
        let part = parts.next().expect("no more parts than the manifest names");
        assert_eq!((part.kind, part.size_bytes, part.digest), (kind, content.len() as u64, Sha256Digest::of(&content)));
    }
}
