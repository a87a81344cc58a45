//! Something that cannot be taken back is done without a question.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::setting::{is_code, is_taught, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "unattended-action",
    summary: "The agent is told to do something that cannot be taken back without asking the user",
    phase: Phase::AgentControl,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ask the user before the action, and show what it will do.",
    references: &["AST03", "ASI09", "LLM06", "AML.T0053"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("unattended_action.md"),
    hook: Hook::Text {
        needles: &["without", "automatically", "confirmation", "no prompt", "do not ask", "don't ask", "never ask"],
        check,
    },
};

/// What cannot be taken back.
static ACTION: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:send(?:s|ing)?\s+(?:the\s+|an?\s+|out\s+)?(?:e-?mails?|messages?|payments?|funds|money|tokens|invites?)|delet(?:e|es|ing)|drop(?:s|ping)?\s+(?:the\s+)?(?:tables?|databases?)|force[\s-]?push(?:es|ing)?|revok(?:e|es|ing)|reset(?:s|ting)?\s+(?:user\s+)?passwords?|transfer(?:s|ring)?|purchas(?:e|es|ing)|plac(?:e|es|ing)\s+(?:an?\s+|the\s+)?orders?|execut(?:e|es|ing)\s+(?:the\s+)?(?:trades?|transactions?|payments?)|pay(?:s|ing)?\s|deploy(?:s|ing)?\s+to\s+production|merg(?:e|es|ing)\s+(?:the\s+)?(?:pull|pr)|post(?:s|ing)?\s+(?:to|on)\s+(?:social|twitter|x\b|linkedin|facebook)|modif(?:y|ies|ying)\s+(?:user\s+)?(?:permissions|access)|overwrit(?:e|es|ing)|disabl(?:e|es|ing)\s+(?:the\s+)?(?:firewall|antivirus|logging|audit\w*|security|mfa|2fa)|wip(?:e|es|ing)|remov(?:e|es|ing)\s+(?:the\s+)?(?:users?|files|backups|records))\b",
    )
});

/// Words that leave the user out.
static UNASKED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:without\s+(?:asking|prompting|requesting|requiring|seeking|waiting\s+for|(?:any\s+|additional\s+|further\s+|explicit\s+|user\s+|human\s+|prior\s+)*(?:confirmation|approval|consent|permission|review|notice|prompt))|(?:do\s+not|don['’]t|never)\s+(?:ask|prompt|wait|request)\s+(?:\w+\s+){0,4}(?:confirm\w*|approv\w*|permission|consent|user)|no\s+(?:user\s+)?(?:confirmation|approval)\s+(?:is\s+)?(?:needed|required|necessary)|without\s+displaying)\b",
    )
});

/// Bytes before and after such words in which the action stands.
const REACH_BYTES: usize = 200;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    for unasked in UNASKED.find_iter(view.text()).filter(|found| !is_code(view, found.start())) {
        let Some(span) = action_nearby(view, &unasked.range()) else { continue };
        let severity =
            if is_taught(view, &span) || is_forbidden(view, span.start) { Severity::Info } else { Severity::High };
        sink.report(view, span, "the user is not asked before something that cannot be taken back").severity(severity);
    }
}

/// Finds the action in the sentence around `unasked`, and returns both together.
fn action_nearby(view: &TextView<'_>, unasked: &Range<usize>) -> Option<Range<usize>> {
    let text = view.text();
    let ends = ['.', '!', '?', '`'];
    let from = text.ceil_char_boundary(unasked.start.saturating_sub(REACH_BYTES));
    let before = &text[from..unasked.start];
    let before = &before[before.rfind(ends).map_or(0, |index| index + 1)..];
    let before = &before[before.rfind("\n\n").map_or(0, |index| index + 2)..];
    if let Some(action) = ACTION.find(before) {
        return Some(unasked.start - before.len() + action.start()..unasked.end);
    }
    let after = window(text, unasked.end, REACH_BYTES);
    let after = &after[..after.find(ends).unwrap_or(after.len())];
    let after = &after[..after.find("\n\n").unwrap_or(after.len())];
    ACTION.find(after).map(|action| unasked.start..unasked.end + action.end())
}

/// "Never send without asking": the line before the action turns it round.
fn is_forbidden(view: &TextView<'_>, offset: usize) -> bool {
    static FORBIDS: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:never|not|don['’]t|no|avoid|cannot|can['’]t|refuse|instead|unless|only|if|when|whether|safe(?:ly)?|prevent)\b|❌|🚫|⛔|✗",
        )
    });
    // A line that ends in a colon names what the example below it shows.
    if view.line(offset).trim_end().ends_with(':') {
        return true;
    }
    let line = view.line_range(offset);
    FORBIDS.is_match(view.line(offset)) && FORBIDS.is_match(&view.text()[line.start..offset])
        || view.heading(offset).is_some_and(|heading| FORBIDS.is_match(heading))
}
