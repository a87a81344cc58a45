//! Words for whoever judges the skill, not for whoever uses it.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::is_specimen;
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
    revision: 1,
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
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// Skills that review others speak to the reviewer about verdicts all the time.
static REVIEWS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)review|audit|scan|lint|evaluat|moderat|classif|security|grader|quality|test|judge|assess")
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let head = crate::scan::evidence::setting::window(view.text(), 0, 1_200);
    let is_about_review = REVIEWS.is_match(&head[..head.find("\n---").unwrap_or(head.len().min(400)).min(head.len())])
        || REVIEWS.is_match(view.path());
    for found in ADDRESSES.find_iter(view.text()) {
        let is_hidden = view.region(found.start()) == Region::Comment;
        let severity = match () {
            () if is_specimen(view) || view.is_mention(&found.range()) => Severity::Info,
            () if is_hidden => Severity::Critical,
            () if is_about_review => Severity::Info,
            () if view.is_script() => Severity::Medium,
            () => Severity::Critical,
        };
        sink.report(view, found.range(), "the text speaks to whoever judges it").severity(severity);
    }
}
