//! A window that asks for the system's password, and is not the system's.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_run, steps, whole_command};
use crate::scan::evidence::network_sink::{sends, sends_within};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "password-prompt",
    summary: "A command asks for a password under a false pretext, or checks one that it was given",
    phase: Phase::Credentials,
    severity: Severity::Critical,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Never type a password into a window that a skill opens; let `sudo` or the system ask.",
    references: &["AST01", "ASI09", "LLM02", "AML.T0052", "CWE-522"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("password_prompt.md"),
    hook: Hook::Text {
        needles: &[
            "display dialog",
            "authonly",
            "zenity",
            "kdialog",
            "get-credential",
            "promptforcredential",
            "read -s",
            "read -rs",
            "-asksecurestring",
        ],
        check,
    },
};

/// Dialogs that imitate the system, and tests of what was typed.
static IMITATES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\bdisplay\s+dialog\b[^\n]{0,300}(?:\bwith\s+hidden\s+answer|\bhidden\s+answer\s+true|\bpassword[^\n]{0,80}default\s+answer)|\bdscl\b[^\n]{0,30}\s-?authonly\b|\bPromptForCredential\s*\([^\n]{0,200}",
    )
});

/// Ways to ask that are honest until the answer leaves.
static ASKS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:zenity|kdialog)\b[^\n]{0,120}--password\b|\bGet-Credential\b|\bRead-Host\b[^\n]{0,100}-AsSecureString|\bread\s+-r?s\w*\s[^\n]{0,80}(?:pass|pwd|secret|token|pin|otp)",
    )
});

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for found in IMITATES.find_iter(text) {
        let severity =
            if is_run(view, &whole_command(view, &found.range())) { Severity::Critical } else { Severity::Info };
        sink.report(view, found.range(), "the command asks for the system's password, or tries one").severity(severity);
    }
    let mut asks = ASKS.find_iter(text).take(PLACES).peekable();
    if asks.peek().is_none() {
        return;
    }
    let sends = sends(text);
    for found in asks {
        let section = steps(view, &found.range());
        let is_sent = sends_within(&sends, &section).iter().any(|send| send.is_to_stranger());
        if is_sent && is_run(view, &whole_command(view, &found.range())) {
            sink.report(view, found.range(), "a password is asked for, and the next commands send data to a stranger")
                .severity(Severity::High);
        }
    }
}
