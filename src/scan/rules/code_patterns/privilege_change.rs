//! Rights that are given to everybody, or to the user for ever.

use std::sync::LazyLock;

use crate::scan::evidence::setting::{is_code, is_shown};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "privilege-change",
    summary: "A command gives rights to everybody, or the rights of the administrator without a question",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Give the one account the one right that it needs, and take it back.",
    references: &["AST03", "ASI03", "LLM06", "AML.T0012", "CWE-250", "CWE-732"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("privilege_change.md"),
    hook: Hook::Text {
        needles: &[
            "chmod",
            "sudoers",
            "nopasswd",
            "usermod",
            "setcap",
            "chown root",
            "runas",
            "icacls",
            "setuid",
            "visudo",
            "adduser",
            "gpasswd",
            "dscl",
        ],
        check,
    },
};

/// Sudo without a password.
static SUDOERS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bNOPASSWD\s*:\s*(?:ALL|/bin/\w*sh\b)[^\n]*|[^\n]{0,120}>>?\s*/etc/sudoers(?:\.d/\S+)?|\btee\s+(?:-a\s+)?/etc/sudoers(?:\.d/\S+)?",
    )
});
/// A program that runs as its owner, whoever starts it.
static SETUID: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bchmod\s+(?:-\w+\s+)*(?:[ugo]*\+s|[2467][0-7]{3})\s+\S+|\bsetcap\s+['\x22]?cap_(?:setuid|sys_admin|dac_override|sys_ptrace)\S*\s+\S+|\bos\.chmod\([^)\n]{1,80}0o[2467][0-7]{3}",
    )
});
/// Everybody may write.
static OPEN_TO_ALL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bchmod\s+(?:-\w+\s+)*(?:0?777|a\+rwx|ugo\+rwx|o\+w|0?666)\s+(['\x22]?[^\s'\x22;&|]+)|\bicacls\s+(\S+)\s+/grant\s+\S*Everyone:\(?\S*F",
    )
});
/// Groups whose members are administrators by another name.
static GROUPS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:usermod\s+-a?G\s*|gpasswd\s+-a\s+\S+\s+|adduser\s+\S+\s+)(?:sudo|wheel|admin|root|docker|lxd|disk)\b|\bdscl\s+\.\s+-append\s+/Groups/admin\b|\bnet\s+localgroup\s+administrators\s+\S+\s+/add\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let groups: [(&Pattern, Severity, &str); 3] = [
        (&SUDOERS, Severity::Critical, "the administrator's rights are given without a password"),
        (&SETUID, Severity::High, "a program runs with its owner's rights, whoever starts it"),
        (&GROUPS, Severity::Info, "an account becomes an administrator"),
    ];
    for (sign, severity, reason) in groups {
        for found in sign.find_iter(view.text()).filter(|found| is_code(view, found.start())) {
            let severity = if is_shown(view, &found.range()) { Severity::Info } else { severity };
            sink.report(view, found.range(), reason).severity(severity);
        }
    }
    for captures in OPEN_TO_ALL.captures_iter(view.text()) {
        let (Some(found), Some(target)) = (captures.get(0), captures.get(1).or(captures.get(2))) else { continue };
        if !is_code(view, found.start()) {
            continue;
        }
        let severity = match () {
            () if is_shown(view, &found.range()) => Severity::Info,
            () if is_of_system(target.as_str().trim_start_matches(['"', '\''])) => Severity::High,
            () if found.as_str().contains("-R") => Severity::Medium,
            () => Severity::Info,
        };
        sink.report(view, found.range(), format!("everybody may change `{}`", target.as_str())).severity(severity);
    }
}

/// Tells whether a path belongs to the system or to all users, rather than to a project.
fn is_of_system(path: &str) -> bool {
    [
        "/etc",
        "/usr",
        "/opt",
        "/bin",
        "/sbin",
        "/lib",
        "/var",
        "/boot",
        "/root",
        "/home",
        "/srv",
        "/dev",
        "/tmp/.",
        "~/.ssh",
        "C:\\Windows",
        "C:\\Program",
    ]
    .iter()
    .any(|folder| path.starts_with(folder))
        || path == "/"
        || path == "/*"
}
