//! Rights that stay after the skill is done.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_command, is_run, whole_command};
use crate::scan::evidence::setting::window;
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "privilege-change",
    summary: "A command gives somebody rights on the system that last",
    phase: Phase::CodePatterns,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Ask for the one right that a step needs, when it needs it, and give nothing to everybody.",
    references: &["AST03", "ASI03", "LLM06", "AML.T0012", "CWE-250", "CWE-732"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("privilege_change.md"),
    hook: Hook::Text {
        needles: &[
            "sudoers",
            "nopasswd",
            "chmod",
            "setuid",
            "/etc/passwd",
            "usermod",
            "setcap",
            "localgroup administrators",
            "icacls",
        ],
        check,
    },
};

/// A way to the rights of the administrator, for good.
static ROOT: LazyLock<Pattern> = LazyLock::new(|| {
    let forms = [
        r"NOPASSWD\s*:\s*ALL[^\n]{0,80}(?:>>?|tee)[^\n]{0,40}/etc/sudoers\S*",
        r"(?:>>?|tee\s+(?:-a\s+)?)\s*/etc/sudoers(?:\.d/\S+)?[^\n]{0,120}",
        r"\bchmod\s+(?:u\+s|\+s|[0-7]?4[0-7]{3}|u=rwxs?\S*)\s+\S*(?:/bin/(?:ba|z|da)?sh|/tmp/|python|find|vim|cp)\S*",
        r"(?:>>?|tee\s+-a)\s*/etc/(?:passwd|shadow)\b",
        r"\bsetcap\s+cap_(?:setuid|sys_admin|dac_override)\S*\s+\S+",
        r"(?i:\bnet\s+localgroup\s+administrators\s+\S+\s+/add)",
        r"\bchmod\s+(?:-R\s+|--recursive\s+)+0?777\s+/(?:\s|$|etc|usr|bin|var/?\s|home/?\s)",
    ];
    pattern(&format!("(?m){}", forms.join("|")))
});

/// A folder outside of the project that everybody may write to.
static OPEN_FOLDER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\bchmod\s+(?:-\w+\s+|--\w+\s+)*(?:0?777|a\+rwx|ugo\+rwx|o\+w)\s+[\x22']?(/(?:opt|usr|etc|srv|var|home|root|lib|Users|Library)(?:/[\w.-]+)*)",
    )
});

/// What makes programs of root run from there.
static FOR_ROOT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\bchown\s+(?:-\w+\s+)*root(?::\w+)?\s"));

/// Bytes around a folder that is opened in which it becomes the administrator's.
const NEAR_BYTES: usize = 200;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in ROOT.find_iter(text).take(PLACES).filter(|found| is_command(view, found.start())) {
        let severity =
            if is_run(view, &whole_command(view, &found.range())) { Severity::Critical } else { Severity::Info };
        sink.report(view, found.range(), "somebody becomes administrator, and stays it").severity(severity);
    }
    for captures in OPEN_FOLDER.captures_iter(text).take(PLACES) {
        let (Some(found), Some(folder)) = (captures.get(0), captures.get(1)) else { continue };
        if !is_command(view, found.start()) {
            continue;
        }
        let near = window(text, text.ceil_char_boundary(found.start().saturating_sub(NEAR_BYTES)), 2 * NEAR_BYTES);
        let is_roots =
            FOR_ROOT.find_iter(near).any(|owner| window(near, owner.end(), NEAR_BYTES).starts_with(folder.as_str()));
        let severity = match () {
            () if !is_run(view, &whole_command(view, &found.range())) => Severity::Info,
            () if is_roots => Severity::High,
            () => Severity::Low,
        };
        sink.report(view, found.range(), "everybody may write where programs of the system are").severity(severity);
    }
}
