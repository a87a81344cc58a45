//! A skill that replaces itself, and asks nobody.

use std::sync::LazyLock;

use crate::scan::evidence::lead_in::is_turned_round;
use crate::scan::evidence::setting::{around, is_about_owner, is_code, is_shown, is_taught};
use crate::scan::evidence::url::{HostKind, urls};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "unattended-self-update",
    summary: "The skill replaces itself with what it fetches, and nobody is asked",
    phase: Phase::AgentControl,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Install a version that was reviewed, and update it by hand.",
    references: &["AST07", "ASI04", "LLM03", "AML.T0109", "CWE-494"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("unattended_self_update.md"),
    hook: Hook::Text {
        needles: &["update", "upgrade", "skill.md", "latest version", "newer version", "newest version", "new version"],
        check,
    },
};

/// Words for a skill that looks for its next version.
static UPDATES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:checks?|polls?|looks?)\s+for\s+(?:\w+\s+){0,2}?(?:updates?|(?:new|newer|latest)\s+versions?)\b|\b(?:auto|self)-?\s?updat(?:e|es|ing)\b|\bupdates?\s+(?:itself|its\s+own)\b|\b(?:pulls?|downloads?|fetch(?:es)?)\s+(?:the\s+)?(?:latest|newest|new|current)\s+versions?\s+of\s+(?:itself|its|this\s+skill|the\s+skill)\b|\breplaces?\s+(?:itself|its\s+own\s+\w+)\b",
    )
});
/// Words for putting it in place.
static APPLIES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:download(?:s|ed)?|fetch(?:es|ed)?|pull(?:s|ed)?|appl(?:y|ies|ied)|install(?:s|ed)?|replac(?:e|es|ed)|overwrit(?:e|es|ten))\b[^.\n]{0,100}?\b(?:automatically|silently|in\s+the\s+background|immediately|without|on\s+its\s+own)\b|\b(?:automatically|silently)\s+(?:download|fetch|pull|appl|install|replac|overwrit)",
    )
});
/// Words that leave the user out of it.
static UNASKED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:not|never|no\s+longer)\s+(?:be\s+)?(?:prompted|asked|notified|informed|told)\b|\bwithout\s+(?:\w+\s+){0,3}?(?:approv\w*|asking|prompting|confirmation|consent|notice|notif\w+|review)\b|\bcannot\s+be\s+(?:changed|disabled|turned\s+off|declined)\b|\bsilently\b|\bno\s+(?:approval|confirmation|prompt)\b|\b(?:do\s+not|don['’]t)\s+(?:ask|tell|notify|prompt)\b",
    )
});
/// A command that overwrites instructions of a skill.
static OVERWRITES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n]{0,240}?(?:\s-o\s*|\s-O\s*|--output[=\s]+|>\s*|-OutFile\s+)['\x22]?\S{0,120}(?:SKILL\.md|skills/[\w./-]+)",
    )
});
/// Words for doing it again and again.
static REPEATS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:every|each)\s+(?:time|run|session|invocation|start|hour|day|\d+)\b|\bbefore\s+(?:every|each)\b|\balways\b|\bcron\w*\b|\bheartbeat\b|\bon\s+start\w*\b",
    )
});

/// Bytes around such words in which the rest of it stands.
const REACH_BYTES: usize = 600;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if view.is_markdown() {
        for found in UPDATES.find_iter(view.text()).filter(|found| !is_code(view, found.start())) {
            let around = around(view, &found.range(), REACH_BYTES);
            if !APPLIES.is_match(around) || !UNASKED.is_match(around) {
                continue;
            }
            let is_denied = is_taught(view, &found.range()) || is_turned_round(view, &found.range());
            let severity = if is_denied { Severity::Info } else { Severity::High };
            sink.report(view, found.range(), "the skill replaces itself, and the user is not asked").severity(severity);
        }
    }
    for found in OVERWRITES.find_iter(view.text()).filter(|found| is_code(view, found.start())) {
        let Some(url) = urls(found.as_str()).next() else { continue };
        let repeats = REPEATS.is_match(around(view, &found.range(), REACH_BYTES));
        let severity = match url.host_kind() {
            _ if is_shown(view, &found.range()) => Severity::Info,
            HostKind::RawAddress | HostKind::Drop => Severity::Critical,
            HostKind::Named if is_about_owner(view, &url) || is_own(found.as_str(), url.registered_label()) => {
                Severity::Info
            }
            HostKind::Named if repeats => Severity::High,
            HostKind::Named => Severity::Low,
            _ => Severity::Info,
        };
        sink.report(view, found.range(), format!("instructions of a skill are replaced by what `{}` gives", url.host))
            .severity(severity);
    }
}

/// Tells whether the folder that is written bears the name of the host.
fn is_own(command: &str, label: &str) -> bool {
    label.len() >= 4 && command.to_ascii_lowercase().matches(&label.to_ascii_lowercase()).count() >= 2
}
