//! What a skill says of itself, and what it does.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::destination::destination;
use crate::scan::evidence::setting::{is_demonstrated, is_specimen, window};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::flow::effect::Action;
use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "contradicted-claim",
    summary: "The skill says that nothing is sent or changed, and a program of it does",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Say what the program does, or take it out.",
    references: &["AST04", "ASI02", "LLM06", "AML.T0110", "CWE-451"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("contradicted_claim.md"),
    hook: Hook::Bundle(check),
};

/// A promise that nothing leaves the machine.
static STAYS_HERE: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"\b(?:runs?|works?|operates?|stays?|remains?|happens?|processed|computed|performed|done|kept)\s+(?:entirely|fully|completely|purely|strictly|only|100%)\s+(?:locally|offline|on\s+(?:your|the|this)\s+(?:own\s+)?(?:machine|device|computer))\b",
        r"\b(?:no|none\s+of\s+your|nothing|your)\s+(?:\w+\s+){0,3}?(?:(?:ever|never)\s+)?(?:leaves?|is\s+(?:ever\s+|never\s+)?(?:sent|uploaded|transmitted|shared)|are\s+(?:ever\s+|never\s+)?(?:sent|uploaded|transmitted|shared))\b",
        r"\bnever\s+(?:leaves?|sends?|uploads?|transmits?|phones?\s+home)\b",
        r"\b(?:without|no|makes\s+no|needs\s+no|requires\s+no)\s+(?:any\s+)?(?:network|internet|external)\s+(?:access|connections?|connectivity|requests?|calls?|traffic)\b",
        r"\bdoes\s+not\s+(?:send|upload|transmit|share|collect)\s+(?:any|your)\s+\w*\s?(?:data|information|files?|content)\b",
    ];
    pattern(&format!("(?i)(?:{})", forms.join("|")))
});

/// A promise that nothing is changed.
static CHANGES_NOTHING: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bread-only\b|\bno\s+side[\s-]effects?\b|\b(?:makes?|performs?)\s+no\s+(?:changes|writes|modifications)\b|\b(?:nothing|no\s+files?)\s+(?:is|are|gets?)\s+(?:ever\s+)?(?:written|deleted|modified|changed|removed)\b|\b(?:does|will)\s+not\s+(?:write|delete|modify|change|remove)\b|\bnever\s+(?:writes?|deletes?|modifies|changes|removes?)\b",
    )
});

/// The head of a function with its parameters.
static FUNCTION: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(r"(?m)^[ \t]*(?:async\s+)?(?:def|(?:export\s+)?(?:async\s+)?function)\s+\w+\s*\(([^)]{1,300})\)")
});

/// A call that deletes a file or moves it away.
static TAKES_AWAY: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:os\.(?:remove|unlink|rmdir)|shutil\.(?:rmtree|move)|(?:fs|fsp|fs\.promises)\.(?:unlink|rm|rmdir)(?:Sync)?)\(\s*(\w+)\s*[,)]|\b(?:Path\()?(\w+)\)?\.unlink\(",
    )
});

/// Bytes of a function that are looked at.
const FUNCTION_BYTES: usize = 3_000;
/// Functions of one file that are looked at.
const FUNCTIONS: usize = 2_000;

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    check_sending(view, sink);
    for text in view.texts().filter(|text| text.is_script() && !text.is_markdown() && !is_specimen(text)) {
        check_functions(text, sink);
    }
}

/// Data goes to a stranger, and the instructions say that none does.
fn check_sending(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let Some(instructions) = view.instructions() else { return };
    let promise =
        STAYS_HERE.find_iter(instructions.text()).find(|found| !instructions.is_under_teaching(found.start()));
    let Some(promise) = promise else { return };
    let (line, _) = instructions.position(promise.start());
    for effect in &view.flow().effects {
        let Some(text) = view.files.get(effect.place.file).and_then(|file| file.text.as_ref()) else { continue };
        let span = effect.place.start..effect.place.end;
        let is_sent = matches!(effect.action, Action::Send(_)) && destination(view, effect).is_foreign();
        if is_sent && !text.is_markdown() && !is_demonstrated(text, &span) {
            sink.report(text, span, format!("data is sent, and line {line} of the instructions says that none is"));
        }
    }
}

/// A function takes away the file that it was given, and says that it changes nothing.
fn check_functions(text: &TextView<'_>, sink: &mut Sink<'_>) {
    let code = text.text();
    if !CHANGES_NOTHING.is_match(code) || !TAKES_AWAY.is_match(code) {
        return;
    }
    let heads: Vec<(Range<usize>, &str)> = FUNCTION
        .captures_iter(code)
        .filter_map(|found| Some((found.get(0)?.range(), found.get(1)?.as_str())))
        .take(FUNCTIONS)
        .collect();
    for (index, (head, parameters)) in heads.iter().enumerate() {
        let next = heads.get(index + 1).map_or(code.len(), |(next, _)| next.start);
        let body = window(code, head.end, FUNCTION_BYTES.min(next - head.end));
        let Some(promise) = CHANGES_NOTHING.find(body) else { continue };
        let is_parameter = |name: &str| {
            parameters
                .split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
                .any(|word| word == name)
        };
        let taken = TAKES_AWAY
            .captures_iter(body)
            .find(|found| (1..=2).filter_map(|group| found.get(group)).any(|name| is_parameter(name.as_str())));
        if let Some(taken) = taken.and_then(|found| found.get(0)) {
            let (line, _) = text.position(head.end + promise.start());
            let span = head.end + taken.start()..head.end + taken.end();
            sink.report(text, span, format!("the file is taken away, and line {line} says that nothing is changed"));
        }
    }
}
