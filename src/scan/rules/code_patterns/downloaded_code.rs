//! Code from the network is run.

use crate::scan::evidence::destination::{Destination, of_text};
use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::evidence::url::urls;
use crate::scan::evidence::vendor_installer::is_vendor_installer;
use crate::scan::flow::effect::Action;
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "downloaded-code",
    summary: "A program runs code that it downloads from somebody the skill says nothing of",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ship the code with the skill, or install it from a registry with a version and a digest.",
    references: &["AST01", "ASI05", "LLM03", "AML.T0011", "CWE-494"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("downloaded_code.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in &view.flow().effects {
        let (Action::Run | Action::RunFile) = effect.action else { continue };
        let Some(origin) = effect.data.origin(Kinds::DOWNLOAD) else { continue };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        if urls(&origin.name).next().is_some_and(|url| is_vendor_installer(&url)) {
            continue;
        }
        let from = of_text(view, &origin.name);
        let span = effect.place.start..effect.place.end;
        let severity = match from {
            _ if is_demonstrated(text, &span) => Severity::Info,
            Destination::Hostile => Severity::Critical,
            // What a document shows of a shell, another rule judges by its words.
            Destination::Stranger if text.is_markdown() && is_shell(text, span.start) => Severity::Medium,
            Destination::Stranger if effect.action == Action::Run => Severity::Critical,
            Destination::Stranger => Severity::High,
            Destination::Unknown if effect.action == Action::Run && !text.is_markdown() => Severity::Medium,
            _ => Severity::Low,
        };
        let fetched = view.files.get(origin.place.file).and_then(|file| file.text.as_ref()).unwrap_or(text);
        let (line, _) = fetched.position(origin.place.start);
        let of_file = if fetched.path() == text.path() { String::new() } else { format!(" of {}", fetched.path()) };
        sink.report(text, span, format!("what is fetched in line {line}{of_file} from {} is run here", from.words()))
            .severity(severity);
    }
}

/// Tells whether a place in a document is a command of a shell.
fn is_shell(text: &TextView<'_>, at: usize) -> bool {
    match text.region(at) {
        Region::CodeBlock(language) => {
            !matches!(language.as_str(), "python" | "py" | "javascript" | "js" | "typescript" | "ts" | "node")
        }
        _ => true,
    }
}
