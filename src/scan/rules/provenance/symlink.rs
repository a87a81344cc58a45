//! Links, which are never followed, and where they would lead.

use crate::scan::{Confidence, FileView, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};
use crate::skill::FileContent;

pub(crate) static RULE: Rule = Rule {
    id: "symlink",
    summary: "A symbolic link stands in the bundle, perhaps to a place outside of it",
    phase: Phase::Provenance,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Replace the link by the file that it stands for.",
    references: &["AST06", "ASI05", "AML.T0049", "CWE-59"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("symlink.md"),
    hook: Hook::File(check),
};

/// Parts of a path that lead to something private or to the system.
const PRIVATE: [&str; 20] = [
    ".ssh",
    ".aws",
    ".env",
    ".kube",
    ".gnupg",
    "etc/",
    "proc/",
    ".config",
    ".netrc",
    "Keychains",
    ".claude",
    "root/",
    ".docker",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".openclaw",
    ".bash",
    ".zsh",
    "home/",
];
/// Folders above the bundle that a repository may well have; what climbs further means the machine.
const REPOSITORY_DEPTH: usize = 3;

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let FileContent::Symlink(target) = &view.file.content else { return };
    let target = target.replace('\\', "/");
    let is_absolute = target.starts_with('/') || target.starts_with('~') || target.as_bytes().get(1) == Some(&b':');
    let is_private = PRIVATE.iter().any(|part| target.contains(part));
    let climbs = target.split('/').filter(|part| *part == "..").count();
    let leaves = is_absolute || depth_below_root(view, &target).is_none();
    let is_far = climbs > view.file.path.folders().count() + REPOSITORY_DEPTH;
    let (severity, reason) = match (leaves, is_absolute || is_private || is_far) {
        (true, true) => (Severity::Critical, "the link leads to a file of the user's machine"),
        // A repository that shares files between its skills links to its own folders.
        (true, false) => (Severity::Medium, "the link leads out of the bundle"),
        (false, _) => (Severity::Low, "the link leads to another file of the bundle"),
    };
    sink.report_view(view, &format!("link to {target}"), reason).severity(severity);
}

/// Walks the target from the link's folder; `None` where it leaves the root on its way.
fn depth_below_root(view: &FileView<'_>, target: &str) -> Option<usize> {
    let mut depth = view.file.path.folders().count();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => depth = depth.checked_sub(1)?,
            _ => depth += 1,
        }
    }
    Some(depth)
}
