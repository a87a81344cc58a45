//! A container that is no wall.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_command, is_run};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "container-escape",
    summary: "A container is started with the whole host inside of it",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Mount the one folder that the container needs, without privileges.",
    references: &["AST06", "ASI05", "LLM06", "AML.T0105", "CWE-250"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("container_escape.md"),
    hook: Hook::Text { needles: &["docker", "podman", "nerdctl", "nsenter", "release_agent"], check },
};

/// The root of the host, and what works there.
static ESCAPE: LazyLock<Pattern> = LazyLock::new(|| {
    let host_root = r"(?:-v|--volume)[\s=]+['\x22]?/:/\S*|--mount[\s=]+\S*(?:src|source)=/,\S*";
    let forms = [
        format!(
            r"\b(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|create)\b(?:[^\n]|\\\n){{0,300}}?(?:{host_root})(?:[^\n]|\\\n){{0,300}}"
        ),
        r"\bnsenter\s[^\n]{0,60}(?:-t|--target)[\s=]*1\b[^\n]{0,120}".to_owned(),
        r"\brelease_agent\b[^\n]{0,20}(?:>|=)|>\s*\S*/release_agent\b".to_owned(),
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// Signs that the root is not only looked at.
static ACTS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"--privileged\b|\bchroot\b|--pid[\s=]host|\bnsenter\b|release_agent|/etc/(?:shadow|passwd|cron)|\.ssh\b")
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in ESCAPE.find_iter(view.text()).take(PLACES).filter(|found| is_command(view, found.start())) {
        let is_read_only = found.as_str().contains(":ro");
        let severity = match () {
            () if !is_run(view, &found.range()) => Severity::Info,
            () if ACTS.is_match(found.as_str()) && !is_read_only => Severity::Critical,
            () => Severity::Low,
        };
        sink.report(view, found.range(), "the container has the host's files, and works on them").severity(severity);
    }
}
