//! Archives that hostile authors make: each comes from a registry with the right digest, and none
//! is taken.

use serde_json::json;
use tar::{EntryType, Header};

use super::*;
use crate::package::PackageSpec;
use crate::skill::Sha256Digest;
use crate::source::tests::packed::{gzip, tar_entry};
use crate::source::tests::station::{Reply, Request, Station};

const BOUNDS: PackageBounds = PackageBounds {
    time: std::time::Duration::from_secs(60),
    file_bytes: 8 << 20,
    unpacked_bytes: 16 << 20,
    kept_bytes: 4 << 20,
    entries: 500,
};

fn entry(archive: &mut Vec<u8>, kind: EntryType, name: &[u8], link: &[u8], content: &[u8]) {
    tar_entry(archive, kind, name, link, content, 0o644);
}

/// A tar archive with an ordinary package and what `add` adds, compressed.
fn tarball(add: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut archive = Vec::new();
    entry(&mut archive, EntryType::Regular, b"package/package.json", b"", b"{\"name\": \"demo\"}");
    add(&mut archive);
    archive.resize(archive.len() + 1_024, 0);
    gzip(&archive)
}

/// An entry of a zip archive: name, Unix mode, content, and the size that it claims.
type Entry<'a> = (&'a [u8], u32, &'a [u8], Option<u32>);

/// An archive of zip whose entries are not compressed.
fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, mode, content, claimed) in entries {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let sizes =
            [crc.sum(), content.len() as u32, claimed.unwrap_or(content.len() as u32)].map(u32::to_le_bytes).concat();
        let length = (name.len() as u16).to_le_bytes();
        let header = (bytes.len() as u32).to_le_bytes();
        bytes.extend([&b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, &length, &[0; 2], name, content].concat());
        let mode = (mode << 16).to_le_bytes();
        directory.extend(
            [&b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, &length, &[0; 8], &mode, &header, name].concat(),
        );
    }
    let count = (entries.len() as u16).to_le_bytes();
    let (size, at) = ((directory.len() as u32).to_le_bytes(), (bytes.len() as u32).to_le_bytes());
    bytes.extend([&directory[..], b"PK\x05\x06\0\0\0\0", &count, &count, &size, &at, &[0; 2]].concat());
    bytes
}

const FILE: u32 = 0o100_644;

