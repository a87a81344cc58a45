//! A literal that is an encoded command or instruction, whoever decodes it.

use crate::scan::evidence::decode::{BASE64_RUN, open_base64};
use crate::scan::evidence::setting::is_taught;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "encoded-command",
    summary: "A base64 literal holds a command or an instruction",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Decode the text by hand, read it, and write it out in plain form or remove it.",
    references: &["AST01", "ASI01", "LLM01", "AML.T0068"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("encoded_command.md"),
    hook: Hook::Text { needles: &[], check },
};

/// Literals of one text that are opened.
const LITERALS: usize = 400;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for run in BASE64_RUN.find_iter(view.text()).take(LITERALS) {
        let Some(opened) = open_base64(run.as_str()) else { continue };
        let severity = if is_taught(view, &run.range()) { Severity::Low } else { Severity::High };
        sink.report(view, run.range(), format!("decoded, the text is {}", opened.intent))
            .severity(severity)
            .chain(opened.chain);
    }
}
