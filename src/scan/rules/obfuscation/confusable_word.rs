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

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    if text.is_ascii() {
        return;
    }
    let mut done_to = 0;
    for (at, word) in words(text) {
        if at < done_to || sink.is_full(view.path()) {
            continue;
        }
        let Some(drawn) = fold_word(word).filter(|drawn| SENSITIVE.is_match(drawn)) else { continue };
        let span = at..at + word.len();
        let written = paragraph(view, &span);
        let intent =
            confusable::folded(written).and_then(|folded| intent_of(&folded)).filter(|_| intent_of(written).is_none());
        let severity = match intent {
            _ if is_taught(view, &span) => Severity::Info,
            Some(_) => Severity::High,
            None if is_data(view) => Severity::Low,
            None => Severity::Medium,
        };
        let reason = match intent {
            Some(intent) => format!("as it is drawn, the text is {intent}"),
            None => format!("the word is drawn as `{drawn}` and is another one"),
        };
        done_to = if intent.is_some() { span.end + written.len() } else { span.end };
        sink.report(view, span, reason).severity(severity);
    }
}
