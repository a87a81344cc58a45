//! A package whose own name wants to be read as that of a well-known one.

use crate::scan::evidence::confusable::look_alike;
use crate::scan::evidence::imitated_package::{imitated, is_neighbour, reworded};
use crate::scan::evidence::installed_package::{Registry, is_popular};
use crate::scan::evidence::look_alike::{Slip, slip};
use crate::scan::{
    BundleView, Confidence, Hook, Lifecycle, PackageIdentity, PackageRegistryKind, Persona, Phase, Rule, Severity, Sink,
};

pub(crate) static RULE: Rule = Rule {
    id: "imitated-package",
    summary: "The package's own name is a look-alike of a well-known one",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Compare the name with the package that was meant, letter by letter, before it is installed.",
    references: &["AST04", "ASI04", "LLM03", "AML.T0073"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("imitated_package.md"),
    hook: Hook::Bundle(check),
};

/// Scopes under which the packages of a project stand; a look-alike of one is nobody's own.
const SCOPES: &[&str] = &[
    "angular",
    "anthropic-ai",
    "aws-sdk",
    "babel",
    "cloudflare",
    "emotion",
    "fortawesome",
    "google-cloud",
    "jest",
    "langchain",
    "microsoft",
    "modelcontextprotocol",
    "nestjs",
    "octokit",
    "openzeppelin",
    "playwright",
    "prisma",
    "reduxjs",
    "rollup",
    "sentry",
    "storybook",
    "supabase",
    "tailwindcss",
    "tanstack",
    "testing-library",
    "typescript-eslint",
    "vercel",
    "vitejs",
];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let Some(package) = &view.beside.package else { return };
    let Some((severity, reason)) = judge(package) else { return };
    sink.report_file(view.bundle.instructions().path.as_str(), &package.name, reason).severity(severity);
}

/// A name alone says who is imitated, never what the package does.
fn judge(package: &PackageIdentity) -> Option<(Severity, String)> {
    let name = package.name.as_str();
    if package.is_well_known || is_popular(name) || is_neighbour(name) {
        return None;
    }
    let registry = match package.registry {
        PackageRegistryKind::Pypi => Registry::PyPi,
        PackageRegistryKind::Npm => Registry::Npm,
    };
    // A letter of another script, in a registry that takes them.
    let latin: String = name.chars().map(|letter| look_alike(letter).unwrap_or(letter)).collect();
    if latin != name && is_popular(&latin) {
        return Some((Severity::High, format!("the name is drawn like `{latin}`")));
    }
    if let Some((scope, rest)) = name.strip_prefix('@').and_then(|name| name.split_once('/')) {
        let known = SCOPES.iter().find(|known| {
            matches!(slip(scope, known), Some(Slip::Drawn | Slip::Swapped | Slip::Doubled | Slip::Mistyped))
        });
        return known.map(|known| (Severity::High, format!("the scope of `{rest}` is a look-alike of `@{known}`")));
    }
    let unscoped = || SCOPES.iter().find(|known| name.strip_prefix(**known).is_some_and(|rest| rest.starts_with("__")));
    if let Some((known, how)) = imitated(name, registry) {
        let is_spelt = how.starts_with("differs by its separators");
        let severity = if is_spelt { Severity::Medium } else { Severity::High };
        return Some((severity, format!("the name {how} `{known}`")));
    }
    if let Some((known, how)) = reworded(name, registry) {
        return Some((Severity::Low, format!("the name {how} `{known}`")));
    }
    unscoped().map(|known| (Severity::Medium, format!("the name is written like one of the scope `@{known}`")))
}
