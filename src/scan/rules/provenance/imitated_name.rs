//! A name that wants to be read as another.

use crate::scan::{BundleView, Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink};

pub(crate) static RULE: Rule = Rule {
    id: "imitated-name",
    summary: "The skill's name is a look-alike of a well-known one",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Compare publisher and source with those of the skill that you meant.",
    references: &["AST04", "ASI04", "LLM03", "AML.T0073"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("imitated_name.md"),
    hook: Hook::Bundle(check),
};

/// Names that many people look for. Short words are left out: too much is one letter away.
const WELL_KNOWN: &[&str] = &[
    "algorithmic-art",
    "anthropic",
    "artifacts-builder",
    "brand-guidelines",
    "browser-use",
    "canvas-design",
    "claude-code",
    "clawdbot",
    "clawhub",
    "cloudflare",
    "doc-coauthoring",
    "elevenlabs",
    "find-skills",
    "firecrawl",
    "frontend-design",
    "github-actions",
    "google-workspace",
    "huggingface",
    "internal-comms",
    "kubernetes",
    "mcp-builder",
    "metamask",
    "nextjs",
    "obsidian",
    "openclaw",
    "perplexity",
    "phantom-wallet",
    "playwright",
    "polymarket",
    "postgres",
    "puppeteer",
    "remotion",
    "shopify",
    "skill-creator",
    "slack-gif-creator",
    "stripe",
    "supabase",
    "superpowers",
    "terraform",
    "theme-factory",
    "vercel-react-best-practices",
    "web-artifacts-builder",
    "web-design-guidelines",
    "webapp-testing",
    "youtube-transcript",
];

/// Letters of other scripts that are drawn as Latin ones, and figures that are read as letters.
const LOOK_ALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ѕ', 's'),
    ('ј', 'j'),
    ('ԁ', 'd'),
    ('ɡ', 'g'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ν', 'v'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('ı', 'i'),
    ('ⅼ', 'l'),
    ('0', 'o'),
    ('1', 'l'),
    ('3', 'e'),
    ('5', 's'),
];

/// Letters of a name from which on a single edit is more likely a trick than another word.
const EDIT_LETTERS: usize = 8;

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    let name = view.bundle.name.to_lowercase();
    if WELL_KNOWN.contains(&name.as_str()) {
        return;
    }
    let drawn: String = name
        .chars()
        .map(|letter| LOOK_ALIKES.iter().find(|(alike, _)| *alike == letter).map_or(letter, |(_, latin)| *latin))
        .collect();
    for known in WELL_KNOWN {
        let (severity, how) = if drawn == *known {
            (Severity::High, "is drawn like")
        } else if squeeze(&name) == squeeze(known) && name.contains(['-', '_', '.', ' ']) && !name.contains(' ') {
            (Severity::Low, "differs by its separators from")
        } else if known.len() >= EDIT_LETTERS && is_one_edit(&name, known) {
            (Severity::Medium, "is one letter away from")
        } else {
            continue;
        };
        let path = view.bundle.instructions().path.as_str();
        sink.report_file(path, &view.bundle.name, format!("the name {how} `{known}`")).severity(severity);
        return;
    }
}

fn squeeze(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '-' | '_' | '.' | ' ')).collect()
}

/// Tells whether one letter was left out, put in, changed or swapped with its neighbour; a
/// plural is another word.
fn is_one_edit(name: &str, known: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (name.chars().collect(), known.chars().collect());
    let start = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    let (left, right) = (&left[start..], &right[start..]);
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
    let is_plural = matches!((left, right), (['s'], []) | ([], ['s']));
    let is_changed = matches!((left, right), ([left], [right]) if left.is_alphabetic() && right.is_alphabetic());
    let is_swapped = matches!((left, right), ([a, b], [c, d]) if a == d && b == c);
    let is_added = matches!((left, right), ([letter], []) | ([], [letter]) if letter.is_alphabetic());
    !is_plural && (is_changed || is_swapped || is_added)
}
