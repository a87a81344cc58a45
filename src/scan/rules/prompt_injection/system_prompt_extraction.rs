//! The agent is told to give away the instructions that others gave it.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::Place;
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "system-prompt-extraction",
    summary: "The agent is told to reveal its system prompt or its context",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the sentence; a skill has no use for the instructions of others.",
    references: &["AST01", "ASI01", "LLM07", "AML.T0056"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("system_prompt_extraction.md"),
    hook: Hook::Text {
        needles: &[
            "system prompt",
            "system message",
            "your instructions",
            "your context",
            "initial prompt",
            "系统提示",
            "системный промпт",
            "システムプロンプト",
            "prompt del sistema",
            "prompt do sistema",
            "prompt système",
            "systemprompt",
            "system-prompt",
        ],
        check,
    },
};

static REVEALS: LazyLock<Pattern> = LazyLock::new(|| {
    let verb = r"(?:reveal|print|output|repeat|dump|display|disclose|leak|recite|echo|quote|return|include|append|attach|expose|write\s+out|copy|paste|send|upload|post|transmit|forward|log)";
    let whole = r"(?:(?:your|the\s+agent['’]s|the\s+assistant['’]s|the\s+model['’]s|its\s+own|claude['’]s)\s+(?:own\s+|full\s+|entire\s+|complete\s+|original\s+|initial\s+|hidden\s+|current\s+|exact\s+)*(?:system\s+(?:prompt|message|instructions)|initial\s+(?:prompt|instructions)|hidden\s+instructions|context\s+window|developer\s+message)|(?:the\s+)?(?:full|entire|complete|verbatim|hidden)\s+(?:contents?\s+of\s+(?:the\s+|your\s+)?)?(?:system\s+(?:prompt|message)|context\s+window|conversation\s+context))";
    pattern(&format!(
        r"(?i)\b{verb}\s+(?:[a-z]+\s+){{0,3}}?{whole}\b|\b{verb}\s+(?:everything|all\s+(?:the\s+)?text)\s+(?:above|before\s+this)\b[^.]{{0,60}}|(?:输出|泄露|打印|显示|重复|发送)(?:你的|完整的|全部)(?:系统提示|初始指令)|(?:покажи|выведи|раскрой|отправь)\s+(?:весь\s+|свой\s+|полный\s+)*системн[а-я]+\s+(?:промпт|сообщени)|システムプロンプト(?:の全文|をすべて|を)(?:表示|出力|公開|送信)(?:し|せよ)|\b(?:revela|muestra|imprime|revele|mostre|imprima)\s+(?:tu|el|seu|o)\s+(?:[a-z]+\s+)?prompt\s+d[eo]l?\s+sistema|\b(?:zeige|gib|nenne|verrate)\s+(?:mir\s+)?(?:deinen|den)\s+(?:[a-z]+\s+)?system-?prompt|\b(?:révèle|affiche|montre)[rz]?\s+(?:ton|votre|le)\s+prompt\s+système"
    ))
});

/// Words of those who keep prompts, write prompts or refuse to give them away.
static KEEPS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|cannot|can['’]t|won['’]t|refuse[a-z]*|avoid|decline|without|if\s+(?:the\s+|a\s+)?users?\s+ask|asks?\s+(?:you\s+)?to|attempt[a-z]*|try|tries|trying|request[a-z]*|prevent[a-z]*|protect[a-z]*|draft(?:ed)?|generat(?:e|ed|es)|design(?:ed)?|improv(?:e|ed)|template)\b|不要|不得|не\s|nicht|nunca|しない",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for sentence in view.sentences() {
        let text = &view.text()[sentence.span.clone()];
        let Some(found) = REVEALS.find(text).filter(|_| sentence.place != Place::Heading) else { continue };
        let span = sentence.span.start + found.start()..sentence.span.start + found.end();
        let severity = match () {
            () if is_lesson(view, sentence) || KEEPS.is_match(text) || view.is_mention(&span) => Severity::Info,
            () if sentence.words.any(Marks::ADDRESS | Marks::OUTSIDE) => Severity::High,
            () => Severity::Medium,
        };
        sink.report(view, span, "the agent is to give away what it was told in confidence").severity(severity);
    }
}
