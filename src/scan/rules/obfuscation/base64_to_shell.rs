//! Something is decoded and run at once.

use std::sync::LazyLock;

use crate::scan::evidence::decoding::RunNames;
use crate::scan::evidence::setting::{is_code, is_shown_code, window};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "base64-to-shell",
    summary: "Base64 is decoded and run at once",
    phase: Phase::Obfuscation,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Decode the text by hand, read it, and write it out in plain form or remove it.",
    references: &["AST01", "ASI05", "AML.T0068", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("base64_to_shell.md"),
    hook: Hook::Text { needles: &["base64", "b64decode", "b32decode", "a85decode", "b85decode", "atob"], check },
};

static DECODE_AND_RUN: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:base64\s+(?:-\w*[dD]\w*|--decode)|openssl\s+(?:enc\s+)?-?base64\s[^\n|]{0,40}-d\b)[^\n;]*?\|\s*(?:sudo\s+)?(?:xargs\s[^\n|]*?)?(?:/(?:usr/)?bin/)?(?:(?:ba|z|da|k)?sh|python[\d.]*|node|perl|ruby|php)(?:[\s'\x22)`;]|$)",
        r"(?:\beval|\b(?:ba|z|da)?sh\s+-l?c|\bpython[\d.]*\s+-c|\bnode\s+-e|\bperl\s+-e|\bsource|^\s*\.|\b(?:ba)?sh)\s+(?:<<<\s*)?['\x22]?(?:\$\(|`|<\()[^\n)]*?\bbase64\s+(?:-\w*[dD]\w*|--decode)",
        r"(?:^|[^.\w$]|\b(?:child_process|cp|os|builtins|window|globalThis|vm)\.|child_process['\x22]\s*\)\s*\.)(?:exec|eval|system|popen|subprocess\.\w+)\s*\((?:[^\n()]{0,40}\(){0,3}[^\n()]{0,60}(?:b64decode|b32decode|a85decode|b85decode)\s*\(",
        r"(?:^|[^.\w$]|\b(?:child_process|cp|os|builtins|window|globalThis|vm)\.|child_process['\x22]\s*\)\s*\.)(?:eval|Function|execSync|exec|runInThisContext|\(0,\s*eval\))\s*\((?:[^\n()]{0,40}\(){0,2}[^\n()]{0,40}(?:\batob\(|Buffer\.from\([^\n]*?,\s*['\x22]base64['\x22]|\bdecode_base64\(|Base64\.(?:strict_|urlsafe_)?decode64\()",
        // The output of a substitution is the command.
        r"^\s*(?:\$\(|`)\s*(?:echo|printf|base64)\s[^\n)]*?\bbase64\s+(?:-\w*[dD]\w*|--decode)[^\n|)`]*[)`]\s*$",
        r"(?i:\b(?:eval|assert|system|shell_exec)\s*\(\s*base64_decode\s*\()",
        r"(?i:\b(?:iex|invoke-expression|scriptblock\]::create)\b[^\n]{0,160}FromBase64String|FromBase64String[^\n]{0,400}\|\s*(?:iex|invoke-expression)\b)",
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// A name that is given something decoded; the first group is the name.
static DECODED_NAME: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)^[ \t]*(?:export\s+|local\s+|const\s+|let\s+|var\s+)?(\w{1,40})\s*=\s*[^\n]*?(?:\bb64decode\(|\bb32decode\(|\b[ab]85decode\(|\batob\(|\bbase64\s+(?:-\w*[dD]\w*|--decode)\b|Buffer\.from\([^\n]*?['\x22]base64['\x22])",
    )
});

/// A file that is given something decoded; the group that takes part is its path.
static DECODED_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bbase64\s+(?:-\w*[dD]\w*|--decode)\b[^\n;&>]*>\s*['\x22]?([\w./~${}-]{2,100})|\bbase64\s+(?:-\w*[dD]\w*|--decode)\b[^\n;&|]*\|\s*(?:sudo\s+)?tee\s+['\x22]?([\w./~${}-]{2,100})",
    )
});

/// A file that is run; the group that takes part is its path.
static RUN_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)\bchmod\s+(?:\+x|[ua]\+x|[0-7]?7[0-7]{2})\s+['\x22]?([\w./~${}-]{2,100})|\b(?:(?:ba|z|da)?sh|python[\d.]*|node|perl|ruby|source|nohup|exec|open)\s+['\x22]?([\w./~${}-]{2,100})|(?:^|[;&]\s*)['\x22]?([\w./~${}-]{2,100})",
    )
});

/// Bytes after a file is written in which it is still looked for.
const FILE_BYTES: usize = 1_000;

/// Places of one text that are looked at.
const PLACES: usize = 4_000;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in DECODE_AND_RUN.find_iter(text).take(PLACES).filter(|found| is_code(view, found.start())) {
        let severity = if is_shown_code(view, &found.range()) { Severity::Info } else { Severity::Critical };
        sink.report(view, found.range(), "what is run cannot be read before it is decoded").severity(severity);
    }
    let mut run_names = None;
    for captures in DECODED_NAME.captures_iter(text).take(PLACES) {
        let (Some(found), Some(name)) = (captures.get(0), captures.get(1)) else { continue };
        if is_code(view, found.start())
            && run_names.get_or_insert_with(|| RunNames::of(view)).is_run_after(name.as_str(), found.end())
        {
            let severity = if is_shown_code(view, &found.range()) { Severity::Info } else { Severity::Critical };
            sink.report(view, found.range(), format!("`{}` is decoded and then run", name.as_str()))
                .severity(severity)
                .confidence(Confidence::Medium);
        }
    }
    for captures in DECODED_FILE.captures_iter(text).take(PLACES) {
        let Some(found) = captures.get(0) else { continue };
        let Some(path) = (1..captures.len()).find_map(|group| captures.get(group)) else { continue };
        let is_run = RUN_FILE
            .captures_iter(window(text, found.end(), FILE_BYTES))
            .any(|run| (1..run.len()).any(|group| run.get(group).is_some_and(|used| used.as_str() == path.as_str())));
        if is_run && is_code(view, found.start()) {
            let severity = if is_shown_code(view, &found.range()) { Severity::Info } else { Severity::Critical };
            sink.report(view, found.range(), format!("`{}` is decoded and then run", path.as_str()))
                .severity(severity)
                .confidence(Confidence::Medium);
        }
    }
}
