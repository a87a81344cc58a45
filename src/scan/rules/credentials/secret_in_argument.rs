//! Secrets in addresses and on command lines.

use std::sync::LazyLock;

use crate::scan::evidence::setting::{is_code, is_shown_code};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-argument",
    summary: "A secret is put into an address or on the command line",
    phase: Phase::Credentials,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Auditor,
    remedy: "Send the secret in a header, and give it to a program by its environment or a file.",
    references: &["AST04", "ASI03", "LLM02", "AML.T0098", "CWE-214", "CWE-598"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("secret_in_argument.md"),
    hook: Hook::Text { needles: &["key", "token", "secret", "passw"], check },
};

/// Names of what opens something.
const SECRET: &str = r"(?:api[_-]?key|access[_-]?token|auth[_-]?token|token|client[_-]?secret|secret|password|passwd)";

static PLACES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(&format!(
        r"https?://[^\s'\x22`<>]{{1,200}}[?&]{SECRET}=(?:\$\{{?[A-Za-z_]|\{{[a-z_]|['\x22]\s*\+)|\s--{SECRET}[= ]['\x22]?\$\{{?[A-Za-z_]\w*|\bhttps?://[^\s'\x22/@]{{0,60}}:\$\{{?\w*(?i:{SECRET})\w*\}}?@"
    ))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in PLACES.find_iter(view.text()).filter(|found| is_code(view, found.start())) {
        if !is_shown_code(view, &found.range()) {
            sink.report(view, found.range(), "addresses and command lines are kept in logs and seen by other programs");
        }
    }
}
