//! Dependencies without a version.

use std::sync::LazyLock;

use crate::scan::evidence::setting::is_specimen;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "unpinned-dependency",
    summary: "A manifest of the bundle takes a dependency in any version",
    phase: Phase::InstallHooks,
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Auditor,
    remedy: "Give each dependency a version, or ship the lock file.",
    references: &["AST07", "ASI04", "LLM03", "AML.T0010", "CWE-1357"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("unpinned_dependency.md"),
    hook: Hook::Bundle(check),
};

/// A requirement that is nothing but a name.
static BARE_REQUIREMENT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?m)^[ \t]*([A-Za-z][\w.-]{1,80})(?:\[[\w, -]{0,80}\])?[ \t]*(?:;[^\n#]{0,80})?(?:#[^\n]*)?\r?$")
});

/// A dependency of a package for Node whose version may be any.
static ANY_VERSION: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#""(@?[a-z][\w./-]{1,100})"\s*:\s*"(?:\*|latest|next|x|>=?\s*\d[\d.]*)""#));

/// Files that hold the versions which a manifest leaves open.
const LOCK_FILES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "constraints.txt",
];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    if view.files.iter().any(|file| LOCK_FILES.contains(&file.file.path.file_name())) {
        return;
    }
    for text in view.texts().filter(|text| !is_specimen(text)) {
        let name = text.file().path.file_name();
        let list = match name {
            "package.json" => &*ANY_VERSION,
            _ if name.starts_with("requirements") && name.ends_with(".txt") => &*BARE_REQUIREMENT,
            _ => continue,
        };
        let mut names = list.captures_iter(text.text()).filter_map(|found| found.get(1)).filter(|name| {
            // What the package needs of its surroundings is no dependency.
            !matches!(name.as_str(), "node" | "npm" | "yarn" | "pnpm" | "vscode" | "bun")
        });
        let Some(first) = names.next() else { continue };
        let others = match names.count() {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        sink.report(text, first.range(), format!("`{}`{others} may be any version", first.as_str()));
    }
}
