//! What is taken of an archive, and which archives are not: each row is made here.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use proptest::prelude::*;
use tar::{Builder, EntryType, Header};

use crate::skill::{FileContent, RawBundle, limits};
use crate::source::tests::packed::{gzip, tar_entry};

use super::{ArchiveBounds, ArchiveError, unpack};

const SKILL: &[u8] = b"---\nname: demo\ndescription: Does it.\n---\n# Demo\n";

/// A tar archive with a skill at its root, and what `add` adds.
fn tar(add: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut archive = Vec::new();
    tar_entry(&mut archive, EntryType::Regular, b"SKILL.md", b"", SKILL, 0o644);
    add(&mut archive);
    archive.resize(archive.len() + 1_024, 0);
    archive
}

fn tar_file(name: &[u8]) -> Vec<u8> {
    tar(|archive| tar_entry(archive, EntryType::Regular, name, b"", b"x", 0o644))
}

fn tar_kind(kind: EntryType, name: &str, link: &str) -> Vec<u8> {
    tar(|archive| tar_entry(archive, kind, name.as_bytes(), link.as_bytes(), b"", 0o644))
}

/// An entry of a zip archive; what differs between its two descriptions is a field of its own.
#[derive(Clone)]
struct ZipEntry {
    name: Vec<u8>,
    local_name: Option<Vec<u8>>,
    content: Vec<u8>,
    mode: u16,
    flags: u16,
    method: u16,
    crc: Option<u32>,
    unpacked: Option<u32>,
    extra: Vec<u8>,
}

fn zip_entry(name: impl AsRef<[u8]>, content: &[u8]) -> ZipEntry {
    ZipEntry {
        name: name.as_ref().to_vec(),
        local_name: None,
        content: content.to_vec(),
        mode: 0o100_644,
        flags: 0,
        method: 8,
        crc: None,
        unpacked: None,
        extra: Vec::new(),
    }
}

fn zip_of(entries: &[ZipEntry]) -> Vec<u8> {
    zip_with(entries, |_| {}, entries.len() as u16)
}

/// Writes the entries, lets `between` change what stands before the directory, and ends the
/// archive with a count of entries.
fn zip_with(entries: &[ZipEntry], between: impl FnOnce(&mut Vec<u8>), count: u16) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let packed = match entry.method {
            8 => {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(&entry.content).expect("bytes are packed");
                encoder.finish().expect("bytes are packed")
            }
            _ => entry.content.clone(),
        };
        let mut crc = flate2::Crc::new();
        crc.update(&entry.content);
        let crc = entry.crc.unwrap_or(crc.sum());
        let unpacked = entry.unpacked.unwrap_or(entry.content.len() as u32);
        let header = bytes.len() as u32;
        let name = entry.local_name.as_ref().unwrap_or(&entry.name);
        bytes.extend_from_slice(b"PK\x03\x04\x14\0");
        bytes.extend_from_slice(&entry.flags.to_le_bytes());
        bytes.extend_from_slice(&entry.method.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        for number in [crc, packed.len() as u32, unpacked] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&[0; 2]);
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(&packed);
        directory.extend_from_slice(b"PK\x01\x02\x14\x03\x14\0");
        directory.extend_from_slice(&entry.flags.to_le_bytes());
        directory.extend_from_slice(&entry.method.to_le_bytes());
        directory.extend_from_slice(&[0; 4]);
        for number in [crc, packed.len() as u32, unpacked] {
            directory.extend_from_slice(&number.to_le_bytes());
        }
        directory.extend_from_slice(&(entry.name.len() as u16).to_le_bytes());
        directory.extend_from_slice(&(entry.extra.len() as u16).to_le_bytes());
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&(u32::from(entry.mode) << 16).to_le_bytes());
        directory.extend_from_slice(&header.to_le_bytes());
        directory.extend_from_slice(&entry.name);
        directory.extend_from_slice(&entry.extra);
    }
    between(&mut bytes);
    let at = bytes.len() as u32;
    bytes.extend_from_slice(&directory);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&at.to_le_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes
}

