//! Something that is encoded in another way than base64 is decoded and run.

use std::sync::LazyLock;

use crate::scan::evidence::decoding::is_name_run;
use crate::scan::evidence::setting::{is_code, is_shown_code};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "decode-and-execute",
    summary: "Characters, digits or compressed bytes are turned into code and run",
    phase: Phase::Obfuscation,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Decode the text by hand, read it, and write it out in plain form or remove it.",
    references: &["AST01", "ASI05", "AML.T0068", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("decode_and_execute.md"),
    hook: Hook::Text {
        needles: &[
            "xxd",
            "fromhex",
            "unhexlify",
            "codecs.decode",
            "marshal",
            "decompress",
            "fromcharcode",
            "fromcodepoint",
            "chr(",
            "[char]",
            "unescape(",
            "decodeuricomponent",
            "\"hex\"",
            "'hex'",
            "\\x",
            "n-za-m",
            "rot13",
            "bxor",
            "| rev",
            "pack(",
            "-decode",
        ],
        check,
    },
};

/// What stands before a call that runs something; a method of the same name is another call.
const CALLS: &str = r"(?:^|[^.\w$]|\b(?:child_process|cp|os|builtins|window|globalThis|vm)\.)";
/// Calls that make text of something else.
const PYTHON_DECODERS: &str = r"\b__import__\s*\(\s*['\x22](?:zlib|marshal|base64|codecs|binascii|bz2|lzma|gzip)['\x22]\s*\)\s*\.\w+\s*\(|(?:unhexlify|bytes\.fromhex|bytearray\.fromhex|codecs\.decode|(?:zlib|gzip|lzma|bz2)\.decompress|marshal\.loads|str\.maketrans)\s*\(|\.join\s*\(\s*(?:map\s*\(\s*chr\b|\[?\s*chr\s*\()|\bbytes\s*\(\s*\[|\bchr\s*\(\s*\d+\s*\)\s*\+";
const JAVASCRIPT_DECODERS: &str = r"String\.from(?:CharCode|CodePoint)\s*\(|\bunescape\s*\(|\bdecodeURIComponent\s*\(\s*['\x22]%|Buffer\.from\s*\([^\n]*?,\s*['\x22]hex['\x22]|\batob\s*\([^\n]*?\)\s*\.split";
const SHELL_DECODERS: &str = r"\bxxd\s+(?:-\w+\s+)*-\w*r|\bprintf\s+(?:--\s+|'%b'\s+)?['\x22](?:\\x[0-9a-fA-F]{2}|\\[0-3][0-7]{2}){3}|\becho\s+-\w*e\w*\s+['\x22]?(?:\\x[0-9a-fA-F]{2}|\\0?[0-3][0-7]{2}){3}|\btr\s+['\x22]?(?:A-Za-z|a-zA-Z|a-z|A-Z)['\x22]?\s+['\x22]?(?:N-ZA-Mn-za-m|n-za-mN-ZA-M|n-za-m|N-ZA-M)|<<<\s*['\x22][^'\x22\n]{8,}['\x22]\s*\|?\s*rev\b|['\x22]\s*\|\s*rev\b";
const INTERPRETERS: &str =
    r"(?:sudo\s+)?(?:/(?:usr/)?bin/)?(?:(?:ba|z|da|k)?sh|python[\d.]*|node|perl|ruby|php)(?:[\s'\x22)`;]|$)";

static DECODE_AND_RUN: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        format!(r"(?:{SHELL_DECODERS})[^\n;]*?\|\s*{INTERPRETERS}"),
        format!(
            r"(?:\beval|\b(?:ba|z|da)?sh\s+-l?c|\bpython[\d.]*\s+-c|\bsource|\b(?:ba)?sh)\s+['\x22]?(?:\$\(|`|<\()[^\n)]*?(?:{SHELL_DECODERS})"
        ),
        format!(
            r"{CALLS}(?:exec|eval|system|popen|subprocess\.\w+)\s*\((?:[^\n()]{{0,60}}\(){{0,4}}[^\n()]{{0,60}}?(?:{PYTHON_DECODERS})"
        ),
        format!(
            r"{CALLS}(?:eval|Function|execSync|exec|runInThisContext|\(0,\s*eval\))\s*\((?:[^\n()]{{0,60}}\(){{0,2}}[^\n()]{{0,60}}?(?:{JAVASCRIPT_DECODERS})"
        ),
        // PowerShell: characters, exclusive or, or compressed bytes, on either side of IEX.
        r"(?i:\b(?:iex|invoke-expression)\b[^\n]{0,300}(?:\[char(?:\[\])?\]|-bxor|deflatestream|gzipstream|-join\s*\(?['\x22(]))".to_owned(),
        r"(?i:(?:\[char(?:\[\])?\]\s*(?:\d|0x|\()|-bxor|deflatestream|gzipstream)[^\n]*?\|\s*(?:iex|invoke-expression)\b)".to_owned(),
        r"(?i:\bcertutil(?:\.exe)?\s+-\w*decode(?:hex)?\s+\S+\s+(\S+\.(?:exe|bat|ps1|vbs|cmd|dll))\b[^\n]*(?:&|;|start))".to_owned(),
        r"\b(?:system|exec|eval|shell_exec|assert)\s*\(\s*(?:pack\s*\(\s*['\x22]H|gzinflate\s*\(|str_rot13\s*\(|gzuncompress\s*\()".to_owned(),
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// A name that is given something decoded; the first group is the name.
static DECODED_NAME: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(&format!(
        r"(?m)^[ \t]*(?:export\s+|local\s+|const\s+|let\s+|var\s+|\$)?(\w{{1,40}})\s*=\s*[^\n]*?(?:{PYTHON_DECODERS}|{JAVASCRIPT_DECODERS}|{SHELL_DECODERS}|\bchr\s*\(\s*\w+(?:\[\w+\])?\s*\^|\b\w+\s*\^\s*(?:key|k|0x[0-9a-f]+|\d+)\b[^\n]*\bfor\b|\[char\]\s*\(?\s*\$?\w+\s*-bxor)"
    ))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in DECODE_AND_RUN.find_iter(text).filter(|found| is_code(view, found.start())) {
        let severity = if is_shown_code(view, &found.range()) { Severity::Info } else { Severity::Critical };
        sink.report(view, found.range(), "what is run cannot be read before it is decoded").severity(severity);
    }
    for captures in DECODED_NAME.captures_iter(text) {
        let (Some(found), Some(name)) = (captures.get(0), captures.get(1)) else { continue };
        if is_code(view, found.start()) && is_name_run(view, name.as_str(), found.end()) {
            let severity = if is_shown_code(view, &found.range()) { Severity::Info } else { Severity::Critical };
            sink.report(view, found.range(), format!("`{}` is decoded and then run", name.as_str()))
                .severity(severity)
                .confidence(Confidence::Medium);
        }
    }
}
