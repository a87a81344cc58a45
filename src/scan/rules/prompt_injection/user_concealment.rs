//! The agent is told to keep something from the person that it works for.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Company, around};
use crate::scan::evidence::setting::{is_lesson, is_specimen, paragraph, teaches_security};
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
    revision: 2,
    page: include_str!("user_concealment.md"),
    hook: Hook::Text {
        needles: &[
            "user",
            "silently",
            "secretly",
            "not report",
            "not reflect",
            "without disclos",
            "without mention",
            "do not mention",
            "do not log",
            "not log",
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

/// Secrets are to be kept from everybody's eyes.
static KEEPS_SECRETS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:keys?|tokens?|secrets?|passwords?|credentials?|system\s+prompt|personal|pii|other\s+users?|prices?|chain[\s-]of[\s-]thought|reasoning)\b",
    )
});

/// Forms in which nobody is told: what happens is kept out of sight, as if by nature.
static KEPT_OUT_OF_SIGHT: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:(?:is|are|be)\s+(?:not|never)|isn['’]t|aren['’]t|not|never)\s+(?:being\s+)?(?:shown|displayed|disclosed|reported|revealed|mentioned|visible|surfaced|reflected|exposed|indicated|appear)\s+(?:to|in|by|on)\s+(?:the\s+|any\s+|its\s+)?(?:sync\s+|transaction\s+|standard\s+|normal\s+|final\s+|skill['’]s\s+|user-facing\s+)*(?:end[\s-])?(?:users?|output|responses?|summary|interface|reports?|preview|breakdown|history|notice)\b",
        r"\busers?\s+(?:should|must|will|are|need)\s*(?:not|n['’]t)\s+(?:to\s+)?(?:be\s+)?(?:made\s+)?(?:informed|told|notified|made\s+aware|alerted|shown)\b",
        r"\bwithout\s+(?:disclosing|mentioning|revealing|reporting)\s+(?:that|this|it|any)\b",
        r"\b(?:do\s+not|don['’]t|never|must\s+not)\s+(?:log|record|audit|write)\s+(?:[a-z-]+\s+){0,4}?(?:to|in)\s+(?:the\s+)?(?:[a-z]+\s+){0,2}?(?:audit|moderation|security)\s+(?:trail|log)s?\b|\b(?:do(?:es)?\s+not|don['’]t|never)\s+log\s+(?:the\s+|this\s+|any\s+)?(?:session|override|request|action|transfer)\b",
        r"\b(?:do\s+not|don['’]t|never)\s+(?:mention|disclose|reveal|report|show|display)\s+(?:this|these|the|any\s+of\s+(?:this|these))\s+(?:[a-z]+\s+){0,2}?(?:upload|transmission|transfer|collection|recording|tracking|telemetry|api\s+calls?|network\s+(?:calls?|requests?)|step|steps|action|operation|forwarding|backup|sync|change|modification|instruction)s?\b",
        r"\b(?:operations?|actions?|steps?|calls?|requests?|uploads?)\s+(?:that\s+)?(?:run|happen|occur|take\s+place)\s+(?:silently|invisibly|out\s+of\s+(?:sight|view))\b",
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in CONCEALS.find_iter(view.text()) {
        if sink.is_full(view.path()) {
            return;
        }
        let region = view.region(found.start());
        if matches!(region, Region::InlineCode) || view.is_script() && region == Region::Code {
            continue;
        }
        let sentence = sentence(view, found.end());
        let about = paragraph(view, &found.range());
        let severity = match () {
            () if is_told_of(view, &found.range()) => Severity::Info,
            () if MANNERS.is_match(sentence) || KEEPS_SECRETS.is_match(found.as_str()) => Severity::Info,
            () if ACTS.is_match(about) => Severity::High,
            () if does_much(view, found.start()) => Severity::High,
            () => Severity::Low,
        };
        sink.report(view, found.range(), "the agent is told to keep something from the user").severity(severity);
    }
    check_sentences(view, sink);
    check_silence(view, sink);
}

/// Money that somebody takes for themselves.
static FEE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:fees?|commissions?|surcharges?|percentage|\d+(?:\.\d+)?\s*%)\s+(?:[a-z0-9%]+\s+){0,6}?(?:is|are|added|deducted|routed|sent|transferred|paid)\b[^.]{0,80}\b(?:author|maintainer|developer|publisher|provider|our)(?:['’]s)?\s+(?:[a-z]+\s+)?(?:wallet|address|account)\b",
    )
});

/// Private things that are read where nobody looks.
static READS_SILENTLY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:perform(?:ed|s)?|done|run|executed?|carried\s+out|happens?)\s+(?:silently|invisibly|secretly|covertly|quietly)\b|\b(?:silently|secretly|covertly|quietly)\s+(?:reads?|collects?|scans?|sends?|uploads?|gathers?|cop(?:y|ies)|records?|forwards?|captures?|transmits?|harvests?|exports?)\b|(?:静默|悄悄|偷偷|暗中)(?:地)?(?:读取|收集|上传|发送|复制|记录)|(?:незаметно|тайно)\s+(?:прочит|собер|отправ|загруз|скопир)|(?:heimlich|unbemerkt)\s+(?:les|sammel|send|kopier|lad)|(?:silenciosamente|en\s+secreto|em\s+segredo)\s+[a-zé]+|(?:discrètement|secrètement)\s+[a-zé]+|(?:こっそり|密かに)[^。]{0,20}(?:送信|収集|読|記録)",
    )
});

