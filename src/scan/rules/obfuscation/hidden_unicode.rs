//! Characters that a person does not see and a model reads.

use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "hidden-unicode",
    summary: "Text holds characters that a person does not see: tags, bidirectional controls, zero-width characters inside words, runs of variation selectors",
    phase: Phase::Obfuscation,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Show the text with its invisible characters escaped, and remove them.",
    references: &["AST04", "ASI01", "LLM01", "AML.T0068", "CWE-1007"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("hidden_unicode.md"),
    hook: Hook::Text { needles: &[], check },
};

/// Variation selectors in a row from which on they carry bytes rather than a glyph's form.
const SELECTOR_RUN: usize = 4;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    if text.is_ascii() {
        return;
    }
    let mut previous = '\n';
    let mut selectors = 0;
    let mut in_flag = false;
    for (at, character) in text.char_indices() {
        if sink.is_full(view.path()) {
            return;
        }
        let span = at..at + character.len_utf8();
        match character {
            '\u{1f3f4}' => in_flag = true,
            // Flags of regions are a black flag, tags of small letters, and a closing tag.
            '\u{e0001}'..='\u{e007f}' if in_flag => in_flag = character != '\u{e007f}',
            '\u{e0001}'..='\u{e007f}' => {
                sink.report(view, span, "tag characters spell a text that is not drawn");
            }
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => report_bidirectional(view, sink, span),
            '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{180e}' if at > 0 && splits_word(previous, text, span.end) => {
                sink.report(
                    view,
                    span,
                    "a zero-width character splits a word, so that a search for the word does not find it",
                )
                .severity(Severity::Medium);
            }
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
                selectors += 1;
                if selectors == SELECTOR_RUN {
                    sink.report(view, span, "a run of variation selectors encodes bytes that are not drawn");
                }
            }
            _ => in_flag = false,
        }
        if !matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}') {
            selectors = 0;
        }
        previous = character;
    }
}

/// In code the order of what is drawn is a deception (Trojan Source); in prose of a script
/// that is written from right to left it is spelling.
fn report_bidirectional(view: &TextView<'_>, sink: &mut Sink<'_>, span: std::ops::Range<usize>) {
    let has_right_to_left = view.line(span.start).chars().any(
        |character| matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'),
    );
    let severity = match view.region(span.start) {
        Region::Code | Region::CodeBlock(_) | Region::InlineCode => Severity::High,
        _ if has_right_to_left => Severity::Info,
        _ => Severity::Medium,
    };
    sink.report(view, span, "a bidirectional control makes the text read in another order than it is drawn")
        .severity(severity);
}

fn splits_word(previous: char, text: &str, end: usize) -> bool {
    let is_latin = |character: char| character.is_ascii_alphanumeric();
    is_latin(previous) && text[end..].chars().next().is_some_and(is_latin)
}
