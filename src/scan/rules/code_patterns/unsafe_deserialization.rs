//! Objects that run code while they are loaded.

use std::sync::LazyLock;

use crate::scan::evidence::setting::{is_code, is_comment, is_demonstrated};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Confidence, Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "unsafe-deserialization",
    summary: "A program loads an object that it downloads in a format that runs code",
    phase: Phase::CodePatterns,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::User,
    remedy: "Load data as data: JSON, safetensors, `yaml.safe_load`, `weights_only=True`.",
    references: &["AST05", "ASI05", "LLM05", "AML.T0010", "CWE-502"],
    lifecycle: Lifecycle::Stable,
    revision: 1,
    page: include_str!("unsafe_deserialization.md"),
    hook: Hook::Text {
        needles: &[
            "pickle.load",
            "pickle.unpickler",
            "joblib.load",
            "torch.load",
            "yaml.load",
            "yaml.unsafe_load",
            "marshal.load",
            "dill.load",
            "unserialize(",
        ],
        check,
    },
};

/// A call that builds whatever objects its input names.
static LOADS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:c?pickle|cloudpickle|dill|joblib|marshal)\.loads?\(|(?:c?[Pp]ickle)\.Unpickler\(|torch\.load\(|yaml\.(?:unsafe_load(?:_all)?|full_load|load(?:_all)?)\()([^\n]{0,240})",
    )
});

/// Arguments that make such a call harmless.
static SAFELY: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r"(?:Safe|CSafe|Base)Loader|weights_only\s*=\s*True|typ\s*=\s*['\x22]safe"));

/// A call that fetches.
const FETCH: &str = r"(?:requests\.(?:get|request|Session)|httpx\.(?:get|stream)|(?:urllib\.request\.|urllib2\.)?urlopen|(?:session|client|http)\.get|wget\.download|gdown\.download|boto3?\.\w+)\(";

/// What holds something that was fetched: a variable, or a file.
static FETCHED: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(&format!(
        r"(?m)\b(\w+)\s*=\s*(?:await\s+)?{FETCH}|\bwith\s+{FETCH}[^\n]{{0,200}}\bas\s+(\w+)|\burlretrieve\([^\n]{{0,200}}?,\s*(?:filename\s*=\s*)?([\w./\x22'-]+)|\bcurl\s[^\n]{{0,200}}?-o\s*['\x22]?([\w./-]+)|\bwget\s[^\n]{{0,200}}?-O\s*['\x22]?([\w./-]+)"
    ))
});

static FETCHES: LazyLock<Pattern> = LazyLock::new(|| pattern(FETCH));

/// A variable that is made of another.
static DERIVED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?m)^[ \t]*(\w+)\s*=\s*([^\n]{1,200})$"));

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    let mut fetched: Option<Vec<String>> = None;
    for captures in LOADS.captures_iter(text) {
        let (Some(whole), Some(arguments)) = (captures.get(0), captures.get(1)) else { continue };
        let span = whole.start()..arguments.start();
        let is_safe = SAFELY.is_match(arguments.as_str());
        if is_safe || !is_code(view, span.start) || is_comment(view.line(span.start)) || is_demonstrated(view, &span) {
            continue;
        }
        let fetched = fetched.get_or_insert_with(|| fetched_names(text));
        let is_fetched =
            FETCHES.is_match(arguments.as_str()) || words(arguments.as_str()).any(|word| fetched.contains(&word));
        if is_fetched {
            sink.report(view, span, "what was fetched is loaded here, and may run whatever it names");
        } else if !view.is_markdown() {
            sink.report(view, span, "what is loaded here may run whatever it names").severity(Severity::Low);
        }
    }
}

/// Returns the variables and files that hold something fetched, and what is made of them.
fn fetched_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = FETCHED
        .captures_iter(text)
        .flat_map(|found| (1..=5).filter_map(|group| Some(found.get(group)?.as_str().to_owned())).collect::<Vec<_>>())
        .map(|name| name.trim_matches(['"', '\'']).to_owned())
        .take(100)
        .collect();
    if !names.is_empty() {
        for found in DERIVED.captures_iter(text).take(2_000) {
            let (Some(name), Some(value)) = (found.get(1), found.get(2)) else { continue };
            if names.len() < 200 && words(value.as_str()).any(|word| names.contains(&word)) {
                names.push(name.as_str().to_owned());
            }
        }
    }
    names
}

/// Iterates over the names and the file names in a piece of code.
fn words(code: &str) -> impl Iterator<Item = String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_./-".contains(character);
    code.split(move |character| !is_part(character))
        .flat_map(|word| {
            // `answer.content` is a part of `answer`.
            let base = word.split('.').next().unwrap_or(word);
            [word.to_owned(), base.to_owned()]
        })
        .filter(|word| word.len() > 1)
}
