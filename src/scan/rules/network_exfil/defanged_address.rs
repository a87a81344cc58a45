//! An address that was made unreadable for scanners, in a step that uses it.

use std::sync::LazyLock;

use crate::scan::evidence::command::PLACES;
use crate::scan::evidence::setting::{is_taught, window};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "defanged-address",
    summary: "A step uses an address that is written so that no program recognises it",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Write the address as it is, or leave it out.",
    references: &["AST04", "ASI04", "LLM03", "AML.T0015"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("defanged_address.md"),
    hook: Hook::Text { needles: &["hxxp", "[.]", "[dot]", "(dot)", "[://]", "h**p", "(.)", "{.}"], check },
};

static DEFANGED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:hxxps?|h\*\*ps?|htxps?|hXXps?)(?:\[?:\]?//|\[://\])[^\s`'\x22)]{3,200}|\b[\w-]+(?:\[\.\]|\(\.\)|\{\.\}|\s?\[dot\]\s?|\s?\(dot\)\s?)(?:[\w-]+(?:\.|\[\.\]|\(\.\)|\[dot\]))*[a-z]{2,24}\b(?:/[^\s`'\x22)]*)?",
    )
});

/// Orders to fetch, to run, or to put the address right first.
static USES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|iwr|irm|fetch|download|bash|sh|zsh|powershell|run|execute|install|visit|open|navigate|go\s+to|post|upload|send|clone|pip|npm|npx)\b|\b(?:replace|restore|convert|change|substitute|refang|un-?defang)\b[^.\n]{0,60}(?:hxxp|\[\.\]|\[dot\]|dots?|brackets?)",
    )
});

/// Bytes after an address in which the next step stands.
const NEXT_STEP_BYTES: usize = 120;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in DEFANGED.find_iter(text).take(PLACES) {
        // `a[.]b` is also an index of a program.
        if !view.is_markdown() && !found.as_str().to_ascii_lowercase().starts_with('h') {
            continue;
        }
        let line = view.line_range(found.start());
        let next = window(text, found.end(), NEXT_STEP_BYTES);
        let step =
            next.lines().take(2).any(|line| USES.is_match(line)) || USES.is_match(&text[line.start..found.start()]);
        let severity = match () {
            () if !step || is_taught(view, &found.range()) || is_about_defanging(view) => Severity::Info,
            () => Severity::High,
        };
        sink.report(view, found.range(), "the address is disguised, and the step uses it").severity(severity);
    }
}

/// Tells whether a text is about indicators, which are written like this.
fn is_about_defanging(view: &TextView<'_>) -> bool {
    let text = window(view.lowered(), 0, 64 * 1024);
    ["defang", "indicator", "ioc", "threat intel", "malware", "phishing", "virustotal"]
        .iter()
        .any(|word| text.contains(word))
}