fn wheel(entries: &[Entry<'_>]) -> Vec<u8> {
    zip(&[&[(&b"demo/__init__.py"[..], FILE, &b"x = 1\n"[..], None)][..], entries].concat())
}

/// Entries of an archive that has too many, for the bounds of these tests.
const CROWD: u32 = 600;

/// Every row: a name, the archive, and whether it is a wheel. `crowd` is how many entries are too
/// many.
fn rows(crowd: u32) -> Vec<(String, Vec<u8>, bool)> {
    let mut rows = Vec::new();
    // Names that lead elsewhere, on one system or another.
    let names: &[&[u8]] = &[
        b"../evil",
        b"package/../../evil",
        b"./../evil",
        b"a/..",
        b"..",
        b"/etc/passwd",
        b"//server/share/x",
        b"..\\evil",
        b"package\\..\\..\\evil",
        b"\\\\server\\share\\x",
        b"C:\\evil",
        b"c:/evil",
        b"C:evil",
        b"a\nb",
        b"a\x1b[2Jb",
        b"a\rb",
        b"a\x7fb",
        b"a//b",
        b"a/./b",
        b"package/../package.json",
        b"/",
        b"\\",
        b"a/../../../../../../root/.ssh/authorized_keys",
    ];
    for name in names {
        let shown = String::from_utf8_lossy(name).into_owned();
        if !name.ends_with(b"/") {
            rows.push((
                format!("tar: {shown:?}"),
                tarball(|archive| entry(archive, EntryType::Regular, name, b"", b"x")),
                false,
            ));
        }
        rows.push((format!("zip: {shown:?}"), wheel(&[(name, FILE, b"x", None)]), true));
    }
    // Links that lead out, and what is neither a file nor a link.
    for target in
        [&b"/etc/passwd"[..], b"../../../etc/passwd", b"../..", b"C:\\x", b"\\\\server\\x", b"a/../../../x", b""]
    {
        let shown = String::from_utf8_lossy(target).into_owned();
        let symlink = tarball(|archive| entry(archive, EntryType::Symlink, b"package/link", target, b""));
        rows.push((format!("tar: a link to {shown:?}"), symlink, false));
        rows.push((format!("zip: a link to {shown:?}"), wheel(&[(b"demo/link", 0o120_777, target, None)]), true));
    }
    for (kind, name) in [
        (EntryType::Link, "a hard link"),
        (EntryType::Char, "a character device"),
        (EntryType::Block, "a block device"),
        (EntryType::Fifo, "a pipe"),
        (EntryType::new(b'Z'), "an unknown kind"),
    ] {
        let archive = tarball(|archive| entry(archive, kind, b"package/x", b"package/package.json", b""));
        rows.push((format!("tar: {name}"), archive, false));
    }
    for (mode, name) in [
        (0o020_666, "a character device"),
        (0o060_666, "a block device"),
        (0o010_666, "a pipe"),
        (0o140_666, "a socket"),
    ] {
        rows.push((format!("zip: {name}"), wheel(&[(b"demo/x", mode, b"", None)]), true));
    }
    let through = tarball(|archive| {
        entry(archive, EntryType::Symlink, b"package/out", b"lib", b"");
        entry(archive, EntryType::Regular, b"package/out/x", b"", b"x");
    });
    rows.push(("tar: a file through a link".to_owned(), through, false));
    let through = wheel(&[(b"demo/out", 0o120_777, b"lib", None), (b"demo/out/x", FILE, b"x", None)]);
    rows.push(("zip: a file through a link".to_owned(), through, true));
    // Two files that are one on some systems, or once npm has taken the first folder off.
    for (left, right) in [
        ("package/a.js", "package/a.js"),
        ("package/a.js", "package/A.js"),
        ("package/é.js", "package/e\u{301}.js"),
        ("package/k.js", "package/\u{212a}.js"),
        ("package/a", "package/a/b"),
        ("package/A", "package/a/b"),
        ("package/a.js", "./package/a.js"),
        ("package/ß.js", "package/ẞ.js"),
    ] {
        let two = tarball(|archive| {
            entry(archive, EntryType::Regular, left.as_bytes(), b"", b"1");
            entry(archive, EntryType::Regular, right.as_bytes(), b"", b"2");
        });
        rows.push((format!("tar: {left} and {right}"), two, false));
        let two = wheel(&[(left.as_bytes(), FILE, b"1", None), (right.as_bytes(), FILE, b"2", None)]);
        rows.push((format!("zip: {left} and {right}"), two, true));
    }
    for twin in ["other/package.json", "package.json", "Package/PACKAGE.JSON", "x/Package.json"] {
        let two = tarball(|archive| entry(archive, EntryType::Regular, twin.as_bytes(), b"", b"{}"));
        rows.push((format!("tar: package/package.json and {twin}"), two, false));
    }
    rows.extend(bombs(crowd));
    rows
}

/// Archives that are much larger than they look, or not whole.
fn bombs(crowd: u32) -> Vec<(String, Vec<u8>, bool)> {
    let mut rows = Vec::new();
    for megabytes in [2_usize, 8, 15] {
        let zeros = vec![0_u8; megabytes << 20];
        let bomb = tarball(|archive| entry(archive, EntryType::Regular, b"package/zeros", b"", &zeros));
        rows.push((format!("tar: {megabytes} MB of zeros"), bomb, false));
        let many = tarball(|archive| {
            zeros.chunks(64 << 10).enumerate().for_each(|(number, chunk)| {
                entry(archive, EntryType::Regular, format!("package/{number}").as_bytes(), b"", chunk);
            });
        });
        rows.push((format!("tar: {megabytes} MB of zeros in many files"), many, false));
    }
    for gigabytes in [1_u64, 10, 1_000] {
        for kind in [EntryType::Regular, EntryType::GNUSparse] {
            let mut archive = Vec::new();
            let mut header = Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(512);
            header.as_old_mut().name[..12].copy_from_slice(b"package/huge");
            if kind == EntryType::GNUSparse {
                // One block of data at the end of a file that is nothing else (tar manual, old GNU format).
                let gnu = header.as_gnu_mut().expect("a header of GNU");
                let size = gigabytes << 30;
                gnu.set_real_size(size);
                gnu.sparse[0].set_offset(size - 512);
                gnu.sparse[0].set_length(512);
            } else {
                header.set_size(gigabytes << 30);
            }
            header.set_cksum();
            archive.extend_from_slice(header.as_bytes());
            archive.resize(archive.len() + 512 + 1_024, 0);
            rows.push((format!("tar: {gigabytes} GB, {kind:?}"), gzip(&archive), false));
        }
        let claimed = Some(u32::try_from(gigabytes << 30).unwrap_or(u32::MAX - 1));
        rows.push((format!("zip: claims {gigabytes} GB"), wheel(&[(b"demo/huge", FILE, b"x", claimed)]), true));
    }
    let folders = tarball(|archive| {
        (0..crowd)
            .for_each(|number| entry(archive, EntryType::Directory, format!("package/{number}/").as_bytes(), b"", b""));
    });
    rows.push(("tar: many folders".to_owned(), folders, false));
    let names: Vec<String> = (0..crowd).map(|number| format!("demo/{number}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_bytes(), FILE, &b""[..], None)).collect();
    rows.push(("zip: many files".to_owned(), wheel(&many), true));
    let whole = tarball(|_| {});
    for part in 1..6 {
        rows.push((format!("tar: {part} sixths of it"), whole[..whole.len() * part / 6].to_vec(), false));
    }
    let whole = wheel(&[]);
    for part in 1..6 {
        rows.push((format!("zip: {part} sixths of it"), whole[..whole.len() * part / 6].to_vec(), true));
    }
    rows.push(("zip: before it another program".to_owned(), [&b"#!/bin/sh\n"[..], &whole].concat(), true));
    rows.push(("zip: behind it something".to_owned(), [&whole[..], b"x"].concat(), true));
    rows.push(("gzip in gzip".to_owned(), gzip(&tarball(|_| {})), false));
    rows.push(("a zip in the place of a tarball, in gzip".to_owned(), gzip(&whole), false));
    rows.push(("nothing in gzip".to_owned(), gzip(b"hello"), false));
    rows.push(("a page".to_owned(), b"<!doctype html><title>404</title>".to_vec(), false));
    rows
}

/// How an archive is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Served {
    Npm,
    Wheel,
    SourceTar,
    SourceZip,
}

impl Served {
    /// The ways in which a row is served: a source of Python keeps its folders, so that what npm
    /// takes off does not make two names one.
    fn of(name: &str, is_wheel: bool) -> &'static [Self] {
        match (is_wheel, name.starts_with("tar: package/package.json and")) {
            (true, _) => &[Self::Wheel, Self::SourceZip],
            (false, true) => &[Self::Npm],
            (false, false) => &[Self::Npm, Self::SourceTar],
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Npm => "demo-1.0.0.tgz",
            Self::Wheel => "demo-1.0-py3-none-any.whl",
            Self::SourceTar => "demo-1.0.tar.gz",
            Self::SourceZip => "demo-1.0.zip",
        }
    }

    fn spec(self) -> &'static str {
        if self == Self::Npm { "npm:demo@1.0.0" } else { "pypi:demo==1.0" }
    }
}

