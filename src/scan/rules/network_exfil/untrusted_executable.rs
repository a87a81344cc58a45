//! A program from an address that says nothing of who made it.

use std::sync::LazyLock;

use crate::scan::evidence::command::is_run;
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "untrusted-executable",
    summary: "A program is fetched from a bare address or over an open connection",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Fetch programs over HTTPS from the host of their vendor, and compare their digest.",
    references: &["AST01", "ASI04", "LLM03", "AML.T0010", "CWE-494"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("untrusted_executable.md"),
    hook: Hook::Text { needles: &["http://", "https://", "ftp://"], check },
};

/// Endings of what is run or unpacked to be run.
static PROGRAM: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\.(?:exe|msi|scr|bat|cmd|ps1|vbs|hta|dll|sh|command|dmg|pkg|app|bin|elf|run|apk|jar|deb|rpm|appimage|so|dylib|pyc?|zip|7z|rar|tar\.gz|tgz|whl)$",
    )
});

/// Ways to fetch it, in code and in words.
static FETCHES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|aria2c|iwr|irm|invoke-\w+|certutil|bitsadmin|start-bitstransfer|urlretrieve|urlopen|requests\.get|fetch|download\w*|install\w*|pip3?|npm|npx|get\s+it\s+from|run)\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for url in urls(view.text()) {
        let is_bare = url.host_kind() == HostKind::RawAddress;
        let is_open = !url.is_encrypted && url.host_kind() == HostKind::Named;
        if !(is_bare || is_open) || !PROGRAM.is_match(url.path) || !FETCHES.is_match(view.line(url.span.start)) {
            continue;
        }
        let severity = match () {
            () if !is_run(view, &url.span) => Severity::Info,
            () if is_bare => Severity::High,
            () => Severity::Medium,
        };
        let reason = if is_bare { "has no name" } else { "can be replaced on the way" };
        sink.report(view, url.span.clone(), format!("a program from `{}`, which {reason}, is fetched", url.host))
            .severity(severity);
    }
}
