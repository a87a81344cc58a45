//! Programs that compute money for somebody else.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_command, is_run};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "crypto-miner",
    summary: "A miner is started on the user's machine",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the command, and look for the process and for whatever starts it again.",
    references: &["AST01", "ASI05", "LLM10", "AML.T0034", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("crypto_miner.md"),
    hook: Hook::Text {
        needles: &[
            "stratum",
            "xmrig",
            "minerd",
            "cpuminer",
            "cgminer",
            "ethminer",
            "nbminer",
            "t-rex",
            "--donate-level",
            "miner",
            "coinhive",
            "cryptonight",
            "randomx",
        ],
        check,
    },
};

static MINES: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\bstratum\d?\+(?:tcp|ssl|tls)://[^\s'\x22]{3,120}",
        r"(?:^|[\s;&|`'\x22(/])(?:xmrig|xmr-stak|minerd|cpuminer|cgminer|bfgminer|ethminer|nbminer|t-rex|phoenixminer|lolminer|gminer|nanominer|srbminer\S*)(?:\.exe)?\s+[^\n]{0,120}?(?:-o|-a|-u|--url|--user|--algo|--pool|--wallet|--coin|--donate-level|-B|--background)\b[^\n]{0,80}",
        r"--donate-level[\s=]\d",
        r"\bnew\s+CoinHive\.(?:Anonymous|User)\(",
        r"\b(?:curl|wget)\b[^\n]{0,200}/(?:xmrig|xmr|miner)[\w.-]*[^\n]{0,120}(?:&&|;)[^\n]{0,120}(?:\./|chmod)",
    ];
    pattern(&format!("(?im){}", forms.join("|")))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in MINES.find_iter(view.text()).take(PLACES).filter(|found| is_command(view, found.start())) {
        let severity = if is_run(view, &found.range()) { Severity::Critical } else { Severity::Info };
        sink.report(view, found.range(), "the machine computes for somebody else's account").severity(severity);
    }
}
