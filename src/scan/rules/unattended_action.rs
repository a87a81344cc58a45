//! Something that cannot be taken back is done without a question.

use std::sync::LazyLock;

use regex::Regex;

use super::super::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};
use super::pattern::pattern;
use super::setting::{is_code, is_taught};

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
    hook: Hook::Text { needles: &["without", "automatically", "confirmation", "no prompt", "do not ask", "don't ask", "never ask"], check },
};

static UNATTENDED: LazyLock<Regex> = LazyLock::new(|| {
    let action = r"\b(?:send(?:s|ing)?\s+(?:the\s+|an?\s+|out\s+)?(?:e-?mails?|messages?|payments?|funds|money|tokens|invites?)|delet(?:e|es|ing)|drop(?:s|ping)?\s+(?:the\s+)?(?:tables?|databases?)|force[\s-]?push(?:es|ing)?|revok(?:e|es|ing)|reset(?:s|ting)?\s+(?:user\s+)?passwords?|transfer(?:s|ring)?|purchas(?:e|es|ing)|plac(?:e|es|ing)\s+(?:an?\s+|the\s+)?orders?|execut(?:e|es|ing)\s+(?:the\s+)?(?:trades?|transactions?|payments?)|pay(?:s|ing)?\s|publish(?:es|ing)?|deploy(?:s|ing)?\s+to\s+production|merg(?:e|es|ing)\s+(?:the\s+)?(?:pull|pr)|post(?:s|ing)?\s+(?:to|on)\s+(?:social|twitter|x\b|linkedin|facebook)|modif(?:y|ies|ying)\s+(?:user\s+)?(?:permissions|access)|overwrit(?:e|es|ing)|disabl(?:e|es|ing)\s+(?:the\s+)?(?:firewall|antivirus|logging|audit\w*|security|mfa|2fa)|wip(?:e|es|ing)|remov(?:e|es|ing)\s+(?:the\s+)?(?:users?|files|backups|records))\b";
    let unasked = r"\b(?:without\s+(?:asking|prompting|requesting|requiring|seeking|waiting\s+for|(?:any\s+|additional\s+|further\s+|explicit\s+|user\s+|human\s+|prior\s+)*(?:confirmation|approval|consent|permission|review|notice|prompt))|(?:do\s+not|don['’]t|never)\s+(?:ask|prompt|wait|request)\s+(?:\w+\s+){0,4}(?:confirm\w*|approv\w*|permission|consent|user)|no\s+(?:user\s+)?(?:confirmation|approval)\s+(?:is\s+)?(?:needed|required|necessary)|without\s+displaying)\b";
    pattern(&format!(r"(?i){action}[^.!?]{{0,160}}?{unasked}|(?i){unasked}[^.!?]{{0,120}}?{action}"))
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() {
        return;
    }
    for found in UNATTENDED.find_iter(view.text()).filter(|found| !is_code(view, found.start())) {
        let severity = if is_taught(view, &found.range()) || is_forbidden(view, found.start()) { Severity::Info } else { Severity::High };
        sink.report(view, found.range(), "the user is not asked before something that cannot be taken back").severity(severity);
    }
}

/// "Never send without asking": the line before the action turns it round.
fn is_forbidden(view: &TextView<'_>, offset: usize) -> bool {
    static FORBIDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:never|not|don['’]t|no|avoid|cannot|can['’]t|refuse|instead|unless|only|if|when|whether|safe(?:ly)?|prevent)\b|❌|🚫|⛔|✗"));
    let line = view.line_range(offset);
    FORBIDS.is_match(view.line(offset)) && FORBIDS.is_match(&view.text()[line.start..offset]) || view.heading(offset).is_some_and(|heading| FORBIDS.is_match(heading))
}
