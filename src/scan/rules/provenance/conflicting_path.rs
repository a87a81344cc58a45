//! Paths that collide, and paths that are none.

use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};
use crate::skill::IssueKind;

pub(crate) static RULE: Rule = Rule {
    id: "conflicting-path",
    summary: "Two files are one on some systems, or a path leads out of the bundle",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Rename or remove one of the files.",
    references: &["AST06", "ASI05", "LLM03", "CWE-178", "CWE-22"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("conflicting_path.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for issue in view.issues {
        let lower = issue.path.to_lowercase();
        match issue.kind {
            // What a person reviews and what a client loads are then two files.
            IssueKind::ConflictingPath => {
                let is_read =
                    lower == "skill.md" || lower.ends_with(".py") || lower.ends_with(".sh") || lower.ends_with(".js");
                let severity = if is_read { Severity::High } else { Severity::Medium };
                sink.report_file(&issue.path, &issue.message, "which of the two files is there depends on the system")
                    .severity(severity);
            }
            IssueKind::InvalidPath => {
                let leaves =
                    issue.path.starts_with(['/', '\\', '~']) || issue.path.split(['/', '\\']).any(|part| part == "..");
                let severity = if leaves { Severity::High } else { Severity::Medium };
                sink.report_file(&issue.path, &issue.message, "the file was not read, and may be written elsewhere")
                    .severity(severity);
            }
            _ => {}
        }
    }
}
