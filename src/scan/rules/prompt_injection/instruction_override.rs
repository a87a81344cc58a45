//! Words that take the agent away from those who gave it its task.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::is_taught;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "instruction-override",
    summary: "The text tells the agent to drop its earlier instructions, to take another role, or plays a system message",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Remove the sentence; a skill adds to what an agent does and never replaces who it listens to.",
    references: &["AST01", "ASI01", "LLM01", "AML.T0051"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("instruction_override.md"),
    hook: Hook::Text {
        needles: &[
            "ignore",
            "disregard",
            "forget",
            "override",
            "overrid",
            "bypass",
            "<|im_start|>",
            "[system",
            "<system",
            "[inst]",
            "### system",
            "developer mode",
            "jailbreak",
            "do anything now",
            "no longer bound",
            "unrestricted",
            "system prompt",
            "忽略",
            "无视",
            "忘记",
            "ignora",
            "olvida",
            "desconsidere",
            "ignore as",
            "игнорируй",
            "забудь",
            "無視",
            "忘れ",
            "ignoriere",
            "vergiss",
            "ignorez",
            "oubliez",
            "ignore toutes",
        ],
        check,
    },
};

static OVERRIDES: LazyLock<Pattern> = LazyLock::new(|| {
    let earlier =
        r"(?:previous|prior|above|earlier|preceding|existing|original|initial|system|safety|security|former|your)";
    let orders = r"(?:instructions?|prompts?|directives?|guidelines?|rules|constraints|restrictions|guardrails|safeguards|polic(?:y|ies))";
    let forms = [
        format!(r"(?i:\b(?:ignore|disregard|forget|override|bypass|discard|drop|abandon)\s+(?:all\s+|any\s+|every\s+|each\s+|everything\s+)?(?:of\s+)?(?:the\s+|your\s+|my\s+|these\s+|those\s+)?(?:{earlier}\s+){{1,3}}(?:\w+\s+)?{orders})"),
        format!(r"(?i:\b(?:ignore|disregard|forget)\s+(?:everything|all)\s+(?:you\s+(?:were|have\s+been)\s+told|above|before\s+this|that\s+came\s+before|(?:{orders})))"),
        r"(?i:\byou\s+are\s+(?:now\s+)?(?:no\s+longer\s+bound|free\s+from\s+(?:all|any|your)\s+(?:restrictions|constraints|rules)|in\s+developer\s+mode|DAN\b|an?\s+unrestricted\s+(?:AI|assistant|agent|model)))".to_owned(),
        r"(?i:\b(?:enter|enable|activate)\s+(?:developer|jailbreak|god|DAN|unrestricted)\s+mode\b)".to_owned(),
        r"(?i:\b(?:these|this|the\s+following)\s+(?:instructions?|rules|skill)\s+(?:override|overrides|supersede|supersedes|replace|replaces)\s+(?:all|any|every|your|the\s+system|system)\s+(?:(?:previous|prior|other|existing|earlier|system|safety|security|user)\s+){1,3}(?:instructions?|prompts?|directives?|guidelines?|rules|polic(?:y|ies)))".to_owned(),
        r"(?:忽略|无视|忘记|不要理会)(?:你|您)?(?:之前|以上|先前|前面|上面|所有|一切|全部)(?:的|之前|所有|系统|任何){0,3}(?:指令|指示|提示|规则|说明|约束)".to_owned(),
        r"(?i:\b(?:ignora|ignore|olvida|desconsidere|esqueça)\s+(?:todas?\s+)?(?:las|as|os|los)\s+(?:instrucciones|instruções|reglas|regras|indicaciones|órdenes)\s+(?:anteriores|previas|prévias|del\s+sistema|do\s+sistema))".to_owned(),
        r"(?i:(?:игнорируй(?:те)?|забудь(?:те)?)\s+(?:все\s+)?(?:предыдущие|прежние|прошлые|системные)\s+(?:инструкции|указания|правила))".to_owned(),
        r"(?:以前|これまで|上記|前|すべて)の(?:すべての|全ての)?(?:指示|命令|ルール|プロンプト)(?:をすべて|を全て|を)?(?:無視|忘れ)".to_owned(),
        r"(?i:\b(?:ignoriere|vergiss|missachte)\s+(?:alle\s+|sämtliche\s+)?(?:bisherigen|vorherigen|vorigen|früheren|obigen)\s+(?:anweisungen|instruktionen|regeln|befehle))".to_owned(),
        r"(?i:\b(?:ignore[zr]?|oublie[zr]?)\s+(?:toutes\s+)?(?:les|tes|vos)\s+(?:instructions|consignes|règles)\s+(?:précédentes|antérieures|ci-dessus|du\s+système))".to_owned(),
    ];
    pattern(&forms.join("|"))
});

/// A message of the system that the author of a file cannot send.
static ROLE_TAG: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?im)<\|im_start\|>\s*system|<\|(?:system|start_header_id)\|>|^\s*\[(?:system|admin|root)(?:\s+(?:message|override|prompt|notice|instruction)s?)?\]\s*:?\s*\S|^\s*<<SYS>>|^\s*</?system(?:[-_](?:message|prompt|override|instruction)s?)?>\s*\S|^\s*#{1,4}\s*(?:new\s+)?system\s+override\b|^\s*SYSTEM\s+(?:OVERRIDE|MESSAGE)\s*:",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in OVERRIDES.find_iter(view.text()) {
        let severity = severity(view, found.range(), Severity::High);
        sink.report(view, found.range(), "the agent is told to drop what it was told before").severity(severity);
    }
    for found in ROLE_TAG.find_iter(view.text()) {
        // Chat templates are code; a document that holds one in a block shows it.
        let worst = match view.region(found.start()) {
            Region::Code | Region::CodeBlock(_) | Region::InlineCode => Severity::Info,
            _ => Severity::High,
        };
        let severity = severity(view, found.range(), worst);
        sink.report(view, found.range(), "the text plays a message of the system")
            .severity(severity)
            .confidence(Confidence::Medium);
    }
}

/// In a program the phrase is mostly a string to look for; agents read it all the same.
fn severity(view: &TextView<'_>, span: std::ops::Range<usize>, worst: Severity) -> Severity {
    if is_taught(view, &span) {
        return Severity::Info;
    }
    match view.region(span.start) {
        Region::InlineCode => Severity::Low,
        Region::Code if view.is_script() => worst.min(Severity::Medium),
        Region::CodeBlock(_) => worst.min(Severity::Medium),
        _ => worst,
    }
}
