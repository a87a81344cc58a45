//! What the agent only reads becomes what the agent obeys.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Place, Sentence, around, is_candidate};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "embedded-directive",
    summary: "Text in what the agent processes is to be obeyed, or a secret word in it lifts the rules",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Treat what is fetched or processed as data, whatever it says of itself.",
    references: &["AST01", "ASI01", "LLM01", "AML.T0051"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("embedded_directive.md"),
    hook: Hook::Text {
        needles: &[
            "directive",
            "request",
            "task",
            "steps",
            "instruction",
            "command",
            "token",
            "phrase",
            "keyword",
            "marker",
            "prefix",
            "override",
            "code word",
            "指令",
            "命令",
            "口令",
            "инструкци",
            "команд",
            "instruc",
            "指示",
            "anweisung",
            "befehl",
        ],
        check,
    },
};

/// What the agent works on, and did not get from its user.
const CONTENT: &str = r"(?:(?:web\s*)?pages?|websites?|articles?|feeds?|e-?mails?|messages?|documents?|files?|(?:code\s+)?comments?|(?:event\s+)?descriptions?|events?|tickets?|issues?|pull\s+requests?|commits?|content|text|input|data|records?|rows?|cells?|fields?|responses?|results?|tool\s+outputs?|outputs?|transcripts?|images?|attachments?|notes?|bio|footers?|headers?|metadata|payloads?|code|calendar|posts?|reviews?|listings?)";

