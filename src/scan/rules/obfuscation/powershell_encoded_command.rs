//! PowerShell that is given its program as base64.

use std::sync::LazyLock;

use crate::scan::evidence::setting::is_shown_code;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "powershell-encoded-command",
    summary: "PowerShell is given a program that is encoded",
    phase: Phase::Obfuscation,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Decode the program (base64 of UTF-16), read it, and ship it as a script in plain form.",
    references: &["AST01", "ASI05", "AML.T0068", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("powershell_encoded_command.md"),
    hook: Hook::Text { needles: &["powershell", "pwsh"], check },
};

/// PowerShell takes every beginning of a parameter's name, in any case.
static ENCODED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:powershell|pwsh)(?:\.exe)?['\x22]?,?\s[^\n]{0,300}?[-/]e(?:c|n|nc|nco|ncod|ncode|ncoded|ncodedc|ncodedco|ncodedcom|ncodedcomm|ncodedcomma|ncodedcomman|ncodedcommand)?['\x22]?,?\s+['\x22]?[A-Za-z0-9+/]{24,}={0,2}",
    )
});

/// A window that is not drawn.
static HIDDEN: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)[-/]w(?:in(?:dow(?:style)?)?)?\s+(?:h(?:idden)?|1)\b"));

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in ENCODED.find_iter(view.text()) {
        let severity = if is_shown_code(view, &found.range()) { Severity::Info } else { Severity::Critical };
        let reason = if HIDDEN.is_match(found.as_str()) {
            "the program is encoded, and its window is not drawn"
        } else {
            "the program cannot be read before it is decoded"
        };
        sink.report(view, found.range(), reason).severity(severity);
    }
}
