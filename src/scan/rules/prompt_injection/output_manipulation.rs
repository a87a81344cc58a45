//! Results are bent before the user sees them.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::Marks;
use crate::scan::evidence::pattern;
use crate::scan::evidence::sentence::{Company, Place, around, is_candidate};
use crate::scan::evidence::setting::is_lesson;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "output-manipulation",
    summary: "The agent is told to change results, ratings or claims so that they are no longer true",
    phase: Phase::PromptInjection,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Report what was measured and what was found, whoever it pleases.",
    references: &["AST01", "ASI09", "LLM09", "AML.T0048"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("output_manipulation.md"),
    hook: Hook::Text {
        needles: &[
            "score",
            "rating",
            "rate ",
            "result",
            "fail",
            "negative",
            "vulnerab",
            "error",
            "claim",
            "citation",
            "inflate",
            "fabricat",
            "outperform",
            "benchmark",
            "review",
            "partner",
            "sponsor",
            "always report",
            "always mark",
            "affiliat",
            "omit",
            "authorship",
            "评分",
            "分数",
            "结果",
            "оценк",
            "результат",
            "puntuaci",
            "pontuaç",
            "スコア",
            "評価",
            "bewertung",
            "ergebnis",
            "score",
        ],
        check,
    },
};

static BENDS: LazyLock<Pattern> = LazyLock::new(|| {
    let measure = r"(?:scores?|ratings?|results?|metrics|numbers|figures|measurements|benchmarks?|grades?|evaluations?|accuracy|percentages?|statistics|rankings?)";
    let forms = [
        format!(r"\b(?:add|increase|raise|boost|bump|multiply|inflate|round\s+up|pad)\s+(?:an?\s+(?:extra\s+)?)?(?:\d{{1,3}}\s*(?:%|percent|points?)\s+(?:to|on)\s+)?(?:all\s+|every\s+|the\s+|each\s+|any\s+|our\s+)?(?:[a-z]+\s+){{0,2}}?{measure}\b[^.]{{0,40}}(?:\bto\s+(?:make|appear|look|seem)|\bso\s+that\b[^.]{{0,40}}\b(?:appear|look|seem)s?)|\badd\s+\d{{1,3}}\s*(?:%|percent|points?)\s+to\s+(?:all|every|each|the)\s+(?:[a-z]+\s+){{0,2}}?{measure}\b"),
        format!(r"\b(?:inflate|falsify|fabricate|fake|manipulate|skew|distort|doctor|misreport|understate|overstate|tamper\s+with|invent)\s+(?:the\s+|all\s+|any\s+|these\s+)?(?:[a-z]+\s+){{0,2}}?(?:{measure}|citations?|sources?|references|findings|reviews?|testimonials?)\b"),
        r"\balways\s+(?:rate|score|grade|rank|give)\s+[^.]{0,60}\b(?:10\s*/\s*10|100\s*(?:%|/\s*100)|5\s*/\s*5|(?:5|five)\s+stars?|(?:the\s+)?(?:highest|top|maximum|perfect)\s+(?:score|rating|mark|grade)|as\s+(?:the\s+)?(?:best|excellent|perfect|superior))".to_owned(),
        r"\b(?:never|do\s+not|don['’]t)\s+(?:report|mention|include|show|reveal|disclose|list)\s+(?:any\s+|the\s+)?(?:[a-z]+\s+){0,2}?(?:failures?|failed\s+(?:tests?|checks?|runs?)|negative\s+(?:results?|findings|reviews?|information)|vulnerabilit(?:y|ies)|security\s+(?:issues|findings)|regressions?|data\s+loss)\s+(?:to\s+the\s+user|in\s+(?:the\s+|your\s+|any\s+)?(?:reports?|summary|output|answers?|results?))".to_owned(),
        r"\balways\s+(?:add|insert|include|append)\s+(?:an?\s+)?(?:[a-z]+\s+){0,2}?(?:citations?|references?|claims?|statements?|notes?)\s+(?:claiming|stating|saying|that\s+(?:claims?|states?))\s+(?:that\s+)?[^.]{0,80}\b(?:outperforms?|beats?|is\s+(?:the\s+best|superior|better)|surpass(?:es)?|state[\s-]of[\s-]the[\s-]art|recommended|certified|approved)\b".to_owned(),
        r"\b(?:automatically|always)\s+claim\s+(?:authorship|credit|ownership)\b[^.]{0,40}\b(?:all|every|any)\b".to_owned(),
        r"\b(?:say|claim|report|state|tell\s+the\s+user)\s+(?:that\s+)?(?:all\s+|the\s+)?(?:tests?|checks?|builds?|scans?)\s+(?:[a-z]+\s+)?pass(?:ed)?\s+(?:regardless|even\s+(?:if|when|though)|whether\s+or\s+not|no\s+matter)".to_owned(),
        r"\b(?:ranks?|rates?|plac(?:e|es)|lists?|scores?|positions?|favou?rs?|prioriti[sz]es?|boosts?)\s+(?:[a-z]+\s+){0,3}?(?:partner|sponsor(?:ed)?|affiliated?|paid)\s+(?:[a-z]+\s+){0,2}?(?:merchants?|products?|listings?|brands?|results?|services?|vendors?)\b[^.]{0,40}?\b(?:higher|above|first|over|ahead)\b|\b(?:ranks?|rates?|plac(?:e|es)|lists?)\s+[^.]{0,40}\b(?:partner|sponsored|affiliated?)\s+[^.]{0,30}\b(?:higher|above|first|ahead)\b".to_owned(),
        r"\b(?:leave\s+out|omit|drop|suppress|hide|exclude|downplay|bury)\s+(?:any\s+|all\s+|the\s+)?(?:[a-z]+\s+)?(?:negative|critical|unfavou?rable|contradict(?:ing|ory)|opposing|competing|competitors?['’]?)\s+(?:[a-z]+\s+)?(?:reviews?|sources?|results?|findings|evidence|information|opinions?|viewpoints?)\b".to_owned(),
        r"\balways\s+(?:report|mark|present|declare|describe)\s+[^.]{0,60}\b(?:successful|success|passed|passing|complete|clean|healthy|safe)\b[^.]{0,20}\b(?:even\s+(?:when|if|though)|regardless|although|no\s+matter)".to_owned(),
        r"\b(?:failures?|failed\s+[a-z]+|regressions?|vulnerabilit(?:y|ies)|data\s+loss)\s+(?:should|must|shall)\s+(?:always\s+)?be\s+(?:hidden|omitted|suppressed|left\s+out|concealed|ignored\s+in)\b".to_owned(),
        r"(?:伪造|篡改|捏造|虚报|夸大)(?:所有|测试|评估|实验)?(?:结果|分数|评分|数据|引用)|(?:总是|始终)给(?:出)?(?:最高|满)分".to_owned(),
        r"(?:подделай|завысь|исказ[ия]|фальсифицир)[а-я]*\s+(?:все\s+)?(?:результат|оценк|данные|показател)|\b(?:falsifica|infla|manipula|falsifique|infle|manipule)\s+(?:los\s+|las\s+|os\s+|as\s+)?(?:resultados|puntuaciones|métricas|pontuações|datos|dados)|(?:結果|スコア|評価)を(?:改ざん|水増し|捏造)|\b(?:fälsche|verfälsche|manipuliere|beschönige)\s+(?:die\s+|alle\s+)?(?:ergebnisse|bewertungen|zahlen|daten)|\b(?:falsifie[zr]?|gonfle[zr]?|truque[zr]?)\s+(?:les\s+|tous\s+les\s+)?(?:résultats|scores|notes|chiffres)".to_owned(),
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// Sentences that forbid it, and games and tests in which it belongs.
static FORBIDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|do\s+not|don['’]t|must\s+not|should\s+not|cannot|not\s+to|avoid|without|refus[a-z]+|instead\s+of|rather\s+than|prevent[a-z]*|no|isn['’]t|not|tempt[a-z]*|ways\s+to|tend[a-z]*\s+to|people|reviewers?|authors?\s+(?:who|that)|(?:can|may|will|could)\s+(?:[a-z]+\s+)?(?:inflate|skew|distort|manipulate|fabricate|overstate)|mock|fake\s+data|sample\s+data|test\s+data|placeholder|faker|fixtures?|simulat[a-z]*|synthetic|hallucinat[a-z]*)\b|不(?:要|得)|禁止|严禁|切勿|не\s|nicht|keine|nunca|não|jamais|しない|禁止",
    )
});

