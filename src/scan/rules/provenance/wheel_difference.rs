//! A wheel whose code is not that of its source.

use std::collections::BTreeMap;

use crate::scan::beside::{SOURCE_FOLDER, WHEEL_FOLDER};
use crate::scan::capability::is_native;
use crate::scan::evidence::generated::generated_in_wheel;
use crate::scan::evidence::install_code::{InstallAct, install_code};
use crate::scan::evidence::reach::{Reach, reach};
use crate::scan::version_jump::is_code;
use crate::scan::{BundleView, Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "wheel-difference",
    summary: "A wheel holds code that the source of the same release has not",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Install from the source, or ask the maintainers where the code of the wheel comes from.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("wheel_difference.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    if view.beside.package.is_none() {
        return;
    }
    let files = || view.files.iter().enumerate().filter(|(_, file)| file.origin.is_none());
    let source: BTreeMap<&str, &FileView<'_>> =
        files().filter_map(|(_, file)| Some((file.path().strip_prefix(SOURCE_FOLDER)?, file))).collect();
    // Of a source that was not read to its end nothing can be said to be missing.
    let is_whole = !view.bundle.unread.iter().any(|file| file.path.starts_with(SOURCE_FOLDER));
    if source.is_empty() || !is_whole {
        return;
    }
    // What the wheel repeats of the source is not in the bundle a second time.
    for (index, file) in files() {
        let Some(path) = file.path().strip_prefix(WHEEL_FOLDER) else { continue };
        let is_program = is_native(file.file.bytes());
        if !is_program && !is_code(file.file) || generated_in_wheel(path, source.keys().copied()).is_some() {
            continue;
        }
        let counterpart = source.iter().find(|(other, _)| is_same_path(other, path)).map(|(_, file)| *file);
        if counterpart.is_some_and(|other| is_same_text(file, other)) {
            continue;
        }
        let what = if counterpart.is_some() { "differs from the file of the source" } else { "is not in the source" };
        let act = install_code(view, index).map(|found| found.act);
        let reached = file.text.as_ref().map(|text| text.reach(|| reach(text.text())));
        let (severity, does) = match (act, reached) {
            (Some(InstallAct::Hostile), _) | (_, Some(Reach::Hostile)) => (Severity::Critical, " and is hostile"),
            (Some(InstallAct::TellsOfMachine | InstallAct::WritesOutside), _) => (Severity::High, " and reaches out"),
            _ if path.ends_with(".pth") => (Severity::Medium, " and runs at every start of Python"),
            _ if is_program => (Severity::Medium, ", nor is anything of which it could be compiled"),
            (Some(InstallAct::Fetches), _) if counterpart.is_none() => (Severity::Medium, " and reaches out"),
            _ => (Severity::Info, ""),
        };
        sink.report_file(file.path(), path, format!("the file of the wheel {what}{does}")).severity(severity);
    }
}

/// Tells whether a file of a source is that of a wheel: sources often have a folder more, as `src`.
fn is_same_path(source: &str, wheel: &str) -> bool {
    source.strip_suffix(wheel).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// Tells whether two files are the same but for the ends of their lines.
fn is_same_text(left: &FileView<'_>, right: &FileView<'_>) -> bool {
    let (Some(left), Some(right)) = (&left.text, &right.text) else { return false };
    left.text().lines().map(str::trim_end).eq(right.text().lines().map(str::trim_end))
}
