//! Data that leaves as the name of a host that is looked up.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_run};
use crate::scan::evidence::private_data::SECRET;
use crate::scan::evidence::setting::is_taught;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "dns-exfiltration",
    summary: "Data is put into the name of a host that is looked up",
    phase: Phase::NetworkExfil,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the look-up; names are resolved by servers of whoever owns the domain, who reads them.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0025", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("dns_exfiltration.md"),
    hook: Hook::Text {
        needles: &[
            "nslookup",
            "dig ",
            "host ",
            "ping ",
            "resolve-dnsname",
            "getent hosts",
            "gethostbyname",
            "getaddrinfo",
            "dns",
        ],
        check,
    },
};

/// A look-up whose name is computed.
static LOOKUP: LazyLock<Pattern> = LazyLock::new(|| {
    let computed =
        r"(?:\$\{?\w+(?:[:/#%][^}\n]{0,40})?\}?|\$\([^\n)]{1,160}\)|`[^`\n]{1,160}`|\{[\w.()\[\]]{1,60}\}|%[sd])";
    let forms = [
        format!(r#"(?:^|[\s;&|(`'"])(?:nslookup|dig|host|ping|drill|kdig|getent\s+hosts|Resolve-DnsName)\s[^\n|;]{{0,80}}?{computed}[\w"'.-]{{0,40}}\.[\w-]+\.[a-z]{{2,}}[^\n]{{0,60}}"#),
        format!(r#"(?:^|[\s;&|(`'"])(?:dig|drill|kdig)\s+@[\w-]+(?:\.[\w-]+)+\s+[^\n|;]{{0,40}}?{computed}[^\n]{{0,60}}"#),
        format!(r#"\b(?:gethostbyname|getaddrinfo|resolver\.(?:resolve|query)|dns\.(?:lookup|resolve\w*)|LookupHost)\(\s*[frb]?["'`][^\n"'`]{{0,60}}{computed}[^\n"'`]{{0,20}}\.[\w-]+\.[a-z]{{2,}}"#),
        r#"\b(?:gethostbyname|getaddrinfo|dns\.(?:lookup|resolve\w*))\(\s*[\w.()\[\]]{1,60}\s*\+\s*["']\.[\w-]+(?:\.[\w-]+)+["']"#.to_owned(),
    ];
    pattern(&format!("(?im){}", forms.join("|")))
});

/// Signs that the name carries data: it was encoded, or cut into pieces, or is a secret.
static CARRIES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?:\b(?:base64|base32|xxd|hexdump|od\s+-|fold\s+-w|b64encode|b32encode|hexlify|printenv|whoami)\b|\.hex\(\)|toString\(\s*['\x22](?:hex|base64)|\benv\s*\||\bcat\s+[~/.]|\b[A-Z][A-Z0-9_]*_(?:TOKEN|SECRET|KEY|PASSWORD)\b|/etc/passwd)",
    )
});

/// The same in words.
static ORDER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:send|exfiltrate|transmit|leak|encode|smuggle|forward|tunnel|deliver|upload|report)\b[^.\n]{0,120}\b(?:via|through|over|using|in|as|into)\s+(?:\w+\s+){0,2}dns\b[^.\n]{0,120}",
    )
});

/// Bytes before a look-up in which its name is made.
const MADE_BYTES: usize = 400;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in LOOKUP.find_iter(text).take(PLACES) {
        let from = text.ceil_char_boundary(found.start().saturating_sub(MADE_BYTES));
        if !CARRIES.is_match(&text[from..found.end()]) {
            continue;
        }
        let severity = if is_run(view, &found.range()) { Severity::Critical } else { Severity::Info };
        sink.report(view, found.range(), "the name that is looked up carries data").severity(severity);
    }
    for found in ORDER.find_iter(text).take(PLACES) {
        let line = view.line(found.start());
        if !SECRET.is_match(line) && !line.contains("environment") {
            continue;
        }
        let severity =
            if !view.is_markdown() || is_taught(view, &found.range()) { Severity::Info } else { Severity::High };
        sink.report(view, found.range(), "the agent is told to send data as names that are looked up")
            .severity(severity);
    }
}
