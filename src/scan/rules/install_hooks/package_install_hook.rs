//! Code that runs when a package of the bundle is installed.

use std::sync::LazyLock;

use crate::scan::evidence::configuration::{Entry, entries};
use crate::scan::evidence::reach::{COMMANDS, Reach, folder_of, judge};
use crate::scan::evidence::setting::is_specimen;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "package-install-hook",
    summary: "Installing a package of the bundle runs code that reaches the network or starts programs",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the hook, or install with scripts switched off and run the step by hand after reading it.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("package_install_hook.md"),
    hook: Hook::Bundle(check),
};

/// What npm and its like run without being asked.
const LIFECYCLE: [&str; 7] =
    ["preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare", "prepublish"];

/// Code at the outer level of setup.py, or in a class that pip calls.
static SETUP_RUNS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)^(?:os\.(?:system|popen)\(|subprocess\.\w+\(|exec\(|eval\(|(?:\w+\s*=\s*)?(?:urllib\.request\.)?urlopen\(|(?:\w+\s*=\s*)?requests\.(?:get|post)\()[^\n]*",
    )
});
static SETUP_CLASS: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\bcmdclass\s*="));
static SETUP_CALL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"\b(?:os\.(?:system|popen)|subprocess\.\w+|exec|eval|urlopen|requests\.(?:get|post))\s*\([^\n]*")
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| !is_specimen(text)) {
        match text.file().path.file_name() {
            "package.json" => check_package(view, text, sink),
            "setup.py" => check_setup(text, sink),
            _ => {}
        }
    }
}

fn check_package(bundle: &BundleView<'_>, text: &TextView<'_>, sink: &mut Sink<'_>) {
    let is_hook = |entry: &Entry| entry.path.strip_prefix("scripts/").is_some_and(|name| LIFECYCLE.contains(&name));
    for entry in entries(text).into_iter().filter(is_hook).take(COMMANDS) {
        let name = entry.key();
        let judged = judge(bundle, folder_of(text.path()), &entry.value);
        let (severity, reason) = match (judged.reach, judged.file) {
            (Reach::Hostile, None) => {
                (Severity::Critical, format!("`{name}` runs what it fetches, or gives away what it finds"))
            }
            (Reach::Network | Reach::NetworkAndCode, None) => {
                (Severity::High, format!("`{name}` runs a command that reaches out"))
            }
            (Reach::Inline, None) => {
                (Severity::High, format!("`{name}` runs a program that is written into the command"))
            }
            (Reach::Hostile, Some(file)) => (Severity::Critical, format!("`{name}` runs `{file}`, which is hostile")),
            (Reach::NetworkAndCode, Some(file)) => {
                (Severity::High, format!("`{name}` runs `{file}`, which reaches out"))
            }
            (_, Some(file)) => (Severity::Low, format!("`{name}` runs `{file}`")),
            (Reach::Local, None) => (Severity::Info, format!("`{name}` runs a command")),
        };
        sink.report(text, entry.span, format!("{reason} when the package is installed")).severity(severity);
    }
}

fn check_setup(text: &TextView<'_>, sink: &mut Sink<'_>) {
    if let Some(found) = SETUP_RUNS.find(text.text()) {
        sink.report(text, found.range(), "setup.py runs this as soon as the package is installed")
            .severity(Severity::High);
    } else if SETUP_CLASS.is_match(text.text())
        && let Some(found) = SETUP_CALL.find(text.text())
    {
        sink.report(text, found.range(), "setup.py replaces a step of the installation with code that reaches out")
            .severity(Severity::High);
    }
}
