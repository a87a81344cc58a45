//! Dependencies and registries that a manifest of the bundle takes from somewhere else.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::configuration::{Entry, entries};
use crate::scan::evidence::owners::Owners;
use crate::scan::evidence::setting::is_specimen;
use crate::scan::evidence::url::{HostKind, Url, is_package_registry, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "foreign-dependency",
    summary: "A manifest of the bundle takes a dependency, or every dependency, from an address of its own",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Depend on a named version of the usual registry, with its digest.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-494"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("foreign_dependency.md"),
    hook: Hook::Bundle(check),
};

/// A line of requirements.txt that names an address.
static REQUIREMENT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?im)^\s*(?:-e\s+|--editable[=\s]+)?(?:[\w.\[\]-]+\s*@\s*)?(?:git\+|hg\+|svn\+)?(?:https?|ssh|git)://\S+|^\s*(?:-i|-f|--index-url|--extra-index-url|--find-links)[=\s]+\S+",
    )
});
/// A gem, or all gems, from an address.
static GEM: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r#"(?m)^\s*(?:source\s+|gem\s[^\n]{0,120}?(?:git|source):?\s*(?:=>)?\s*)['"]https?://\S+"#)
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| !is_specimen(text) && text.origin().is_none()) {
        let name = text.file().path.file_name();
        match name {
            "Gemfile" => check_lines(text, &GEM, sink),
            "package.json" | "composer.json" => check_entries(text, is_package_dependency, sink),
            "pyproject.toml" | "Cargo.toml" | "Pipfile" => check_entries(text, is_project_dependency, sink),
            ".npmrc" | ".yarnrc" | ".yarnrc.yml" | "bunfig.toml" | "pip.conf" | "pip.ini" | ".pypirc" | "uv.toml"
            | ".condarc" => check_entries(text, is_registry, sink),
            "config.toml" if text.path().contains(".cargo/") => check_entries(text, is_registry, sink),
            _ if name.starts_with("requirements") && name.ends_with(".txt") => check_lines(text, &REQUIREMENT, sink),
            _ => {}
        }
    }
}

fn check_lines(text: &TextView<'_>, lines: &Pattern, sink: &mut Sink<'_>) {
    let mut owners = Owners::default();
    for found in lines.find_iter(text.text()) {
        report(text, found.as_str(), found.range(), &mut owners, sink);
    }
}

fn check_entries(text: &TextView<'_>, is_source: fn(&Entry) -> bool, sink: &mut Sink<'_>) {
    let mut owners = Owners::default();
    for entry in entries(text).iter().filter(|entry| is_source(entry)) {
        report(text, &entry.value, entry.span.clone(), &mut owners, sink);
    }
}

fn is_package_dependency(entry: &Entry) -> bool {
    entry.path.split('/').next().is_some_and(|key| key.to_ascii_lowercase().contains("dependencies"))
        || ["overrides", "resolutions", "repositories", "publishConfig"].iter().any(|key| entry.is_below(key))
}

fn is_project_dependency(entry: &Entry) -> bool {
    let is_list =
        ["dependencies", "dev-dependencies", "build-dependencies", "optional-dependencies", "requires", "packages"]
            .iter()
            .any(|key| entry.is_below(key));
    is_list || ["index", "source", "sources", "patch", "registries", "pip"].iter().any(|key| entry.is_below(key))
}

fn is_registry(entry: &Entry) -> bool {
    let key = entry.key().to_ascii_lowercase();
    ["registry", "index", "find-links", "repository", "proxy", "channel", "server", "url"]
        .iter()
        .any(|word| key.contains(word))
}

fn report(text: &TextView<'_>, value: &str, span: Range<usize>, owners: &mut Owners, sink: &mut Sink<'_>) {
    let value = value.replace("git+ssh://git@", "https://").replace("git://", "http://");
    for url in urls(&value) {
        if is_package_registry(url.host) {
            continue;
        }
        sink.report(text, span.clone(), format!("the package manager fetches from `{}`", url.host))
            .severity(severity(text, &url, owners));
    }
}

fn severity(text: &TextView<'_>, url: &Url<'_>, owners: &mut Owners) -> Severity {
    match url.host_kind() {
        HostKind::RawAddress | HostKind::Drop => Severity::Critical,
        HostKind::Named if owners.include(text, url) || url.path.contains("/whl") => Severity::Low,
        HostKind::Named => Severity::High,
        HostKind::KnownService => Severity::Low,
        HostKind::Placeholder | HostKind::Local => Severity::Info,
    }
}
