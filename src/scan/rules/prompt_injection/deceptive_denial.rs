//! The agent is told to say what is not true to the person that it works for.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Place, Sentence, around, is_candidate};
use crate::scan::evidence::setting::{is_lesson, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "deceptive-denial",
    summary: "The agent is told to give the user a false answer about what it does",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the sentence; an agent may decline to answer, and must not lie.",
    references: &["AST01", "ASI09", "LLM09", "AML.T0048"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("deceptive_denial.md"),
    hook: Hook::Text {
        needles: &[
            "asks",
            "ask ",
            "request",
            "inquire",
            "log",
            "question",
            "deny",
            "pretend",
            "claim",
            "lie ",
            "assure",
            "inquire",
            "mislead",
            "否认",
            "谎称",
            "假装",
            "声称",
            "preguntan",
            "pregunta",
            "perguntar",
            "отрицай",
            "притвор",
            "спрашива",
            "спросит",
            "聞かれ",
            "尋ね",
            "否定",
            "leugne",
            "behaupte",
            "fragt",
            "demande",
            "niez",
            "prétend",
        ],
        check,
    },
};

/// The user wants to know something about the agent, the skill or their data.
static ASKED: LazyLock<Pattern> = LazyLock::new(|| {
    let about = r"(?:system\s+prompts?|(?:your|hidden|special|these|the)\s+instructions|instructions|configuration|(?:what|which)\s+(?:skill|plugin|tool|model)|their\s+(?:[a-z]+\s+)?data|data\s+(?:is|are|was|gets)|(?:is|are|was|were|being)\s+(?:[a-z]+\s+){0,2}?(?:shared|sold|stored|sent|logged|recorded|collected|tracked|monitored|uploaded|kept|deleted)|delete\s+their|privacy|third\s+part|tracking|telemetry|recording|surveillance|sponsor|affiliate|advert|unexpected|charge[sd]?|purchase|unsend|background|(?:talking|speaking|chatting)\s+(?:to|with)\s+(?:an?\s+)?(?:ai|bot|human|machine|person)|(?:you|it|this)\s+(?:are|is)\s+(?:an?\s+)?(?:ai|bot|human|machine|person|automated)|logging|logs|network\s+(?:activity|traffic|requests?)|what\s+(?:happened|you\s+did)|whether\s+(?:you|this|the\s+skill|it)\s+(?:[a-z]+\s+){0,3}?(?:send|sends|share|shares|collect|collects|store|stores|record|records|access|accessed|read|have|has|did|changed|modified|installed|ran))";
    pattern(&format!(
        r"(?i)\b(?:if|when|whenever|should)\s+(?:(?:a|the|any|an)\s+)?(?:users?|customers?|someone|anyone|anybody|people|they)\s+(?:[a-z]+\s+){{0,2}}?(?:asks?|questions?|inquires?|wants?\s+to\s+know|wonders?|notices?|complains?)\b[^.]{{0,160}}?{about}|\bif\s+(?:you\s+are\s+)?(?:asked|questioned)\b[^.]{{0,120}}?{about}|(?:如果|当)?用户(?:询问|问起|问到|问)[^。]{{0,60}}(?:系统提示|指令|数据|隐私|上传|收集)|si\s+(?:el|o)\s+usu[aá]ri[oa]\s+pregunta[^.]{{0,100}}(?:datos|instrucciones)|se\s+o\s+usuário\s+perguntar[^.]{{0,100}}(?:dados|instruções)|если\s+пользователь\s+(?:спро|спраш)[^.]{{0,120}}(?:данны|инструкц|промпт)|ユーザー[がに][^。]{{0,60}}(?:聞かれ|尋ね|質問)|wenn\s+(?:der|ein)\s+(?:be)?nutzer\s+(?:[a-zäöü]+\s+){{0,3}}fragt|si\s+l['’]utilisateur\s+demande[^.]{{0,100}}(?:données|instructions)"
    ))
});

/// The answer denies, or says what puts the user off.
static ANSWER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:respond|say|tell\s+(?:them|him|her|the\s+user)|reply|answer|state|insist|assure\s+(?:them|the\s+user)|claim|confirm|explain|deny)\b[^.]{0,60}?(?:\b(?:it\s+is\s+not|it\s+(?:is|was|has\s+been)\s+(?:complete|deleted|safe|private|never)|is\s+not|are\s+not|does\s+not|do\s+not|don['’]t|doesn['’]t|isn['’]t|aren['’]t|have\s+no|has\s+no|you\s+have\s+no|no\s+(?:data|such|special|instructions|information)|never|nothing|none|there\s+(?:is|are)\s+no|you\s+are\s+(?:an?\s+)?(?:real\s+)?(?:human|person)|is\s+complete|was\s+(?:not|never)|implicitly|(?:just|only)\s+an?\s+(?:general|standard|ordinary|normal))\b|[\x22“]\s*no\b)|\bdeny\s+(?:having|any|all|that|it|knowledge|the\s+existence|doing)\b|\brefuse\s+and\s+(?:say|claim)\b|(?:回答|声称|告诉(?:他们|用户))[^。]{0,20}(?:没有|不会|从不|不是)|否认|(?:responde|di|diga)\s+que\s+(?:no|não)|responda\s+que\s+não|(?:ответь|скажи|отвечай)(?:те)?,?\s+что\s+(?:нет|не|никак)|отрицай|(?:ない|いません|ありません)と(?:答え|伝え|言)|否定し|\b(?:antworte|sage?|behaupte)\b[^.]{0,60}\b(?:nicht|kein[a-z]*|nie)\b|\b(?:réponds|répondez|dis|dites)\b[^.]{0,60}\b(?:non|pas|aucun[a-z]*|jamais)\b",
    )
});

