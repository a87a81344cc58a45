//! A program deletes a home folder or a whole disk whose path stands elsewhere.

use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::Action;
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "destructive-walk",
    summary: "A program deletes a home folder, a system folder or a whole disk",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Do not run it.",
    references: &["AST01", "ASI02", "LLM06", "AML.T0101"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("destructive_walk.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in view.flow().effects.iter().filter(|effect| effect.action == Action::Delete) {
        // A walk may pick what it deletes; a path that the user gives is the user's.
        let open = Kinds::WALK.with(Kinds::INPUT).with(Kinds::VARIABLE);
        let is_open = effect.target_taint.kinds.holds(open);
        if is_open || effect.target.is_empty() || !effect.target.iter().all(|path| is_everything(path)) {
            continue;
        }
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        // What a document shows, another rule judges by its words.
        if text.is_markdown() {
            continue;
        }
        let span = effect.place.start..effect.place.end;
        let severity = if is_demonstrated(text, &span) { Severity::Info } else { Severity::Critical };
        sink.report(text, span, format!("`{}` is deleted with all that is in it", effect.target[0])).severity(severity);
    }
}

/// Tells whether a path is everything that a user has.
fn is_everything(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let is_root = path.starts_with('/') && path.trim_matches(['/', '*']).is_empty();
    let folder = path.trim_end_matches(['*', '/']);
    let is_drive = folder.len() == 2 && folder.ends_with(':') && folder.as_bytes()[0].is_ascii_alphabetic();
    is_root
        || is_drive
        || matches!(
            folder.to_ascii_lowercase().as_str(),
            "~" | "/home"
                | "/users"
                | "/etc"
                | "/usr"
                | "/var"
                | "/boot"
                | "c:/users"
                | "c:/windows"
                | "~/documents"
                | "~/desktop"
                | "~/pictures"
        )
}
