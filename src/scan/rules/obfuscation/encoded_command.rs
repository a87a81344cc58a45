//! A literal that is an encoded command or instruction, whoever decodes it.

use crate::scan::evidence::intent::intent_of;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "encoded-command",
    summary: "An encoded literal holds a command or an instruction",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Decode the text by hand, read it, and write it out in plain form or remove it.",
    references: &["AST01", "ASI01", "LLM01", "AML.T0068"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("encoded_command.md"),
    hook: Hook::Text { needles: &[], check },
};

/// Bytes from which on an encoded text is a program: that a program runs code says little.
const PROGRAM_BYTES: usize = 2_000;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let Some(origin) = view.origin().filter(|origin| origin.is_decoded()) else { return };
    let Some(intent) = intent_of(view.text()) else { return };
    let severity = match () {
        () if origin.is_shown => Severity::Info,
        () if view.text().len() > PROGRAM_BYTES => Severity::Medium,
        () => Severity::High,
    };
    sink.report(view, 0..view.text().len(), format!("decoded, the text is {intent}")).severity(severity);
}
