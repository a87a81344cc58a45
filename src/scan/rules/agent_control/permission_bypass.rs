//! The checks between an agent and the machine are switched off.

use std::sync::LazyLock;

use crate::scan::evidence::setting::is_taught;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "permission-bypass",
    summary: "The agent's permission checks are switched off",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ask for the few tools that the skill needs, and leave the checks on.",
    references: &["AST03", "ASI03", "LLM06", "AML.T0081"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("permission_bypass.md"),
    hook: Hook::Bundle(check),
};

static FLAGS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"--dangerously-skip-permissions|--allow-dangerously-skip-permissions|--dangerously-bypass-approvals-and-sandbox|--permission-mode[= ]+bypassPermissions|(?:codex|gemini|claude|cursor-agent)\s[^\n]{0,60}--yolo\b|--full-auto\b|--approval-policy[= ]+never",
    )
});

static SETTING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#""(?:defaultMode|permissionMode)"\s*:\s*"bypassPermissions"|"(?:dangerouslySkipPermissions|skipDangerousModePermissionPrompt|autoApproveAll|enableAllProjectMcpServers|alwaysAllow(?:All)?)"\s*:\s*true|"allow"\s*:\s*\[\s*"(?:\*|Bash\(\*\)|Bash)"|approval_policy\s*=\s*"never"|sandbox_mode\s*=\s*"danger-full-access""#,
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts() {
        for found in SETTING.find_iter(text.text()) {
            // A file that a client reads is a setting; a block in a document shows one.
            let is_client_file = text.file().path.file_name().starts_with("settings")
                || text.path().contains(".claude/")
                || text.path().contains(".codex/")
                || text.path().contains(".cursor/");
            let severity = match () {
                () if is_taught(text, &found.range()) => Severity::Info,
                () if is_client_file && text.region(found.start()) == Region::Code => Severity::High,
                () => Severity::Low,
            };
            sink.report(text, found.range(), "the setting switches the permission checks off").severity(severity);
        }
        for found in FLAGS.find_iter(text.text()) {
            let severity = severity_of_flag(text, found.range());
            sink.report(text, found.range(), "the flag switches the permission checks off").severity(severity);
        }
    }
}

/// Programs that drive other agents use such a flag on purpose, so it is no verdict.
fn severity_of_flag(text: &TextView<'_>, span: std::ops::Range<usize>) -> Severity {
    match text.region(span.start) {
        _ if is_taught(text, &span) => Severity::Info,
        Region::CodeBlock(_) => Severity::Low,
        Region::Code if text.is_script() => Severity::Low,
        _ => Severity::Info,
    }
}
