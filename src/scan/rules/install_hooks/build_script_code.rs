//! Code that runs when the bundle is built or tested.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::reach::{COMMANDS, Reach, reach};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "build-script-code",
    summary: "Building or testing the bundle runs code that is fetched or that reaches out",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Build only from what is in the bundle and in its lock file; fetch nothing while building.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-829"],
    lifecycle: Lifecycle::Stable,
    revision: 3,
    page: include_str!("build_script_code.md"),
    hook: Hook::Bundle(check),
};

/// Calls that start a program or talk to the network when the file is loaded.
static RUST_STARTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"Command::new\(\s*"(?:curl|wget|sh|bash|zsh|nc|powershell(?:\.exe)?|cmd|python3?|node)"|\b(?:reqwest|ureq|attohttpc|minreq)::|\bTcpStream::connect\("#,
    )
});
static CMAKE_STARTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?i)\bexecute_process\s*\(\s*COMMAND\s+[^)]{0,400}|\bfile\s*\(\s*DOWNLOAD\s+[^)]{0,300}")
});
/// Calls at the outer level of a file that a test runner loads.
static PYTHON_STARTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?m)^(?:\w+\s*=\s*)?(?:os\.(?:system|popen)\(|subprocess\.\w+\(|exec\(|eval\(|(?:urllib\.request\.)?urlopen\(|requests\.(?:get|post)\()[^\n]*",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for text in view.texts().filter(|text| text.origin().is_none()) {
        match text.file().path.file_name() {
            "Makefile" | "makefile" | "GNUmakefile" | "justfile" | "Taskfile.yml" => check_make(text, sink),
            "build.rs" => check_calls(text, &RUST_STARTS, Severity::High, sink),
            "CMakeLists.txt" => check_calls(text, &CMAKE_STARTS, Severity::Low, sink),
            "conftest.py" | "sitecustomize.py" | "usercustomize.py" => {
                check_calls(text, &PYTHON_STARTS, Severity::Medium, sink);
            }
            name if name.ends_with(".pth") => check_path_file(view, text, sink),
            _ => {}
        }
    }
}

/// Judges every recipe line; a hostile one counts in whichever target it stands.
fn check_make(text: &TextView<'_>, sink: &mut Sink<'_>) {
    for (line, span) in lines(text.text()) {
        let is_comment = line.trim_start().starts_with('#');
        if !is_comment && reach(line) == Reach::Hostile {
            sink.report(text, span, "a target of the build runs this");
        }
    }
}

fn check_calls(text: &TextView<'_>, calls: &Pattern, at_least: Severity, sink: &mut Sink<'_>) {
    for found in calls.find_iter(text.text()).take(COMMANDS) {
        let line = text.line(found.start());
        if ["//", "#"].iter().any(|mark| line.trim_start().starts_with(mark)) {
            continue;
        }
        let near = crate::scan::evidence::setting::window(text.text(), found.start(), 500);
        let severity = if reach(near) == Reach::Hostile { Severity::Critical } else { at_least };
        sink.report(text, found.range(), "this runs as soon as the bundle is built, tested or started")
            .severity(severity);
    }
}

/// A path file is a list of folders; a line that begins with `import` is run at every start.
fn check_path_file(view: &BundleView<'_>, text: &TextView<'_>, sink: &mut Sink<'_>) {
    for (line, span) in lines(text.text()) {
        if line.starts_with("import ") || line.starts_with("import\t") {
            let does_more = line.contains(';') || line.contains("exec(") || line.contains("__import__");
            let severity =
                if does_more && !only_starts_what_ships(view, line) { Severity::Critical } else { Severity::Medium };
            sink.report(text, span, "Python runs this line at every start, whatever program is started")
                .severity(severity);
        }
    }
}

/// What a line of a path file calls that only starts a module which lies beside it: the module
/// is looked at like any other file, and nothing else is in the line.
static PATH_FILE_IMPORT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"__import__\(\s*'([A-Za-z_][\w.]*)'\s*\)"));
/// Names of a path file with which it would do more than start a module.
static PATH_FILE_MORE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:exec|eval|compile|open|getattr|globals|locals|builtins|base64|codecs|zlib|marshal|binascii|urllib|requests|http|socket|subprocess|ctypes|importlib|runpy|system|popen|spawn\w*|decode|fromhex|chr|bytes|join|read)\b",
    )
});

/// A line of a path file that runs a text which is written into it, and nothing else.
static PATH_FILE_TEXT: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"^import (?:os|sys)(?:, ?(?:os|sys))?; ?exec\('([^']{1,2000})'\)$"));
/// What such a text may hold: imports, questions to the environment, and a call of one function
/// of a module with values that are written out. The first two groups are modules.
static PATH_FILE_STEP: LazyLock<Pattern> = LazyLock::new(|| {
    let asks = r#"(?:not )?os\.(?:getenv|environ\.get)\(["']\w+["']\)"#;
    pattern(&format!(
        r#"^(?:import (?:os|sys)|import ([A-Za-z_]\w*)|try:|except(?: ImportError| Exception)?:|else:|pass|if {asks}(?: (?:or|and) {asks})*:|([A-Za-z_]\w*)\.\w+\((?:\w+=)?["']?\w*["']?\))?$"#
    ))
});

/// Tells whether the text that a line runs only starts a module which ships beside it.
fn only_runs_what_ships(line: &str, is_shipped: impl Fn(&str) -> bool) -> bool {
    let Some(text) = PATH_FILE_TEXT.captures(line).and_then(|found| found.get(1)) else { return false };
    let mut modules = 0;
    let are_plain = text.as_str().split("\\n").all(|step| {
        let Some(found) = PATH_FILE_STEP.captures(step.trim()) else { return false };
        (1..found.len()).filter_map(|group| found.get(group)).all(|module| {
            modules += 1;
            is_shipped(module.as_str())
        })
    });
    are_plain && modules > 0
}

fn only_starts_what_ships(view: &BundleView<'_>, line: &str) -> bool {
    let begins_plainly = ["import os;", "import sys;", "import os, sys;", "import sys, os;"];
    let is_plain = begins_plainly.iter().any(|begin| line.starts_with(begin))
        && line.matches("import ").count() == 1
        && line.matches("os.").count() == line.matches("os.environ").count();
    let is_shipped = |module: &str| {
        let module = module.split('.').next().unwrap_or_default();
        let names = [format!("{module}.py"), format!("{module}/__init__.py")];
        let is_it = |path: &str| {
            names
                .iter()
                .any(|name| path.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')))
        };
        view.files.iter().any(|file| file.origin.is_none() && is_it(file.path()))
    };
    if only_runs_what_ships(line, is_shipped) {
        return true;
    }
    let modules = PATH_FILE_IMPORT.captures_iter(line).filter_map(|found| found.get(1));
    let shipped = modules.filter(|module| is_shipped(module.as_str())).count();
    is_plain && shipped > 0 && shipped == line.matches("__import__").count() && !PATH_FILE_MORE.is_match(line)
}

fn lines(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (line.trim_end(), start..at)
    })
}
