//! Code that runs when a package of the bundle is installed.

use std::sync::LazyLock;

use crate::scan::evidence::configuration::{Entry, entries};
use crate::scan::evidence::install_code::{InstallAct, REGISTRY_LIFECYCLE, index_of, install_code, started_by};
use crate::scan::evidence::reach::{COMMANDS, Reach, folder_of, judge, reach};
use crate::scan::evidence::setting::is_specimen;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{
    BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView, inner_path,
};

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
    revision: 3,
    page: include_str!("package_install_hook.md"),
    hook: Hook::Bundle(check),
};

/// What npm and its like run without being asked.
const LIFECYCLE: [&str; 7] =
    ["preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare", "prepublish"];

/// Code at the outer level of setup.py that runs other code, or fetches.
static SETUP_RUNS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)^(?:os\.(?:system|popen)\(|subprocess\.\w+\(|exec\(|eval\(|(?:\w+\s*=\s*)?(?:urllib\.request\.)?urlopen\(|(?:\w+\s*=\s*)?requests\.(?:get|post)\()[^\n]*",
    )
});
/// Text that is run as code and that the line itself takes from a file of the package, as a
/// version that is kept in one.
static RUNS_OWN_FILE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"^(?:exec|eval)\(\s*(?:compile\(\s*)?(?:\w+\.)?(?:open\(|\w*read\w*\(|Path\(|\w+\s*[,)]|\(?\w+\s*/)")
});
/// A program in a command that does nothing but load a file of the package, if it is there.
static ONLY_LOADS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"^node\s+(?:-e|--eval)\s+\\?["'](?:try\s*\{\s*)?require\(\\?['"](\./[\w./-]{1,200})\\?['"]\);?\s*(?:\}\s*catch\s*(?:\(\w*\))?\s*\{\s*\})?\\?["']$"#,
    )
});
/// A command of gyp whose output becomes part of a build file: it runs before the build.
static GYP_COMMAND: LazyLock<Pattern> = LazyLock::new(|| pattern(r"<!@?\(([^\n]{1,400})"));

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| !is_specimen(text)) {
        match text.file().path.file_name() {
            "package.json" => check_package(view, text, sink),
            "setup.py" => check_setup(view, text, sink),
            "binding.gyp" => check_gyp(view, text, sink),
            _ => {}
        }
    }
}

fn check_package(bundle: &BundleView<'_>, text: &TextView<'_>, sink: &mut Sink<'_>) {
    let is_released = bundle.beside.package.is_some();
    // A registry installs the manifest at the root, and no other one.
    if is_released && !inner_path(text.path()).eq("package.json") {
        return;
    }
    let is_hook = |entry: &Entry| entry.path.strip_prefix("scripts/").is_some_and(|name| LIFECYCLE.contains(&name));
    for entry in entries(text).into_iter().filter(is_hook).take(COMMANDS) {
        let name = entry.key();
        let folder = folder_of(text.path());
        let judged = judge(bundle, folder, &entry.value);
        // `node -e "try{require('./x')}catch(e){}"` is a way to run a file of the package.
        let only_loads = ONLY_LOADS.captures(&entry.value).and_then(|found| found.get(1));
        let only_loads = only_loads.and_then(|path| started_by(bundle, folder, path.as_str()));
        let (severity, reason) = match (judged.reach, judged.file) {
            (Reach::Hostile, None) => {
                (Severity::Critical, format!("`{name}` runs what it fetches, or gives away what it finds"))
            }
            (Reach::Network | Reach::NetworkAndCode, None) => {
                (Severity::High, format!("`{name}` runs a command that reaches out"))
            }
            (Reach::Inline, None) if only_loads.is_some() => {
                (Severity::Info, format!("`{name}` runs a file of the package"))
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
        let started = only_loads.or_else(|| started_by(bundle, folder, &entry.value));
        let started = started.and_then(|file| install_code(bundle, file));
        let (severity, reason) = match started {
            Some(found) if found.act > InstallAct::StartsPrograms && found.act.severity() > severity => {
                let path = bundle.files[found.file].path();
                (found.act.severity(), format!("`{name}` runs `{path}`, which {}", found.act.words()))
            }
            _ => (severity, reason),
        };
        // From a registry a package comes built: the steps of its authors are not run.
        let is_run = !is_released || REGISTRY_LIFECYCLE.contains(&name);
        let severity = if is_run { severity } else { Severity::Info };
        sink.report(text, entry.span, format!("{reason} when the package is installed")).severity(severity);
    }
}

fn check_setup(view: &BundleView<'_>, text: &TextView<'_>, sink: &mut Sink<'_>) {
    let outer = SETUP_RUNS.find_iter(text.text()).take(COMMANDS).find(|found| !RUNS_OWN_FILE.is_match(found.as_str()));
    let followed = index_of(view, text).and_then(|file| install_code(view, file));
    if let Some(found) = followed
        && found.act > InstallAct::StartsPrograms
        && let Some(place) = view.files.get(found.file).and_then(|file| file.text.as_ref())
    {
        let is_outer = outer.is_some() && found.act == InstallAct::Fetches && place.path() == text.path();
        let severity = if is_outer { Severity::High } else { found.act.severity() };
        let loaded = if place.path() == text.path() { "" } else { ", which setup.py loads," };
        let reason = format!("`{}`{loaded} {} when the package is installed", place.path(), found.act.words());
        sink.report(place, found.span, reason).severity(severity);
    } else if let Some(found) = outer {
        let severity = match reach(text.line(found.start())) {
            Reach::Local => Severity::Low,
            _ => Severity::High,
        };
        sink.report(text, found.range(), "setup.py runs this as soon as the package is installed").severity(severity);
    }
}

fn check_gyp(view: &BundleView<'_>, text: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in GYP_COMMAND.captures_iter(text.text()).take(COMMANDS).filter_map(|found| found.get(1)) {
        let command = found.as_str();
        let started = started_by(view, folder_of(text.path()), command).and_then(|file| install_code(view, file));
        let severity = match (reach(command), started.map(|found| found.act)) {
            (Reach::Hostile, _) | (_, Some(InstallAct::Hostile)) => Severity::Critical,
            (Reach::Network | Reach::NetworkAndCode, _) => Severity::High,
            (_, Some(act)) => act.severity(),
            _ => continue,
        };
        sink.report(text, found.range(), "npm runs this while it prepares the build of the package").severity(severity);
    }
}
