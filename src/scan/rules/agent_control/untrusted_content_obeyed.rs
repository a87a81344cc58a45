//! What strangers write is to be taken as instructions, or carried from one place to another as if it were trusted.

use std::sync::LazyLock;

use crate::scan::evidence::lead_in::is_negated;
use crate::scan::evidence::setting::is_taught;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "untrusted-content-obeyed",
    summary: "What strangers write in mails, pages or comments is to be taken as instructions",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Treat what is read as data; only the user gives instructions.",
    references: &["AST01", "ASI01", "ASI06", "LLM01", "AML.T0070"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("untrusted_content_obeyed.md"),
    hook: Hook::Text {
        needles: &[
            "instruction",
            "directive",
            "command",
            "order",
            "system message",
            "system prompt",
            "trusted",
            "executed",
            "obeyed",
        ],
        check,
    },
};

static OBEYS: LazyLock<Pattern> = LazyLock::new(|| {
    let content = r"(?:e-?mails?|messages?|web\s*pages?|pages?|web\s*sites?|documents?|content|articles?|issues?|tickets?|responses?|outputs?|events?|descriptions?|metadata|files?|comments?|feeds?|posts?|transcripts?|attachments?|text|records?|results?|invites?|readmes?|pull\s+requests?|headers?|notes?)";
    let order = r"(?:instructions?|directives?|commands?|orders?|system\s+(?:messages?|prompts?))";
    let forms = [
        // Treat what is found as an instruction of rank.
        format!(
            r"\b(?:treat|interpret|regard|accept|process|handle|honou?r|execute)(?:s|ed|ing)?\s+(?:any|all|every|the|such|these|it|them|as)?\s*[^.]{{0,160}}?\bas\s+(?:an?\s+|the\s+|if\s+\w+\s+\w+\s+)?(?:[\w-]+\s+){{0,2}}?(?:system|trusted|verified|high-?\s?priority|authoritative|privileged|processing|binding|operator|developer|user-?\s?level|administrator)[\s-]*(?:level\s+)?(?:{order}|context)\b"
        ),
        // Instructions that a stranger's page holds are followed.
        format!(r"\b(?:if|when|whenever)\s+(?:an?\s+|the\s+|any\s+)?(?:\w+\s+)?(?:web\s*pages?|pages?|e-?mails?|web\s*sites?|articles?|issues?|comments?|tickets?|posts?|feeds?|search\s+results?)\s+(?:contains?|includes?|has|holds|gives?)\s+(?:\w+\s+){{0,2}}?{order}[^.]{{0,60}}?\b(?:follow|execute|obey|perform|carry\s+out|apply)\s+(?:them|it|those|these)\b"),
        // Run the commands that are found in content.
        format!(
            r"\b(?:execut(?:e|es|ing)|run(?:s|ning)?|obey(?:s|ing)?|follow(?:s|ing)?|carr(?:y|ies)\s+out|perform(?:s|ing)?|apply|applies)\s+(?:any|all|every|whatever|each|the)\s+(?:[\w-]+\s+){{0,3}}?{order}\s+(?:(?:that|which)\s+)?(?:you\s+)?(?:is\s+|are\s+|it\s+)?(?:find|found|contains?|contained|embedded|included|present|appear\w*|hidden|given)\s*(?:in|inside|within|from|by|on)?\s+(?:[\w-]+\s+){{0,4}}?{content}\b"
        ),
        // Content that begins or is marked with a word becomes an order.
        format!(
            r"\b(?:text|{content}|lines?|blocks?|sections?)\s+[^.]{{0,80}}?\b(?:beginning|begins?|starting|starts?|marked|prefixed|tagged|labell?ed|containing|contains?)\s+(?:with|as|the)?\s*[^.]{{0,60}}?\b(?:must|should|shall|is\s+to|are\s+to|will)\s+be\s+(?:executed|obeyed|followed|treated\s+as\s+(?:an?\s+)?(?:[\w-]+\s+){{0,2}}?{order})"
        ),
        // A word in the content takes it out of the rules.
        format!(
            r"\b(?:when|if|whenever)\s+(?:the\s+|any\s+|a\s+|an\s+)?{content}\s+(?:includes?|contains?|has|holds|starts\s+with)\s+(?:the\s+|a\s+|an\s+)?(?:[\w-]+\s+){{0,2}}?(?:token|phrase|string|keyword|tag|marker|code|word|sequence)[^.]{{0,160}}?\b(?:exempt\w*|bypass\w*|unrestricted|override|unlock\w*|without\s+(?:\w+\s+)?(?:checks?|policy|filter\w*|confirmation|review)|skip\s+(?:all|every|the)\s+(?:checks?|polic\w+|filter\w*))\b"
        ),
        // Content of one origin is trusted in another.
        r"\b(?:content|context|instructions?|memory|notes?|output|results?)\s+(?:from|of|read\s+in|fetched\s+from)\s+(?:an?other|other|different|previous|external|any|untrusted|third-party)\s+(?:[\w-]+\s+){0,2}?(?:sessions?|projects?|origins?|users?|repositor(?:y|ies)|agents?|sites?|tenants?|sources?|conversations?)\s+(?:[\w-]+\s+){0,3}?(?:as\s+(?:\w+\s+)?(?:trusted|verified|authoritative)|(?:is|are)\s+(?:\w+\s+)?(?:trusted|authoritative|pre-?approved))".to_owned(),
    ];
    pattern(&format!("(?i){}", forms.join("|")))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    for found in OBEYS.find_iter(view.text()) {
        if matches!(view.region(found.start()), Region::CodeBlock(_) | Region::InlineCode)
            || found.as_str().contains("\n\n")
        {
            continue;
        }
        let is_denied = is_taught(view, &found.range())
            || is_negated(view, &found.range())
            || [" not as", " never as", ", not ", "rather than"].iter().any(|turn| found.as_str().contains(turn));
        let severity = if is_denied { Severity::Info } else { Severity::High };
        sink.report(view, found.range(), "what strangers write becomes an instruction").severity(severity);
    }
}
