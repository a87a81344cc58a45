//! A sentence that asks the agent to decode something and to do what it says.

use std::sync::LazyLock;

use crate::scan::evidence::setting::{is_code, is_specimen, teaches_security};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "encoded-instruction",
    summary: "The agent is told to decode a text and to do what it says",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Decode the text by hand, read it, and write the instruction out in plain form or remove it.",
    references: &["AST01", "ASI01", "LLM01", "AML.T0068"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("encoded_instruction.md"),
    hook: Hook::Text {
        needles: &[
            "decod",
            "decrypt",
            "decipher",
            "deobfuscat",
            "unscrambl",
            "rot13",
            "base64",
            "encoded",
            "reverse the",
            "解码",
            "解密",
            "декодир",
            "расшифр",
            "decodific",
            "descifr",
            "décod",
            "dekodier",
            "entschlüssel",
        ],
        check,
    },
};

/// The two halves in either order: something is decoded, and what comes out is followed.
static DECODE_AND_FOLLOW: LazyLock<Pattern> = LazyLock::new(|| {
    let decode = r"\b(?:decod(?:e|ed|ing)|decrypt(?:ed|ing)?|decipher(?:ed|ing)?|deobfuscat(?:e|ed|ing)|unscrambl(?:e|ed|ing)|un-?(?:base64|rot13)|(?:base(?:64|32|85)|hex|rot-?13|caesar)(?:[- ](?:decode|encoded|cipher))?)\b";
    let follow =
        r"\b(?:follow|obey|execut(?:e|ing)|run|perform|carry\s+out|comply\s+with|act\s+(?:up)?on|apply|adopt|do)\b";
    let result = r"(?:it|them|that|this|those|the\s+(?:decoded\s+|decrypted\s+|resulting\s+|hidden\s+|plain\s*)?(?:text|instructions?|commands?|message|result|output|content|steps?|directives?|prompt|payload|script|orders?)|(?:exactly\s+)?(?:what|whatever|everything)\s+(?:it|they|the\s+\w+)\s+(?:says?|tells?|contains?|reads?)|as\s+(?:an?\s+)?(?:system|instructions?|commands?|if))\b";
    let treat = r"\b(?:treat|regard|consider|interpret|take)\b[^.\n]{0,60}\bas\s+(?:an?\s+|the\s+|your\s+|new\s+)*(?:system|instructions?|commands?|directives?|orders?|prompt|highest)";
    let sources = [
        format!(r"(?i){decode}[^\n]{{0,160}}?(?:{follow}\s+{result}|{treat})"),
        format!(
            r"(?i)\b(?:follow|obey|execute|run|perform|carry\s+out|comply\s+with)\s+(?:the\s+|these\s+|this\s+|all\s+)?(?:\w+\s+)?(?:base(?:64|32|85)|hex(?:adecimal)?|rot-?13|encoded|encrypted|obfuscated|hidden|reversed)[- ]?(?:encoded\s+)?(?:instructions?|commands?|messages?|directives?|orders?|prompts?|payloads?)\b"
        ),
    ];
    pattern(&sources.join("|"))
});

/// The same in other languages.
static DECODE_AND_FOLLOW_ABROAD: LazyLock<Pattern> = LazyLock::new(|| {
    let sources = [
        r"(?:解码|解密)[^。\n]{0,40}(?:执行|遵循|照做|运行|遵守)",
        r"(?i)(?:декодируй|расшифруй)[^.\n]{0,60}(?:выполни|следуй|исполни)",
        r"(?i)(?:decodific|descifr)[^.\n]{0,60}(?:ejecut|sigue|obedece|cumple|execut|siga)",
        r"(?i)d[ée]cod(?:e[rz]?|ez)\b[^.\n]{0,60}(?:ex[ée]cut|sui(?:s|vez|vre)|ob[ée]i)",
        r"(?i)(?:dekodier|entschl[üu]ssel)[^.\n]{0,60}(?:befolg|f[üu]hr[^.\n]{0,20}aus|gehorch)",
    ];
    pattern(&sources.join("|"))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in DECODE_AND_FOLLOW.find_iter(text).chain(DECODE_AND_FOLLOW_ABROAD.find_iter(text)) {
        let span = found.range();
        // Code that decodes and runs is for other rules.
        if is_code(view, span.start) {
            continue;
        }
        let is_shown = is_specimen(view) || view.is_mention(&span) || teaches_security(view);
        let severity = if is_shown { Severity::Info } else { Severity::High };
        sink.report(view, span, "what the agent will do cannot be read before it is decoded").severity(severity);
    }
}
