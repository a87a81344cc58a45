//! PDF documents: the scripts that they run, and the words that a simple one shows.
//!
//! This is no reader of PDF: it looks for dictionaries and streams by their marks, which is
//! what survives in damaged and in crafted documents as well.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::{FactKind, Host, Opener, inflate};

/// Streams of a document that are unpacked.
const STREAMS: usize = 500;
/// Bytes of one stream, and of all of them.
const STREAM_BYTES: usize = 512 * 1024;
const STREAMS_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of scripts and of words that are kept.
const TEXT_BYTES: usize = 256 * 1024;

static SCRIPT: LazyLock<Regex> = LazyLock::new(|| pattern(r"/(?:JavaScript|JS)\b"));
static LAUNCH: LazyLock<Regex> = LazyLock::new(|| pattern(r"/S\s*/Launch\b"));
/// What makes a script run without a click: an action on opening, or a script of the document itself.
static OPENS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?s)/OpenAction\b.{0,200}?/(?:JavaScript|JS)\b|/Names\b.{0,80}/JavaScript\b"));
static OPEN_ACTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"/OpenAction\s+\d+\s+\d+\s+R"));
/// The operators that show a text.
static SHOWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\((?:[^()\\]|\\.){1,2000}\)|\b(?:Td|TD|T\*|ET)\b"));

fn pattern(source: &str) -> Regex {
    Regex::new(&format!("(?-u){source}")).expect("the pattern is valid")
}

pub(super) fn open(opener: &mut Opener<'_>, bytes: &[u8], host: &Host) {
    let mut document = Document::default();
    document.look_at(bytes);
    let mut left = STREAMS_BYTES.min(opener.member_bytes());
    for (at, _) in memchr::memmem::find_iter(bytes, b"stream").map(|at| (at, ())).take(2 * STREAMS) {
        if bytes[..at].ends_with(b"end") || left == 0 {
            continue;
        }
        let data = &bytes[at + 6..];
        let data = data.strip_prefix(b"\r\n").or_else(|| data.strip_prefix(b"\n")).unwrap_or(data);
        // A zlib header: deflate, and a checksum over both bytes.
        let is_packed =
            data.len() > 2 && data[0] & 0x0f == 8 && (u16::from(data[0]) << 8 | u16::from(data[1])) % 31 == 0;
        if is_packed {
            let stream = inflate::zlib(data, STREAM_BYTES.min(left)).bytes;
            left -= stream.len();
            document.look_at(&stream);
            document.look_at_script(&stream);
        }
    }
    opener.budget.take_bytes(STREAMS_BYTES.min(opener.budget.layer_bytes()).saturating_sub(left));
    if document.has_launch {
        opener.fact(host, "", FactKind::DocumentLaunch, "/Launch");
    }
    if document.has_script {
        let kind = if document.opens { FactKind::DocumentOpenScript } else { FactKind::DocumentScript };
        opener.fact(host, "", kind, "/JavaScript");
    }
    opener.add_text(host, "script of the document", "document.js", document.scripts);
    opener.add_text(host, "words of the document", "document.txt", document.words);
}

#[derive(Debug, Default)]
struct Document {
    has_script: bool,
    has_launch: bool,
    opens: bool,
    scripts: String,
    words: String,
}

impl Document {
    fn look_at(&mut self, bytes: &[u8]) {
        self.has_launch |= LAUNCH.is_match(bytes);
        if SCRIPT.is_match(bytes) {
            self.has_script = true;
            self.opens |= OPENS.is_match(bytes);
            for found in SCRIPT.find_iter(bytes).take(50) {
                self.push_script(&bytes[found.end()..]);
            }
        }
        self.opens |= self.has_script && OPEN_ACTION.is_match(bytes);
        if memchr::memmem::find(bytes, b"Tj").is_some() || memchr::memmem::find(bytes, b"TJ").is_some() {
            self.push_words(bytes);
        }
    }

    /// Keeps a stream that is itself a script.
    fn look_at_script(&mut self, stream: &[u8]) {
        let marks: [&[u8]; 4] = [b"app.", b"this.", b"util.", b"eval("];
        let is_text = stream.iter().take(512).all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
        if is_text && marks.iter().any(|mark| memchr::memmem::find(stream, mark).is_some()) {
            self.keep_script(stream);
        }
    }

    /// Keeps the string after the key `/JS`.
    fn push_script(&mut self, after: &[u8]) {
        let after = after.trim_ascii_start();
        if after.first() != Some(&b'(') {
            return;
        }
        let mut depth = 0_usize;
        let mut is_escaped = false;
        let end = after.iter().take(TEXT_BYTES).position(|byte| {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        self.keep_script(&after[1..end.unwrap_or(after.len().min(TEXT_BYTES))]);
    }

    fn keep_script(&mut self, script: &[u8]) {
        if self.scripts.len() + script.len() <= TEXT_BYTES {
            self.scripts.push_str(&String::from_utf8_lossy(script).replace("\\(", "(").replace("\\)", ")"));
            self.scripts.push('\n');
        }
    }

    fn push_words(&mut self, bytes: &[u8]) {
        for found in SHOWN.find_iter(bytes) {
            if self.words.len() > TEXT_BYTES {
                return;
            }
            let found = found.as_bytes();
            match found.strip_prefix(b"(").and_then(|inner| inner.strip_suffix(b")")) {
                Some(inner) => {
                    self.words.extend(inner.iter().filter(|byte| byte.is_ascii()).map(|byte| char::from(*byte)))
                }
                None => self.words.push('\n'),
            }
        }
    }
}
