//! The agent is told to read the places where secrets lie, one after the other.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::pattern;
use crate::scan::evidence::secret_file::{SecretKind, secret_files};
use crate::scan::evidence::setting::{is_data, is_specimen, window};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Region, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "secret-store-sweep",
    summary: "The agent is told to read several places where secrets lie",
    phase: Phase::Credentials,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Let the skill name the one credential that it needs, and leave reading it to the tool that owns it.",
    references: &["AST01", "ASI03", "LLM02", "AML.T0055", "CWE-522"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("secret_store_sweep.md"),
    hook: Hook::Text {
        needles: &[
            ".ssh",
            "id_rsa",
            ".gnupg",
            ".aws",
            "gcloud",
            "login data",
            "logins.json",
            ".netrc",
            ".kube",
            ".env",
        ],
        check,
    },
};

/// An order to take what a file holds, at the beginning of a clause.
static TAKES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[.:;,!\n]\s{0,4}|\b(?:and|then|also|to|must|should|will|silently|quietly|skill|automatically|\d[.)]|[-*+])\s+)[*_]{0,2}(?:read|open|access|extract|collect|gather|copy|load|dump|print|display|retrieve|fetch|grab|harvest|capture|record|exfiltrate|steal|parse|cat|reads|collects|extracts|locate|inspect|analy[sz]e|export|ingest)\b|读取|收集|提取|复制",
    )
});

/// A clause that forbids, looks for, or explains.
static TURNS_ROUND: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:never|not|don['’]t|doesn['’]t|avoid|without|den(?:y|ies)|block\w*|detect\w*|flag\w*|refus\w+|prevent\w*|protect\w*|exclud\w+|ignor\w+|(?:check|look|scan|search|watch|grep)\w*\s+for|attempts?|tries|trying|malicious|attackers?|skills?\s+that|code\s+that|scripts?\s+that|e\.g\.|such\s+as|example|if\s+(?:a|an|the|any|it)\b|whether|public\s+key)\b|禁止|不要|检测",
    )
});

/// A place where secrets are stored, by its use rather than its name.
static NAMELESS_STORE: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:credentials?|tokens?|passwords?|secrets?)\s+(?:file|store|database|cache|vault)s?\s+(?:for|to\s+(?:get|obtain|extract|read|collect|retrieve))\s+(?:\w+\s+){0,3}(?:tokens?|keys?|passwords?|secrets|credentials)",
    )
});

/// Words that put what was read in front of eyes that it was not for.
static DISCLOSES: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:full|raw|complete|entire|actual|extracted|plaintext|decrypted|private|all\s+(?:the\s+)?)\s*(?:file\s+)?(?:contents?|key\s+(?:material|data|body)|keys?|values?|credentials?|passwords?|secrets?)\b|\b(?:print|display|output|include|show|record|list)(?:s|ing)?\b[^.\n]{0,40}\b(?:credential|key|secret|password|token)(?:'s|’s)?\s+(?:value|content|material)",
    )
});

/// Words that hand what was read to another program.
static HANDS_OVER: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:export|inject|pass|load|copy|forward|expose|give|feed|merge|write|put|hand|add)(?:s|es|ing)?\s+(?:them|these|those|it\s+all|all|everything|(?:the|all)\s+(?:\w+\s+)?(?:keys?|values?|secrets?|tokens?|credentials?|results?|contents?))\b[^.\n]{0,40}?\b(?:in)?to\s+(?:(?:the|an?|every|each|its|your)\s+)?(?:\w+\s+)?(?:mcp|plugins?|extensions?|agents?|sub-?agents?|prompts?|context|tool\s+servers?)\b",
    )
});

