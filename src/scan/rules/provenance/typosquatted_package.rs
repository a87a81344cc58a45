//! An installed package whose name is one slip away from one that everybody installs.

use crate::scan::evidence::imitated_package::taken_for;
use crate::scan::evidence::installed_package::installed_packages;
use crate::scan::evidence::setting::is_shown;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "typosquatted-package",
    summary: "A package is installed whose name is a look-alike of a popular one",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Compare the name with the package that was meant, letter by letter, before it is installed.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("typosquatted_package.md"),
    hook: Hook::Text {
        needles: &[
            "install",
            "npx",
            "uvx",
            "yarn add",
            "pnpm",
            "bun add",
            "uv add",
            "poetry add",
            "dependencies",
            "==",
        ],
        check,
    },
};

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for (place, name, registry) in installed_packages(view) {
        let Some((known, how)) = taken_for(&name, registry) else { continue };
        let severity = if is_shown(view, &place) { Severity::Info } else { Severity::High };
        sink.report(view, place, format!("`{name}` {how} `{known}`")).severity(severity);
    }
}
