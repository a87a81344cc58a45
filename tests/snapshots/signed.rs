use std::io::Cursor;

use touchmark::operations::{IncomingSnapshot, PackSigningKey, open_snapshot};

use super::file::Opened;
use super::world::{World, export_whole};

fn opened(bytes: &[u8]) -> IncomingSnapshot {
    open_snapshot(Box::new(Cursor::new(bytes.to_vec())), None).expect("a snapshot")
}

#[tokio::test]
async fn only_a_key_that_was_named_makes_a_signed_snapshot() {
    let world = World::with_skills(2).await;
    let (ours, theirs) = (PackSigningKey::draw().expect("a key"), PackSigningKey::draw().expect("a key"));
    let (plain, unsigned) = export_whole(&world.services, None).await;
    let (report, signed) = export_whole(&world.services, Some(ours.clone())).await;
    let (_, foreign) = export_whole(&world.services, Some(theirs.clone())).await;
    assert_eq!(report.digest, plain.digest, "a signature changes nothing of what is signed");
    assert!(opened(&signed).check_signature(&[theirs.public(), ours.public()]).is_ok());
    let other = World::with_skills(1).await;
    let (_, elsewhere) = export_whole(&other.services, Some(ours.clone())).await;
    // The signature of one snapshot before the parts of another.
    let moved = {
        let archive = zstd::decode_all(elsewhere.as_slice()).expect("compressed");
        let after_manifest = 512 + Opened::of(&unsigned_of(&elsewhere)).manifest.to_bytes().len().next_multiple_of(512);
        let signature = archive[after_manifest..after_manifest + 1_024].to_vec();
        let target = zstd::decode_all(unsigned.as_slice()).expect("compressed");
        let place = 512 + plain.manifest.to_bytes().len().next_multiple_of(512);
        zstd::encode_all([&target[..place], &signature, &target[place..]].concat().as_slice(), 1).expect("compressed")
    };
    let rows: [(&str, &[u8], &str); 3] = [
        ("unsigned", &unsigned, "not signed"),
        ("signed by another", &foreign, "not pinned"),
        ("the signature of another", &moved, "not that of these bytes"),
    ];
    for (what, bytes, reason) in rows {
        let refused = opened(bytes).check_signature(&[ours.public()]).expect_err(what).to_string();
        assert!(refused.contains(reason), "{what}: {refused}");
    }
}

/// Takes the signature out of a snapshot.
fn unsigned_of(bytes: &[u8]) -> Vec<u8> {
    let archive = zstd::decode_all(bytes).expect("compressed");
    let size = std::str::from_utf8(&archive[124..135]).expect("octal digits");
    let place = 512 + usize::from_str_radix(size, 8).expect("octal digits").next_multiple_of(512);
    let rest = &archive[place + 1_024..];
    zstd::encode_all([&archive[..place], rest].concat().as_slice(), 1).expect("compressed")
}
