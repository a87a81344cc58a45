//! Python bytecode that does not say what the source beside it says.

use std::collections::{BTreeSet, HashSet};

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
        let Some(first) = foreign.iter().find(|name| is_sink_name(name)).or_else(|| foreign.first()) else { continue };
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
fn foreign_names(bytecode: &Bytecode, source: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let identifiers: HashSet<&str> = source.split(|letter| !is_part(letter)).collect();
    let is_made_by_python = |name: &str| name.starts_with("__") && name != "__import__" || name.contains(['<', '.']);
    let names = bytecode.codes.iter().flat_map(|code| code.names.iter().chain([&code.name]));
    let is_foreign = |name: &&String| {
        // The names of private members begin with that of their class.
        let plain = name.find("__").map_or(name.as_str(), |at| &name[at..]);
        name.len() > 1
            && !is_made_by_python(name)
            && !identifiers.contains(name.as_str())
            && !identifiers.contains(plain)
    };
    let mut foreign: BTreeSet<String> = names.filter(is_foreign).cloned().collect();
    // Texts are put together and escaped in a source; most words of them stand there all the same.
    let is_letter = |letter: char| letter.is_ascii_alphanumeric();
    let known: HashSet<&str> = source.split(|letter| !is_letter(letter)).collect();
    let after_escape =
        |word: &str| ["n", "t", "r", "f", "b"].iter().any(|escape| known.contains(format!("{escape}{word}").as_str()));
    for text in bytecode.codes.iter().flat_map(|code| &code.texts).filter(|text| !text.contains("__")) {
        let words: Vec<&str> = text.split(|letter| !is_letter(letter)).filter(|word| word.len() >= 5).collect();
        let missing: Vec<&&str> = words.iter().filter(|word| !known.contains(**word) && !after_escape(word)).collect();
        if let Some(first) = missing.first().filter(|_| missing.len() * 2 >= words.len()) {
            foreign.insert((**first).to_owned());
        }
    }
    foreign
}
