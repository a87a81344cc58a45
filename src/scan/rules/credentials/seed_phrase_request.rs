//! The words that open a wallet are asked for.

use std::sync::LazyLock;

use crate::scan::evidence::command::steps;
use crate::scan::evidence::private_data::SEND;
use crate::scan::evidence::setting::is_taught;
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "seed-phrase-request",
    summary: "The user is asked for the words or the key that open a wallet",
    phase: Phase::Credentials,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Never type a seed phrase into a conversation; sign with a hardware wallet or the wallet's own program.",
    references: &["AST01", "ASI09", "LLM02", "AML.T0055", "CWE-522"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("seed_phrase_request.md"),
    hook: Hook::Text { needles: &["seed", "recovery phrase", "mnemonic", "12-word", "24-word", "助记词"], check },
};

static REQUEST: LazyLock<Pattern> = LazyLock::new(|| {
    let words = r"(?:(?:1[258]|2[14]|twelve|twenty[\s-]four)[\s-]words?\s+(?:\w+\s+){0,2}(?:phrase|seed|mnemonic|backup|key)|(?:secret\s+)?(?:seed|recovery|backup)\s+(?:phrase|words)|mnemonic(?:\s+(?:phrase|words|seed))?|wallet['’]?s?\s+private\s+key|private\s+key\s+of\s+(?:the|your|their)\s+wallet)";
    pattern(&format!(
        r"(?i)\b(?:ask|prompt|request|have|get|tell|instruct|require)\w*\b[^.\n]{{0,50}}\b(?:user|them|customer|owner|holder)\w*\b[^.\n]{{0,80}}\b{words}|\b(?:enter|provide|type|paste|share|submit|send|input|confirm|supply)\b[^.\n]{{0,20}}\b(?:your|their|the\s+user['’]s|the\s+wallet['’]s)\s+(?:\w+\s+){{0,3}}{words}|(?:输入|提供|询问)[^。\n]{{0,20}}助记词"
    ))
});

/// Reasons that scare or hurry.
static LURE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:verif(?:y|ication)|validat\w+|synchroni[sz]\w*|re-?authenticat\w+|unlock\w*|suspend\w*|migrat\w+|airdrop|claim|restore\s+access|confirm\s+ownership|kyc|eligib\w+)\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in REQUEST.find_iter(text) {
        let around = &text[steps(view, &found.range())];
        let is_sent = SEND.is_match(around)
            && urls(around)
                .any(|url| matches!(url.host_kind(), HostKind::Named | HostKind::RawAddress | HostKind::Drop));
        let severity = match () {
            () if is_taught(view, &found.range()) => Severity::Info,
            () if is_sent => Severity::Critical,
            () if LURE.is_match(view.line(found.start())) => Severity::High,
            () => Severity::Low,
        };
        sink.report(view, found.range(), "whoever has these words has the wallet").severity(severity);
    }
}