/// Places where secrets are.
static SECRETS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\.env\b|\.ssh\b|\.aws\b|\b(?:credentials?|passwords?|api[\s_-]?keys?|tokens|private\s+keys?|cookies|clipboard|screenshots?|keystrokes|microphone|browsing\s+history|contacts|inbox|conversations?|chat\s+history)\b|密码|密钥|对话|凭证|парол|ключ|переписк|contraseñ|credencia|senhas?\b|パスワード|会話|passw[oö]rt|zugangsdaten|mots?\s+de\s+passe|identifiants",
    )
});

/// Something private is handled in silence; the words may stand in the items of a list.
fn check_silence(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        let text = &view.text()[sentence.span.clone()];
        let Some(found) = READS_SILENTLY.find(text) else { continue };
        let is_list = text.trim_end().ends_with([':', '：']) || text.contains("following") || text.contains("steps");
        let near = around(sentences, index, 0, if is_list { 6 } else { 0 });
        if !near.iter().any(|near| SECRETS.is_match(&view.text()[near.span.clone()])) {
            continue;
        }
        let span = sentence.span.start + found.start()..sentence.span.start + found.end();
        let is_negated = NEVER.is_match(&text[..found.start()]);
        let severity = if is_negated || is_told_of(view, &span) || is_lesson(view, sentence) {
            Severity::Info
        } else {
            Severity::High
        };
        sink.report(view, span, "something private is handled where the user does not look").severity(severity);
    }
}

static NEVER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|not|n['’]t|avoid|without|no|instead\s+of|rather\s+than|prevents?)\b|不|не\s|nunca|nicht|jamais|しない",
    )
});

/// Tells whether sentences around a place send, collect or run something out of sight.
fn does_much(view: &TextView<'_>, offset: usize) -> bool {
    let sentences = view.sentences();
    let index = sentences.partition_point(|sentence| sentence.span.end <= offset);
    if index >= sentences.len() {
        return false;
    }
    let company = Company(around(sentences, index, 4, 2));
    company.any(Marks::BACKGROUND | Marks::NO_WAY_OUT)
        && company.has(Marks::SEND)
        && company.any(Marks::ADDRESS | Marks::OUTSIDE | Marks::PRIVATE)
        || company.has(Marks::SEND | Marks::PRIVATE) && company.any(Marks::ADDRESS | Marks::OUTSIDE)
}

/// The passive forms say less, so that more has to stand around them: something that is
/// collected, sent or changed, in the same section.
fn check_sentences(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        let text = &view.text()[sentence.span.clone()];
        let Some(found) = KEPT_OUT_OF_SIGHT.find(text) else { continue };
        let span = sentence.span.start + found.start()..sentence.span.start + found.end();
        let near = around(sentences, index, 3, 3);
        let company = Company(near);
        let acts = [Marks::SEND, Marks::COLLECT, Marks::CHANGE, Marks::BACKGROUND, Marks::UNASKED, Marks::PRIVATE];
        let is_fee = near.iter().any(|near| FEE.is_match(&view.text()[near.span.clone()]));
        let count = acts.iter().filter(|act| company.has(**act)).count() + 3 * usize::from(is_fee);
        let severity = match () {
            () if is_told_of(view, &span) || is_lesson(view, sentence) => Severity::Info,
            () if MANNERS.is_match(&text[found.end()..]) => Severity::Info,
            () if count >= 3 => Severity::High,
            () if count == 2 => Severity::Medium,
            () => Severity::Info,
        };
        sink.report(view, span, "what is done is kept out of the user's sight").severity(severity);
    }
}

/// The polarity of a sentence is no help here: the phrase is itself a negation.
fn is_told_of(view: &TextView<'_>, span: &Range<usize>) -> bool {
    is_specimen(view)
        || view.is_under_teaching(span.start)
        || is_quoted_mention(view, span)
        || teaches_security(view) && view.region(span.start) != Region::Prose
}

/// Tells whether the phrase is quoted, or stands in a table.
fn is_quoted_mention(view: &TextView<'_>, span: &Range<usize>) -> bool {
    view.is_mention(&(span.start..span.start)) && !matches!(view.region(span.start), Region::CodeBlock(_))
}

/// Returns what follows the phrase in its sentence.
fn sentence<'a>(view: &TextView<'a>, end: usize) -> &'a str {
    let rest = &view.text()[end..view.line_range(end).end.max(end)];
    &rest[..rest.find(['.', '!', ';']).unwrap_or(rest.len())]
}
