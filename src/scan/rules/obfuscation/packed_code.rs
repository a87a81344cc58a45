//! Code that a tool made unreadable on purpose.

use std::sync::LazyLock;

use crate::scan::evidence::setting::{is_code, is_specimen, teaches_security};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "packed-code",
    summary: "Code was made unreadable by a tool for that",
    phase: Phase::Obfuscation,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ship the source from which the code was made.",
    references: &["AST01", "ASI05", "AML.T0015", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("packed_code.md"),
    hook: Hook::Text {
        needles: &["_0x", "function(p,a,c,k,e", "[](!", "[![", "(![]+[])", "pyarmor", "exec((_)("],
        check,
    },
};

/// Names of one tool from which on the file was made by it.
const TOOL_NAMES: usize = 12;

static PACKERS: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"eval\(function\(p,a,c,k,e,[dr]\)",
        // Programs of six characters only.
        r"(?:\[\]|\(!\[\]\+\[\]\)|\[!\[\]\]|\[\+!!?\[\]\]|\+!!?\[\]|!\[\]){6,}",
        r"\b__pyarmor__\s*\(|\bpyarmor_runtime\b",
        r"\b_\s*=\s*lambda\s+__\s*:|exec\(\(_\)\(",
    ];
    pattern(&forms.join("|"))
});

static TOOL_NAME: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\b_0x[0-9a-f]{4,6}\b"));

/// What a program does beyond computing.
static SINK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:eval|Function|exec|execSync|spawn|child_process|require|fetch|XMLHttpRequest|WebSocket|__import__|urlopen|os\.system|process)\b",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let packed = PACKERS.find(text).map(|found| found.range());
    let named = || {
        let mut names = TOOL_NAME.find_iter(text);
        let first = names.next()?.range();
        (names.take(TOOL_NAMES).count() == TOOL_NAMES).then_some(first)
    };
    let Some(span) = packed.or_else(named) else { return };
    if !is_code(view, span.start) {
        return;
    }
    let severity = match () {
        () if is_specimen(view) || teaches_security(view) => Severity::Info,
        () if SINK.is_match(text) => Severity::Medium,
        () => Severity::Low,
    };
    sink.report(view, span, "what the code does cannot be read").severity(severity);
}
