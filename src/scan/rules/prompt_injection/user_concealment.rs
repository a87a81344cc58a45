//! The agent is told to keep something from the person that it works for.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_specimen, paragraph, teaches_security};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "user-concealment",
    summary: "The agent is told to hide an action from the user",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the sentence, or say to the user what is done.",
    references: &["AST01", "ASI09", "LLM01", "AML.T0051"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("user_concealment.md"),
    hook: Hook::Text {
        needles: &[
            "user",
            "silently",
            "secretly",
            "用户",
            "usuario",
            "usuário",
            "пользовател",
            "ユーザー",
            "benutzer",
            "utilisateur",
        ],
        check,
    },
};

static CONCEALS: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"(?i:\b(?:do\s+not|don['’]t|never|must\s+not|should\s+not|avoid)\s+(?:ever\s+)?(?:tell(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|let|reveal(?:ing)?|disclos(?:e|ing)|mention(?:ing)?|report(?:ing)?)\s+(?:[\w'’]+\s+){0,6}?(?:to\s+)?(?:the\s+|your\s+)?(?:end[\s-])?users?\b)",
        r"(?i:\bwithout\s+(?:the\s+)?users?['’]?s?\s+(?:knowledge|knowing|noticing|awareness|consent)\b)",
        r"(?i:\bwithout\s+(?:telling|informing|notifying|alerting)\s+(?:the\s+|your\s+)?users?\b)",
        r"(?i:\b(?:keep|hide|conceal)\s+(?:this|it|these|the\s+\w+)\s+(?:\w+\s+){0,3}from\s+(?:the\s+|your\s+)?users?\b)",
        r"(?i:\b(?:the\s+)?users?\s+(?:must|should|need|does)\s*(?:not|n['’]t)\s+(?:need\s+to\s+)?(?:know|be\s+(?:told|informed|aware|notified)|see\s+this))",
        r"(?:不要|切勿|别|禁止)(?:告诉|通知|告知|提醒|向)用户",
        r"(?i:\bno\s+(?:le\s+)?(?:digas|informes|menciones)\b[^.\n]{0,40}\busuario|\bnão\s+(?:diga|informe|mencione)\b[^.\n]{0,40}\busuário)",
        r"(?i:\bне\s+(?:говори|сообщай|упоминай)(?:те)?\b[^.\n]{0,40}пользовател)",
        r"ユーザーに(?:は)?(?:知らせ|伝え|言わ)(?:ない|ず)",
        r"(?i:\b(?:sag|sage|erzähl\w*|informiere)\b[^.\n]{0,30}\bbenutzer[^.\n]{0,30}\b(?:nicht|nichts)\b)",
        r"(?i:\bne\s+(?:dis|dites|informe[zr]?|mentionne[zr]?)\b[^.\n]{0,40}utilisateur)",
    ];
    pattern(&forms.join("|"))
});

/// An action on data, code or machine that somebody may want to hide.
static ACTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|upload(?:s|ing)?|exfiltrat\w*|transmit\w*|https?://|credentials?|passwords?|api[\s_-]?keys?|tokens|\.env\b|~/\.|private\s+keys?|execut(?:e|es|ing)|run(?:s|ning)?\s+(?:the\s+|this\s+)?(?:script|command|following)|install(?:s|ing)?|download(?:s|ing)?|delet(?:e|es|ing)|append(?:s|ing)?|modif(?:y|ies|ying)|overwrit\w+|send(?:s|ing)?\s+(?:the|all|their|a\s+copy|data|it)|collect(?:s|ing)?|record(?:s|ing)?|log(?:s|ging)?\s+(?:all|the|their)|backdoor|inject(?:s|ing)?)\b|上传|发送|执行|下载|删除|安装",
    )
});

/// Things that good manners keep from a user: noise, how the sausage is made, jargon.
static MANNERS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:internal|raw|verbose|intermediate|jargon|debug|stack\s+traces?|technical\s+details|file\s+(?:names|paths)|phase|step\s+number|tool\s+names?|json|schema|ids?\b|placeholder|spoiler|answer|unless|until|before|if\s+(?:they|the\s+user)|that\s+(?:you|it|they)\s+(?:can|could|should|need|must)|to\s+(?:run|do|edit|install|check|execute|manually|copy|go|open|paste|use|wait|set|add|create)|how\s+to|what\s+to|asking|done|complete|success|fixed|ready)\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in CONCEALS.find_iter(view.text()) {
        let region = view.region(found.start());
        if matches!(region, Region::InlineCode) || view.is_script() && region == Region::Code {
            continue;
        }
        // The polarity of a sentence is no help here: the phrase is itself a negation.
        let is_mention = is_specimen(view)
            || teaches_security(view)
            || view.heading(found.start()).is_some_and(|_| view.is_mention(&(found.start()..found.start())));
        let sentence = sentence(view, found.end());
        let about = paragraph(view, &found.range());
        let severity = match () {
            () if is_mention => Severity::Info,
            () if MANNERS.is_match(sentence) => Severity::Info,
            () if ACTS.is_match(about) => Severity::High,
            () => Severity::Low,
        };
        sink.report(view, found.range(), "the agent is told to keep something from the user").severity(severity);
    }
}

/// Returns what follows the phrase in its sentence.
fn sentence<'a>(view: &TextView<'a>, end: usize) -> &'a str {
    let rest = &view.text()[end..view.line_range(end).end.max(end)];
    &rest[..rest.find(['.', '!', ';']).unwrap_or(rest.len())]
}
