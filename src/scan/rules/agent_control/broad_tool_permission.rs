//! Permissions that are asked for without a limit.

use crate::scan::evidence::destination::destination;
use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::Action;
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "broad-tool-permission",
    summary: "The skill asks for every tool, or for any command, beside a program that sends data out",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ask for the few tools and commands that the skill needs.",
    references: &["AST03", "ASI03", "LLM06", "AML.T0053", "CWE-250"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("broad_tool_permission.md"),
    hook: Hook::Bundle(check),
};

/// How far a permission goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    /// Every tool, or every command with a wildcard that says so.
    Everything,
    /// Any command of a shell.
    AnyCommand,
}

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let (Some(tools), Some(text)) = (&view.bundle.frontmatter.allowed_tools, view.instructions()) else { return };
    let Some((tool, width)) = tools.iter().find_map(|tool| Some((tool, width(tool)?))) else { return };
    let severity = match (width, worst_sending(view)) {
        (Width::Everything, Some(Severity::High)) => Severity::High,
        (_, Some(Severity::High)) | (Width::Everything, Some(_)) => Severity::Medium,
        (Width::Everything, None) => Severity::Low,
        (Width::AnyCommand, _) => return,
    };
    let start = text.text().find("allowed-tools").unwrap_or(0);
    let reason = match severity {
        Severity::Low => format!("`{tool}` allows everything without a question"),
        _ => format!("`{tool}` lets a program of the bundle that sends data to a stranger run without a question"),
    };
    sink.report(text, start..start + 1, reason).severity(severity);
}

fn width(tool: &str) -> Option<Width> {
    match tool.trim_matches(['"', '\'', ' ']) {
        "*" | "all" | "Bash(*)" | "Bash(*:*)" | "Bash(:*)" => Some(Width::Everything),
        "Bash" | "Shell" | "bash" | "shell" | "Bash()" => Some(Width::AnyCommand),
        _ => None,
    }
}

/// Returns how bad the worst sending of the bundle's programs is, where it goes to a stranger.
fn worst_sending(view: &BundleView<'_>) -> Option<Severity> {
    view.flow()
        .effects
        .iter()
        .filter(|effect| matches!(effect.action, Action::Send(_)) && destination(view, effect).is_foreign())
        .filter(|effect| {
            let text = view.files.get(effect.place.file).and_then(|file| file.text.as_ref());
            text.is_some_and(|text| !is_demonstrated(text, &(effect.place.start..effect.place.end)))
        })
        .map(|effect| match effect.data.kinds.holds(Kinds::SECRET.with(Kinds::WALK)) {
            true => Severity::High,
            false => Severity::Medium,
        })
        .max()
}
