//! Something is decoded and run at once.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::decode::{BASE64_RUN, open_base64};
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_code, is_shown, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "base64-to-shell",
    summary: "Encoded text is decoded and run at once",
    phase: Phase::Obfuscation,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Decode the text by hand, read it, and write it out in plain form or remove it.",
    references: &["AST01", "ASI05", "AML.T0068", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("base64_to_shell.md"),
    hook: Hook::Text {
        needles: &[
            "base64",
            "b64decode",
            "b32decode",
            "a85decode",
            "b85decode",
            "atob",
            "xxd",
            "fromhex",
            "unhexlify",
            "codecs.decode",
            "marshal",
            "zlib.decompress",
            "-enc",
            "fromcharcode",
            "rot13",
            "rot_13",
        ],
        check,
    },
};

static DECODE_AND_RUN: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:base64\s+(?:-\w*[dD]\w*|--decode)|openssl\s+(?:enc\s+)?-?base64\s[^\n|]{0,40}-d\b|xxd\s+-r\b)[^\n;]{0,200}?\|\s*(?:sudo\s+)?(?:/(?:usr/)?bin/)?(?:(?:ba|z|da)?sh|python[\d.]*|node|perl|ruby)(?:[\s'\x22)`;]|$)",
        r"(?:\beval|\b(?:ba|z|da)?sh\s+-l?c|\bpython[\d.]*\s+-c|\bsource|\b(?:ba)?sh)\s+['\x22]?(?:\$\(|`|<\()[^\n)]{0,4000}?\b(?:base64\s+(?:-\w*[dD]\w*|--decode)|xxd\s+-r)",
        r"\b(?:exec|eval|os\.system|os\.popen|subprocess\.\w+)\s*\((?:[^\n()]{0,40}\(){0,3}[^\n()]{0,60}(?:b64decode|b32decode|a85decode|b85decode|unhexlify|bytes\.fromhex|codecs\.decode|zlib\.decompress|marshal\.loads)\s*\(",
        r"\b(?:eval|Function|execSync|exec|runInThisContext)\s*\((?:[^\n()]{0,40}\(){0,2}[^\n()]{0,40}(?:\batob\(|Buffer\.from\([^\n]{0,4000}?,\s*['\x22](?:base64|hex)['\x22]|String\.fromCharCode\()",
        r"(?i:\b(?:iex|invoke-expression)\b[^\n]{0,120}FromBase64String)",
        r"(?i:\bpowershell(?:\.exe)?\s[^\n]{0,120}-e(?:nc|ncodedcommand|c)?\s+['\x22]?[A-Za-z0-9+/]{40,}={0,2})",
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// A name that is given something decoded; the first group is the name.
static DECODED_NAME: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)^[ \t]*(?:export\s+|local\s+|const\s+|let\s+|var\s+)?(\w{1,40})\s*=\s*[^\n]{0,200}?(?:\bb64decode\(|\bb32decode\(|\bbytes\.fromhex\(|\bunhexlify\(|\bzlib\.decompress\(|\batob\(|\bbase64\s+(?:-d|-D|--decode)\b|Buffer\.from\([^\n]{0,4000}?['\x22]base64['\x22])",
    )
});

/// Something that is run; the first or second group is its name.
static RUN_NAME: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:exec|eval|os\.system|Function|execSync)\s*\(\s*(?:compile\s*\(\s*)?(\w{1,40})|(?:\beval|\b(?:ba)?sh\s+-c|\|\s*(?:ba)?sh\s+<<<)\s+['\x22]?\$\{?(\w{1,40})",
    )
});

/// Bytes after a name is given in which it is still looked for.
const NAME_BYTES: usize = 4_000;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in DECODE_AND_RUN.find_iter(text).filter(|found| is_code(view, found.start())) {
        let severity = if is_shown(view, &found.range()) { Severity::Info } else { Severity::Critical };
        let line = view.line(found.start());
        let opened = BASE64_RUN.find_iter(line).take(20).find_map(|run| open_base64(run.as_str()));
        let reason = match &opened {
            Some(opened) => format!("what is decoded and run is {}", opened.intent),
            None => "what is run cannot be read before it is decoded".to_owned(),
        };
        sink.report(view, found.range(), reason)
            .severity(severity)
            .chain(opened.map(|opened| opened.chain).unwrap_or_default());
    }
    for captures in DECODED_NAME.captures_iter(text) {
        let (Some(found), Some(name)) = (captures.get(0), captures.get(1)) else { continue };
        let after = window(text, found.end(), NAME_BYTES);
        let is_run = RUN_NAME
            .captures_iter(after)
            .any(|run| [1, 2].iter().any(|group| run.get(*group).is_some_and(|used| used.as_str() == name.as_str())));
        if is_run && is_code(view, found.start()) {
            let severity = if is_shown(view, &found.range()) { Severity::Info } else { Severity::Critical };
            sink.report(view, found.range(), format!("`{}` is decoded and then run", name.as_str()))
                .severity(severity)
                .confidence(Confidence::Medium);
        }
    }
}
