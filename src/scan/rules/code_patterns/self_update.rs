//! A program overwrites its own skill with what it fetches.

use crate::scan::evidence::destination::{Destination, of_text};
use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::flow::effect::{Action, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "self-update",
    summary: "A program of the skill overwrites the skill's own files with what it fetches",
    phase: Phase::CodePatterns,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Install a version that was reviewed, and update it by hand.",
    references: &["AST07", "ASI04", "LLM03", "AML.T0109", "CWE-494"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("self_update.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in view.flow().effects.iter().filter(|effect| effect.action == Action::Write) {
        let Some(origin) = effect.data.origin(Kinds::DOWNLOAD) else { continue };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        // What a document shows of it, another rule judges by its words.
        if text.is_markdown() {
            continue;
        }
        let Some(own) = own_file(view, effect) else { continue };
        let span = effect.place.start..effect.place.end;
        let from = of_text(view, &origin.name);
        let severity = match from {
            _ if is_demonstrated(text, &span) => Severity::Info,
            Destination::Local => continue,
            Destination::Hostile => Severity::Critical,
            Destination::Stranger => Severity::High,
            Destination::Unknown | Destination::Chosen | Destination::Known => Severity::Low,
        };
        sink.report(text, span, format!("`{own}` is replaced by what {} gives", from.words())).severity(severity);
    }
}

/// Returns the file of the skill that an effect writes, if it writes one.
fn own_file<'v>(view: &'v BundleView<'_>, effect: &Effect) -> Option<&'v str> {
    let is_beside = effect.target_taint.kinds.holds(Kinds::OWN_FILE);
    if is_beside && effect.target.is_empty() {
        return view.files.get(effect.place.file).map(|file| file.path());
    }
    let written = view.files.iter().filter(|file| file.origin.is_none());
    let mut own =
        written.filter(|file| file.path() == "SKILL.md" || file.text.as_ref().is_some_and(|text| text.is_script()));
    own.find(|file| {
        let name = file.file.path.file_name();
        effect.target.iter().any(|target| {
            let target = target.trim_start_matches("./");
            let is_named = target.rsplit(['/', '\\']).next() == Some(name);
            // A script of that name may stand in another project; instructions, or a path beside the program, do not.
            is_named && (name == "SKILL.md" || is_beside || target == file.path() && target.contains('/'))
        })
    })
    .map(|file| file.path())
}
