//! Words for whoever judges the skill, not for whoever uses it.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_specimen, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "reviewer-injection",
    summary: "The text addresses a scanner or reviewer and gives its verdict",
    phase: Phase::PromptInjection,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the sentence; a skill is judged by what it does.",
    references: &["AST08", "ASI01", "LLM01", "AML.T0051"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("reviewer_injection.md"),
    hook: Hook::Text {
        needles: &[
            "scanner",
            "reviewer",
            "auditor",
            "security scan",
            "security review",
            "security analysis",
            "security analy",
            "moderator",
            "classifier",
            "evaluator",
            "false positive",
            "pre-approved",
            "marked as safe",
            "classified as",
            "as safe",
            "as benign",
            "as clean",
            "as trusted",
            "low risk",
            "low-risk",
            "this skill",
            "this package",
            "automated",
            "扫描",
            "审核",
            "评审",
            "сканер",
            "рецензент",
            "スキャナ",
            "レビュア",
            "escáner",
            "analizador",
            "prüfer",
            "gutachter",
            "analyseur",
            "findings",
            "risks",
        ],
        check,
    },
};

static ADDRESSES: LazyLock<Pattern> = LazyLock::new(|| {
    let judge = r"(?:(?:security\s+|code\s+|skill\s+|automated\s+|ai\s+|llm\s+|static\s+)*(?:scanners?|reviewers?|auditors?|analy[sz]ers?|moderators?|classifiers?|evaluators?))";
    let verdict = r"(?:safe|benign|clean|trusted|harmless|no\s+(?:issues|findings|threats|risks?)|pass(?:ed)?|low[\s-]risk|approved?|false\s+positives?)";
    let forms = [
        format!(r"\b(?:note|message|instructions?|attention|important|dear|hello|hey)\s*(?:to|for|,)?\s*(?:the\s+|all\s+|any\s+)?{judge}\b[^\n]{{0,200}}\b{verdict}\b"),
        format!(r"\b{judge}\s*[:,]\s*[^\n]{{0,160}}\b(?:this|the)\s+(?:skill|file|code|package|script|bundle)\s+(?:is|was|has\s+been|should\s+be)\s+(?:\w+\s+){{0,4}}{verdict}\b"),
        format!(r"\b{judge}\s+(?:should|must|are\s+(?:asked|instructed)\s+to)\s+(?:\w+\s+){{0,3}}(?:(?:mark|classify|treat|rate|report|label|return|output|score|consider)\b[^\n]{{0,60}}\b{verdict}\b|(?:skip|ignore)\s+(?:this|the|all|any)\b)"),
        format!(r"\b(?:if|when)\s+you\s+are\s+(?:an?\s+|the\s+)?{judge}\b[^\n]{{0,200}}\b(?:{verdict}|skip|ignore|return|output|respond)\b"),
        format!(r"\b(?:classify|mark|rate|label|report|flag)\s+(?:this|the)\s+(?:skill|file|code|package|script|bundle)\s+as\s+(?:\w+\s+){{0,2}}{verdict}\b"),
        r"\bthis\s+(?:skill|file|package|script|code)\s+(?:has\s+been|was|is)\s+(?:already\s+|previously\s+|pre-?)?(?:audited|reviewed|approved|verified|classified|scanned|certified)[^\n]{0,120}\b(?:skip|no\s+(?:need|further)|do\s+not\s+(?:scan|flag|report|analy[sz]e|review)|ignore)\b".to_owned(),
        r"\b(?:note|notice|message|information|guidance|hint)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+)?(?:automated|automatic|static|security|llm|ai)\s+(?:[a-z]+\s+)?(?:analysis|scans?|scanning|review|audits?|evaluation|tools?|systems?|reviewers?|scanners?|judges?|graders?)\b[^\n]{0,240}\b(?:expected|ignore|not\s+(?:be\s+)?(?:reported|flagged)|do\s+not\s+(?:report|flag)|low\s+risk|benign|safe|false\s+positives?|approved?)\b".to_owned(),
        r"\b(?:rate|classify|mark|label|score|treat|report|categori[sz]e|consider)\s+this\s+(?:skill|package|plugin|bundle|repository|extension)\s+(?:as\s+)?(?:[a-z]+\s+){0,2}?(?:low[\s-]risk|safe|benign|clean|trusted|harmless|approved|no[\s-]risk)\b".to_owned(),
        r"\bwhen\s+(?:analy[sz]ing|reviewing|scanning|auditing|evaluating|assessing)\s+this\s+(?:skill|package|plugin|bundle|file|repository)\b[^\n]{0,120}\b(?:report|return|output|answer|respond|conclude|skip|ignore)\b|\b(?:always\s+)?(?:report|return|output)\s+[a-z_]*(?:risks?|findings?|issues?|threats?|vulnerabilities)[a-z_]*\s*=\s*(?:\[\]|none|0|false)".to_owned(),
        r"\bthis\s+(?:skill|package|plugin|bundle)\s+(?:has\s+been|was|is)\s+(?:already\s+|previously\s+|fully\s+|independently\s+)*(?:verified|audited|certified|vetted|reviewed|approved|scanned|cleared)\s+(?:[a-z]+\s+){0,6}?(?:and\s+(?:is\s+|found\s+(?:to\s+be\s+)?|declared\s+)?(?:completely\s+|fully\s+)?(?:safe|benign|clean|harmless|trusted)|as\s+(?:safe|benign|clean))\b".to_owned(),
        r"(?:扫描(?:工具|器|程序)|审核(?:人员|员|工具|者)|评审|安全分析)[^\n。]{0,40}(?:标记为|判定为|视为|评为)[^\n。]{0,8}(?:安全|无害|低风险|可信)|(?:сканер|проверяющ|рецензент|аудитор)[^\n.]{0,80}(?:безопасн|пропусти|не\s+сообщай)|(?:スキャナー?|レビュアー?|審査)[^\n。]{0,60}(?:安全と(?:判定|報告|分類)|スキップ)|(?:escáner|analizador|revisor)[^\n.]{0,80}\b(?:seguro|benigno|omite|ignora)\b|(?:scanner|prüfer|gutachter)[^\n.]{0,80}\b(?:als\s+(?:sicher|harmlos|unbedenklich)|überspring)|(?:analyseur|relecteur|auditeur)[^\n.]{0,80}\b(?:comme\s+(?:sûr|bénin|inoffensif)|ignore[zr]?)\b".to_owned(),
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// Skills that review others speak to the reviewer about verdicts all the time.
static REVIEWS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)review|audit|scan|lint|evaluat|moderat|classif|security|grader|quality|test|judge|assess")
});

