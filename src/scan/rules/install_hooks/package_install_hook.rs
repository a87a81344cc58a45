//! Code that runs when a package of the bundle is installed.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::is_specimen;
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
    revision: 1,
    page: include_str!("package_install_hook.md"),
    hook: Hook::Bundle(check),
};

/// What npm and its like run without being asked.
const LIFECYCLE: [&str; 5] = ["preinstall", "install", "postinstall", "prepare", "preprepare"];

/// Commands that have no place in a hook.
static REACHES_OUT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|powershell|iwr|nc|ncat)\b|https?://|/dev/tcp/|\bnode\s+-e\b|\bpython3?\s+-c\b|\b(?:ba|z)?sh\s+-c\b|base64|\beval\b",
    )
});

/// A program that sends, fetches and runs.
static NETWORK_IN_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bhttps?\.(?:get|request)\(|\bfetch\(|\baxios\b|\brequests\.|\burllib|\burlopen\(|\bcurl\s|\bwget\s|\bnet\.(?:connect|Socket)|\bsocket\.",
    )
});
static EXECUTES_IN_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bchild_process\b|\bexec(?:Sync|File)?\(|\bspawn(?:Sync)?\(|\beval\(|\bnew\s+Function\(|\bos\.(?:system|popen)\(|\bsubprocess\.|process\.env\b|\bos\.environ\b|readFileSync\(|chmod",
    )
});

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
    let Ok(package) = serde_json::from_str::<serde_json::Value>(text.text()) else { return };
    let Some(scripts) = package.get("scripts").and_then(|scripts| scripts.as_object()) else { return };
    for (name, body) in scripts.iter().filter(|(name, _)| LIFECYCLE.contains(&name.as_str())) {
        let Some(body) = body.as_str() else { continue };
        let start = text.text().find(&format!("\"{name}\"")).unwrap_or(0);
        let span = start..start + name.len();
        if REACHES_OUT.is_match(body) {
            sink.report(text, span, format!("`{name}` runs a command that reaches out when the package is installed"));
        } else if let Some(file) = started_file(bundle, text, body) {
            let (reaches, runs) = (NETWORK_IN_FILE.is_match(file.text()), EXECUTES_IN_FILE.is_match(file.text()));
            let severity = match (reaches, runs) {
                (true, true) => Severity::High,
                (true, false) | (false, true) => Severity::Low,
                _ => Severity::Info,
            };
            sink.report(text, span, format!("`{name}` runs `{}` when the package is installed", file.path()))
                .severity(severity);
        } else {
            sink.report(text, span, format!("`{name}` runs a command when the package is installed"))
                .severity(Severity::Info);
        }
    }
}

/// Finds the file of the bundle that a command starts.
fn started_file<'b, 'a>(bundle: &'b BundleView<'a>, package: &TextView<'a>, body: &str) -> Option<&'b TextView<'a>> {
    let folder = package.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    body.split([' ', '&', ';'])
        .map(|word| word.trim_matches(['"', '\'']).trim_start_matches("./"))
        .filter(|word| word.contains('.'))
        .find_map(|word| {
            let path = if folder.is_empty() { word.to_owned() } else { format!("{folder}/{word}") };
            bundle.texts().find(|text| text.path() == path)
        })
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
