//! Something is put where the system starts it again and again.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_command, is_run};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "os-persistence",
    summary: "A fetched or hidden program is put where the system starts it again, or a key lets somebody in",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the entry, and look for what it started; schedule only what the user asked for, from a file that can be read.",
    references: &["AST01", "ASI10", "AML.T0112", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("os_persistence.md"),
    hook: Hook::Text {
        needles: &[
            "cron",
            "authorized_keys",
            "launchagents",
            "launchdaemons",
            "systemd",
            ".bashrc",
            ".zshrc",
            ".profile",
            ".bash_profile",
            "rc.local",
            "currentversion\\run",
            "schtasks",
            "sitecustomize",
            ".pth",
            "startup",
        ],
        check,
    },
};

/// An entry whose content says that it is no service of the user's.
static ENTRY: LazyLock<Pattern> = LazyLock::new(|| {
    // Fetched, decoded, hidden or a connection: what honest entries are not.
    let hostile = r"(?:\b(?:curl|wget)\b[^\n]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\b(?:ba|z)?sh\s+-c\s+[^\n]{0,20}\$\((?:curl|wget)|\bbase64\s+-(?:d|D|-decode)\b|/dev/tcp/|\bnc\s[^\n]{0,60}-e\b|/(?:tmp|dev/shm|var/tmp)/\.[\w.-]+|(?:\b(?:ba|z|da)?sh|python[\d.]*|nohup|perl|node)\s+(?:-\w+\s+)?/(?:tmp|dev/shm|var/tmp)/[\w.-]+|/\.(?:cache|config|local)?/?\.[\w-]+(?:/[\w.-]+)?\.(?:sh|py|bin)|\bpowershell\b[^\n]{0,80}\s-(?:enc|e|w\s+hidden)\b|https?://\d{1,3}(?:\.\d{1,3}){3})";
    let target = r"(?:~|\$HOME|\$\{HOME\}|/root|/home/\w+|/Users/\w+|%USERPROFILE%)?/?(?:\.bashrc|\.zshrc|\.zshenv|\.profile|\.bash_profile|\.zprofile|\.config/autostart/\S+|Library/Launch(?:Agents|Daemons)/\S+|\.config/systemd/user/\S+|/etc/(?:cron\S*|rc\.local|profile\.d/\S+|systemd/system/\S+))";
    let forms = [
        format!(r"(?:\(\s*crontab\s+-l[^\n]{{0,60}};|\becho\b|\bprintf\b)[^\n]{{0,200}}{hostile}[^\n]{{0,200}}\|\s*crontab\s+-"),
        format!(r"(?:^|['\x22])\s*(?:@reboot|@hourly|@daily|(?:[\d*/,-]+\s+){{5}})[^\n]{{0,120}}{hostile}"),
        format!(r"\b(?:echo|printf|cat)\b[^\n]{{0,240}}{hostile}[^\n]{{0,160}}(?:>>?|\btee\s+(?:-a\s+)?)\s*['\x22]?{target}"),
        format!(r"(?i:\bschtasks\b[^\n]{{0,200}}/create\b[^\n]{{0,240}}|\breg\s+add\b[^\n]{{0,120}}CurrentVersion\\Run[^\n]{{0,200}}){hostile}"),
        r"\b(?:echo|printf)\s+[^\n]{0,20}(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+)\s+AAAA[\w+/=]{20,}[^\n]{0,200}>>?\s*\S*authorized_keys\b".to_owned(),
        r"\b(?:curl|wget)\b[^\n]{0,200}(?:>>?|\btee\s+(?:-a\s+)?|\|\s*tee\s+-a\s+|-o\s+|-O\s+)\s*\S*authorized_keys\b".to_owned(),
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in ENTRY.find_iter(view.text()).take(PLACES).filter(|found| is_command(view, found.start())) {
        let severity = if is_run(view, &found.range()) { Severity::Critical } else { Severity::Info };
        sink.report(view, found.range(), "what is put here starts again, or lets somebody in again").severity(severity);
    }
}
