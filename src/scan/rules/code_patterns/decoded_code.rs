//! A decoded text is run as code.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::{Action, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "decoded-code",
    summary: "A program decodes a text and runs it",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Write the code as it is; what has to be hidden from a reader should not run.",
    references: &["AST01", "ASI05", "LLM03", "AML.T0068", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 3,
    page: include_str!("decoded_code.md"),
    hook: Hook::Bundle(check),
};

/// Decoders whose output nobody can read beforehand; others change a few letters.
const DECODERS: &[&str] = &[
    "base64", "b64", "b32", "b85", "a85", "b16", "hex", "xxd", "zlib", "gzip", "bz2", "lzma", "marshal", "atob",
    "codecs", "inflate", "gunzip",
];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let effects = &view.flow().effects;
    for effect in effects.iter().filter(|effect| effect.action == Action::Run) {
        let Some(origin) = effect.data.origin(Kinds::DECODED) else { continue };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let does =
            effects.iter().any(|inner| inner.place == effect.place && inner.depth > effect.depth && is_harmful(inner));
        let is_opaque = DECODERS.iter().any(|decoder| origin.name.contains(decoder));
        let span = effect.place.start..effect.place.end;
        let severity = match () {
            () if is_demonstrated(text, &span) => Severity::Info,
            () if does => Severity::Critical,
            // What a library reads back from where it was kept, another rule judges.
            () if text.is_of_package() && effect.text.is_empty() && is_read_back(text.line(span.start)) => continue,
            () if is_opaque => Severity::High,
            () => continue,
        };
        let shown = effect.text.first().map(|code| code.chars().take(60).collect::<String>());
        let reason = match shown {
            Some(code) => format!("the text that is run here is decoded from another: {code}"),
            None => "the text that is run here is decoded from another".to_owned(),
        };
        sink.report(text, span, reason).severity(severity);
    }
}

/// Tells whether a line reads objects back, rather than running a text as code.
fn is_read_back(line: &str) -> bool {
    ["pickle.loads(", "marshal.loads(", "dill.loads("].iter().any(|call| line.contains(call))
        && !["exec(", "eval("].iter().any(|call| line.contains(call))
}

/// Tells whether code that was decoded does what nobody hides without a reason.
fn is_harmful(effect: &Effect) -> bool {
    matches!(
        effect.action,
        Action::Send(_)
            | Action::Download
            | Action::Run
            | Action::RunFile
            | Action::Write
            | Action::Delete
            | Action::Elevate
    )
}
