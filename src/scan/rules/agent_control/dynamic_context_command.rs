//! Commands that a client runs while it loads the instructions, before anybody reads them.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "dynamic-context-command",
    summary: "Loading the instructions runs a command that reaches the network or starts other code",
    phase: Phase::AgentControl,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Let the agent run the command as a step that the user sees.",
    references: &["AST05", "ASI05", "LLM06", "AML.T0050"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("dynamic_context_command.md"),
    hook: Hook::Bundle(check),
};

static DYNAMIC: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?m)(?:^|[\s:(-])!`([^`\n]{2,400})`"));
static REACHES_OUT: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\b(?:curl|wget|nc|ncat|powershell|iwr|irm|ssh|scp)\s|/dev/tcp/"));
static READS_SECRETS: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"\.env\b|\.ssh/|\.aws/|\bprintenv\b|(?:^|[;&|]\s*)env\s*(?:$|\|)|id_rsa|credentials"));
static RUNS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?:^|[;&|]\s*)(?:ba|z)?sh\s|\beval\s|\bbase64\s|\bpython3?\s+-c\b|\bnode\s+-e\b|\brm\s+-|\bsudo\s")
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.instructions() else { return };
    for captures in DYNAMIC.captures_iter(text.text()) {
        let Some(command) = captures.get(1) else { continue };
        // The span of code begins after the exclamation mark; inside a block it is only shown.
        if matches!(text.region(command.start() - 2), Region::CodeBlock(_) | Region::InlineCode) {
            continue;
        }
        let body = command.as_str();
        let severity = match (REACHES_OUT.is_match(body), READS_SECRETS.is_match(body), RUNS.is_match(body)) {
            (true, true, _) | (true, _, true) => Severity::Critical,
            (true, ..) | (_, true, _) => Severity::High,
            (.., true) => Severity::Medium,
            _ => Severity::Info,
        };
        let severity = if text.is_mention(&(command.start() - 2..command.end())) && severity < Severity::Critical {
            Severity::Info
        } else {
            severity
        };
        sink.report(text, command.range(), "the command runs while the instructions are loaded").severity(severity);
    }
}
