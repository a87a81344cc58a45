//! Characters that make text read in another order than it is drawn.

use std::ops::Range;

use crate::scan::evidence::invisible::{is_bidirectional_control, is_specimen};
use crate::scan::evidence::setting::is_data;
use crate::scan::{Confidence, FileView, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "bidirectional-control",
    summary: "A bidirectional control makes code, text or a file name read in another order than it is drawn",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Show the text with its invisible characters escaped, and remove them.",
    references: &["AST04", "ASI01", "LLM01", "AML.T0068", "CWE-1007"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("bidirectional_control.md"),
    hook: Hook::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if view.origin.is_none() && view.path().chars().any(is_bidirectional_control) {
        sink.report_file(view.path(), view.path(), "the name of the file is drawn in another order than it is read");
    }
    let Some(text) = &view.text else { return };
    let bytes = text.text().as_bytes();
    // All of them are `E2 80 AA` to `E2 80 AE` and `E2 81 A6` to `E2 81 A9`.
    for at in memchr::memmem::find_iter(bytes, b"\xe2\x80").chain(memchr::memmem::find_iter(bytes, b"\xe2\x81")) {
        if sink.is_full(view.path()) {
            return;
        }
        if text.text()[at..].chars().next().is_some_and(is_bidirectional_control) {
            report(text, sink, at..at + 3);
        }
    }
}

/// In code the order of what is drawn is a deception (Trojan Source); in prose of a script
/// that is written from right to left it is spelling.
fn report(view: &TextView<'_>, sink: &mut Sink<'_>, span: Range<usize>) {
    let has_right_to_left = view.line(span.start).chars().any(
        |character| matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'),
    );
    let is_code = matches!(view.region(span.start), Region::Code | Region::CodeBlock(_) | Region::InlineCode);
    let severity = match () {
        () if is_specimen(view.text(), &span) => Severity::Info,
        () if has_right_to_left && (!is_code || is_data(view)) => Severity::Info,
        () if has_right_to_left => Severity::Low,
        () if is_code && !is_data(view) => Severity::High,
        () => Severity::Medium,
    };
    sink.report(view, span, "a bidirectional control makes the text read in another order than it is drawn")
        .severity(severity);
}