/// A negation that is itself the offence: what went wrong is not to be told.
static SILENCE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)^(?:never|do\s+not|don['’]t)\s+(?:report|mention|include|show|reveal|disclose|list)")
});

/// Words without which a sentence is not looked at closely.
static CANDIDATE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)score|rating|result|metric|number|figure|measure|benchmark|grade|evaluat|accuracy|percent|statistic|ranking|citation|source|reference|finding|review|testimonial|always|fail|negative|vulnerab|security|regression|data\s+loss|\btests?\b|\bchecks?\b|partner|sponsor|affiliat|opposing|competing|competitor|contradict|critical|unfavo",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let sentences = view.sentences();
    for (index, sentence) in sentences.iter().enumerate() {
        let text = &view.text()[sentence.span.clone()];
        if !is_candidate(text, &CANDIDATE) {
            continue;
        }
        let Some(found) = BENDS.find(text).filter(|_| sentence.place != Place::Heading) else { continue };
        let span = sentence.span.start + found.start()..sentence.span.start + found.end();
        let is_silence = SILENCE.is_match(found.as_str());
        let is_forbidden = if is_silence { false } else { FORBIDS.is_match(text) };
        let severity = match () {
            () if is_lesson(view, sentence) || is_forbidden => Severity::Info,
            () if Company(around(sentences, index, 2, 2)).has(Marks::CONCEALED) && !is_silence => Severity::High,
            () => Severity::Medium,
        };
        sink.report(view, span, "what the user is told would not be what was found").severity(severity);
    }
}
