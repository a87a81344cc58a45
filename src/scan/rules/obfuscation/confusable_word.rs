//! Words in which letters of other scripts pretend to be Latin.

use std::sync::LazyLock;

use crate::scan::evidence::confusable::{fold_word, words};
use crate::scan::evidence::intent::intent_of;
use crate::scan::evidence::setting::{is_data, is_taught, paragraph};
use crate::scan::evidence::{Pattern, confusable, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "confusable-word",
    summary: "Letters of another script pretend to be Latin in a word of an instruction or a command",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Write the word in letters of one script.",
    references: &["AST04", "ASI01", "LLM01", "AML.T0068", "CWE-1007"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("confusable_word.md"),
    hook: Hook::Text { needles: &[], check },
};

/// Words that somebody may want to hide from a search, as they are drawn.
static SENSITIVE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:ignore|disregard|forget|override|bypass|previous|prior|instructions?|system|prompt|password|passwd|secrets?|tokens?|credentials?|execute|eval|exec|curl|wget|bash|sudo|powershell|subprocess|environ|import|require|admin|upload|download|send|delete|reveal|user|claude|openai|anthropic|github|google|microsoft|paypal|security|safe|install|script|shell|python|always|never|important|must|without|base64|decode)$",
    )
});

/// Words of one text that are looked at; what stands behind them is read as a layer.
const WORDS_READ: usize = 50_000;
/// Single words of one text that are reported.
const WORDS: usize = 64;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    if text.is_ascii() {
        return;
    }
    let mut read_to = 0;
    let mut word_count = 0;
    for (at, word) in words(text).take(WORDS_READ) {
        if sink.is_full(view.path()) {
            return;
        }
        let Some(drawn) = fold_word(word).filter(|drawn| SENSITIVE.is_match(drawn)) else { continue };
        let span = at..at + word.len();
        // A paragraph is read once, however many such words it holds.
        if at >= read_to {
            let written = paragraph(view, &span);
            read_to = span.end + written.len();
            let intent = confusable::folded(written).and_then(|folded| intent_of(&folded));
            if let Some(intent) = intent.filter(|intent| intent_of(written) != Some(intent)) {
                let severity = if is_taught(view, &span) { Severity::Info } else { Severity::High };
                sink.report(view, span, format!("as it is drawn, the text is {intent}")).severity(severity);
                continue;
            }
        }
        word_count += 1;
        if word_count <= WORDS {
            let severity = match () {
                () if is_taught(view, &span) => Severity::Info,
                () if is_data(view) => Severity::Low,
                () => Severity::Medium,
            };
            sink.report(view, span, format!("the word is drawn as `{drawn}` and is another one")).severity(severity);
        }
    }
}
