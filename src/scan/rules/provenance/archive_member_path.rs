//! Archives whose members would be written elsewhere, or are not the same to every reader.

use crate::scan::{BundleView, Confidence, FactKind, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "archive-member-path",
    summary: "A member of an archive leads out of its folder, or readers disagree on what it is",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Do not unpack the archive; ship its content as plain files.",
    references: &["AST06", "ASI05", "AML.T0049", "CWE-22", "CWE-59"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("archive_member_path.md"),
    hook: Hook::Bundle(check),
};

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    for fact in view.facts {
        let (severity, reason) = match fact.kind {
            FactKind::HostilePath if leaves(&fact.detail) => {
                (Severity::Critical, "the member is written outside of the folder into which the archive is unpacked")
            }
            // Some tools store whole paths, and every common reader drops the slash.
            FactKind::HostilePath => (Severity::Medium, "the member has an absolute path"),
            FactKind::ThroughLink => {
                (Severity::Critical, "the member is written through a link that the archive brings")
            }
            FactKind::Ambiguous => (Severity::Medium, "readers of the archive disagree on what is inside"),
            _ => continue,
        };
        let severity = if fact.origin.is_shown { severity.min(Severity::Medium) } else { severity };
        sink.report_origin(&fact.origin, &fact.detail, reason).severity(severity);
    }
}

/// Walks a name from the root of its archive.
fn leaves(name: &str) -> bool {
    let mut depth = 0_i32;
    name.replace('\\', "/").split('/').any(|part| {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        depth < 0
    })
}
