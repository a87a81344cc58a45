//! A tool that has to be installed first, from a place that nobody vouches for.

use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{around, is_about_owner, is_code, is_taught};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "fake-prerequisite",
    summary: "The user is made to download and start a program before the skill is said to work",
    phase: Phase::InstallHooks,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Do not start it; name a package of a registry, with its version, or the vendor's own page.",
    references: &["AST01", "ASI09", "LLM03", "AML.T0011"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("fake_prerequisite.md"),
    hook: Hook::Text {
        needles: &[
            "password",
            "passcode",
            "pass:",
            "extract",
            ".exe",
            ".zip",
            ".dmg",
            ".pkg",
            ".msi",
            ".rar",
            ".7z",
            ".jar",
            ".apk",
            "terminal",
            "powershell",
            "command prompt",
        ],
        check,
    },
};

/// A password that opens an archive, near the word that asks for the download.
static ARCHIVE_PASSWORD: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bdownload\b[^\n]{0,300}?(?:\.zip|\.rar|\.7z|\.exe|\.dmg|archive|releases/)[^\n]{0,200}?\n?[^\n]{0,60}?\b(?:pass(?:word|code|phrase)?|extract(?:ion)?\s+(?:using|with|key|code)|unzip\s+(?:using|with))\b\s*(?:is\b|[:=]|using\b|with\b)?\s*[:=]?\s*[*`'\x22]{0,3}\w{3,32}|\b(?:archive|zip|extraction)\s+password\b\s*[*`:]{0,4}\s*[*`'\x22]{0,3}\w{3,32}|\(\s*(?:password|pass|extract\s+(?:using|with))\s*:?\s*(?:pass(?:word)?\s*:?\s*)?[`'\x22]?\w{3,32}[`'\x22]?\s*\)",
    )
});

/// A program to be fetched by hand.
static PROGRAM: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bdownload\b[^\n]{0,200}?(?:https?://|\]\()[^\s)]{0,300}?\.(?:exe|zip|rar|7z|dmg|pkg|msi|scr|bat|jar|apk)\b[^\n]{0,300}",
    )
});

/// Words that leave no choice.
static DEMANDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:required?|requires|must|mandatory|critical|important|prerequisites?|before\s+(?:using|you|running|proceeding|starting|first)|will\s+not\s+(?:work|function)|won['’]t\s+work|cannot\s+(?:work|function|operate|be\s+used)|does\s+not\s+work\s+without|without\s+(?:this|the|it)\b)",
    )
});

/// Words that start what was fetched.
static STARTS: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)\b(?:run|execute|launch|open|start|double[\s-]click|install)\b"));

/// Command lines that are pasted unseen from a page.
static PASTED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:visit|open|go\s+to|copy)\b[^\n]{0,200}?https?://[^\n]{0,200}?\b(?:paste|execute|run)\b[^\n]{0,80}\b(?:terminal|command\s+prompt|powershell|console)\b",
    )
});

/// Bytes around a download in which it is demanded and started.
const REACH_BYTES: usize = 600;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    let lowered = view.lowered();
    if !lowered.contains("download") && !lowered.contains("terminal") {
        return;
    }
    for found in ARCHIVE_PASSWORD.find_iter(view.text()) {
        let around = around(view, &found.range(), REACH_BYTES);
        let is_download = around.to_ascii_lowercase().contains("download") && STARTS.is_match(around);
        let severity = if !is_download || is_code(view, found.start()) || is_taught(view, &found.range()) {
            Severity::Info
        } else {
            Severity::Critical
        };
        sink.report(view, found.range(), "the password keeps the archive from being scanned before the user opens it")
            .severity(severity);
    }
    for found in PROGRAM.find_iter(view.text()).filter(|found| !is_code(view, found.start())) {
        let around = around(view, &found.range(), REACH_BYTES);
        if !DEMANDS.is_match(around) || !STARTS.is_match(around) {
            continue;
        }
        let Some(url) = urls(found.as_str()).next() else { continue };
        let severity = match url.host_kind() {
            _ if is_taught(view, &found.range()) => Severity::Info,
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::KnownService if url.path.contains("/releases/") => Severity::Medium,
            HostKind::Named if is_about_owner(view, &url) => Severity::Low,
            HostKind::Named => Severity::High,
            _ => Severity::Info,
        };
        sink.report(
            view,
            found.range(),
            format!("a program from `{}` has to be started before the skill is said to work", url.host),
        )
        .severity(severity)
        .confidence(Confidence::Medium);
    }
    for found in PASTED.find_iter(view.text()).filter(|found| !is_code(view, found.start())) {
        let Some(url) = urls(found.as_str()).next() else { continue };
        let severity = match url.host_kind() {
            _ if is_taught(view, &found.range()) => Severity::Info,
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::Named => Severity::Medium,
            _ => Severity::Info,
        };
        sink.report(view, found.range(), format!("a command from `{}` is to be pasted into a terminal", url.host))
            .severity(severity)
            .confidence(Confidence::Medium);
    }
}