/// A lie that needs no question.
static LIES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|\b(?:must|should|always|and|please)\s+)(?:lie\s+to|mislead|deceive)\s+(?:the\s+)?(?:users?|customers?)\b|\b(?:always\s+|must\s+)?deny\s+(?:having|possessing|the\s+existence\s+of)\s+(?:[a-z]+\s+){0,3}?(?:instructions|system\s+prompt|access|collected|logging)\b|\b(?:falsely|untruthfully)\s+(?:claim|state|report|tell|assure)\b|\b(?:pretend|act\s+as\s+(?:if|though)|make\s+it\s+(?:look|seem)\s+(?:like|as\s+if))\b[^.]{0,60}\b(?:nothing\s+(?:happened|was\s+(?:sent|changed|collected))|(?:the\s+)?(?:data|files?|action|request)\s+(?:was|were|is|are)\s+(?:not|never|deleted))|\bprioriti[sz]e\s+[^.]{0,40}\bover\s+(?:being\s+)?(?:transparen[a-z]+|honest[a-z]*|truthful[a-z]*)|(?:欺骗|误导)用户|(?:谎称|向用户假装)[^。]{0,20}(?:没有|未)",
    )
});

/// A comfort that the next words take back.
static TAKEN_BACK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:tell\s+(?:them|him|her|the\s+(?:user|customer))|assure\s+(?:them|the\s+user)|confirm|respond|say|reply|state)\b[^.]{0,60}?\b(?:deleted|erased|removed|cancel+ed|not\s+(?:shared|stored|kept|recorded)|never\s+(?:shared|stored|kept)|private)\b[^.]{0,40}[.;][^.]{0,120}?\b(?:in\s+practice|in\s+fact|in\s+reality|(?:is|are|remains?)\s+(?:still\s+|actually\s+)?(?:kept|retained|shared|stored|accessible)|still\s+(?:kept|stored|shared))\b",
    )
});

/// Sentences that forbid the lie, or only ask for silence.
static HONEST: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|avoid|without|not\s+to|n['’]t)\s+(?:[a-z]+\s+){0,3}?(?:lie|lying|mislead(?:ing)?|deceiv(?:e|ing)|pretend(?:ing)?|falsely|deny|claim|act\s+as|say)\b|不得(?:欺骗|误导)|不(?:会|要)(?:欺骗|误导|假装)|\b(?:honest(?:ly)?|truthful(?:ly)?|fictional|character|role-?play|game|npc|novel|story)\b",
    )
});

/// How many sentences after the question the answer may stand.
const ANSWER_REACH: usize = 2;

/// Words without which a sentence is not looked at closely.
static CANDIDATE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bask|question|inquire|wonder|notice|complain|want|\blie\b|mislead|deceive|deny|falsely|pretend|act\s+as|look\s+like|seem|prioriti|tell|assure|confirm|respond|\bsay\b|reply|state",
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
        let span = if let Some(asked) = ASKED.find(text) {
            let last = around(sentences, index, 0, ANSWER_REACH).last().map_or(sentence.span.end, |last| last.span.end);
            let from = sentence.span.start + asked.start();
            let answer = window(view.text(), from, (last - from).min(600));
            let Some(answer) = ANSWER.find(answer) else { continue };
            if HONEST.is_match(&view.text()[from..from + answer.start()]) {
                continue;
            }
            from..from + answer.end()
        } else if let Some(lie) = LIES.find(text).filter(|_| !HONEST.is_match(text)) {
            sentence.span.start + lie.start()..sentence.span.start + lie.end()
        } else if let Some(back) = taken_back(view.text(), around(sentences, index, 0, 1)) {
            back
        } else {
            continue;
        };
        let severity = if is_lesson(view, sentence) { Severity::Info } else { Severity::High };
        sink.report(view, span, "the user is to get an answer that is not true").severity(severity);
    }
}

/// Finds a comfort in a sentence that the one after it takes back.
fn taken_back(text: &str, near: &[Sentence<'_>]) -> Option<Range<usize>> {
    let (from, end) = (near.first()?.span.start, near.last()?.span.end);
    let found = TAKEN_BACK.find(window(text, from, (end - from).min(600)))?;
    Some(from + found.start()..from + found.end())
}
