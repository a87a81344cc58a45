//! A program leaves something behind that starts by itself.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::is_demonstrated;
use crate::scan::evidence::startup_path::startup_path;
use crate::scan::flow::effect::{Action, Effect};
use crate::scan::flow::taint::Kinds;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "startup-write",
    summary: "A program changes a file that runs by itself later",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Look at what is written; a skill that ends with its task leaves nothing behind that starts by itself.",
    references: &["AST01", "ASI10", "LLM06", "AML.T0112", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("startup_write.md"),
    hook: Hook::Bundle(check),
};

/// What is fetched or opened each time such a file runs.
static FETCHES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|fetch|nc|ncat)\b[^\n]{0,200}(?:\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\|\s*python|-e\s)|\$\(\s*(?:curl|wget)|<\(\s*(?:curl|wget)|/dev/tcp/|base64\s+(?:-d|--decode)|\bexec\(|\beval\b[^\n]{0,40}(?:curl|wget|base64)|https?://\d{1,3}\.\d{1,3}\.",
    )
});

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for effect in view.flow().effects.iter().filter(|effect| effect.action == Action::Write) {
        let Some((path, when)) = effect.target.iter().find_map(|path| Some((path, startup_path(path)?))) else {
            continue;
        };
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let severity =
            if is_demonstrated(text, &span) { Severity::Info } else { severity(effect, path, text.is_markdown()) };
        sink.report(text, span, format!("`{path}`, which runs with {when}, is written")).severity(severity);
    }
}

fn severity(effect: &Effect, path: &str, is_document: bool) -> Severity {
    let is_fetched = effect.data.kinds.holds(Kinds::DOWNLOAD) || effect.text.iter().any(|text| FETCHES.is_match(text));
    let is_door = path.contains("authorized_keys") || path.contains("sudoers");
    let is_key = effect.text.iter().any(|text| text.contains("ssh-") || text.contains("NOPASSWD"));
    match () {
        () if is_fetched => Severity::Critical,
        () if is_door && is_key && !is_document => Severity::Critical,
        () if is_door && !is_document => Severity::Medium,
        () => Severity::Low,
    }
}
