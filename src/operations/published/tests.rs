//! Artifacts as rows of files.

use std::io::Read;

use super::artifact::{Artifact, ArtifactKind, Unservable};
use crate::skill::{FileContent, RawBundle, RawFile, Sha256Digest, UnreadFile};

fn bundle(files: &[(&str, &str)]) -> RawBundle {
    let file = |(path, text): &(&str, &str)| RawFile {
        path: (*path).to_owned(),
        content: FileContent::Bytes(text.as_bytes().to_vec()),
        is_executable: path.ends_with(".sh"),
    };
    RawBundle { files: files.iter().map(file).collect(), unread: Vec::new() }
}

#[test]
fn one_file_is_served_as_it_is_and_more_are_packed() {
    let alone = Artifact::of(&bundle(&[("SKILL.md", "text")])).expect("an artifact");
    assert_eq!((alone.kind, alone.bytes.as_slice()), (ArtifactKind::SkillMd, b"text".as_slice()));
    assert_eq!(alone.digest, Sha256Digest::of(b"text"));
    let packed = Artifact::of(&bundle(&[("scripts/run.sh", "run"), ("SKILL.md", "text")])).expect("an artifact");
    assert_eq!(packed.kind, ArtifactKind::Archive);
    assert_eq!(packed.files, ["SKILL.md", "scripts/run.sh"]);
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.bytes.as_slice()));
    let read: Vec<(String, u32, u64, String)> = archive
        .entries()
        .expect("entries")
        .map(|entry| {
            let mut entry = entry.expect("an entry");
            let path = entry.path().expect("a path").display().to_string();
            let (mode, time) = (entry.header().mode().expect("a mode"), entry.header().mtime().expect("a time"));
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("text");
            (path, mode, time, text)
        })
        .collect();
    assert_eq!(
        read,
        [
            ("SKILL.md".to_owned(), 0o644, 0, "text".to_owned()),
            ("scripts/run.sh".to_owned(), 0o755, 0, "run".to_owned())
        ]
    );
}

#[test]
fn the_order_in_which_files_were_read_does_not_matter() {
    let one = Artifact::of(&bundle(&[("SKILL.md", "s"), ("b", "b"), ("a/c", "c")])).expect("an artifact");
    let other = Artifact::of(&bundle(&[("a/c", "c"), ("b", "b"), ("SKILL.md", "s")])).expect("an artifact");
    assert_eq!(one, other);
    // The bytes are what clients pin: they change only where files do.
    assert_eq!(&one.bytes[..4], [0x1f, 0x8b, 8, 0]);
    assert_eq!(&one.bytes[4..8], [0; 4], "no time");
}

#[test]
fn what_a_client_could_not_unpack_safely_is_refused() {
    let long = format!("{}/{}", "d".repeat(120), "f".repeat(120));
    let rows: Vec<(Vec<(&str, &str)>, Unservable)> = vec![
        (vec![("skill.md", "s")], Unservable::NoInstructions),
        (vec![("docs/SKILL.md", "s")], Unservable::NoInstructions),
        (vec![("SKILL.md", "s"), ("a..b", "x")], Unservable::UnsafePath),
        (vec![("SKILL.md", "s"), ("../a", "x")], Unservable::UnsafePath),
        (vec![("SKILL.md", "s"), ("/etc/passwd", "x")], Unservable::UnsafePath),
        (vec![("SKILL.md", "s"), ("C:x", "x")], Unservable::UnsafePath),
        (vec![("SKILL.md", "s"), ("a\\b", "x")], Unservable::UnsafePath),
        (vec![("SKILL.md", "s"), ("a\u{202e}b", "x")], Unservable::UnsafePath),
        (vec![("SKILL.md", "s"), ("A.md", "x"), ("a.md", "y")], Unservable::UnsafePath),
        (vec![("SKILL.md", "s"), (&long, "x")], Unservable::UnsafePath),
    ];
    for (files, expected) in rows {
        assert_eq!(Artifact::of(&bundle(&files)).err(), Some(expected), "{files:?}");
    }
    let mut linked = bundle(&[("SKILL.md", "s")]);
    let content = FileContent::Symlink("SKILL.md".to_owned());
    linked.files.push(RawFile { path: "link".to_owned(), content, is_executable: false });
    assert_eq!(Artifact::of(&linked).err(), Some(Unservable::Links));
    let mut partial = bundle(&[("SKILL.md", "s")]);
    partial.unread.push(UnreadFile { path: "run.sh".to_owned(), size_bytes: None, reason: "not carried".to_owned() });
    assert_eq!(Artifact::of(&partial).err(), Some(Unservable::Incomplete));
    let many: Vec<String> = (0..1_000).map(|number| format!("f{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), "")).chain([("SKILL.md", "s")]).collect();
    assert_eq!(Artifact::of(&bundle(&many)).err(), Some(Unservable::TooLarge));
}
