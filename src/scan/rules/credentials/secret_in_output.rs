//! A secret is written where others read it.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_run};
use crate::scan::evidence::private_data::STANDING;
use crate::scan::evidence::setting::{is_code, is_taught};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-output",
    summary: "A secret is written to a log, an answer or an address",
    phase: Phase::Credentials,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Say whether the secret is set, never what it is.",
    references: &["AST04", "ASI03", "LLM02", "AML.T0098", "CWE-532"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("secret_in_output.md"),
    hook: Hook::Text { needles: &["token", "secret", "password", "api key", "api_key", "credential"], check },
};

/// An order to write the value of a secret somewhere.
static ORDER: LazyLock<Pattern> = LazyLock::new(|| {
    let writes = r"(?:print|log|echo|output|display|write|dump|include|show|expose|emit|paste|append|embed|put)";
    let secret = r"(?:`?\$?\{?[A-Z][A-Z0-9]{0,30}_(?:[A-Z0-9]{1,20}_){0,4}(?:TOKEN|KEY|SECRET|PASSWORD)\}?`?|(?i:(?:full|raw|plain-?text|actual|user['’]s|complete)\s+(?:api[\s_-]?keys?|access\s+tokens?|auth\s+tokens?|tokens?|passwords?|secrets?|credentials?)|api[\s_-]?keys?|access\s+tokens?|passwords?|credentials?))";
    let place = r"(?i:to|in|into|on|as|with)\s+(?i:the\s+|a\s+|your\s+|each\s+|every\s+|any\s+)?(?i:\w+\s+)?(?i:logs?|log\s+files?|console|outputs?|stdout|terminal|chat|conversation|responses?|answers?|replies|commit\s+messages?|comments?|issues?|pull\s+requests?|urls?|query(?:\s+(?:string|parameter)s?)?|reports?|file\s?names?|readme|transcript)";
    pattern(&format!(
        r"\b(?i:{writes})\s+(?i:(?:out\s+)?(?:the\s+)?(?:(?:value|content)s?\s+of\s+)?(?:the\s+user['’]s\s+|the\s+|all\s+|any\s+|your\s+|their\s+)?){secret}[^.\n]{{0,40}}?\b{place}\b"
    ))
});

/// Places that others read, and the value itself.
static IN_THE_OPEN: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:_(?:TOKEN|KEY|SECRET|PASSWORD)\b|\b(?:full|raw|plain-?text|actual|user['’]s|complete)\s).*\b(?:responses?|answers?|repl(?:y|ies)|chat|conversation|commit\s+messages?|comments?|issues?|pull\s+requests?|transcript|readme)\b",
    )
});

/// The same by a command or a program.
static PRINTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"(?:^|[\s;&|`])echo\s+["']?\$\{?[A-Z][A-Z0-9_]{0,40}(?:TOKEN|API_KEY|SECRET|PASSWORD)\}?["']?\s*(?:$|`|;|&&)|\b(?:print|console\.log|logger\.\w+|logging\.\w+)\(\s*(?:os\.environ|os\.getenv|process\.env)[\[.(]["']?[A-Z0-9_]{0,40}(?:TOKEN|API_KEY|SECRET|PASSWORD)["']?[\])]?\s*\)"#,
    )
});

/// Words that keep the value back.
static KEEPS_BACK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|not|don['’]t|avoid|without|mask\w*|redact\w*|placeholder|\*{3}|first\s+(?:four|4|few)|last\s+(?:four|4)|prefix|whether|if\s+set|names?|status|instead|error|missing|header|request|field|form|prompt\w*)\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    if view.is_markdown() {
        for found in ORDER.find_iter(text).take(PLACES) {
            let line = view.line(found.start());
            if matches!(view.region(found.start()), Region::CodeBlock(_)) || KEEPS_BACK.is_match(line) {
                continue;
            }
            let severity = match () {
                () if is_taught(view, &found.range()) => Severity::Info,
                () if STANDING.is_match(line) || IN_THE_OPEN.is_match(found.as_str()) => Severity::High,
                () => Severity::Low,
            };
            sink.report(view, found.range(), "whoever reads this place has the secret").severity(severity);
        }
    }
    for found in PRINTS.find_iter(text).take(PLACES).filter(|found| is_code(view, found.start())) {
        let severity = if is_run(view, &found.range()) { Severity::Low } else { Severity::Info };
        sink.report(view, found.range(), "the command prints a secret").severity(severity).confidence(Confidence::Low);
    }
}