/// A zip archive with a skill at its root, and another entry.
fn zip(entry: ZipEntry) -> Vec<u8> {
    zip_of(&[zip_entry("SKILL.md", SKILL), entry])
}

fn zip_file(name: impl AsRef<[u8]>) -> Vec<u8> {
    zip(zip_entry(name, b"x"))
}

const SMALL: ArchiveBounds = ArchiveBounds { entries: 50, bytes: 4 * 1024 * 1024, kept_bytes: 4 * 1024 * 1024 };

fn read(bytes: &[u8]) -> Result<RawBundle, ArchiveError> {
    let unpacked = unpack(bytes, SMALL)?;
    Ok(unpacked.bundle("", "SKILL.md").expect("the instructions are read"))
}

fn listed(bundle: &RawBundle) -> Vec<String> {
    let files = bundle.files.iter().map(|file| match &file.content {
        FileContent::Bytes(_) => format!("{}{}", file.path, if file.is_executable { "*" } else { "" }),
        FileContent::Symlink(target) => format!("{} -> {target}", file.path),
    });
    let unread = bundle.unread.iter().map(|file| format!("{} ! {}", file.path, file.reason));
    files.chain(unread).collect()
}

#[test]
fn archives_that_could_be_unpacked_elsewhere_or_differently_are_refused() {
    let zeros = vec![0_u8; 3 * 1024 * 1024];
    let noise: Vec<u8> = (0..1_500_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let with = |change: fn(&mut ZipEntry)| {
        let mut entry = zip_entry("a.txt", b"some text");
        change(&mut entry);
        zip(entry)
    };
    let two = |left: &str, right: &str| {
        zip_of(&[zip_entry("SKILL.md", SKILL), zip_entry(left, b"1"), zip_entry(right, b"2")])
    };
    let tar_two = |left: &str, right: &str| {
        tar(|archive| {
            tar_entry(archive, EntryType::Regular, left.as_bytes(), b"", b"1", 0o644);
            tar_entry(archive, EntryType::Regular, right.as_bytes(), b"", b"2", 0o644);
        })
    };
    let whole = zip_file("a.txt");
    let packed = gzip(&tar_file(b"a.txt"));
    let link_then_file = tar(|archive| {
        tar_entry(archive, EntryType::Symlink, b"out", b"/etc", b"", 0o777);
        tar_entry(archive, EntryType::Regular, b"out/passwd", b"", b"x", 0o644);
    });
    let mut zip_link = zip_entry("out", b"/etc");
    zip_link.mode = 0o120_777;
    let rows: Vec<(&str, Vec<u8>, &str)> = vec![
        ("tar: up", tar_file(b"../evil"), "`.` or `..`"),
        ("tar: up behind a folder", tar_file(b"a/../../evil"), "`.` or `..`"),
        ("tar: up behind ./", tar_file(b"./../evil"), "`.` or `..`"),
        ("tar: up at the end", tar_file(b"a/.."), "`.` or `..`"),
        ("tar: absolute", tar_file(b"/etc/passwd"), "absolute"),
        ("tar: two slashes", tar_file(b"//server/share/x"), "absolute"),
        ("tar: backslash", tar_file(b"..\\evil"), "backslash"),
        ("tar: UNC", tar_file(b"\\\\server\\share\\x"), "backslash"),
        ("tar: drive", tar_file(b"C:\\evil"), "drive letter"),
        ("tar: drive with a slash", tar_file(b"c:/evil"), "drive letter"),
        ("tar: drive without a slash", tar_file(b"C:evil"), "drive letter"),
        ("tar: line feed", tar_file(b"a\nb"), "control character"),
        ("tar: escape", tar_file(b"a\x1b[2Jb"), "control character"),
        ("tar: an empty part", tar_file(b"a//b"), "empty part"),
        ("tar: folder up", tar_kind(EntryType::Directory, "../evil/", ""), "`.` or `..`"),
        ("tar: link up in its own name", tar_kind(EntryType::Symlink, "../evil", "x"), "`.` or `..`"),
        ("tar: file below a link", link_then_file, "lies below `out`"),
        ("tar: twice", tar_two("a.txt", "a.txt"), "one file on some systems"),
        ("tar: twice with ./", tar_two("a.txt", "./a.txt"), "one file on some systems"),
        ("tar: twice but for case", tar_two("a.txt", "A.TXT"), "one file on some systems"),
        ("tar: twice but for composition", tar_two("\u{e9}", "e\u{301}"), "one file on some systems"),
        ("tar: twice by the Kelvin sign", tar_two("k", "\u{212a}"), "one file on some systems"),
        ("tar: SKILL.md again", tar_file(b"skill.md"), "one file on some systems"),
        ("tar: file and folder", tar_two("a", "a/b"), "lies below `a`"),
        ("tar: file and folder but for case", tar_two("A", "a/b"), "lies below `A`"),
        (
            "tar: many entries",
            tar(|archive| {
                (0..60).for_each(|n| {
                    tar_entry(archive, EntryType::Regular, format!("f{n}").as_bytes(), b"", b"", 0o644);
                })
            }),
            "more than 50 entries",
        ),
        (
            "tar: many folders",
            tar(|archive| {
                (0..60).for_each(|n| {
                    tar_entry(archive, EntryType::Directory, format!("f{n}/").as_bytes(), b"", b"", 0o755);
                })
            }),
            "more than 50 entries",
        ),
        (
            "tar: too large",
            tar(|archive| {
                tar_entry(archive, EntryType::Regular, b"big", b"", &noise, 0o644);
            }),
            "more than 4194304 bytes",
        ),
        (
            "tar: a size that is not there",
            {
                let mut archive = tar(|_| {});
                let mut header = Header::new_gnu();
                header.set_size(10 * 1024 * 1024 * 1024);
                header.as_old_mut().name[..4].copy_from_slice(b"huge");
                header.set_cksum();
                archive.splice(1_024..1_024, header.as_bytes().iter().copied());
                archive
            },
            "more than 4194304 bytes",
        ),
        ("tar: cut in an entry", tar_file(b"a.txt")[..1_024 + 512].to_vec(), "middle of an entry"),
        (
            "tar: a broken checksum",
            {
                let mut archive = tar_file(b"a.txt");
                archive[1_024 + 3] ^= 1;
                archive
            },
            "damaged",
        ),
        (
            "gzip: zeros",
            gzip(&tar(|archive| {
                tar_entry(archive, EntryType::Regular, b"zeros", b"", &zeros, 0o644);
            })),
            "more than 100 times",
        ),
        ("gzip: zeros behind the end", gzip(&[tar(|_| {}), zeros.clone()].concat()), ""),
        ("gzip: cut", packed[..packed.len() / 2].to_vec(), "damaged"),
        (
            "gzip: a broken checksum",
            {
                let mut bytes = packed.clone();
                let at = bytes.len() - 6;
                bytes[at] ^= 1;
                bytes
            },
            "",
        ),
        ("gzip: in gzip", gzip(&packed), "damaged"),
        ("gzip: of a zip", gzip(&whole), "damaged"),
        ("zip: up", zip_file("../evil"), "`.` or `..`"),
        ("zip: up behind a folder", zip_file("a/../../evil"), "`.` or `..`"),
        ("zip: absolute", zip_file("/etc/passwd"), "absolute"),
        ("zip: backslash", zip_file("a\\..\\..\\evil"), "backslash"),
        ("zip: UNC", zip_file("\\\\server\\share"), "backslash"),
        ("zip: drive", zip_file("D:/evil"), "drive letter"),
        ("zip: NUL", zip_file("SKILL.md\0.txt"), "control character"),
        ("zip: no name", zip_file(""), "no name"),
        ("zip: only a slash", zip_file("/"), "has content"),
        ("zip: twice", two("a", "a"), "one file on some systems"),
        ("zip: twice but for case", two("Straße", "STRAßE"), "one file on some systems"),
        ("zip: SKILL.md twice", zip(zip_entry("SKILL.md", b"other")), "one file on some systems"),
        ("zip: file and folder", two("a", "a/b"), "lies below `a`"),
        (
            "zip: file below a link",
            zip_of(&[zip_entry("SKILL.md", SKILL), zip_link, zip_entry("out/x", b"x")]),
            "lies below `out`",
        ),
        ("zip: another name before the data", with(|entry| entry.local_name = Some(b"b.txt".to_vec())), "another name"),
        ("zip: another name in an extra field", with(|entry| entry.extra = b"\x75\x70\x02\0ab".to_vec()), "two names"),
        ("zip: a broken checksum", with(|entry| entry.crc = Some(1)), "damaged"),
        ("zip: longer than it says", with(|entry| entry.unpacked = Some(3)), "damaged"),
        ("zip: shorter than it says", with(|entry| entry.unpacked = Some(300)), "damaged"),
        ("zip: a folder with content", with(|entry| entry.name = b"a/".to_vec()), "has content"),
        ("zip: zeros", zip(zip_entry("zeros", &zeros)), "100 times"),
        (
            "zip: too large",
            zip({
                let mut entry = zip_entry("big", &noise[..3_000_000]);
                (entry.method, entry.unpacked) = (8, Some(200_000_000));
                entry
            }),
            "more than 4194304 bytes",
        ),
        (
            "zip: larger than its own limit",
            zip(ZipEntry { method: 0, ..zip_entry("big", &noise) }),
            "more than 4194304 bytes",
        ),
        (
            "zip: many entries",
            zip_of(&(0..60).map(|n| zip_entry(format!("f{n}"), b"")).collect::<Vec<_>>()),
            "more than 50 entries",
        ),
        (
            "zip: entries that are not in the directory",
            {
                zip_with(
                    &[zip_entry("SKILL.md", SKILL)],
                    |bytes| {
                        let hidden = zip_file("hidden.sh");
                        bytes.extend_from_slice(&hidden[..hidden.len() / 2]);
                    },
                    1,
                )
            },
            "does not name",
        ),
        ("zip: fewer entries than it counts", zip_with(&[zip_entry("SKILL.md", SKILL)], |_| {}, 2), "fewer entries"),
        (
            "zip: more entries than it counts",
            zip_with(&[zip_entry("SKILL.md", SKILL), zip_entry("a", b"x")], |_| {}, 1),
            "more entries than it says",
        ),
        ("zip: large kind", zip_with(&[zip_entry("SKILL.md", SKILL)], |_| {}, 0xFFFF), "Zip64"),
        ("zip: bytes before it", [b"#!/bin/sh\n".to_vec(), whole.clone()].concat(), "neither a zip nor a tar"),
        ("zip: bytes before it that look like one", [b"PK".to_vec(), whole.clone()].concat(), "not where its end says"),
        ("zip: bytes behind it", [whole.clone(), b"x".to_vec()].concat(), "no end, or bytes behind it"),
        (
            "zip: two ends",
            {
                let mut bytes = whole.clone();
                let at = bytes.len() - 22;
                let end = bytes[at..].to_vec();
                bytes[at + 20] = 22;
                bytes.extend(end);
                bytes
            },
            "two ends",
        ),
        ("zip: cut", whole[..whole.len() - 30].to_vec(), "no end"),
        (
            "zip: shared bytes",
            {
                let entries = [zip_entry("SKILL.md", SKILL), zip_entry("SKILL.md", SKILL)];
                let mut bytes = zip_of(&entries);
                let second = memchr::memmem::rfind(&bytes, b"PK\x01\x02").expect("a directory");
                bytes[second + 42..second + 46].copy_from_slice(&[0; 4]);
                bytes
            },
            "share the same bytes",
        ),
        ("nothing", Vec::new(), "neither"),
        ("text", b"hello".to_vec(), "neither"),
        ("html", b"<!doctype html><title>404</title>".to_vec(), "neither"),
        ("7z", b"7z\xbc\xaf\x27\x1c".to_vec(), "neither"),
    ];
    assert!(rows.len() >= 60, "{}", rows.len());
    let mut wrong = Vec::new();
    for (name, bytes, expected) in rows {
        let result = read(&bytes);
        if expected.is_empty() {
            // The end of the tar archive stands before what is wrong: readers stop there.
            assert_eq!(result.expect(name).files[0].path, "SKILL.md", "{name}");
            continue;
        }
        match result.map(|bundle| listed(&bundle)) {
            Ok(files) => wrong.push(format!("{name}: taken: {files:?}")),
            Err(error) => {
                let error = error.to_string();
                if !error.contains(expected) || error.chars().any(char::is_control) {
                    wrong.push(format!("{name}: {error:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_be_read_is_listed_and_the_rest_is_read() {
    let mut encrypted = zip_entry("secret", b"x");
    encrypted.flags = 1;
    let mut packed_otherwise = zip_entry("lzma", b"x");
    packed_otherwise.method = 14;
    let mut device = zip_entry("tty", b"");
    device.mode = 0o020_666;
    let mut link = zip_entry("link", b"/etc/passwd");
    link.mode = 0o120_777;
    let mut setuid = zip_entry("run", b"x");
    setuid.mode = 0o104_755;
    let deep = "d/".repeat(limits::FOLDER_DEPTH + 1) + "x";
    let rows: Vec<(Vec<u8>, &str)> = vec![
        (tar_kind(EntryType::Symlink, "link", "../../etc/passwd"), "link -> ../../etc/passwd"),
        (tar_kind(EntryType::Symlink, "loop", "loop"), "loop -> loop"),
        (tar_kind(EntryType::Link, "hard", "/etc/passwd"), "hard ! it is a hard link, which is not followed"),
        (tar_kind(EntryType::Char, "tty", ""), "tty ! it is a device, a pipe or of an unknown kind"),
        (tar_kind(EntryType::Block, "disk", ""), "disk ! it is a device, a pipe or of an unknown kind"),
        (tar_kind(EntryType::Fifo, "pipe", ""), "pipe ! it is a device, a pipe or of an unknown kind"),
        (tar_file(b"\xff.txt"), "\u{fffd}.txt ! the name is not UTF-8"),
        (tar(|archive| tar_entry(archive, EntryType::Regular, b"run", b"", b"x", 0o4_755)), "run*"),
        (zip(encrypted), "secret ! the entry is encrypted"),
        (zip(packed_otherwise), "lzma ! the entry is packed by a method that is not read"),
        (zip(device), "tty ! it is a device, a pipe or of an unknown kind"),
        (zip(link), "link -> /etc/passwd"),
        (zip(setuid), "run*"),
        (zip_file(b"\xff.txt"), "\u{fffd}.txt ! the name is not UTF-8"),
        (zip_file(&deep), "! it lies in too many folders"),
        (zip_file("n".repeat(300)), "! its path is too long"),
        (zip_file("inner.zip"), "inner.zip"),
        (zip_file(".git/config"), ""),
    ];
    for (bytes, expected) in rows {
        let bundle = read(&bytes).expect(expected);
        let lines = listed(&bundle);
        let others: Vec<&str> = lines.iter().map(String::as_str).filter(|line| *line != "SKILL.md").collect();
        match others.as_slice() {
            [] => assert_eq!(expected, "", "{lines:?}"),
            [line] => assert!(line.ends_with(expected) && !expected.is_empty(), "{line}, not {expected}"),
            more => panic!("{more:?}"),
        }
    }
}

#[test]
fn every_format_gives_the_same_skills() {
    let mut builder = Builder::new(Vec::new());
    let mut add = |path: &str, content: &[u8], mode: u32| {
        let mut header = Header::new_gnu();
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, path, content).expect("an entry");
    };
    let long = format!("pack/skills/two/{}.md", "n".repeat(150));
    add("pack/README.md", b"x", 0o644);
    add("pack/skills/one/SKILL.md", SKILL, 0o644);
    add("pack/skills/one/run.sh", b"#!/bin/sh\n", 0o755);
    add("pack/skills/two/skill.md", SKILL, 0o644);
    add(&long, b"x", 0o644);
    add("pack/skills/two/inner/SKILL.md", SKILL, 0o644);
    add("pack/node_modules/three/SKILL.md", SKILL, 0o644);
    let plain = builder.into_inner().expect("an archive");
    let mut run = zip_entry("pack/skills/one/run.sh", b"#!/bin/sh\n");
    run.mode = 0o100_755;
    let zipped = zip_of(&[
        zip_entry("pack/", b""),
        zip_entry("pack/README.md", b"x"),
        run,
        ZipEntry { method: 0, ..zip_entry("pack/skills/one/SKILL.md", SKILL) },
        zip_entry("pack/skills/two/skill.md", SKILL),
        zip_entry(&long, b"x"),
        zip_entry("pack/skills/two/inner/SKILL.md", SKILL),
        zip_entry("pack/node_modules/three/SKILL.md", SKILL),
    ]);
    for bytes in [gzip(&plain), plain, zipped] {
        let unpacked = unpack(bytes.as_slice(), ArchiveBounds::SKILL).expect("an archive");
        let found: Vec<(String, Vec<String>)> = unpacked
            .skills()
            .iter()
            .map(|(folder, name)| (folder.clone(), listed(&unpacked.bundle(folder, name).expect("a skill"))))
            .collect();
        let name = format!("{}.md", "n".repeat(150));
        assert_eq!(
            found,
            [
                ("pack/skills/one".to_owned(), vec!["SKILL.md".to_owned(), "run.sh*".to_owned()]),
                ("pack/skills/two".to_owned(), vec!["skill.md".to_owned(), "inner/SKILL.md".to_owned(), name]),
                ("pack/skills/two/inner".to_owned(), vec!["SKILL.md".to_owned()]),
            ]
        );
    }
}

#[test]
fn instructions_that_are_a_link_are_no_skill() {
    let bytes = {
        let mut archive = Vec::new();
        tar_entry(&mut archive, EntryType::Symlink, b"a/SKILL.md", b"/etc/passwd", b"", 0o777);
        archive.resize(archive.len() + 1_024, 0);
        archive
    };
    let unpacked = unpack(bytes.as_slice(), SMALL).expect("an archive");
    assert_eq!(unpacked.skills(), [("a".to_owned(), "SKILL.md".to_owned())]);
    let reason = unpacked.bundle("a", "SKILL.md").expect_err("a link");
    assert_eq!(reason, "it is a symbolic link, which is not followed");
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(start in 0_usize..4, at in 0_usize..400, value in any::<u8>(), tail in any::<Vec<u8>>()) {
        let mut bytes = match start {
            0 => tar_file(b"a"),
            1 => gzip(&tar_file(b"a")),
            2 => zip_file("a"),
            _ => b"PK".to_vec(),
        };
        let length = bytes.len();
        bytes[at % length] = value;
        let _ = read_any(&bytes);
        bytes.extend(&tail);
        let _ = read_any(&bytes);
        let _ = read_any(&tail);
    }
}

fn read_any(bytes: &[u8]) -> Option<usize> {
    let unpacked = unpack(bytes, SMALL).ok()?;
    Some(unpacked.skills().iter().filter_map(|(folder, name)| unpacked.bundle(folder, name).ok()).count())
}
