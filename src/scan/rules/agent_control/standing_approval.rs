//! An approval that nobody gave, or that was given for something else.

use std::sync::LazyLock;

use crate::scan::evidence::lead_in::{is_negated, is_turned_round};
use crate::scan::evidence::setting::{is_code, is_taught, paragraph};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "standing-approval",
    summary: "The skill claims that the user approved, or stretches one approval over other actions",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ask for each action that matters, and name what is approved.",
    references: &["AST03", "ASI03", "ASI09", "LLM06", "AML.T0053"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("standing_approval.md"),
    hook: Hook::Text { needles: &["approv", "authori", "consent", "permission", "vetted", "trusted"], check },
};

/// Somebody is said to have approved.
static CLAIMS: LazyLock<Pattern> = LazyLock::new(|| {
    let who = r"(?:users?|owners?|admin\w*|operators?|teams?|maintainers?|organi[sz]ations?|compan(?:y|ies)|customers?|developers?|management|security\s+team|leads?)";
    let done = r"(?:pre-?)?(?:approved|authori[sz]ed|consented|agreed|granted|cleared|whitelisted|given\s+(?:\w+\s+){0,2}?(?:consent|permission|approval|authori[sz]ation))";
    let what = r"(?:commands?|actions?|operations?|requests?|tools?|tool\s+calls?|writes?|file\s+\w+|network\s+\w+|endpoints?|steps?|access|changes?|transfers?|installs?)";
    let forms = [
        r"\b(?:standing|blanket|permanent|unlimited)\s+(?:consent|approval|authori[sz]ation|permission)\b".to_owned(),
        format!(r"\b{who}\s+(?:has|have|already)\s+(?:already\s+|previously\s+|explicitly\s+|implicitly\s+)*{done}\b"),
        format!(
            r"\b(?:all|any|every|these|the\s+following|such)\s+(?:\w+\s+){{0,3}}?{what}\s+(?:[^.\n]{{0,50}}?\s)?(?:are|is|were|was|have\s+been|has\s+been|count\s+as)\s+(?:considered\s+|deemed\s+|implicitly\s+|already\s+|fully\s+|automatically\s+)*(?:pre-?\s?)?(?:approved|authori[sz]ed|vetted|cleared|consented\s+to|trusted)\b"
        ),
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// One approval, or something else, is taken for another.
static STRETCHES: LazyLock<Pattern> = LazyLock::new(|| {
    let approval = r"(?:approval|consent|permission|authori[sz]ation|confirmation|go-ahead)";
    let forms = [
        format!(
            r"\b(?:prior|previous|earlier|initial|one-time|first|existing|general|past|original|single|that)\s+(?:\w+\s+){{0,2}}?{approval}\s+(?:\w+\s+){{0,4}}?(?:covers?|applies|extends?|carries|carry|suffic\w+|counts|remains|holds|stands)\b"
        ),
        format!(
            r"\b(?:treat|consider|count|interpret|regard|take)s?\s+(?:(?:any|all|every|an?|the|no|lack|absence|silence|that|this|earlier|previous|prior)\s+)[^.\n]{{0,80}}?\bas\s+(?:\w+\s+){{0,3}}?{approval}\s+(?:for|to)\s+(?:all|any|every|subsequent|future|the\s+(?:rest|remaining|following|whole|entire)|other|everything|later|related)"
        ),
        format!(
            r"\b(?:silence|no\s+(?:response|reply|objection)|lack\s+of\s+(?:response|objection))\b[^.\n]{{0,60}}?\b(?:counts\s+as|means|implies|as|is)\s+(?:\w+\s+){{0,2}}?{approval}\b"
        ),
        format!(
            r"\b(?:us(?:e|ing)|install(?:ing|ation)?|invok(?:e|ing)|activat\w+|enabling|loading|running)\s+(?:of\s+)?(?:this|the)\s+(?:skill|tool|plugin)\s+(?:\w+\s+){{0,3}}?(?:constitutes?|implies|means|grants?|gives?|counts\s+as)\s+(?:\w+\s+){{0,4}}?{approval}\b"
        ),
        r"\bonce\s+(?:the\s+user\s+(?:has\s+)?)?(?:approved|approves|confirmed|confirms|agreed|agrees)\b[^.\n]{0,80}?\b(?:all|any|every|subsequent|future)\s+(?:\w+\s+){0,2}?(?:actions?|commands?|operations?|steps?|requests?|calls?)\b[^.\n]{0,60}?\b(?:without|no\s+longer|also\s+approved|are\s+approved|automatically)\b".to_owned(),
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

/// Words that make a claim cover more than one thing, or leave the user out.
static WIDENS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:all|any|every|everything|future|subsequent|whatever)\s+(?:\w+\s+){0,3}?(?:commands?|actions?|operations?|requests?|tools?|calls?|writes?|access|changes?|steps?|endpoints?|transfers?)\b|\bwithout\s+(?:asking|prompting|(?:\w+\s+){0,2}?(?:confirmation|approval|review|sandboxing))|\b(?:do\s+not|don['’]t|never|no\s+need\s+to)\s+(?:re-?)?(?:ask|prompt|confirm|request|verify)\b|\bno\s+(?:further|additional|more)\s+(?:confirmation|approval|permission)",
    )
});

/// "Once the user has approved", "after …", "until …": a condition, not a claim.
static IS_CONDITION: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:if|when|once|after|until|unless|whether|before|only|who|which|that|as\s+soon\s+as|confirm|check|verify|ensure|make\s+sure)\s+(?:\w+\s+){0,3}$",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    for found in CLAIMS.find_iter(view.text()).filter(|found| !is_code(view, found.start())) {
        if sink.is_full(view.path()) {
            break;
        }
        let before = &view.text()[view.line_range(found.start()).start..found.start()];
        let severity = match () {
            () if is_taught(view, &found.range()) || is_turned_round(view, &found.range()) => Severity::Info,
            () if IS_CONDITION.is_match(before) || !WIDENS.is_match(paragraph(view, &found.range())) => Severity::Info,
            () => Severity::High,
        };
        sink.report(view, found.range(), "an approval is claimed that the user did not give here").severity(severity);
    }
    for found in STRETCHES.find_iter(view.text()).filter(|found| !is_code(view, found.start())) {
        let is_denied = is_taught(view, &found.range()) || is_negated(view, &found.range());
        let severity = if is_denied { Severity::Info } else { Severity::High };
        sink.report(view, found.range(), "one approval is taken for another").severity(severity);
    }
}
