//! A package that names the repository of another, well-known one as its own.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::configuration::entries;
use crate::scan::evidence::installed_package::is_popular;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{
    BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView, inner_path,
};

pub(crate) static RULE: Rule = Rule {
    id: "borrowed-repository",
    summary: "The package names the repository of a well-known one as its own",
    phase: Phase::Provenance,
    severity: Severity::Medium,
    confidence: Confidence::Low,
    persona: Persona::User,
    remedy: "Look into the repository for this package; --compare-source does so.",
    references: &["AST04", "ASI04", "LLM03", "AML.T0073"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("borrowed_repository.md"),
    hook: Hook::Bundle(check),
};

/// A line of the metadata of a Python package that names where its source is.
static PROJECT_URL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?im)^(?:Home-page|Project-URL:[ \t]*(?:source|source[ \t]code|repository|code|github|homepage)[ \t]*,)[: \t]*(https?://[^\s]{1,300})",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    // Where the repository itself was looked at, there is no need to guess.
    let Some(package) = view.beside.package.as_ref().filter(|_| view.beside.repository.is_none()) else { return };
    if package.is_well_known || is_popular(&package.name) || package.name.starts_with('@') {
        return;
    }
    for text in view.texts().filter(|text| text.origin().is_none()) {
        let Some((place, address)) = repository(text) else { continue };
        let name = address.trim_end_matches('/').trim_end_matches(".git").rsplit(['/', ':']).next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        let squeezed = |name: &str| name.to_ascii_lowercase().replace(['-', '_', '.'], "");
        let (own, theirs) = (squeezed(&package.name), squeezed(&name));
        if is_popular(&name) && !own.contains(&theirs) && !theirs.contains(&own) {
            sink.report(text, place, format!("`{name}` is a package of its own, and `{}` is another", package.name));
            return;
        }
    }
}

/// Returns the address of the repository that a manifest names, unless it says in which folder of
/// it the package lies.
fn repository(text: &TextView<'_>) -> Option<(Range<usize>, String)> {
    let path = inner_path(text.path());
    if path == "package.json" {
        let entries = entries(text);
        if entries.iter().any(|entry| entry.path == "repository/directory") {
            return None;
        }
        let found = entries.into_iter().find(|entry| matches!(entry.path.as_str(), "repository" | "repository/url"))?;
        return Some((found.span, found.value));
    }
    if path == "PKG-INFO" || path.ends_with(".dist-info/METADATA") {
        let found = PROJECT_URL.captures_iter(text.text()).next()?.get(1)?;
        return Some((found.range(), found.as_str().to_owned()));
    }
    None
}