/// A registry that serves one archive with the right digest.
fn serve(bytes: Vec<u8>, served: Served) -> Station {
    let digest = Sha256Digest::of(&bytes);
    Station::start(move |request: &Request| match request.path.as_str() {
        "/simple/demo/" => Reply::json(&json!({"meta": {"api-version": "1.0"}, "name": "demo", "files": [{
            "filename": served.file_name(), "url": "/file", "hashes": {"sha256": digest.to_hex()}}]})),
        "/demo/1.0.0" => Reply::json(&json!({"name": "demo", "version": "1.0.0", "dist": {
            "tarball": "/file", "integrity": format!("sha256-{}", base64(digest.as_bytes()))}})),
        "/file" => Reply::ok("application/octet-stream", &bytes),
        _ => Reply::status(404),
    })
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn fetch(station: &Station, spec: &str) -> Result<FetchedDistribution, PackageFetchError> {
    let host = |path: &str| Some(RegistryHost::parse(&station.url(path)).expect("a URL"));
    let client =
        PackageClient::new(RegistryHosts { pypi: host("/simple/"), npm: host("/"), files: Vec::new() }, BOUNDS);
    let release = client.release(&PackageSpec::parse(spec).expect("a spec"))?;
    client.fetch(&release.spec, &release.distributions[0])
}

#[test]
fn no_archive_of_a_hostile_author_is_taken_although_its_digest_is_right() {
    let rows = rows(CROWD);
    assert!(rows.len() >= 100, "{} rows", rows.len());
    let mut taken = Vec::new();
    for (name, bytes, is_wheel) in rows {
        for &served in Served::of(&name, is_wheel) {
            match fetch(&serve(bytes.clone(), served), served.spec()) {
                Err(PackageFetchError::Archive { reason, .. } | PackageFetchError::TooLarge { reason, .. }) => {
                    assert!(!reason.chars().any(char::is_control), "{name}: {reason:?}");
                }
                Err(error) => taken.push(format!("{name}, {served:?}: another error: {error}")),
                Ok(fetched) => {
                    taken.push(format!("{name}, {served:?}: {:?}, {:?}", fetched.files.files, fetched.files.unread));
                }
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
}

#[test]
fn a_source_with_links_inside_of_it_is_read_and_what_is_beyond_the_memory_is_listed() {
    let noise: Vec<u8> = (0..300_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let archive = tarball(|archive| {
        entry(archive, EntryType::Symlink, b"package/link", b"lib/a.js", b"");
        for number in 0..5 {
            entry(archive, EntryType::Regular, format!("package/{number}.bin").as_bytes(), b"", &noise);
        }
    });
    let fetched = fetch(&serve(archive, Served::Npm), "npm:demo@1.0.0").expect("it is fetched");
    assert_eq!(fetched.files.files.len(), 5, "package.json, the link, three files");
    assert_eq!(fetched.files.unread.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["3.bin", "4.bin"]);
}

/// Writes the archives for `just hostile-archives`, which looks at each with the program as it is:
/// with more entries, since its bounds are wider.
#[test]
#[ignore = "writes files for benches/hostile_archives.py"]
fn write_hostile_archives() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/hostile-archives"));
    std::fs::create_dir_all(folder).expect("the folder is made");
    let mut list = Vec::new();
    for (number, (name, bytes, is_wheel)) in rows(40_000).into_iter().enumerate() {
        std::fs::write(folder.join(number.to_string()), bytes).expect("an archive is written");
        let served: Vec<_> = Served::of(&name, is_wheel).iter().map(|served| served.file_name()).collect();
        list.push(json!({"number": number, "name": name, "served": served}));
    }
    std::fs::write(folder.join("list.json"), serde_json::Value::from(list).to_string()).expect("the list is written");
}
