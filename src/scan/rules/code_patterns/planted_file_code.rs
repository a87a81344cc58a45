//! Code that was put somewhere beforehand.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::Action;
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "planted-file-code",
    summary: "A program runs code from a place where anybody may put a file, and nothing in the bundle puts it there",
    phase: Phase::CodePatterns,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ship the code with the skill, and run it from there.",
    references: &["AST01", "ASI05", "LLM03", "AML.T0011", "CWE-379", "CWE-426"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("planted_file_code.md"),
    hook: Hook::Bundle(check),
};

/// Folders into which everybody may write.
const SHARED: &[&str] =
    &["/tmp/", "/var/tmp/", "/dev/shm/", "/private/tmp/", "C:\\Windows\\Temp\\", "C:/Windows/Temp/"];

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let effects = &view.flow().effects;
    for effect in effects.iter().filter(|effect| effect.action == Action::Run) {
        let named = effect.data.origins.iter().find(|origin| {
            origin.kind.holds(Kinds::LOCAL_FILE) && SHARED.iter().any(|folder| origin.name.starts_with(folder))
        });
        let Some(origin) = named else { continue };
        let is_put_there = view.texts().any(|text| text.text().matches(&*origin.name).nth(1).is_some());
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let severity = match () {
            () if is_demonstrated(text, &span) => Severity::Info,
            // Another step that names the file may be the one that writes it.
            () if is_put_there => Severity::Info,
            () => Severity::High,
        };
        let reason = format!("`{}` is run as code, and nothing here writes it", origin.name);
        sink.report(text, span, reason).severity(severity);
    }
}
