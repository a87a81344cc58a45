//! Packages that come from elsewhere than everybody else's.

use std::sync::LazyLock;

use crate::scan::evidence::owners::Owners;
use crate::scan::evidence::setting::{is_code, is_shown};
use crate::scan::evidence::url::{HostKind, Url, is_package_registry, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "foreign-package-source",
    summary: "A package is installed from an address or a registry that nobody vouches for",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Install a named version from the usual registry, with its digest.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-494"],
    lifecycle: Lifecycle::Stable,
    revision: 3,
    page: include_str!("foreign_package_source.md"),
    hook: Hook::Text {
        needles: &[
            "pip install",
            "pip3 install",
            "npm i",
            "yarn add",
            "pnpm add",
            "index-url",
            "registry",
            "gem install",
            "go install",
            "uv add",
            "npx ",
            "uvx ",
            "pipx ",
            "uv tool",
            "git+http",
        ],
        check,
    },
};

static INSTALLS: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:pip3?|uv\s+pip|pipx|uv\s+add)\s+(?:install\s+)?[^\n;|&]{0,160}?(?:--(?:extra-)?index-url|-i|--find-links|-f)[=\s]+['\x22]?https?://[^\s'\x22]+",
        r"\b(?:pip3?|uv\s+pip|pipx)\s+install\s(?:[^\n;|&`]{0,160}?[\s@'\x22])?(?:(?:git|hg)\+)?https?://[^\s'\x22]+",
        r"\b(?:uvx|pipx\s+run|uv\s+tool\s+(?:run|install))\s[^\n;|&]{0,120}?(?:--from[=\s]+)?['\x22]?(?:git\+)?https?://[^\s'\x22]+",
        // A backslash ends a line inside of the text of a program, and a backtick what is code in prose.
        r"\b(?:npm|yarn|pnpm|bun)\s+(?:i|install|add)\s(?:[^\n;|&\\`]{0,160}?[\s'\x22])?(?:git\+)?https?://[^\s'\x22]+",
        r"\b(?:npm|yarn|pnpm|npx)\s[^\n;|&]{0,160}?(?:--registry[=\s]|config\s+set\s+(?:@[\w-]+:)?registry[=\s])\s*['\x22]?https?://[^\s'\x22]+",
        r"\b(?:pip3?)\s+config\s+set\s+\S*index-url\s+['\x22]?https?://[^\s'\x22]+",
        r"\bgem\s+install\s[^\n;|&]{0,120}?(?:--source|-s)[=\s]+['\x22]?https?://[^\s'\x22]+",
        r"^\s*(?:@[\w-]+:)?registry\s*=\s*https?://\S+|^\s*(?:extra-)?index-url\s*=\s*https?://\S+|^\s*--(?:extra-)?index-url[=\s]+https?://\S+",
    ];
    pattern(&format!("(?im){}", forms.join("|")))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let mut owners = Owners::default();
    for found in INSTALLS.find_iter(view.text()).filter(|found| is_code(view, found.start())) {
        let Some(url) = urls(found.as_str()).last() else { continue };
        let severity = if is_shown(view, &found.range()) || is_package_registry(url.host) {
            Severity::Info
        } else {
            severity(view, &url, &mut owners)
        };
        sink.report(view, found.range(), format!("the package comes from `{}`", url.host)).severity(severity);
    }
}

fn severity(view: &TextView<'_>, url: &Url<'_>, owners: &mut Owners) -> Severity {
    match url.host_kind() {
        HostKind::RawAddress | HostKind::Drop => Severity::Critical,
        HostKind::Named if owners.include(view, url) => Severity::Low,
        // Vendors whose wheels are too large for a registry serve them from a folder of this name.
        HostKind::Named if url.path.contains("/whl") => Severity::Medium,
        HostKind::Named => Severity::High,
        HostKind::KnownService => Severity::Low,
        HostKind::Placeholder | HostKind::Local => Severity::Info,
    }
}
