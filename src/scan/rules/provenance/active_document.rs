//! Documents and pictures that run scripts.

use std::sync::LazyLock;

use crate::scan::evidence::setting::is_specimen;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, FactKind, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "active-document",
    summary: "A document or a picture runs a script or starts a program",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Save the document without scripts and actions.",
    references: &["AST04", "ASI04", "LLM03", "AML.T0011", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("active_document.md"),
    hook: Hook::Bundle(check),
};

/// What a form does not need: opening addresses, sending itself, starting files, unpacking code.
static REACHES_OUT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bapp\.launchURL\b|\bsubmitForm\s*\(|\bexportDataObject\b|\bgetURL\s*\(|\bmailMsg\s*\(|\beval\s*\(|\bunescape\s*\(|\bnew\s+Function\b|\bfetch\s*\(|\bXMLHttpRequest\b|\bsendBeacon\b|\batob\s*\(|\bdocument\.cookie\b|\blocation(?:\.href)?\s*=|\bimportScripts\b|\bString\.fromCharCode\b|\bSOAP\.",
    )
});

static SVG_SCRIPT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?i)<script\b|\son(?:load|error|click|mouseover|begin|focus)\s*=|(?:xlink:)?href\s*=\s*["']\s*(?:javascript:|data:text/html)"#,
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for fact in view.facts {
        let script = view.texts().find(|text| {
            text.origin().is_some_and(|origin| {
                origin.location == fact.origin.location
                    && origin.chain.last().is_some_and(|step| step == "script of the document")
            })
        });
        let reaches_out = script.is_some_and(|text| REACHES_OUT.is_match(text.text()));
        let (severity, reason) = match fact.kind {
            FactKind::DocumentLaunch => (Severity::High, "the document starts a program"),
            FactKind::DocumentOpenScript if reaches_out => {
                (Severity::High, "a script that reaches out runs when the document is opened")
            }
            FactKind::DocumentOpenScript => (Severity::Low, "a script runs when the document is opened"),
            FactKind::DocumentScript if reaches_out => {
                (Severity::Medium, "the document holds a script that reaches out")
            }
            FactKind::DocumentScript => (Severity::Low, "the document holds a script"),
            _ => continue,
        };
        let severity = if fact.origin.is_shown { severity.min(Severity::Low) } else { severity };
        sink.report_origin(&fact.origin, &fact.detail, reason).severity(severity);
    }
    view.texts()
        .filter(|text| text.path().to_ascii_lowercase().ends_with(".svg"))
        .for_each(|text| check_picture(text, sink));
}

fn check_picture(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let Some(found) = SVG_SCRIPT.find(view.text()) else { return };
    let (severity, reason) = if is_specimen(view) {
        (Severity::Info, "a specimen of a picture with a script")
    } else if REACHES_OUT.is_match(view.text()) {
        (Severity::High, "the picture holds a script that reaches out")
    } else {
        (Severity::Low, "the picture holds a script")
    };
    sink.report(view, found.range(), reason).severity(severity);
}
