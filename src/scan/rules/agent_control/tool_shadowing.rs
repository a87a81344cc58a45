//! A skill that puts itself before every other tool, or the others aside.

use std::sync::LazyLock;

use crate::scan::evidence::lead_in::is_turned_round;
use crate::scan::evidence::setting::is_taught;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "tool-shadowing",
    summary: "The skill puts itself before every other tool, or the other tools aside",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Say when the skill is of use, and leave the choice to the agent and its user.",
    references: &["AST04", "ASI02", "LLM06", "AML.T0110"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("tool_shadowing.md"),
    hook: Hook::Text {
        needles: &[
            "priority",
            "precedence",
            "this tool",
            "this skill",
            "this plugin",
            "other skills",
            "other tools",
            "supersede",
            "overrides",
        ],
        check,
    },
};

/// A claim, and whether it is enough alone.
static CLAIMS: LazyLock<[(Pattern, Severity, &str); 3]> = LazyLock::new(|| {
    let this = r"(?:this|the\s+present|our)\s+(?:skill|tool|plugin|server|agent|extension)";
    let verb = r"(?:use|run|invoke|call|load|trigger|execute|activate|consult|apply)";
    let others = r"(?:all|any|every|each|the)?\s*(?:other|built-?\s?in|native|default|competing|existing|alternative|installed)\s+(?:\w+\s+){0,2}?(?:tools?|skills?|plugins?|mcp\s+servers?|agents?|instructions?)";
    let first = format!(
        r"\b(?:always\s+|must\s+(?:always\s+)?|you\s+must\s+)?{verb}\s+{this}\s+(?:\w+\s+){{0,2}}?(?:first,?\s+before\s+(?:anything|everything|any\s+other|all\s+other)|before\s+(?:anything\s+else|everything\s+else|any\s+other\s+(?:tool|skill)|all\s+other)|(?:for|on|in|at|(?:at|on)\s+the\s+(?:start|beginning)\s+of)\s+(?:every|each|all|any)\s+(?:single\s+)?(?:(?:user\s+)?(?:requests?|messages?|prompts?|quer(?:y|ies)|questions?|conversations?|interactions?|turns?|sessions?|inputs?)))\b|\b{this}\s+(?:must|should|shall|needs\s+to|has\s+to|will)\s+(?:always\s+)?be\s+(?:used|run|invoked|called|loaded|triggered|executed)\s+(?:first|before\s+(?:any|every|all)\s+other|(?:for|on)\s+(?:every|each|all)\s+(?:requests?|messages?|prompts?))"
    );
    let above = format!(
        r"\b(?:{this}|it)\s+(?:always\s+)?(?:takes?|has|have|gets?)\s+(?:\w+\s+)?(?:priority|precedence)\s+over\s+{others}|\b{this}\s+(?:supersedes?|overrides?|replaces?)\s+{others}"
    );
    let aside = format!(
        r"\b(?:disable|uninstall|remove|deactivate|delete|turn\s+off|block|unload)\s+{others}|\b(?:ignore|disregard)\s+(?:all|any)\s+other\s+(?:tools?|skills?|plugins?)"
    );
    [
        (
            pattern(&format!("(?i){first}")),
            Severity::Medium,
            "the skill wants to run for everything, before anything else",
        ),
        (pattern(&format!("(?i){above}")), Severity::Medium, "the skill puts itself above other tools"),
        (pattern(&format!("(?i){aside}")), Severity::Medium, "the agent is told to put other tools aside"),
    ]
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    let mut found = Vec::new();
    for (sign, severity, reason) in CLAIMS.iter() {
        let place = sign.find_iter(view.text()).take(8).map(|place| place.range()).find(|place| {
            !matches!(view.region(place.start), Region::CodeBlock(_) | Region::InlineCode)
                && !is_taught(view, place)
                && !is_turned_round(view, place)
        });
        found.extend(place.map(|place| (place, *severity, *reason)));
    }
    let is_plan = found.len() >= 2;
    for (place, severity, reason) in found {
        let severity = if is_plan { Severity::High } else { severity };
        sink.report(view, place, reason).severity(severity);
    }
}
