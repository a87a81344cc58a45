//! Traces are removed.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_command, is_run};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "log-wiping",
    summary: "A command removes the traces of what was done",
    phase: Phase::CodePatterns,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Leave histories and logs to the user and the system.",
    references: &["AST01", "ASI09", "LLM06", "AML.T0015", "CWE-778"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("log_wiping.md"),
    hook: Hook::Text {
        needles: &[
            "_history",
            "histfile",
            "history -",
            "/var/log",
            "wevtutil",
            "clear-eventlog",
            "journalctl --",
            "histsize",
            "clear-history",
            "auditctl",
        ],
        check,
    },
};

static WIPES: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\bhistory\s+-c(?:w|\b)[^\n]{0,60}",
        r"\b(?:unset\s+HISTFILE|(?:export\s+)?HISTFILE=(?:/dev/null|['\x22]{2}|\s|$)|(?:export\s+)?HISTSIZE=0\b|set\s+\+o\s+history)",
        r"(?:\brm\s+(?:-\w+\s+)*|\bshred\s+(?:-\w+\s+)*|\btruncate\s+-s\s*0\s+|(?:^|[\s;&])(?:cat\s+/dev/null|:|echo\s+['\x22]{2}|echo\s+-n)?\s*>\s*)[^\n;&|]{0,40}\.(?:bash|zsh|python|node_repl|mysql)_history\b",
        r"(?:\brm\s+(?:-\w+\s+)*|\bshred\s+(?:-\w+\s+)*|\btruncate\s+-s\s*0\s+|\bfind\s)[^\n;&|]{0,80}?/var/log(?:/\*|/?(?:\s|$)|/(?:auth|secure|syslog|messages|wtmp|btmp|lastlog|audit|system|[\w-]+/\*))[^\n;&|]{0,60}",
        r"(?i:\bwevtutil(?:\.exe)?\s+cl\s|\bClear-EventLog\b|\bRemove-EventLog\b)",
        r"\bjournalctl\s+--vacuum-(?:time=1s|size=1\b)|\bauditctl\s+-e\s*0",
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for found in WIPES.find_iter(view.text()).take(PLACES).filter(|found| is_command(view, found.start())) {
        let severity = match view.region(found.start()) {
            _ if !is_run(view, &found.range()) => Severity::Info,
            Region::InlineCode => Severity::Medium,
            _ => Severity::High,
        };
        sink.report(view, found.range(), "nobody can see afterwards what was done").severity(severity);
    }
}
