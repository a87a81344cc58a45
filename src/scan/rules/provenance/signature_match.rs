//! Indicators from lists: what is known of a host, an address, an account, a file.

use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "signature-match",
    summary: "An indicator from a list of signatures stands in the bundle",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Look at what the list says of the indicator, and at why the skill names it.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("signature_match.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for file in &view.files {
        for entry in view.signatures.of_file(file.file.sha256) {
            let signature = &entry.signature;
            let evidence = format!("sha256 {}", file.file.sha256.to_hex());
            sink.report_file(file.path(), &evidence, reason(&signature.id, &signature.description))
                .signature(signature);
        }
        let Some(text) = &file.text else { continue };
        for (entry, span) in view.signatures.of_text(text.text()) {
            // A general list knows hosts that many texts talk about; an operator's list is meant.
            if entry.is_builtin && text.is_mention(&span) {
                continue;
            }
            let signature = &entry.signature;
            sink.report(text, span, reason(&signature.id, &signature.description)).signature(signature);
        }
    }
}

fn reason(id: &str, description: &str) -> String {
    format!("{} (signature {id})", description.trim_end_matches('.'))
}
