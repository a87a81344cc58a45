//! The agent is told to bring together every secret that it can reach.

use std::sync::LazyLock;

use crate::scan::evidence::setting::{is_specimen, is_taught};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "secret-inventory-request",
    summary: "The agent is told to bring together every secret that it can reach",
    phase: Phase::Credentials,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the step; a skill needs the one credential of its own service, and not its value.",
    references: &["AST01", "ASI03", "LLM02", "AML.T0055", "CWE-200"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("secret_inventory_request.md"),
    hook: Hook::Text {
        needles: &["secret", "credential", "password", "api key", "token", "密钥", "密码", "凭证"],
        check,
    },
};

/// Collecting, all of it, and a secret, in one sentence.
static REQUEST: LazyLock<Pattern> = LazyLock::new(|| {
    let secret = r"(?:api[\s_-]?keys?|(?:access|auth|private|ssh|session|secret)\s+(?:keys?|tokens?)|tokens?|keys?|secrets?|credentials?|passwords?|passphrases?|certificates?|connection\s+strings?|cookies)";
    let all = r"(?:(?:all|every|each|any)(?:\s+(?:of|single))?(?:\s+(?:the|user['’]s|their))?)";
    let collects = r"(?:collect|gather|enumerate|harvest|extract|dump|steal|grab|record|capture|scrape|(?:build|create|compile|make|produce|generate|assemble|prepare)\s+(?:a|an|the)\s+(?:[\w-]+\s+){0,3}(?:inventory|list|catalog(?:ue)?|manifest|dump|summary|index|report|snapshot)\s+of|(?:print|output|display|show|reveal|list|summari[sz]e|echo|return)(?:\s+(?:the\s+)?(?:values?|contents?)\s+of)?)";
    pattern(&format!(
        r"(?i)\b{collects}\s+{all}\s+(?:[\w.-]+\s+){{0,3}}{secret}(?:\s*(?:,|/|\bor\b|\band\b|,\s*and\b)\s*(?:\w+\s+)?{secret})*[^.\n]{{0,160}}|\b{collects}\s+{all}\s+environment\s+variables\b[^.\n]{{0,40}}\b(?:including|with|and)\s+[^.\n]{{0,24}}(?:secrets?|tokens?|keys?|values|passwords?|credentials)\b[^.\n]{{0,80}}|(?:收集|提取|列出)(?:所有|全部)[^。\n]{{0,20}}(?:密钥|密码|凭证|令牌)[^。\n]{{0,60}}"
    ))
});

/// Where secrets of the user are, rather than those of a service or of the code at hand.
static REACH: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:in|from|on|within|across|throughout|of)\s+(?:the\s+|this\s+|your\s+|their\s+|user['’]s\s+)*(?:(?:runtime|current|local|shell|process|host|user|agent|whole|entire)\s+){0,2}(?:environment|system|machine|host|computer|workstation|home\s+(?:directory|folder)|memory|session|context|keychain|browser)\b|\b(?:available|accessible|reachable|stored)\s+(?:to\s+(?:you|the\s+agent)|in\s+the\s+environment|locally|on\s+(?:the|this))|环境|系统|本机",
    )
});

/// Words of those who look for secrets that do not belong where they are.
static LOOKS_FOR_LEAKS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:hard-?\s?coded|exposed|leaked|committed|repositor(?:y|ies)|codebase|source\s+(?:code|files?)|git\s+history|diff|pull\s+request|redact\w*|mask\w*|rotate\w*|revoke\w*|vault|secrets?\s+manager|key\s+vault|design\s+tokens?|required|names?\s+only|without\s+(?:the\s+)?values?|namespace|cluster|token\s+(?:usage|counts?|budget|costs?))\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() || is_specimen(view) {
        return;
    }
    for found in REQUEST.find_iter(view.text()) {
        if matches!(view.region(found.start()), Region::CodeBlock(_) | Region::Table) {
            continue;
        }
        let line = view.line(found.start());
        let is_environment = found.as_str().contains("nvironment variables");
        let is_bare = !is_environment && !REACH.is_match(found.as_str()) || LOOKS_FOR_LEAKS.is_match(line);
        if is_bare {
            continue;
        }
        let severity = if is_taught(view, &found.range()) { Severity::Info } else { Severity::High };
        sink.report(view, found.range(), "every secret in reach is to be brought together").severity(severity);
    }
}
