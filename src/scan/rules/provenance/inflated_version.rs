//! A version that is higher than any other, so that it is taken instead of a private package.

use crate::scan::evidence::install_code::{InstallAct, install_hooks};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "inflated-version",
    summary: "The version is made to be higher than any other of its name",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ask where the package was meant to come from: a private one of that name must never come from here.",
    references: &["AST02", "ASI04", "LLM03", "CWE-427"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("inflated_version.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let Some(package) = &view.beside.package else { return };
    if !is_inflated(&package.version) {
        return;
    }
    let reaches_out = install_hooks(view).iter().any(|hook| hook.act > Some(InstallAct::StartsPrograms));
    let severity = if reaches_out { Severity::High } else { Severity::Medium };
    let reason = "a version like this wins over that of any private package of the same name";
    sink.report_file(view.bundle.instructions().path.as_str(), &package.version, reason).severity(severity);
}

/// Tells whether a version is all nines where it counts: `99.9.9`, `999.0.0`. A single `99` may
/// be counted up to by a package that follows the versions of something else.
fn is_inflated(version: &str) -> bool {
    let is_nines = |part: &str| part.bytes().all(|byte| byte == b'9');
    let mut parts = version.split(['.', '-', '+']);
    let first = parts.next().unwrap_or_default();
    let second = parts.next().unwrap_or_default();
    match first.len() {
        0 | 1 => false,
        2 => is_nines(first) && !second.is_empty() && is_nines(second),
        _ => is_nines(first),
    }
}
