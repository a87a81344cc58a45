//! Commands that a client runs while it loads the instructions, before anybody reads them.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

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
    revision: 2,
    page: include_str!("dynamic_context_command.md"),
    hook: Hook::Bundle(check),
};

static DYNAMIC: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?m)(?:^|[\s:(-])!`([^`\n]{2,400})`"));

/// A block whose lines are run in the same way.
static DYNAMIC_BLOCK: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?m)^[ \t]*```![^\n`]{0,40}\n((?:[^\n]{0,400}\n){1,40}?)[ \t]*```[ \t]*\r?$"));

static REACHES_OUT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|nc|ncat|netcat|powershell|pwsh|iwr|irm|invoke-(?:webrequest|restmethod)|ssh|scp|sftp|rsync|telnet|dig|nslookup|socat)\s|/dev/(?:tcp|udp)/|\bgit\s+clone\b|\bopenssl\s+s_client\b|\baws\s+s3\s+(?:cp|mv|sync)\b|\bgh\s+gist\s+create\b|\b(?:urllib|requests|httpx|socket)\b|\bfetch\(|\bhttps?\.(?:get|request)\(",
    )
});

static READS_SECRETS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\.env\b|\.ssh/|\.aws/|\.kube/|\.netrc\b|\.npmrc\b|\.git-credentials\b|\bprintenv\b|(?:^|[;&|]\s*)env\s*(?:$|\|)|id_(?:rsa|ed25519)|credentials|\bgh\s+auth\s+token\b|\bsecurity\s+(?:find-\w+-password|dump-keychain)\b|\bgcloud\s+auth\s+print-|\bop\s+(?:read|item)\b|_history\b",
    )
});

static RUNS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)(?:^|[;&|]\s*)(?:ba|z)?sh\s|\beval\s|\bbase64\s|\bpython3?\s+-c\b|\b(?:node|ruby|perl|php)\s+-[er]\b|\brm\s+-|\bsudo\s|\b(?:npx|bunx|uvx)\s|\b(?:pip3?|npm|pnpm|yarn|gem|cargo|go|brew)\s+(?:install|add|i)\s|(?:>>?|\btee\b)\s*~?/?[\w./-]*\.(?:bashrc|zshrc|profile)\b|\bchmod\s+\+x|\bcrontab\b",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.instructions() else { return };
    for captures in DYNAMIC.captures_iter(text.text()) {
        let Some(command) = captures.get(1) else { continue };
        // The span of code begins after the exclamation mark; inside a block it is only shown.
        if !matches!(text.region(command.start() - 2), Region::CodeBlock(_) | Region::InlineCode) {
            judge(text, command.start() - 2..command.end(), command.as_str(), sink);
        }
    }
    for captures in DYNAMIC_BLOCK.captures_iter(text.text()) {
        let (Some(block), Some(commands)) = (captures.get(0), captures.get(1)) else { continue };
        // Inside of a longer fence the block is only shown.
        let is_shown = block.start().checked_sub(2).is_some_and(|at| matches!(text.region(at), Region::CodeBlock(_)));
        if !is_shown {
            judge(text, commands.start()..commands.end(), commands.as_str(), sink);
        }
    }
}

fn judge(text: &TextView<'_>, span: Range<usize>, command: &str, sink: &mut Sink<'_>) {
    let severity = match (REACHES_OUT.is_match(command), READS_SECRETS.is_match(command), RUNS.is_match(command)) {
        (true, true, _) | (true, _, true) => Severity::Critical,
        (true, ..) | (_, true, _) => Severity::High,
        (.., true) => Severity::Medium,
        _ => Severity::Info,
    };
    let severity = if severity < Severity::Critical && text.is_mention(&span) { Severity::Info } else { severity };
    sink.report(text, span, "the command runs while the instructions are loaded").severity(severity);
}
