//! Hosts whose name wants to be read as that of a well-known service.

use crate::scan::evidence::look_alike::{Slip, drawn, slip};
use crate::scan::evidence::setting::{is_code, is_shown, paragraph};
use crate::scan::evidence::url::{HostKind, Url, is_package_registry, urls};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "lookalike-host",
    summary: "An address has a host that is a look-alike of a well-known one",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Compare the host with the one that was meant, letter by letter, and do not open it.",
    references: &["AST04", "ASI04", "LLM03", "AML.T0073", "CWE-1007"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("lookalike_host.md"),
    hook: Hook::Text { needles: &["://"], check },
};

/// Owners of hosts from which code, models and keys come, with the suffixes that are theirs.
const OWNERS: &[(&str, &[&str])] = &[
    ("amazonaws", &["com", "com.cn"]),
    ("anthropic", &["com"]),
    ("binance", &["com", "us"]),
    ("bitbucket", &["org"]),
    ("cloudflare", &["com", "net"]),
    ("coinbase", &["com"]),
    ("dropbox", &["com"]),
    ("etherscan", &["io"]),
    ("github", &["com", "io", "dev", "blog"]),
    ("githubusercontent", &["com"]),
    ("gitlab", &["com", "io"]),
    ("google", &["com"]),
    ("googleapis", &["com"]),
    ("huggingface", &["co"]),
    ("metamask", &["io"]),
    ("microsoft", &["com"]),
    ("openai", &["com"]),
    ("openclaw", &["ai"]),
    ("openrouter", &["ai"]),
    ("paypal", &["com"]),
    ("polymarket", &["com"]),
    ("pythonhosted", &["org"]),
    ("rubygems", &["org"]),
    ("stackoverflow", &["com"]),
    ("supabase", &["com", "co", "io"]),
    ("telegram", &["org", "me"]),
    ("vercel", &["com", "app"]),
];

/// Registered names of their own that are one slip away from one of the owners.
const NEIGHBOURS: [&str; 8] = ["goggle", "googl", "goo", "gitlabs", "githubs", "openapi", "telegra", "openjs"];

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for url in urls(view.text()) {
        if sink.is_full(view.path()) {
            return;
        }
        let is_judged = matches!(url.host_kind(), HostKind::Named | HostKind::Drop) && !is_package_registry(url.host);
        let Some((owner, how)) = is_judged.then(|| imitated(&url)).flatten() else { continue };
        let severity = if is_shown(view, &url.span) {
            Severity::Info
        } else if is_code(view, url.span.start) || is_fetched(view, &url) {
            Severity::High
        } else {
            Severity::Medium
        };
        let reason = format!("`{}` {how} `{owner}`", url.host);
        sink.report(view, url.span, reason).severity(severity);
    }
}

fn imitated(url: &Url<'_>) -> Option<(&'static str, &'static str)> {
    let host = url.host.to_lowercase();
    let label = url.registered_label().to_lowercase();
    if NEIGHBOURS.contains(&label.as_str()) {
        return None;
    }
    OWNERS.iter().find_map(|(owner, suffixes)| {
        // `github.com.files.example` begins as the real one, and belongs to somebody else.
        let is_front = suffixes.iter().any(|suffix| {
            let front = format!("{owner}.{suffix}.");
            // Owners have names of their own in many countries: `google.com.hk`.
            let is_country = |rest: &str| rest.len() == 2;
            host.find(&front).is_some_and(|at| {
                (at == 0 || host.as_bytes()[at - 1] == b'.') && !is_country(&host[at + front.len()..])
            })
        });
        if is_front {
            return Some((*owner, "begins like the host of"));
        }
        let squeezed = drawn(&label).replace("rn", "m").replace("vv", "w");
        if label != *owner && (squeezed == *owner || squeezed == owner.replace("rn", "m").replace("vv", "w")) {
            return Some((*owner, "is drawn like the host of"));
        }
        let how = match slip(&label, owner)? {
            Slip::Swapped | Slip::Doubled => "has letters swapped or doubled of",
            Slip::Drawn => "is drawn like the host of",
            Slip::Length if owner.len() >= 7 => "has a letter more or less than",
            Slip::Mistyped if owner.len() >= 6 => "is a slip of a finger from",
            _ => return None,
        };
        Some((*owner, how))
    })
}

/// Tells whether the words around an address have it opened or downloaded.
fn is_fetched(view: &TextView<'_>, url: &Url<'_>) -> bool {
    let words = paragraph(view, &url.span).to_ascii_lowercase();
    ["download", "install", "fetch", "curl", "clone", "open ", "visit", "log in", "login", "connect"]
        .iter()
        .any(|word| words.contains(word))
}
