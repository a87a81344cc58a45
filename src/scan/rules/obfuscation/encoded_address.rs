//! An address that is only there after it was decoded.

use std::sync::LazyLock;

use crate::scan::evidence::decode::base64_bytes;
use crate::scan::evidence::network_sink::sends;
use crate::scan::evidence::setting::{is_code, is_shown_code};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "encoded-address",
    summary: "Code decodes the address that it talks to",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Write the address in plain form, and say what is sent there.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0068", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("encoded_address.md"),
    hook: Hook::Text { needles: &["b64decode", "atob", "base64", "fromhex", "unhexlify", "xxd", "buffer.from"], check },
};

/// A literal that is decoded; the group that takes part is the literal.
static DECODED_LITERAL: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"(?i)(?:b64decode|\batob|buffer\.from|frombase64string|base64_decode|decode64|fromhex|unhexlify)\s*\(\s*b?['\x22`]([A-Za-z0-9+/_-]{12,600}={0,2})['\x22`]",
        r"(?:\becho\s+(?:-n\s+)?|\bprintf\s+(?:'?%s'?\s+)?)['\x22]?([A-Za-z0-9+/_-]{12,600}={0,2})['\x22]?\s*\|\s*(?:base64\s+(?:-\w*[dD]|--decode)|xxd\s+(?:-\w+\s+)*-\w*r)",
        r"\bbase64\s+(?:-\w*[dD]\w*|--decode)\s*<<<\s*['\x22]?([A-Za-z0-9+/_-]{12,600}={0,2})",
    ];
    pattern(&forms.join("|"))
});

/// A request of any kind: what comes back is as much the stranger's as what is sent.
static REQUESTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|invoke-(?:webrequest|restmethod)|iwr|irm)\b|\b(?:requests|httpx|axios|session|client)\.\w+\(|\burlopen\(|\burlretrieve\(|\bfetch\(|\bhttps?\.(?:get|request)\(|\bwebsocket|\bsocket\.|downloadstring|net\.webclient",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let mut reaches_network = None;
    for captures in DECODED_LITERAL.captures_iter(text) {
        let Some(literal) = (1..captures.len()).find_map(|group| captures.get(group)) else { continue };
        let Some((address, kind)) = address_of(literal.as_str()) else { continue };
        if !is_code(view, literal.start()) {
            continue;
        }
        let is_used = *reaches_network.get_or_insert_with(|| !sends(text).is_empty() || REQUESTS.is_match(text));
        let severity = match kind {
            _ if is_shown_code(view, &literal.range()) => Severity::Info,
            HostKind::Local | HostKind::Placeholder => Severity::Info,
            HostKind::KnownService => Severity::Low,
            HostKind::RawAddress | HostKind::Drop => Severity::High,
            HostKind::Named if is_used => Severity::High,
            HostKind::Named => Severity::Medium,
        };
        sink.report(view, literal.range(), format!("decoded, the literal is `{address}`")).severity(severity);
    }
}

/// Returns the address that a literal is, and what its host is.
fn address_of(literal: &str) -> Option<(String, HostKind)> {
    let from_digits = hex::decode(literal).ok();
    let text = String::from_utf8(from_digits.or_else(|| base64_bytes(literal))?).ok()?;
    let url = urls(&text).next().filter(|url| url.span.start == 0)?;
    let kind = url.host_kind();
    Some((text.trim().to_owned(), kind))
}