/// Bytes before a name in which the clause that asks for it begins.
const CLAUSE_BYTES: usize = 260;
/// Files that are looked at in one document.
const FILES: usize = 400;

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    if !view.is_markdown() || is_specimen(view) || is_data(view) {
        return;
    }
    let text = view.text();
    let mut kinds = BTreeSet::new();
    let mut stores = BTreeSet::new();
    let mut first: Option<Range<usize>> = None;
    let named = secret_files(text)
        .map(|file| (file.span, file.kind))
        .chain(NAMELESS_STORE.find_iter(text).map(|found| (found.range(), SecretKind::Passwords)));
    for (span, kind) in named.take(FILES) {
        if is_taken(view, &span) {
            kinds.insert(kind);
            if kind != SecretKind::Settings {
                stores.insert(store(&text[span.clone()], kind));
            }
            if first.as_ref().is_none_or(|first| span.start < first.start) {
                first = Some(span);
            }
        }
    }
    let Some(first) = first else { return };
    let is_intimate =
        kinds.iter().any(|kind| matches!(kind, SecretKind::PrivateKey | SecretKind::Passwords | SecretKind::Wallet));
    let is_disclosed = DISCLOSES.is_match(text);
    let is_sweep = kinds.len() >= 3 && is_intimate
        || kinds.len() >= 2 && is_intimate && (is_disclosed || text.len() < SHORT_BYTES)
        || stores.len() >= 3 && (is_disclosed || is_intimate)
        || stores.len() >= 5
        || kinds.len() >= 2 && HANDS_OVER.is_match(text)
        || stores.len() >= 2 && is_intimate && is_disclosed;
    if is_sweep {
        sink.report(view, first, format!("the agent is told to read secrets in {} places", stores.len()));
    } else if is_intimate {
        sink.report(view, first, "the agent is told to read a file with secrets").severity(Severity::Low);
    }
}

/// Returns what tells a store from another: its path without punctuation; the keys of one folder
/// are one store.
fn store(name: &str, kind: SecretKind) -> String {
    if kind == SecretKind::PrivateKey {
        return if name.contains("gnupg") || name.contains("private-keys") { "gnupg" } else { "ssh" }.to_owned();
    }
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Length up to which a document is about little else than what it tells to read.
const SHORT_BYTES: usize = 4_000;

/// Tells whether the clause around a name orders to take what the file holds.
fn is_taken(view: &TextView<'_>, span: &Range<usize>) -> bool {
    let text = view.text();
    if matches!(view.region(span.start), Region::Table | Region::Quotation) {
        return false;
    }
    let line = view.line_range(span.start);
    let from = text.ceil_char_boundary(line.start.max(span.start.saturating_sub(CLAUSE_BYTES)));
    let clause = &text[from..span.start];
    let sentence = clause.rfind(". ").map_or(clause, |end| &clause[end + 2..]);
    if TURNS_ROUND.is_match(sentence) {
        return false;
    }
    if matches!(view.region(span.start), Region::CodeBlock(_)) {
        return is_read_by_command(sentence);
    }
    TAKES.is_match(sentence) || is_item_of_an_order(view, line.start)
}

/// Tells whether a line of a block takes the content of a file.
fn is_read_by_command(before: &str) -> bool {
    static COMMAND: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?:^|[\s;&|(`])(?:cat|head|base64|xxd|strings|tar\s+\S+|zip\s+\S+|cp|Get-Content|for\s+\w+\s+in)\s[^;&|]*$|\bread(?:FileSync|_text)?\([^;]*$|\bopen\([^;]*$",
        )
    });
    COMMAND.is_match(before.trim_end_matches(['"', '\'']))
}

/// Tells whether a line is an item of a list whose introduction gives the order.
fn is_item_of_an_order(view: &TextView<'_>, line_start: usize) -> bool {
    let text = view.text();
    let is_item = |line: &str| line.trim_start().starts_with(['-', '*', '+']);
    if !is_item(window(text, line_start, 80)) {
        return false;
    }
    let from = text.ceil_char_boundary(line_start.saturating_sub(1_000));
    let introduction =
        text[from..line_start].lines().rev().take(12).find(|line| !is_item(line) && !line.trim().is_empty());
    introduction.is_some_and(|line| {
        TAKES.is_match(line)
            && !TURNS_ROUND.is_match(line.rsplit(". ").next().unwrap_or(line))
            && line.trim_end().ends_with(':')
    })
}
