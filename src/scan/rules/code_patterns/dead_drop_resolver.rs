//! A public page says where a program turns, or what it runs.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::{Action, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "dead-drop-resolver",
    summary: "A program decodes an address or code that it reads from a public page, and uses it",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not run it; write the address in plain form, and say whose it is.",
    references: &["AST01", "ASI05", "LLM03", "AML.T0068", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("dead_drop_resolver.md"),
    hook: Hook::Bundle(check),
};

/// Places on which anybody leaves a word that no host can be blamed for: pages for texts,
/// messages and profiles, records of names, public ledgers.
const PAGES: &[&str] = &[
    "gist.github",
    "api.github.com",
    "raw.githubusercontent.com",
    "gitlab.com",
    "bitbucket.org",
    "paste",
    "rentry.",
    "hastebin",
    "dpaste",
    "ghostbin",
    "controlc.",
    "telegra.ph",
    "t.me/",
    "api.telegram.org",
    "steamcommunity.com",
    "docs.google.com",
    "drive.google.com",
    "calendar.",
    "notion.",
    "trello.com",
    "youtube.com",
    "reddit.com",
    "x.com/",
    "twitter.com",
    "mastodon",
    "cloudflare-dns.com",
    "dns.google",
    "/dns-query",
    "infura.io",
    "alchemy.com",
    "etherscan",
    "bscscan",
    "mainnet",
    "solana",
    "ankr.com",
    "llamarpc",
    "blockchain",
    "blockstream",
    "ipfs",
    "arweave",
    "jsonkeeper",
    "npoint.io",
    "jsonbin",
    "codepad",
];

/// Programs and functions that ask for records of names.
const RECORDS: &[&str] = &["dig", "nslookup", "host", "drill", "resolve-dnsname", "dns.resolver"];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in &view.flow().effects {
        let Some((page, severity)) = judge(effect) else { continue };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let severity = if is_demonstrated(text, &span) { Severity::Info } else { severity };
        let what = if effect.action == Action::Run { "what runs" } else { "where the program turns" };
        let page: String = page.chars().take(60).collect();
        sink.report(text, span, format!("{what} is decoded from what `{page}` says")).severity(severity);
    }
}

/// Returns the page and how bad it is that it is believed.
fn judge(effect: &Effect) -> Option<(&str, Severity)> {
    let taint = match effect.action {
        Action::Run => &effect.data,
        Action::Download | Action::Send(_) => &effect.target_taint,
        _ => return None,
    };
    let page = &*taint.origin(Kinds::DOWNLOAD)?.name;
    if !taint.kinds.holds(Kinds::DECODED) || !is_page(page) {
        return None;
    }
    let is_worst = effect.action == Action::Run || effect.data.kinds.holds(Kinds::SECRET);
    Some((page, if is_worst { Severity::Critical } else { Severity::High }))
}

fn is_page(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PAGES.iter().any(|page| name.contains(page)) || RECORDS.iter().any(|record| name == *record)
}
