//! Code that sends data out, and where to.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;

use crate::scan::evidence::url::{HostKind, Url, urls};

/// A place where data leaves.
#[derive(Debug, Clone)]
pub(in crate::scan) struct Sending<'a> {
    /// Where the call stands.
    pub(in crate::scan) span: Range<usize>,
    /// The address, where one is written nearby.
    pub(in crate::scan) url: Option<Url<'a>>,
    /// Whether a bare connection to a named host is opened.
    is_bare: bool,
}

static SENDS: LazyLock<Pattern> = LazyLock::new(|| {
    let calls = [
        r"\bcurl\b(?:[^\n]|\\\r?\n){0,400}?\s(?:-d|--data[\w-]*|-F|--form|-T|--upload-file|--json|-X\s*['\x22]?(?:POST|PUT)|--request\s+(?:POST|PUT))\b",
        r"\bwget\b[^\n]{0,300}--(?:post-|body-)(?:data|file)",
        r"\b(?:requests|httpx|session|client|aiohttp)\.(?:post|put|patch)\(",
        r"\brequests\.request\(\s*['\x22](?:POST|PUT)",
        r"\burllib\.request\.Request\([^\n]{0,200}data\s*=|\burlopen\([^\n]{0,200}data\s*=",
        r"\bfetch\((?:[^;]{0,300}?)method['\x22]?\s*:\s*['\x22](?:POST|PUT)",
        r"\baxios\.(?:post|put)\(|\bhttps?\.request\(|\bsendBeacon\(",
        r"\bInvoke-(?:WebRequest|RestMethod)\b[^\n]{0,300}-Method\s+['\x22]?(?:Post|Put)|\.Upload(?:String|Data|File)\(",
        r"(?:^|[\s|;&])(?:nc|ncat|netcat)\s+(?:-\w+\s+(?:\d+\s+)?){0,4}[\w-]+(?:\.[\w-]+)+\s+\d{2,5}\b",
        r"(?:^|[\s|;&])scp\s[^\n]{1,200}\w+@[\w.-]+:|\brsync\s[^\n]{1,200}\w+@[\w.-]+:",
        r"\bsmtplib\.SMTP|\.sendall\(|\.sendto\(|>\s*/dev/(?:tcp|udp)/",
    ];
    pattern(&format!("(?im){}", calls.join("|")))
});

/// Bytes after a call in which its address still stands.
const ADDRESS_BYTES: usize = 400;

/// Returns every place in `text` where data leaves, in order.
pub(in crate::scan) fn sends(text: &str) -> Vec<Sending<'_>> {
    let addresses: Vec<Url<'_>> = urls(text).collect();
    let mut found = Vec::new();
    for call in SENDS.find_iter(text) {
        let url = addresses
            .iter()
            .find(|url| url.span.start >= call.start() && url.span.start < call.end() + ADDRESS_BYTES)
            .cloned();
        found.push(Sending { span: call.range(), url, is_bare: is_bare(call.as_str()) });
    }
    found
}

impl Sending<'_> {
    /// Tells whether the data goes somewhere that no honest skill needs.
    pub(in crate::scan) fn is_hostile(&self) -> bool {
        self.url.as_ref().is_some_and(|url| matches!(url.host_kind(), HostKind::RawAddress | HostKind::Drop))
    }

    /// Tells whether the address is a literal that nobody vouches for.
    pub(in crate::scan) fn is_to_stranger(&self) -> bool {
        self.is_bare
            || self
                .url
                .as_ref()
                .is_some_and(|url| matches!(url.host_kind(), HostKind::RawAddress | HostKind::Drop | HostKind::Named))
    }
}

/// Tells whether a call is netcat, whose target is a name and a port rather than a URL.
fn is_bare(call: &str) -> bool {
    let call = call.trim_start_matches([' ', '\t', '|', ';', '&', '\n']);
    ["nc ", "ncat ", "netcat "].iter().any(|program| call.starts_with(program)) && !call.contains("127.0.0.1")
}
