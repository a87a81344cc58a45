//! Words that are split by characters without width.

use crate::scan::evidence::intent::intent_of;
use crate::scan::evidence::invisible::{is_specimen, splits, without_zero_width};
use crate::scan::evidence::setting::{is_specimen as is_specimen_file, paragraph};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "zero-width-split",
    summary: "Zero-width characters split words, so that a search does not find them",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Show the text with its invisible characters escaped, and remove them.",
    references: &["AST04", "ASI01", "LLM01", "AML.T0068", "CWE-1007"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("zero_width_split.md"),
    hook: Hook::Text { needles: &[], check },
};

/// Places of one text that are looked at; one of them is enough for the verdict.
const PLACES: usize = 200;
/// Places in one text from which on they are there on purpose.
const MANY: usize = 6;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    if text.is_ascii() {
        return;
    }
    let places: Vec<_> = splits(text).filter(|span| !is_specimen(text, span)).take(PLACES).collect();
    let mut done_to = 0;
    for span in &places {
        if span.start < done_to {
            continue;
        }
        let written = paragraph(view, span);
        done_to = span.end + written.len();
        let drawn = without_zero_width(written);
        // What is hidden may stand beside something that is not.
        let is_hidden = intent_of(written) != intent_of(&drawn) || splits(written).nth(2).is_some();
        let intent = intent_of(&drawn).filter(|_| is_hidden);
        // A soft hyphen, or one character that came along with a copied text, hides nothing.
        let is_soft = text[span.clone()].chars().all(|character| matches!(character, '\u{ad}' | '\u{feff}'));
        let severity = match intent {
            _ if is_specimen_file(view) => Severity::Info,
            Some(_) => Severity::High,
            None if is_soft => Severity::Info,
            None if places.len() >= MANY => Severity::Medium,
            None => Severity::Low,
        };
        let reason = match intent {
            Some(intent) => format!("without the characters that are not drawn, the text is {intent}"),
            None => "a zero-width character splits a word, so that a search for the word does not find it".to_owned(),
        };
        sink.report(view, span.clone(), reason).severity(severity);
    }
}