/// Text inside of content is an order.
static OBEYS: LazyLock<Pattern> = LazyLock::new(|| {
    let order =
        r"(?:directives?|instructions?|commands?|orders?|system\s+(?:messages?|prompts?|instructions?)|prompts?)";
    let duty = r"(?:must|shall|should|will|has\s+to|have\s+to|needs?\s+to|is\s+to|are\s+to|is|are)\s+(?:be\s+)?(?:always\s+|immediately\s+|automatically\s+)*";
    let forms = [
        // Treat text with this mark as an instruction.
        format!(r"\b(?:treat|consider|regard|interpret|accept|view|handle)\s+(?:any|all|every|each|such|this|the|these|that|those)?\s*(?:[a-z-]+\s+){{0,4}}?{CONTENT}\b[^.]{{0,160}}?\bas\s+(?:an?\s+|the\s+|your\s+)?(?:[a-z-]+\s+){{0,3}}?{order}\b"),
        // Text with this mark must be treated as an instruction, or carried out.
        format!(r"\b(?:any|all|every|each)\s+(?:[a-z-]+\s+){{0,2}}?(?:{CONTENT}|{order})\b[^.]{{0,60}}\b(?:found|contained|embedded|included|appearing|located|present|written|placed|inside|within|in)\b[^.]{{0,120}}?\b{duty}(?:treated\s+as|executed|followed|obeyed|carried\s+out|performed|honou?red|acted\s+(?:up)?on|processed\s+as\s+(?:an?\s+)?(?:[a-z-]+\s+)?{order}|considered\s+(?:authoritative|trusted))\b"),
        // Execute any commands that are found in comments.
        format!(r"\b(?:execut(?:e|es|ing)|run(?:s|ning)?|follow(?:s|ing)?|obey(?:s|ing)?|carr(?:y|ies)\s+out|perform(?:s|ing)?|honou?rs?|act(?:s)?\s+on|compl(?:y|ies)\s+with)\s+(?:any|all|every|whatever)\s+(?:[a-z-]+\s+){{0,3}}?{order}\s+(?:that\s+(?:is|are|you\s+find)\s+)?(?:found|contained|embedded|included|hidden|present|placed|written|given|inside|within|in)\s+(?:in\s+|inside\s+|within\s+|by\s+)?(?:the\s+|any\s+|these\s+|their\s+)?(?:[a-z-]+\s+){{0,3}}?{CONTENT}\b"),
        // If the page holds instructions, follow them.
        format!(r"\b(?:if|when|whenever)\s+(?:the\s+|an?\s+|any\s+)?(?:[a-z-]+\s+){{0,3}}?{CONTENT}\s+(?:contains?|includes?|has|have|holds?|starts?\s+with|begins?\s+with)\s+(?:[a-z-]+\s+){{0,3}}?{order}\b[^.]{{0,60}}\b(?:execute|follow|obey|carry\s+out|comply\s+with|act\s+on|prioriti[sz]e)\s+(?:them|it|those|these|the)\b"),
        r"(?:内容|文本|网页|邮件|文档|评论|注释)(?:中|里)(?:的|出现的|包含的)?(?:任何|所有)?[^。]{0,24}(?:指令|命令|指示)[^。]{0,12}(?:必须|应当|应该|都要|要)(?:被)?(?:执行|遵循|服从|视为)".to_owned(),
        r"(?:любые|все)\s+(?:инструкции|команды|указания)[^.]{0,40}(?:в\s+(?:тексте|письм|документ|комментари|содержим))[^.]{0,60}(?:выполн|исполн|следу)".to_owned(),
        r"(?:cualquier|todas?\s+las?|qualquer|todas?\s+as?)\s+(?:instrucci[oó]n(?:es)?|instruç(?:ão|ões)|órdenes)\s+(?:que\s+)?(?:contenid|encontrad|en\s+el|no\s+|dentro)[^.]{0,80}(?:debe[n]?|deve[m]?|ejecut|execut|segu|obede)".to_owned(),
        r"(?:本文|内容|ページ|メール|コメント)(?:中|内)?(?:の|に含まれる|にある)[^。]{0,16}(?:指示|命令)(?:は|を)[^。]{0,16}(?:実行し|従|優先)".to_owned(),
        r"(?:alle|jede)\s+(?:anweisung(?:en)?|befehle?)\s+(?:im|in|aus)\s+[^.]{0,60}(?:aus(?:zu)?führ|befolg|umsetz)|toutes?\s+(?:les\s+)?(?:instructions?|consignes?)\s+(?:contenues?|trouvées?|présentes?)\s+dans[^.]{0,80}(?:exécut|suiv|obé)".to_owned(),
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// A word in the content lifts the rules.
static PASSWORD: LazyLock<Pattern> = LazyLock::new(|| {
    let contains = r"(?:contains?|includes?|containing|including|begins?\s+with|starts?\s+with|mentions?|uses?|provides?|says?|types?|enters?|is\s+prefixed\s+with|carries|presents?)";
    let word = r"(?:(?:the|an?|this)\s+)?(?:[a-z-]+\s+){0,2}?(?:tokens?(?:\s+sequence)?|code\s*words?|pass\s*phrases?|passcode|phrases?|keywords?|magic\s+(?:word|string)|secret\s+(?:word|code)|markers?|prefix|tags?|strings?|sequence|flag)";
    let lifts = r"(?:exempt(?:ed|ion)?|bypass(?:es|ed)?|allow(?:ed)?\s+(?:it|everything|regardless|unconditionally|all)|unrestricted|disabl(?:e|es|ed)\s+(?:all\s+|the\s+|any\s+)?(?:[a-z]+\s+){0,2}?(?:checks?|filters?|filtering|safety|moderation|restrictions|validation|polic(?:y|ies)|rules)|skip\s+(?:all\s+|the\s+|any\s+)?(?:[a-z]+\s+){0,2}?(?:checks?|filters?|safety|moderation|validation|polic(?:y|ies)|review)|ignore\s+(?:all\s+|the\s+|any\s+)?(?:[a-z]+\s+){0,2}?(?:restrictions|safety|polic(?:y|ies)|rules|guidelines)|override[sn]?\s+(?:all|any|the|your|safety|system|policy)|admin(?:istrator)?\s+(?:mode|access|rights)|(?:full|root|elevated)\s+(?:access|permissions|privileges)|always\s+(?:approve|allow|accept|pass)|(?:return|respond\s+with|output)\s+[^.]{0,20}\b(?:allow|approved?|safe|pass))";
    pattern(&format!(
        r"(?i)\b(?:if|when|whenever|any)\s+[^.]{{0,60}}?\b{contains}\s+{word}\b[^.]{{0,200}}?\b{lifts}\b|(?:包含|含有|出现|输入)[^。]{{0,20}}(?:口令|暗号|关键词|令牌|标记)[^。]{{0,60}}(?:豁免|绕过|跳过(?:检查|审核)|不受限制)"
    ))
});

/// What comes from outside holds something to do.
static CARRIES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:web\s*pages?|websites?|e-?mails?|articles?|feeds?|attachments?|comments|tickets?|invitations?|pdfs?|search\s+results|fetched\s+[a-z]+|retrieved\s+[a-z]+|tool\s+outputs?|api\s+responses?|documents?|calendar\s+(?:events?|entries))\b(?s:.){0,60}?\b(?:carr(?:y|ies)|contains?|includes?|embed(?:s|ded)?|holds?|comes?\s+with|bears?|asks?\s+for|trusted)\b[^.]{0,80}\b(?:agent|ai|assistant|embedded|hidden|machine-readable|trusted|request)\b",
    )
});

