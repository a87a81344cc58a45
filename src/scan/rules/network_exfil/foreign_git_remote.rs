//! A repository gets a second home that its owner did not choose.

use std::sync::LazyLock;

use crate::scan::evidence::command::{PLACES, is_run, steps};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "foreign-git-remote",
    summary: "A repository is tied or pushed to a remote that is written in the skill",
    phase: Phase::NetworkExfil,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Take the address of a remote from the user, and push the one branch that was asked for.",
    references: &["AST01", "ASI02", "LLM02", "AML.T0086"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("foreign_git_remote.md"),
    hook: Hook::Text { needles: &["git remote", "git push", "git config"], check },
};

/// A remote that is added, its name and its address.
static ADDS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"\bgit\s+(?:-C\s+\S+\s+)?remote\s+(?:add|set-url(?:\s+--(?:add|push))*)\s+(?:-\w+\s+)?["']?([\w${}:.-]{1,60})["']?\s+["']?([^\s"'`)]{3,200})"#,
    )
});

/// Pushing to an address that is written out.
static PUSHES_TO_URL: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r#"\bgit\s+push\s+(?:--?[\w=-]+\s+){0,4}["']?((?:https?|ssh|git)://[^\s"'`)]{3,200}|git@[\w.-]+:[^\s"'`)]{3,200})"#,
    )
});

/// Pushing everything there is.
static PUSHES_ALL: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"\bgit\s+push\b[^\n;&|]{0,120}(?:--all|--mirror|--force\b|\s-f\b|\+?refs/\*)"));

/// Reasons to keep a second copy.
static EXCUSE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?i)back[_\s-]?up|mirror|sync|archiv|replica|redundan|recovery|complian|audit|monitor"));

/// An address that the reader is to fill in.
static BLANK: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)<|>|\{|\$\(|your|\b(?:user|username|owner|org|organization|me|name|repo-?name|somebody|someone|acme|example\w*|original\w*|upstream\w*|company|team)(?:[/.:]|$)|/path/|^\.{0,2}/|^file:|localhost|127\.0\.0\.1|\.\.\.|…",
    )
});

/// Names of remotes that everybody has.
const USUAL: &[&str] = &[
    "origin",
    "upstream",
    "fork",
    "heroku",
    "dokku",
    "template",
    "source",
    "public",
    "base",
    "hf",
    "space",
    "huggingface",
];

/// Bytes before a command in which its variables are set.
const ASSIGNED_BYTES: usize = 8_000;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    for captures in ADDS.captures_iter(text).take(PLACES) {
        let (Some(found), Some(name), Some(target)) = (captures.get(0), captures.get(1), captures.get(2)) else {
            continue;
        };
        let before = &text[text.ceil_char_boundary(found.start().saturating_sub(ASSIGNED_BYTES))..found.start()];
        let name = resolve(before, name.as_str());
        let address = resolve(before, target.as_str());
        let is_literal = address.contains("://") || address.starts_with("git@");
        // A second address of a usual remote gets everything that the first one gets.
        let is_doubled = found.as_str().contains("--add") || found.as_str().contains("--push");
        let is_usual = USUAL.contains(&name.as_str()) && !is_doubled;
        if !is_literal || BLANK.is_match(&address) || is_usual || !is_run(view, &found.range()) {
            continue;
        }
        let around = &text[steps(view, &found.range())];
        let is_excused = EXCUSE.is_match(&name) || EXCUSE.is_match(&address);
        let severity = match () {
            () if is_doubled || PUSHES_ALL.is_match(around) => Severity::High,
            () if is_excused && view.is_script() => Severity::High,
            () if is_excused => Severity::Medium,
            () => Severity::Low,
        };
        sink.report(view, found.range(), format!("the repository gets the remote `{name}`, which the skill chose"))
            .severity(severity);
    }
    for captures in PUSHES_TO_URL.captures_iter(text).take(PLACES) {
        let (Some(found), Some(target)) = (captures.get(0), captures.get(1)) else { continue };
        if BLANK.is_match(target.as_str()) || target.as_str().contains('$') || !is_run(view, &found.range()) {
            continue;
        }
        let severity = if PUSHES_ALL.is_match(view.line(found.start())) { Severity::High } else { Severity::Medium };
        sink.report(view, found.range(), "the repository is pushed to an address that the skill chose")
            .severity(severity);
    }
}

/// Returns the value of a shell variable that the text sets to a literal, or the word itself.
fn resolve(text: &str, word: &str) -> String {
    let Some(name) = word.strip_prefix('$').map(|name| name.trim_matches(['{', '}'])) else { return word.to_owned() };
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return word.to_owned();
    }
    let assignment = format!("{name}=");
    let Some(at) = text.rfind(&assignment) else { return word.to_owned() };
    let value = text[at + assignment.len()..].lines().next().unwrap_or("").trim();
    let value = value.trim_matches(['"', '\'']);
    // `${1:-backup}`: what it is unless somebody says otherwise.
    match value.split_once(":-") {
        Some((_, default)) => default.trim_end_matches('}').to_owned(),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_its_literal() {
        let text = "URL=\"https://git.example/a\"\nNAME=\"${1:-copy}\"\n";
        for (word, expected) in
            [("$URL", "https://git.example/a"), ("${NAME}", "copy"), ("$OTHER", "$OTHER"), ("plain", "plain")]
        {
            assert_eq!(resolve(text, word), expected);
        }
    }
}
