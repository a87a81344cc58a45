//! A skill that wants to stand before all others.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Company, around};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "tool-shadowing",
    summary: "The skill claims to come before or in place of every other tool, whatever the task is",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Say for which task the skill is, and leave the choice to the agent and its user.",
    references: &["AST04", "ASI02", "LLM06", "AML.T0110"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("tool_shadowing.md"),
    hook: Hook::Text {
        needles: &[
            "this tool",
            "this skill",
            "other tool",
            "other skill",
            "此技能",
            "本技能",
            "этот навык",
            "этот инструмент",
            "esta herramienta",
            "esta ferramenta",
            "このスキル",
            "このツール",
            "dieses werkzeug",
            "diesen skill",
            "cet outil",
        ],
        check,
    },
};

/// Before everything, whatever it is.
static FIRST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:always|must)\s+(?:be\s+)?(?:run|use|call|invoke|execute|load|consult|activate|start|used|called|invoked)\s+(?:with\s+)?(?:this|the\s+present)\s+(?:tool|skill|plugin)\b[^.]{0,80}?\b(?:before\s+(?:anything|everything|any\s+other|all\s+other|every\s+other)|first\b[^.]{0,20}\bbefore\b|instead\s+of\s+(?:any|all|every)\s+other|for\s+(?:every|all|any)\s+(?:tasks?|requests?|messages?|prompts?|questions?)\b|no\s+matter\s+what)|^\W*(?:invoke|use|call|run|load)\s+this\s+(?:skill|tool)\s+before\s+(?:any|every|all)\s+other\s+(?:tools?|skills?)|\bbefore\s+(?:using|calling)\s+any\s+other\s+(?:tool|skill)s?,?\s+(?:[a-z]+\s+){0,3}?(?:call|use|run|invoke)\s+this\b|总是(?:先|首先)?(?:使用|调用|运行)(?:此|本|这个)(?:技能|工具)|всегда\s+(?:сначала\s+)?(?:используй|вызывай|запускай)[а-я]*\s+(?:этот|данный)\s+(?:навык|инструмент)[^.]{0,40}(?:перед|прежде)|siempre\s+(?:usa|ejecuta)\s+esta\s+(?:herramienta|habilidad)\s+(?:primero|antes)",
    )
});

/// Above all others, or in their place.
static ABOVE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bthis\s+(?:skill|tool|plugin)\s+(?:always\s+)?(?:takes?|has|must\s+have|gets?)\s+(?:absolute\s+|the\s+highest\s+|top\s+)?(?:priority|precedence)\s+over\s+(?:all|any|every)\s+(?:other\s+)?(?:tools?|skills?|plugins?|instructions)|\bthis\s+(?:skill|tool)\s+(?:replaces|supersedes|overrides)\s+(?:all|any|every|the\s+built-?in|your\s+built-?in|the\s+default)\s+(?:[a-z-]+\s+){0,2}?(?:tools?|skills?|commands?)|\b(?:never|do\s+not|don['’]t)\s+(?:ever\s+)?(?:use|call|load|invoke|trust)\s+(?:any|all)\s+other\s+(?:tools?|skills?|plugins?)\b|(?:此|本|该)(?:技能|工具)(?:的)?优先级(?:高于|大于)(?:所有|任何|一切)|このスキルは(?:他の)?すべての(?:ツール|スキル)より優先|esta\s+(?:herramienta|habilidad|ferramenta)\s+tiene\s+prioridad\s+sobre\s+tod[ao]s|dieses?\s+(?:werkzeug|skill)\s+hat\s+vorrang\s+vor\s+allen|cet\s+outil\s+(?:a\s+la\s+priorité|est\s+prioritaire)\s+sur\s+tous",
    )
});

/// What makes a claim of rank dangerous.
static HOSTILE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:bypass|disable|circumvent|ignore|override|skip)\s+(?:any\s+|all\s+|the\s+|your\s+|every\s+)?(?:[a-z]+\s+){0,2}?(?:safety\s+[a-z]+|security\s+[a-z]+|restrictions?|permission\s+[a-z]+|permissions|polic(?:y|ies)|instructions|safeguards|guardrails)\b|绕过|обойди",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        let text = &view.text()[sentence.span.clone()];
        let Some(found) = FIRST.find(text).or_else(|| ABOVE.find(text)) else { continue };
        let near = around(sentences, index, 2, 3);
        let whole = &view.text()[near[0].span.start..near[near.len() - 1].span.end];
        let is_both = FIRST.is_match(whole) && ABOVE.is_match(whole);
        let company = Company(near);
        let takes_data = company.has(Marks::SEND | Marks::PRIVATE) && company.any(Marks::ADDRESS | Marks::OUTSIDE);
        let span = sentence.span.start + found.start()..sentence.span.start + found.end();
        let severity = match () {
            () if is_lesson(view, sentence) || view.is_mention(&span) => Severity::Info,
            () if HOSTILE.is_match(whole) || takes_data => Severity::High,
            () if is_both => Severity::Medium,
            () => Severity::Low,
        };
        sink.report(view, span, "the skill puts itself before everything else that the agent has").severity(severity);
    }
}