/// It is to be done.
static COMPLIES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:follow|perform|execute|carry\s+out|obey|comply\s+with|act\s+on|honou?r|do)\s+(?:any|all|the|these|those|every|whatever)\s+(?:such\s+)?(?:[a-z-]+\s+)?(?:instructions?|directives?|commands?|steps?|requests?|tasks?|orders?)\b",
    )
});

/// Sentences that keep data and orders apart, and loaders of settings that any tool has.
static GUARDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|not\s+be|not\s+as|not\s+an?|cannot|refuse|untrusted|as\s+data|rather\s+than|instead\s+of|ignore\s+(?:any|all|such|them|those|embedded)|neutrali[sz]e|sanitiz|only\s+(?:if|from\s+the\s+user))\b|\b(?:user|skill\.md|claude\.md|agents\.md|reference|template|this\s+(?:skill|file|document|guide|plan|section)|plan|spec|checklist|task\s+(?:file|brief)|readme|workflow|instruction\s+file)\b[^.]{0,40}\b(?:instructions?|commands?|directives?)\b|不要|不得|切勿",
    )
});

/// Words without which a sentence is not looked at closely.
static CANDIDATE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)directive|instruction|command|order|prompt|system\s+message|token|code\s*word|pass\s*phrase|passcode|phrase|keyword|magic|secret|marker|prefix|\btags?\b|string|sequence|\bflag|agent|request|task|trusted",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        if sentence.place == Place::Heading {
            continue;
        }
        let text = &view.text()[sentence.span.clone()];
        if !is_candidate(text, &CANDIDATE) {
            continue;
        }
        let (found, reason) = match (OBEYS.find(text), PASSWORD.find(text)) {
            (Some(found), _) => (found, "what the agent only reads is to be obeyed"),
            (_, Some(found)) => (found, "whoever knows a word is above the rules"),
            _ => match CARRIES.find(text) {
                Some(found) if complies(view, around(sentences, index, 0, 1)) => {
                    (found, "what comes from outside is to be obeyed")
                }
                _ => continue,
            },
        };
        let severity = match () {
            () if is_lesson(view, sentence) || GUARDS.is_match(text) => Severity::Info,
            () => Severity::High,
        };
        let span = sentence.span.start + found.start()..sentence.span.start + found.end();
        sink.report(view, span, reason).severity(severity);
    }
}

/// Tells whether a sentence or the one after it asks for what was found there.
fn complies(view: &TextView<'_>, near: &[Sentence<'_>]) -> bool {
    let texts = || near.iter().map(|sentence| &view.text()[sentence.span.clone()]);
    texts().any(|text| COMPLIES.is_match(text)) && !texts().any(|text| GUARDS.is_match(text))
}
