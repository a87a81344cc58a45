//! Any files at any paths: path checks, collisions, links, encodings, and the driver.
//!
//! A file is a length, a path of that length, a length, and content of that length.
#![no_main]

use touchmark::skill::{FileContent, RawFile};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut files = vec![touchmark_fuzz::file("SKILL.md", b"# Demo\n")];
    let mut rest = bytes;
    while let Some((path, after)) = take(rest) {
        let Some((content, after)) = take(after) else { break };
        let path = String::from_utf8_lossy(path).into_owned();
        let content = match content.strip_prefix(b"->") {
            Some(target) => FileContent::Symlink(String::from_utf8_lossy(target).into_owned()),
            None => FileContent::Bytes(content.to_vec()),
        };
        files.push(RawFile { path, content, is_executable: after.len() % 2 == 1 });
        rest = after;
    }
    touchmark_fuzz::scan(files);
});

fn take(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*length))
}
