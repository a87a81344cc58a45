//! Commands that take the newest version of a package.

use std::sync::LazyLock;

use crate::scan::evidence::installed_package::{installed_packages, is_popular};
use crate::scan::evidence::setting::is_shown;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "unpinned-install",
    summary: "A package is installed for the whole machine, or run at once, in whatever version is the newest",
    phase: Phase::InstallHooks,
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Auditor,
    remedy: "Name the version, so that what was reviewed is what runs.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-1357"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("unpinned_install.md"),
    hook: Hook::Text {
        needles: &["npx ", "uvx ", "bunx ", " dlx ", "pipx ", "uv tool", "@latest", "npm i", "npm add", "yarn global"],
        check,
    },
};

/// What a word says of the version that it asks for.
static PINNED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"[^@]@[v^~]?\d|==|~="));

/// A command that runs what it fetches, or installs it for every project.
static REACHES_FAR: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\s;&|`(\x22'])(?:npx|uvx|bunx|bun\s+x|(?:pnpm|yarn)\s+dlx|npm\s+exec|pipx\s+(?:run|install)|uv\s+tool\s+(?:run|install)|(?:npm|pnpm)\s+(?:i|install|add)\s[^;|&\n]{0,60}(?:-g|--global)|(?:npm|pnpm)\s+(?:-g|--global)\s+(?:i|install|add)|yarn\s+global\s+add)(?:\s|$)",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for (place, name, _) in installed_packages(view) {
        let word = &view.text()[place.clone()];
        let before = &view.text()[view.line_range(place.start).start..place.start];
        let is_newest = word.trim_matches(['"', '\'', '`']).ends_with("@latest");
        let is_far = is_newest || REACHES_FAR.is_match(before) && !is_popular(&name);
        if is_far && !PINNED.is_match(word) && !is_shown(view, &place) {
            sink.report(view, place, format!("whoever publishes `{name}` decides what runs here"));
        }
    }
}
