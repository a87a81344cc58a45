//! Something is decoded and run at once.

use std::sync::LazyLock;

use crate::scan::evidence::decoding::is_name_run;
use crate::scan::evidence::setting::{is_code, is_shown_code};
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
        r"\b(?:base64\s+(?:-\w*[dD]\w*|--decode)|openssl\s+(?:enc\s+)?-?base64\s[^\n|]{0,40}-d\b)[^\n;]{0,200}?\|\s*(?:sudo\s+)?(?:/(?:usr/)?bin/)?(?:(?:ba|z|da|k)?sh|python[\d.]*|node|perl|ruby|php)(?:[\s'\x22)`;]|$)",
        r"(?:\beval|\b(?:ba|z|da)?sh\s+-l?c|\bpython[\d.]*\s+-c|\bnode\s+-e|\bperl\s+-e|\bsource|\b(?:ba)?sh)\s+['\x22]?(?:\$\(|`|<\()[^\n)]{0,4000}?\bbase64\s+(?:-\w*[dD]\w*|--decode)",
        r"(?:^|[^.\w$]|\b(?:child_process|cp|os|builtins|window|globalThis|vm)\.)(?:exec|eval|system|popen|subprocess\.\w+)\s*\((?:[^\n()]{0,40}\(){0,3}[^\n()]{0,60}(?:b64decode|b32decode|a85decode|b85decode)\s*\(",
        r"(?:^|[^.\w$]|\b(?:child_process|cp|os|builtins|window|globalThis|vm)\.)(?:eval|Function|execSync|exec|runInThisContext|\(0,\s*eval\))\s*\((?:[^\n()]{0,40}\(){0,2}[^\n()]{0,40}(?:\batob\(|Buffer\.from\([^\n]{0,4000}?,\s*['\x22]base64['\x22])",
        r"(?i:\b(?:eval|assert|system|shell_exec)\s*\(\s*base64_decode\s*\()",
        r"(?i:\b(?:iex|invoke-expression)\b[^\n]{0,160}FromBase64String|FromBase64String[^\n]{0,400}\|\s*(?:iex|invoke-expression)\b)",
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// A name that is given something decoded; the first group is the name.
static DECODED_NAME: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)^[ \t]*(?:export\s+|local\s+|const\s+|let\s+|var\s+)?(\w{1,40})\s*=\s*[^\n]*?(?:\bb64decode\(|\bb32decode\(|\b[ab]85decode\(|\batob\(|\bbase64\s+(?:-\w*[dD]\w*|--decode)\b|Buffer\.from\([^\n]*?['\x22]base64['\x22])",
    )
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
