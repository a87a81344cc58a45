//! Packages that are said to be private and are fetched from the public.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::installed_package::{installed_packages, is_popular};
use crate::scan::evidence::setting::{is_shown_code, is_taught};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "dependency-confusion",
    summary: "A package is called internal, and is installed by its bare name from wherever the tool looks first",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Name the registry in the command, give the package a scope that you own, and pin its version.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-427"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("dependency_confusion.md"),
    hook: Hook::Text { needles: &["internal", "private", "in-house", "corporate", "company", "intranet"], check },
};

/// Words by which a registry is somebody's own.
const OWN: &str = r"(?:internal|private|corporate|company(?:['’]s|-internal)?|in-?house|intranet|organi[sz]ation['’]s)";

/// A place for packages that is not the public one.
static OWN_REGISTRY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?:from|on|in|to|via|through|using|by)\s+(?:(?:the|our|your|an?|my)\s+)?(?:\w+\s+)?{OWN}\s+(?:(?:npm|pypi|python|node|package|artifact)\s+)?(?:registry|index|feed|mirror|package\s+(?:server|source|manager))\b"
    ))
});

/// A package that is not a public one.
static OWN_PACKAGE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b{OWN}\s+(?:(?:npm|python|node|pip|pypi|shared|utility|helper)\s+)?(?:packages?|librar(?:y|ies)|modules?|dependenc(?:y|ies)|sdk)\s+(?:(?:called|named|is)\s+)?[`'\x22]?(@?[a-z][\w./-]{{3,80}})"
    ))
});

/// A registry that is named, so that the tool knows where to look.
static NAMED_REGISTRY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)--registry|index-url|registry\s*[=:]\s*\S|\.npmrc|pip\.conf|\buv\.toml|artifactory|\bnexus\b|codeartifact|verdaccio|github\s+packages|artifact\s+registry|gemfury|cloudsmith|devpi|npm\s+login|https?://[^\s)>\x22']{0,80}(?:npm|pypi|registry|packages|simple)",
    )
});

/// An import of a module.
static IMPORT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)^[ \t]*(?:from|import)[ \t]+([A-Za-z]\w{3,80})|\b(?:require|import)\(\s*['\x22](@?[\w./-]{4,80})['\x22]|\bfrom\s+['\x22](@?[\w./-]{4,80})['\x22]",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    if !view.is_markdown() || NAMED_REGISTRY.is_match(text) {
        return;
    }
    let own_registry = OWN_REGISTRY.find_iter(text).find(|found| !is_taught(view, &found.range()));
    let own_packages: Vec<(Range<usize>, String)> = OWN_PACKAGE
        .captures_iter(text)
        .filter_map(|found| Some((found.get(0)?, found.get(1)?)))
        .filter(|(claim, name)| name.as_str().contains(['-', '_', '/']) && !is_taught(view, &claim.range()))
        .map(|(_, name)| (name.range(), module(name.as_str())))
        .collect();
    if own_registry.is_some() {
        for (place, name, _) in installed_packages(view) {
            if !is_popular(&name) && !name.starts_with('@') && !is_shown_code(view, &place) {
                sink.report(view, place, format!("`{name}` is said to be internal, and is asked of any registry"));
            }
        }
    }
    for (place, name) in own_packages {
        let is_loaded = IMPORT
            .captures_iter(text)
            .any(|found| (1..=3).filter_map(|group| found.get(group)).any(|import| module(import.as_str()) == name));
        let severity = match () {
            () if is_loaded && own_registry.is_some() => Severity::High,
            () if is_loaded || own_registry.is_some() => Severity::Medium,
            () => continue,
        };
        sink.report(view, place, "the package is said to be internal, and no registry is named").severity(severity);
    }
}

/// Returns what a package and its module have in common.
fn module(name: &str) -> String {
    name.trim_end_matches(['.', '/', '-', '_']).replace('-', "_").to_ascii_lowercase()
}
