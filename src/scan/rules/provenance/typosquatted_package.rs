//! An installed package whose name is one slip away from one that everybody installs.

use crate::scan::evidence::installed_package::{Registry, installed_packages, is_popular, popular};
use crate::scan::evidence::look_alike::{Slip, slip};
use crate::scan::evidence::setting::is_shown;
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "typosquatted-package",
    summary: "A package is installed whose name is a look-alike of a popular one",
    phase: Phase::Provenance,
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Compare the name with the package that was meant, letter by letter, before it is installed.",
    references: &["AST02", "ASI04", "LLM03", "AML.T0010", "CWE-506"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("typosquatted_package.md"),
    hook: Hook::Text {
        needles: &[
            "install",
            "npx",
            "uvx",
            "yarn add",
            "pnpm",
            "bun add",
            "uv add",
            "poetry add",
            "dependencies",
            "==",
        ],
        check,
    },
};

/// Letters from which on a single slip is more likely a trick than another word.
const SLIP_LETTERS: usize = 6;
/// Letters from which on a letter more or less is.
const LENGTH_LETTERS: usize = 7;

/// Packages of their own that are one letter away from a popular one.
const NEIGHBOURS: &[&str] = &[
    "boto",
    "bs4",
    "clawdhub",
    "color",
    "colour",
    "djongo",
    "enquirer",
    "expect",
    "expresso",
    "httpie",
    "mongo",
    "mysql",
    "openapi",
    "pandera",
    "pedantic",
    "prism",
    "pyaml",
    "python",
    "request",
    "requests",
    "scapy",
    "schedula",
    "scheduler",
    "scrapyd",
    "simpy",
    "sqlite",
    "validators",
];

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    for (place, name, registry) in installed_packages(view) {
        let Some((known, how)) = look_alike(&name, registry) else { continue };
        let severity = if is_shown(view, &place) { Severity::Info } else { Severity::High };
        sink.report(view, place, format!("`{name}` {how} `{known}`")).severity(severity);
    }
}

/// Finds the popular package for which a name, in lower case, could be taken, and says how; none
/// where the name is known itself.
pub(in crate::scan) fn look_alike(name: &str, registry: Registry) -> Option<(&'static str, &'static str)> {
    // A name with its owner is not a look-alike by its letters alone.
    let is_known = is_popular(name) || is_popular(&name.replace(['_', '.'], "-"));
    if name.starts_with('@') || is_known || NEIGHBOURS.contains(&name) {
        return None;
    }
    imitated(name, registry)
}

/// Finds the popular package that a name imitates, and says how.
fn imitated(name: &str, registry: Registry) -> Option<(&'static str, &'static str)> {
    // PyPI takes these for the same.
    let name = if registry == Registry::PyPi { name.replace(['_', '.'], "-") } else { name.to_owned() };
    popular(registry).filter(|known| **known != name).find_map(|known| {
        let squeezed = |name: &str| name.replace(['-', '_', '.'], "");
        if known.len() >= SLIP_LETTERS && !known.contains('.') && squeezed(&name) == squeezed(known) {
            return Some((known, "differs by its separators from"));
        }
        let how = match slip(&name, known)? {
            Slip::Drawn if known.len() >= SLIP_LETTERS - 1 => "is drawn like",
            Slip::Swapped if known.len() >= SLIP_LETTERS - 1 => "swaps two letters of",
            Slip::Doubled if known.len() >= SLIP_LETTERS - 1 => "doubles a letter of, or leaves one out of,",
            Slip::Length if known.len() >= LENGTH_LETTERS => "has a letter more or less than",
            Slip::Mistyped if known.len() >= SLIP_LETTERS => "is a slip of a finger from",
            _ => return None,
        };
        Some((known, how))
    })
}
