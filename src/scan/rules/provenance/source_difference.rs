//! A package whose code is not in the repository that it names.

use std::collections::{BTreeMap, BTreeSet};

use crate::scan::evidence::generated::generated_for_release;
use crate::scan::evidence::install_code::{InstallAct, InstallHook, install_code, install_hooks};
use crate::scan::evidence::reach::{Reach, reach};
use crate::scan::evidence::setting::is_specimen_path;
use crate::scan::layer::Layers;
use crate::scan::version_jump::is_code;
use crate::scan::{
    BundleView, Confidence, Counterpart, FileView, Hook, Lifecycle, Persona, Phase, Rule, Ruleset, Severity, Sink,
    inner_path,
};
use crate::skill::{BundleFile, Sha256Digest};

pub(crate) static RULE: Rule = Rule {
    id: "source-difference",
    summary: "The package holds code that the repository which it names has not",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ask the maintainers where the code comes from, or build the package from its repository.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("source_difference.md"),
    hook: Hook::Bundle(check),
};

/// Files of code from which on it is telling that the repository has none of them.
const TELLING_FILES: usize = 1;

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let (Some(repository), Some(package)) = (&view.beside.repository, &view.beside.package) else { return };
    if !repository.is_complete() {
        return;
    }
    let theirs = Theirs::of(repository);
    let code: Vec<(usize, &FileView<'_>)> = view
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.origin.is_none() && is_code(file.file) && !is_specimen_path(file.path()))
        .collect();
    let written = code.iter().filter(|(_, file)| generated_for_release(inner_path(file.path())).is_none());
    let known = written.clone().filter(|(_, file)| theirs.has_path(inner_path(file.path()))).count();
    let path = view.bundle.instructions().path.as_str();
    if known == 0 && written.count() >= TELLING_FILES && !theirs.names(&package.name) {
        let reason = format!("nothing of the package is in the repository that it names ({})", repository.name);
        sink.report_file(path, &package.name, reason).severity(Severity::High);
        return;
    }
    check_hooks(view, repository, sink);
    for (index, file) in code {
        let path = inner_path(file.path());
        if theirs.has(file.file) {
            continue;
        }
        let excused = generated_for_release(path);
        let what =
            if theirs.has_path(path) { "differs from the file in the repository" } else { "is not in the repository" };
        let act = install_code(view, index).map(|found| found.act);
        let reached = file.text.as_ref().map(|text| text.reach(|| reach(text.text())));
        let is_hostile = act == Some(InstallAct::Hostile) || reached == Some(Reach::Hostile);
        let reaches_out = act.is_some_and(|act| act >= InstallAct::Fetches);
        let severity = match excused {
            // A build may have put it together, and then the repository has it elsewhere.
            Some(_) if is_hostile => Severity::Medium,
            Some(_) => Severity::Info,
            None if is_hostile => Severity::Critical,
            None if reaches_out => Severity::Medium,
            None => Severity::Info,
        };
        let because = excused.map_or_else(String::new, |reason| format!("; {reason}"));
        let reason = format!("the file {what} ({}){because}", repository.name);
        sink.report_file(file.path(), path, reason).severity(severity);
    }
}

/// Reports what is run at installation and is not in the repository.
fn check_hooks(view: &BundleView<'_>, repository: &Counterpart, sink: &mut Sink<'_>) {
    let layers = Layers::default();
    let their_view = BundleView::new(&repository.bundle, &layers, &[], Ruleset::builtin().signatures());
    let theirs = install_hooks(&their_view);
    let has_manifest = repository.bundle.files.iter().any(|file| file.path.as_str() == "package.json");
    for hook in install_hooks(view) {
        let is_command = !hook.name.contains('.');
        let is_known = |known: &InstallHook| known.name == hook.name && (!is_command || known.content == hook.content);
        // Files are compared with all others; a manifest deeper in the repository was not found.
        if !is_command || !has_manifest || theirs.iter().any(is_known) {
            continue;
        }
        let severity = match hook.act {
            Some(InstallAct::Hostile) => Severity::Critical,
            Some(act) if act > InstallAct::StartsPrograms => Severity::High,
            _ => Severity::Medium,
        };
        let Some(text) = view.files.get(hook.file).and_then(|file| file.text.as_ref()) else { continue };
        let reason =
            format!("`{}` is run at installation, and is not in the repository ({})", hook.name, repository.name);
        sink.report(text, hook.span, reason).severity(severity);
    }
}

/// What the repository has.
struct Theirs<'a> {
    digests: BTreeSet<Sha256Digest>,
    /// Texts without the ends of their lines, by file name.
    texts: BTreeMap<&'a str, Vec<&'a BundleFile>>,
    manifests: Vec<&'a str>,
}

impl<'a> Theirs<'a> {
    fn of(repository: &'a Counterpart) -> Self {
        let mut theirs = Self { digests: BTreeSet::new(), texts: BTreeMap::new(), manifests: Vec::new() };
        for file in &repository.bundle.files {
            theirs.digests.insert(file.sha256);
            let name = file.path.file_name();
            theirs.texts.entry(name).or_default().push(file);
            if matches!(name, "package.json" | "pyproject.toml" | "setup.py" | "setup.cfg" | "Cargo.toml") {
                theirs.manifests.extend(file.text.as_ref().map(|text| text.text.as_str()));
            }
        }
        theirs
    }

    fn has(&self, file: &BundleFile) -> bool {
        let is_same = |other: &&BundleFile| match (&file.text, &other.text) {
            (Some(left), Some(right)) => left.text.lines().map(str::trim_end).eq(right.text.lines().map(str::trim_end)),
            _ => false,
        };
        self.digests.contains(&file.sha256)
            || self.texts.get(file.path.file_name()).is_some_and(|files| files.iter().any(is_same))
    }

    /// Tells whether a file lies at this path, below whatever folder of the repository.
    fn has_path(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.texts.get(name).is_some_and(|files| {
            files.iter().any(|file| {
                file.path.as_str().strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            })
        })
    }

    /// Tells whether a manifest of the repository is about a package of this name.
    fn names(&self, name: &str) -> bool {
        self.manifests.iter().any(|text| ['"', '\''].iter().any(|sign| text.contains(&format!("{sign}{name}{sign}"))))
    }
}
