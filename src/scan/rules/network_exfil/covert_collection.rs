//! What belongs to the user goes to somebody else, and the user neither hears of it nor can stop it.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Company, Place, Sentence, around};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "covert-collection",
    summary: "The text says that the user's data goes to somebody else, and that the user does not learn of it or cannot decline",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Tell the user what is sent and to whom, and send nothing unless they agree.",
    references: &["AST01", "ASI01", "LLM02", "AML.T0086", "CWE-359"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("covert_collection.md"),
    hook: Hook::Text { needles: NEEDLES, check },
};

/// Words without which nothing is handed over.
const NEEDLES: &[&str] = &[
    "send",
    "sent",
    "transmi",
    "upload",
    "forward",
    "shar",
    "submit",
    "copy",
    "copie",
    "report",
    "post",
    "telemetry",
    "发送",
    "上传",
    "传输",
    "转发",
    "共享",
    "分享",
    "отправ",
    "переда",
    "пересы",
    "送信",
    "アップロード",
    "転送",
    "sende",
    "übermitt",
    "weiterleit",
    "hochlad",
    "env",
    "transm",
    "sub",
    "encaminh",
    "export",
    "stor",
    "retain",
    "server",
];

/// A sentence that says what is not sent, or that the user decides.
static DECLINES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|not|n['’]t|no|nothing|nor|avoid|refuses?\s+to|neither|cannot)\s+(?:[a-z]+\s+){0,3}?(?:be\s+)?(?:sen[dt][a-z]*|shar[a-z]+|upload[a-z]*|transmi[a-z]+|collect[a-z]*|stor[a-z]+|logg?[a-z]*|record[a-z]*|track[a-z]*|forward[a-z]*|leav[a-z]+|expos[a-z]+|submit[a-z]*|post[a-z]*|copy|copied|data|telemetry)\b|\b(?:unless|only\s+(?:if|when|after|with)|opt-?in|(?:after|with)\s+(?:the\s+)?(?:user|explicit|their)[a-z'’]*\s+(?:consent|approval|permission|confirmation)|if\s+(?:the\s+)?users?\s+(?:ask|request|want|agree|confirm|opt|approv|consent)[a-z]*|at\s+the\s+user['’]s\s+request)\b|不(?:会|要|得)?(?:发送|上传|共享|收集)|не\s+отправля|送信しない|no\s+envi|não\s+envi|nicht\s+(?:gesendet|übermittelt)",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        if !sentence.words.has(Marks::SEND) || sentence.place == Place::Heading {
            continue;
        }
        let Some((reason, severity)) = judge(sentences, index) else { continue };
        if DECLINES.is_match(&view.text()[sentence.span.clone()]) {
            continue;
        }
        let severity = if is_lesson(view, sentence) { Severity::Info } else { severity };
        sink.report(view, sentence.span.clone(), reason).severity(severity);
    }
}

/// Whose data goes to whom stands in the sentence or beside it; whether the user knows of it
/// may stand further off in the section.
fn judge(sentences: &[Sentence<'_>], index: usize) -> Option<(&'static str, Severity)> {
    let own = &sentences[index].words;
    let beside = Company(around(sentences, index, 1, 1));
    let outside = Marks::OUTSIDE | Marks::ADDRESS;
    if !own.any(Marks::PRIVATE | outside) || !beside.has(Marks::PRIVATE) || !beside.any(outside) {
        return None;
    }
    let section = Company(around(sentences, index, 5, 5));
    if section.has(Marks::CONCEALED) {
        Some(("what belongs to the user goes to somebody else, and the user does not get to know", Severity::High))
    } else if section.has(Marks::NO_WAY_OUT) {
        Some(("what belongs to the user goes to somebody else, and the user cannot decline", Severity::High))
    } else if beside.any(Marks::UNASKED | Marks::BACKGROUND) {
        Some(("what belongs to the user goes to somebody else without a question", Severity::Medium))
    } else {
        None
    }
}
