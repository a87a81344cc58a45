//! The few lines that an agent reads before it chooses a skill, used to command it.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::Place;
use crate::scan::evidence::setting::is_specimen;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "frontmatter-injection",
    summary: "The head of the document holds commands, flags that lift rules, or marks that end it early",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Say in the head what the skill is for and when to use it, and nothing else.",
    references: &["AST04", "ASI01", "LLM01", "AML.T0110"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("frontmatter_injection.md"),
    hook: Hook::Text { needles: &["---"], check },
};

/// Flags that no reader of metadata knows, and that a model may take for its own.
static FLAG: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:[A-Z]+_)*(?:ADMIN|SYSTEM|SAFETY|SECURITY|POLICY|FILTER|CONTENT|GUARDRAILS?|MODERATION|RESTRICTIONS?)_(?:[A-Z]+_)*(?:OVERRIDE|BYPASS|DISABLED?|OFF|UNLOCKED|IGNORED?)(?:_[A-Z]+)*\b|\b(?:BYPASS|DISABLE|IGNORE|OVERRIDE|SKIP|UNLOCK|NO)_(?:[A-Z]+_)*(?:FILTERS?|SAFETY|SECURITY|GUARDRAILS?|MODERATION|RESTRICTIONS?|POLICY|POLICIES|RULES|CHECKS|REVIEW|CONFIRMATION|CONSENT)(?:_[A-Z]+)*\b|\b(?:JAILBREAK|GOD|DAN|ROOT_ACCESS|UNRESTRICTED)_(?:MODE|ENABLED|ON)\b",
    )
});

/// The end of a block that the author did not open: what follows poses as somebody else's words.
static CLOSES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)</\s*(?:description|skill|skills|available_skills|system|instructions?|tools?|context|metadata|frontmatter|function_results|user)\s*>|<\|(?:im_end|im_start|endoftext|eot_id|system)\|>|<\s*(?:system|system-reminder|instructions?|important)\s*>",
    )
});

/// A tag of YAML that makes a loader build objects.
static OBJECT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"!!(?:python|ruby|java|javax|perl|php|js)/?[a-z./:]*(?:object|module|name|function|apply|new|regexp|undefined)?",
    )
});

/// An order, where a purpose should stand.
static COMMANDS: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:from\s+now\s+on|always\s+remember|ignore\s+(?:all|any|the|previous|other)\s+[a-z]+|disregard\s+(?:all|any|the|previous))\b",
        r"\bbefore\s+(?:using|calling|running|invoking)\s+(?:this|any|the|every)\s+(?:[a-z]+\s+)?(?:tool|skill|command)s?[^.]{0,80}\b(?:send|read|run|execute|upload|post|fetch|include|pass|forward|collect)\b",
        r"\b(?:must|always)\s+(?:report|return|answer|output|say)\b[^.]{0,60}(?:=\s*\[\]|\bsafe\b|\bno\s+(?:risks?|issues|findings)|\bbenign\b|\bclean\b)",
        r"\b(?:this\s+skill|it)\s+(?:has\s+been|was|is)\s+(?:already\s+)?(?:verified|audited|certified|vetted|reviewed|approved)(?:\s+(?:and|as|to\s+be)\s+(?:is\s+)?(?:safe|secure|trusted|clean|harmless))",
        r"\b(?:do\s+not|never|don['’]t)\s+(?:tell|inform|mention|notify|show|reveal)\b[^.]{0,40}\busers?\b",
        r"\b(?:skip|without|bypass)\s+(?:any\s+|all\s+|the\s+)?(?:user\s+)?(?:security|safety|permission|confirmation|approval)\s+(?:checks?|prompts?|review|steps?)\b",
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// Skills about such things name them in their head.
static ABOUT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:detect|scan|audit|review|security|inject|guard|red[\s-]team|jailbreak|moderat|lint|check|validat|sanitiz|protect|test)[a-z]*\b|检测|安全|审计",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    let head: Vec<_> = sentences.iter().take_while(|sentence| sentence.place == Place::Frontmatter).collect();
    let (Some(first), Some(last)) = (head.first(), head.last()) else { return };
    let text = &view.text()[first.span.start..last.span.end];
    let is_about = ABOUT.is_match(text);
    let kinds: [(&Pattern, Severity, &str); 4] = [
        (&FLAG, Severity::High, "a flag in the head poses as a switch of the agent"),
        (&CLOSES, Severity::High, "a mark in the head ends the block in which an agent is shown it"),
        (&OBJECT, Severity::High, "a tag in the head makes a YAML loader build an object"),
        (&COMMANDS, Severity::High, "the head commands the agent instead of saying what the skill is for"),
    ];
    for (words, severity, reason) in kinds {
        for found in words.find_iter(text).take(5) {
            let span = first.span.start + found.start()..first.span.start + found.end();
            let is_named = view.is_mention(&span) && !std::ptr::eq(words, &*OBJECT);
            let severity = match () {
                () if is_specimen(view) || is_named => Severity::Info,
                () if is_about && std::ptr::eq(words, &*COMMANDS) => Severity::Low,
                () => severity,
            };
            sink.report(view, span, reason).severity(severity);
        }
    }
}
