//! A shell that is tied to a connection, so that somebody elsewhere types the commands.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_shown, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "reverse-shell",
    summary: "A shell is tied to a network connection",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Do not run it; remove the command and ask who put it there.",
    references: &["AST01", "ASI05", "AML.T0050", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("reverse_shell.md"),
    hook: Hook::Text {
        needles: &[
            "/dev/tcp/",
            "/dev/udp/",
            "netcat",
            "ncat",
            "nc ",
            "mkfifo",
            "socat",
            "dup2",
            "tcpclient",
            "pty.spawn",
            "fsockopen",
            "tcpsocket",
            "socket",
        ],
        check,
    },
};

static FORMS: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:ba|z|k|da)?sh\s+(?:-\w+\s+)*-?i?\w*\s*[<>&0-9\s]*[<>]&?\s*/dev/(?:tcp|udp)/[^\s/]+/\S+",
        r"\bexec\s+\d+<>\s*/dev/(?:tcp|udp)/[^\s/]+/\S+",
        r"(?:^|[\s;|&`'\x22(/])(?:nc|ncat|netcat)(?:\.exe|\.traditional)?\s[^\n|;]{0,120}?(?:-\w*[ec]\s+|--(?:exec|sh-exec)[\s=])['\x22]?(?:/(?:usr/)?bin/|cmd|powershell|(?:ba|z)?sh\b)[^\n]{0,60}",
        r"\bmkfifo\b[^\n]{0,200}\|\s*(?:/bin/)?(?:ba)?sh\b[^\n]{0,80}\|\s*(?:nc|ncat|netcat|openssl|telnet)\b[^\n]{0,80}",
        r"\bsocat\b[^\n]{0,200}\bexec:['\x22]?(?:/bin/|cmd|(?:ba)?sh)[^\n]{0,120}",
    ];
    pattern(&format!("(?im){}", forms.join("|")))
});

/// Code that opens a connection, and what has to follow for it to be a shell.
static PAIRS: LazyLock<[(Pattern, Pattern); 5]> = LazyLock::new(|| {
    let pair = |opens: &str, ties: &str| (pattern(opens), pattern(ties));
    [
        pair(
            r"\.connect\(\s*\(",
            r"os\.dup2\([^)\n]{0,40}fileno|pty\.spawn\(|(?s)\.recv\(.{0,200}?(?:subprocess\.\w+\([^\n]{0,120}shell\s*=\s*True|os\.(?:popen|system)\(|exec\()",
        ),
        pair(
            r"(?i)New-Object\s+(?:System\.)?Net\.Sockets\.TCPClient",
            r"(?i)\b(?:iex|Invoke-Expression)\b|\bStart-Process\b|cmd\.exe",
        ),
        pair(r"\bfsockopen\(", r"\b(?:exec|shell_exec|proc_open|passthru|system)\("),
        pair(r"\bTCPSocket\.(?:new|open)\b", r"\bexec\b|IO\.popen|\$std(?:in|out)\.reopen"),
        pair(
            r"\bnet\.(?:connect|createConnection)\(|\bnew\s+net\.Socket\(|\.connect\(\s*\d+\s*,",
            r"(?s)spawn\(\s*['\x22](?:/bin/|cmd|(?:ba)?sh).{0,200}?\.pipe\(|\.pipe\(\w+\.stdin\)|\.stdout\.pipe\(",
        ),
    ]
});

/// Bytes after a connection in which a shell is still tied to it.
const PAIR_BYTES: usize = 900;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in FORMS.find_iter(text) {
        report(view, sink, found.range());
    }
    for (opens, ties) in PAIRS.iter() {
        for found in opens.find_iter(text) {
            if ties.is_match(window(text, found.start(), PAIR_BYTES)) {
                report(view, sink, found.range());
            }
        }
    }
}

/// In a document, a target that the reader should fill in makes it a line of a cheat sheet;
/// in a script there is no reader.
fn report(view: &TextView<'_>, sink: &mut Sink<'_>, span: Range<usize>) {
    static BLANK: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)attacker|l?host\b|<[^>\n]{1,30}>|\$\{?[a-z_]+|\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|127)(?:\.\d+){2,3}|your[_-]|\bx\.x\.x|\[ip\]",
        )
    });
    let is_blank = view.is_markdown() && BLANK.is_match(window(view.text(), span.start, span.len() + 60));
    let severity = match view.region(span.start) {
        _ if is_shown(view, &span) => Severity::Info,
        _ if is_blank => Severity::Info,
        Region::Table => Severity::Low,
        _ => Severity::Critical,
    };
    sink.report(view, span, "a shell takes its commands from a network connection").severity(severity);
}
