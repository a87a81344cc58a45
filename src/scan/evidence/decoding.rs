//! Code that decodes something, and code that runs what was decoded.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::TextView;
use crate::scan::evidence::setting::{around, window};
use crate::scan::evidence::{Pattern, pattern};

/// Bytes around an encoded text in which it is decoded and run.
const REACH_BYTES: usize = 600;

/// A call or a program that decodes.
static DECODES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bbase(?:64|32)\s+(?:-\w*d|--decode|-di?\b)|\bopenssl\s[^\n|]{0,40}-d\b|\bxxd\s+(?:-\w+\s+)*-\w*r|b64decode|b32decode|[ab]85decode|unhexlify|fromhex|codecs\.decode|zlib\.decompress|gzip\.decompress|\batob\s*\(|buffer\.from\s*\(|fromcharcode|fromcodepoint|frombase64string|\[convert\]|\bchr\s*\(|\[char\]|\bprintf\b|\becho\s+-e|\$'|\btr\s+['\x22]?a-z|unescape\s*\(|decodeuricomponent|base64_decode|decode64|unpack1?\s*\(|-e(?:nc|ncodedcommand)\b|certutil\s[^\n]{0,40}-decode",
    )
});

/// A call or a program that runs what it is given.
static RUNS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:eval|exec|execsync|spawnsync|runinthiscontext|runinnewcontext|iex|invoke-expression|instance_eval)\b|\bfunction\s*\(\s*[^)\s{]|\bos\.(?:system|popen)\b|\bsubprocess\.|\bimport_module\b|\b__import__\b|\bchild_process\b|\|\s*(?:sudo\s+)?(?:/(?:usr/)?bin/)?(?:(?:ba|z|da|k)?sh|python[\d.]*|node|perl|ruby|php|pwsh)\b|\b(?:ba|z|da|k)?sh\s+(?:-\w+\s+)*-?c\b|\b(?:ba|z)?sh\s+<|\bpython[\d.]*\s+-c\b|\bnode\s+-e\b|\bpowershell(?:\.exe)?\s|\bpwsh\b|\bsource\s+(?:/dev/stdin|<)|\bloads\s*\(",
    )
});

/// Something that is run by its name, which is one of the groups.
static RUNS_NAME: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"(?m:^|[^.\w$]|\b(?:child_process|cp|os|builtins|window|globalThis|vm)\.)(?:exec|eval|execSync|Function|system|popen|runInThisContext|subprocess\.\w+|\(0,\s*eval\))\s*\(\s*(?:\[[^\]\n]{0,60},\s*)?(?:compile\s*\(\s*|marshal\.loads\s*\(\s*|zlib\.decompress\s*\(\s*)*(\w{1,40})",
        r"(?:\beval|\b(?:ba|z|da|k)?sh\s+-l?c|\bpython[\d.]*\s+-c|\bnode\s+-e|\bperl\s+-e|\b(?:ba)?sh\s+<<<)\s+['\x22]?\$\{?(\w{1,40})",
        r"\b(?:echo|printf)\s[^\n|$]{0,20}\$\{?(\w{1,40})\}?['\x22]?\s*\|\s*(?:sudo\s+)?(?:(?:ba|z|da|k)?sh|python[\d.]*|node|perl)\b",
        r"(?i:\b(?:iex|invoke-expression)\s+\(?['\x22]?\$(\w{1,40}))",
        r"(?i:\$(\w{1,40})\s*\|\s*(?:iex|invoke-expression)\b)",
    ];
    pattern(&forms.join("|"))
});

/// Bytes after a name is given in which it is still looked for.
const NAME_BYTES: usize = 4_000;

/// Tells whether what was called `name` is run within a few thousand bytes from `offset`.
pub(in crate::scan) fn is_name_run(view: &TextView<'_>, name: &str, offset: usize) -> bool {
    let after = window(view.text(), offset, NAME_BYTES);
    RUNS_NAME
        .captures_iter(after)
        .any(|run| (1..run.len()).any(|group| run.get(group).is_some_and(|used| used.as_str() == name)))
}

/// Tells whether what is encoded at `span` is decoded and run near by.
pub(in crate::scan) fn is_run(view: &TextView<'_>, span: &Range<usize>) -> bool {
    let near = around(view, &(span.start..span.end.min(span.start + REACH_BYTES)), REACH_BYTES);
    let after = around(view, &(span.end..span.end), REACH_BYTES);
    (DECODES.is_match(near) || DECODES.is_match(after)) && (RUNS.is_match(near) || RUNS.is_match(after))
}
