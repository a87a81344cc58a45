//! Commands that git starts by itself.

use crate::scan::evidence::configuration::entries;
use crate::scan::evidence::reach::{COMMANDS, Reach, folder_of, judge};
use crate::scan::evidence::setting::is_specimen;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "git-hook",
    summary: "A git hook of the bundle runs what it fetches, or sends out what it finds",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not let git run the folder's hooks; keep hooks to checks that stay on the machine.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-829"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("git_hook.md"),
    hook: Hook::Bundle(check),
};

/// The names under which git looks for hooks.
const HOOKS: [&str; 16] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-rewrite",
    "pre-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "update",
];

/// Files in which a tool that manages hooks reads their commands.
const MANAGERS: [&str; 6] = [
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    ".huskyrc.json",
];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| !is_specimen(text)) {
        let name = text.file().path.file_name();
        if is_hook(text.path(), name) {
            report(text, 0..text.text().len().min(1), judge(view, folder_of(text.path()), text.text()).reach, sink);
        } else if MANAGERS.contains(&name) {
            for entry in entries(text)
                .iter()
                .filter(|entry| matches!(entry.key(), "run" | "entry" | "args" | "pre-commit"))
                .take(COMMANDS)
            {
                report(text, entry.span.clone(), judge(view, "", &entry.value).reach, sink);
            }
        }
    }
}

fn is_hook(path: &str, name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let is_folder = path.split('/').rev().skip(1).any(|folder| {
        matches!(folder, ".githooks" | ".husky" | "hooks" | "git-hooks" | "githooks" | ".git-hooks" | "template_hooks")
    });
    is_folder && HOOKS.contains(&stem)
}

fn report(text: &TextView<'_>, span: std::ops::Range<usize>, reach: Reach, sink: &mut Sink<'_>) {
    let severity = match reach {
        Reach::Hostile => Severity::Critical,
        Reach::NetworkAndCode => Severity::Medium,
        Reach::Network => Severity::Low,
        Reach::Inline | Reach::Local => return,
    };
    sink.report(text, span, "git runs this by itself at the next commit, checkout or push").severity(severity);
}
