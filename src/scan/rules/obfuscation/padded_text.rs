//! Content behind so much emptiness that nobody gets there.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::intent::intent_of;
use crate::scan::evidence::setting::{is_specimen, window};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "padded-text",
    summary: "Content stands behind a long stretch of nothing, where a reader or a scanner no longer looks",
    phase: Phase::Obfuscation,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Remove the empty stretch, and read what stands behind it.",
    references: &["AST08", "ASI04", "AML.T0015"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("padded_text.md"),
    hook: Hook::Text {
        needles: &[
            "\n\n\n\n\n\n\n\n\n\n\n\n",
            "                    ",
            "\t\t\t\t\t\t\t\t\t\t\t\t",
            "\r\n\r\n\r\n\r\n\r\n\r\n",
            " \n \n \n \n",
        ],
        check,
    },
};

/// Empty lines in a row from which on what follows is out of sight.
const EMPTY_LINES: usize = 60;
/// Empty lines from which on they cannot be a slip.
const MANY_EMPTY_LINES: usize = 300;
/// Blanks in a row within a line from which on the rest is out of sight.
const BLANKS: usize = 120;
/// Bytes after a stretch that are looked at.
const AFTER_BYTES: usize = 4_000;

/// Something that runs, in a line that nobody sees the end of.
static COMMAND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|bash|sh|eval|exec|system|subprocess|child_process|require|import|powershell|iex|nc|rm|chmod|base64|fetch|node|python[\d.]*)\b[\s(.'\x22]",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let bytes = view.text().as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_whitespace() {
            at += memchr::memchr3(b' ', b'\n', b'\t', &bytes[at..]).unwrap_or(bytes.len() - at);
            continue;
        }
        let start = at;
        let (mut lines, mut line_start) = (0, at);
        while at < bytes.len() && bytes[at].is_ascii_whitespace() {
            if bytes[at] == b'\n' {
                lines += 1;
                line_start = at + 1;
            }
            at += 1;
        }
        if at == bytes.len() {
            return;
        }
        if lines > EMPTY_LINES {
            report_lines(view, start..at, lines - 1, sink);
        }
        if at - line_start >= BLANKS {
            report_blanks(view, line_start..at, start == line_start && start > 0, sink);
        }
    }
}

fn report_lines(view: &TextView<'_>, stretch: Range<usize>, count: usize, sink: &mut Sink<'_>) {
    let severity = match intent_of(window(view.text(), stretch.end, AFTER_BYTES)) {
        _ if is_specimen(view) => Severity::Info,
        Some(_) => Severity::High,
        None if count >= MANY_EMPTY_LINES => Severity::Medium,
        None => Severity::Low,
    };
    sink.report(view, stretch.end..stretch.end, format!("the text goes on after {count} empty lines"))
        .severity(severity);
}

/// Blanks at the beginning of a line, or after something that looks like all of it.
fn report_blanks(view: &TextView<'_>, stretch: Range<usize>, follows_text: bool, sink: &mut Sink<'_>) {
    let text = view.text();
    let line = window(text, stretch.end, 400).lines().next().unwrap_or("");
    let is_command = intent_of(line).is_some() || COMMAND.is_match(line);
    let severity = match () {
        () if is_specimen(view) || !is_command => return,
        () if intent_of(line).is_some() => Severity::High,
        () if follows_text => Severity::Medium,
        () => Severity::Low,
    };
    let reason = format!("the line goes on after {} blanks", stretch.len());
    sink.report(view, stretch.end..stretch.end + line.len(), reason).severity(severity);
}