/// The skill speaks of itself, which a text about reviews in general does not.
static IS_ABOUT_ITSELF: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)\bthis\s+(?:skill|package|plugin|bundle|extension)\b|此技能|本技能|этот\s+навык|このスキル")
});

/// Bytes at the head of a text in which it says what it is about.
const HEAD_BYTES: usize = 1_200;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let head = window(view.text(), 0, HEAD_BYTES);
    let head = head.find("\n---").map_or_else(|| window(head, 0, HEAD_BYTES / 3), |end| &head[..end]);
    let is_about_review = REVIEWS.is_match(head) || REVIEWS.is_match(view.path());
    for found in ADDRESSES.find_iter(view.text()) {
        let is_hidden = view.region(found.start()) == Region::Comment;
        let severity = match () {
            () if is_specimen(view) || view.is_mention(&found.range()) => Severity::Info,
            () if is_hidden => Severity::Critical,
            () if is_about_review && !IS_ABOUT_ITSELF.is_match(found.as_str()) => Severity::Info,
            () if is_about_review => Severity::High,
            () if view.is_script() => Severity::Medium,
            () => Severity::Critical,
        };
        // A skill about reviews may speak like this; a word in its head is no proof that it does.
        let confidence = if is_about_review && !is_hidden { Confidence::Low } else { Confidence::Medium };
        sink.report(view, found.range(), "the text speaks to whoever judges it")
            .severity(severity)
            .confidence(confidence);
    }
}
