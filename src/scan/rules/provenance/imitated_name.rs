//! A name that wants to be read as another.

use crate::scan::evidence::installed_package::{Registry, is_popular, popular};
use crate::scan::evidence::look_alike::{Slip, slip};
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
    revision: 3,
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

/// Letters of a name from which on a single slip is more likely a trick than another word.
const SLIP_LETTERS: usize = 8;
/// Letters of a word in a name from which on a slip in the name of a package is.
const WORD_LETTERS: usize = 7;

fn check(view: &BundleView<'_>, sink: &mut Sink<'_>) {
    // Names of packages are compared with those of packages.
    if view.beside.package.is_some() {
        return;
    }
    let name = view.bundle.name.to_lowercase();
    if WELL_KNOWN.contains(&name.as_str()) {
        return;
    }
    let Some((severity, how)) = imitated_skill(&name).or_else(|| imitated_package(&name)) else { return };
    let path = view.bundle.instructions().path.as_str();
    sink.report_file(path, &view.bundle.name, how).severity(severity);
}

fn imitated_skill(name: &str) -> Option<(Severity, String)> {
    WELL_KNOWN.iter().find_map(|known| {
        let is_same = squeeze(name) == squeeze(known) && name.contains(['-', '_', '.']) && !name.contains(' ');
        let (severity, how) = match slip(name, known) {
            Some(Slip::Drawn) => (Severity::High, "is drawn like"),
            Some(Slip::Swapped | Slip::Doubled) if known.len() >= SLIP_LETTERS => (Severity::High, "misspells"),
            Some(Slip::Length | Slip::Mistyped | Slip::Changed) if known.len() >= SLIP_LETTERS => {
                (Severity::Medium, "is one letter away from")
            }
            _ if is_same => (Severity::Low, "differs by its separators from"),
            _ => return None,
        };
        Some((severity, format!("the name {how} `{known}`")))
    })
}

/// A skill that is named after a package, with a slip in it, wants to be taken for its companion.
fn imitated_package(name: &str) -> Option<(Severity, String)> {
    let words = name.split(['-', '_', '.', ' ']).filter(|word| word.len() >= WORD_LETTERS && !is_popular(word));
    let known = || popular(Registry::PyPi).chain(popular(Registry::Npm));
    words.take(10).flat_map(|word| known().map(move |known| (word, known))).find_map(|(word, known)| {
        let slip = slip(word, known);
        let is_typed = matches!(slip, Some(Slip::Mistyped)) && known.len() > WORD_LETTERS;
        (is_typed || matches!(slip, Some(Slip::Drawn | Slip::Swapped | Slip::Doubled)))
            .then(|| (Severity::High, format!("`{word}` in the name misspells the package `{known}`")))
    })
}

fn squeeze(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '-' | '_' | '.' | ' ')).collect()
}
