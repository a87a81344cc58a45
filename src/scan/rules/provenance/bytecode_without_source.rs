//! Python bytecode that comes alone.

use crate::scan::evidence::python_bytecode::{Code, read, source_name};
use crate::scan::evidence::python_sink::is_sink_name;
use crate::scan::evidence::run_order::run_orders;
use crate::scan::evidence::setting::is_specimen_path;
use crate::scan::{BundleView, Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "bytecode-without-source",
    summary: "Python bytecode is shipped without the source that it was made from",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ship the source, and leave the bytecode out.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("bytecode_without_source.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let names = view.files.iter().map(|file| file.file.path.file_name()).filter(|name| source_name(name).is_some());
    let ordered = run_orders(view, names);
    for file in &view.files {
        let name = file.file.path.file_name();
        let (Some(source), Some(bytes)) = (source_name(name), file.file.bytes()) else { continue };
        if file.text.is_some() || source_of(view, file, &source).is_some() {
            continue;
        }
        let bytecode = read(bytes);
        let sink_name = bytecode.as_ref().and_then(|bytecode| bytecode.codes.iter().find_map(sink_name));
        // Python takes a file of its cache only together with the source.
        let is_cache = file.file.path.folders().last() == Some("__pycache__");
        let is_run = ordered.contains(name);
        let severity = match (is_run || !is_cache, sink_name.is_some()) {
            _ if is_specimen_path(file.path()) => Severity::Low,
            (true, _) => Severity::High,
            (false, true) => Severity::Medium,
            (false, false) => Severity::Low,
        };
        let evidence = sink_name.map_or_else(|| name.to_owned(), |found| format!("{name} uses {found}"));
        let reason =
            if is_run { "a text has bytecode run of which there is no source" } else { "there is no source to read" };
        sink.report_view(file, &evidence, reason).severity(severity);
    }
}

fn sink_name(code: &Code) -> Option<&str> {
    code.names.iter().map(String::as_str).find(|name| is_sink_name(name))
}

/// Returns the source from which bytecode claims to be made.
pub(super) fn source_of<'a, 'b>(
    view: &'a BundleView<'b>,
    file: &FileView<'b>,
    source: &str,
) -> Option<&'a FileView<'b>> {
    let path = file.path();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = folder.strip_suffix("__pycache__").map_or(folder, |parent| parent.trim_end_matches('/'));
    let wanted = if folder.is_empty() { source.to_owned() } else { format!("{folder}/{source}") };
    let host = |view: &FileView<'_>| view.origin.map(|origin| (origin.location.clone(), origin.chain.len()));
    view.files.iter().find(|other| other.path() == wanted && other.text.is_some() && host(other) == host(file))
}
