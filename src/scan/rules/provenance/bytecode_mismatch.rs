//! Python bytecode that does not say what the source beside it says.

use super::bytecode_without_source::source_of;
use crate::scan::evidence::python_bytecode::{Bytecode, SourceCheck, read, source_name};
use crate::scan::evidence::python_sink::is_sink_name;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "bytecode-mismatch",
    summary: "Python bytecode holds what the source beside it does not",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Delete the bytecode; Python makes it again from the source.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("bytecode_mismatch.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for file in &view.files {
        let (Some(source), Some(bytes)) = (source_name(file.file.path.file_name()), file.file.bytes()) else {
            continue;
        };
        let Some(text) = source_of(view, file, &source).and_then(|source| source.text.as_ref()) else { continue };
        let Some(bytecode) = read(bytes) else { continue };
        let foreign = foreign_names(&bytecode, text.text());
        let Some(first) = foreign.iter().find(|name| is_sink_name(name)).or(foreign.first()) else { continue };
        // Python makes it again where the size differs: an old file, unless somebody runs it by its name.
        let is_stale = matches!(bytecode.check, SourceCheck::Size(size) if size as usize != text.file().bytes().map_or(0, <[u8]>::len));
        let severity = match (is_sink_name(first), is_stale) {
            (true, false) => Severity::Critical,
            (true, true) | (false, false) => Severity::High,
            (false, true) => Severity::Low,
        };
        let evidence = format!("{first}, {} names and words that {source} lacks", foreign.len());
        sink.report_view(file, &evidence, "the bytecode does something else than the source that is shown")
            .severity(severity);
    }
}

/// Returns the names and the words of texts that stand in the bytecode and not in the source.
fn foreign_names(bytecode: &Bytecode, source: &str) -> Vec<String> {
    let is_made_by_python = |name: &str| name.starts_with("__") && name != "__import__" || name.contains(['<', '.']);
    let names = bytecode.codes.iter().flat_map(|code| code.names.iter().chain([&code.name]));
    let mut foreign: Vec<String> = names
        .filter(|name| name.len() > 1 && !is_made_by_python(name) && !source.contains(name.as_str()))
        .cloned()
        .collect();
    // Texts are put together and escaped in a source; a word of them stands there all the same.
    let is_word = |letter: char| letter.is_ascii_alphanumeric();
    for text in bytecode.codes.iter().flat_map(|code| &code.texts) {
        let words: Vec<&str> = text.split(|letter| !is_word(letter)).filter(|word| word.len() >= 5).collect();
        let missing = words.iter().filter(|word| !source.contains(**word)).count();
        if missing > 0 && missing * 2 >= words.len() && !text.contains("__") {
            foreign.extend(words.iter().find(|word| !source.contains(**word)).map(|word| (*word).to_owned()));
        }
    }
    foreign.sort();
    foreign.dedup();
    foreign
}
