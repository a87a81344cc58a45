//! What of a command is the name of a package, and which version it asks for.

use super::PackageSource;
use crate::package::{PackageName, PackageRegistry, PackageVersion};

/// Characters of a name: npm's limit.
const NAME_CHARACTERS: usize = 214;
/// Characters of a requirement that are kept.
const REQUIREMENT_CHARACTERS: usize = 100;

/// What stands for a name in documents.
const PLACEHOLDERS: &[&str] = &[
    "dep",
    "dependency",
    "foo",
    "bar",
    "lib",
    "library",
    "library-name",
    "module",
    "module-name",
    "my-app",
    "my-package",
    "mypackage",
    "name",
    "new-package",
    "package",
    "package-name",
    "package-a",
    "package-b",
    "packagename",
    "packages",
    "pkg",
    "pkg-name",
    "plugin-name",
    "some-package",
    "somepackage",
    "the-package",
    "tool",
    "tool-name",
    "xxx",
    "xyz",
    "crate",
    "crate-name",
    "formula",
    "gem-name",
    "owner",
    "project",
];
/// What stands for the owner of a package.
const PLACEHOLDER_SCOPES: &[&str] = &[
    "@scope",
    "@org",
    "@your-org",
    "@yourorg",
    "@my-org",
    "@myorg",
    "@your-scope",
    "@my-scope",
    "@company",
    "@example",
];
/// Words of a sentence; none is a package that anybody means by it.
const WORDS: &[&str] = &[
    "a",
    "again",
    "an",
    "and",
    "are",
    "as",
    "at",
    "be",
    "before",
    "but",
    "by",
    "can",
    "command",
    "commands",
    "dependencies",
    "error",
    "errors",
    "everything",
    "failed",
    "fails",
    "first",
    "for",
    "from",
    "globally",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "missing",
    "needed",
    "not",
    "of",
    "on",
    "only",
    "or",
    "output",
    "required",
    "requires",
    "run",
    "runs",
    "script",
    "should",
    "so",
    "step",
    "that",
    "the",
    "them",
    "then",
    "these",
    "this",
    "to",
    "using",
    "via",
    "was",
    "when",
    "which",
    "will",
    "with",
    "without",
    "works",
    "you",
    "your",
];
/// Ends of names of files. Packages of npm may end with `.js`.
const FILE_ENDS: &[&str] = &[
    ".txt", ".toml", ".whl", ".tgz", ".gz", ".zip", ".json", ".yaml", ".yml", ".md", ".sh", ".lock", ".cfg", ".deb",
    ".rb", ".gem", ".rs", ".go", ".html", ".csv", ".xml", ".ini", ".pdf", ".png",
];

/// A name with what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) requirement: Option<String>,
    pub(super) version: Option<String>,
}

/// Tells whether a word belongs to a sentence rather than to a command.
pub(super) fn is_word(word: &str) -> bool {
    WORDS.contains(&word)
}

impl Named {
    /// Reads a word of a command; none where it is no name that `source` could have, or stands
    /// for one.
    pub(super) fn read(source: PackageSource, word: &str) -> Option<Self> {
        let is_address = word.contains("://") || word.starts_with(['.', '/', '~', '-', '_', '\\']);
        let is_filled_in = word.contains(['$', '<', '{', '}', '*', '…', '%', '|', '"', '\'']) && !is_range(word);
        if word.is_empty() || !word.is_ascii() || is_address || is_filled_in || is_shouted(word) {
            return None;
        }
        let named = match source {
            PackageSource::Pypi | PackageSource::Conda => python(source, word),
            PackageSource::Npm => node(word),
            PackageSource::Go => go(word),
            PackageSource::Cargo => behind_at(word, &['-', '_']),
            PackageSource::Homebrew => brew(word),
            PackageSource::Gem => behind_at(&word.replacen(':', "@", 1), &['-', '_', '.']),
            PackageSource::Apt => apt(word),
        }?;
        (!is_placeholder(&named.name) && named.name.len() <= NAME_CHARACTERS).then_some(named)
    }

    pub(super) fn new(source: PackageSource, name: String, requirement: Option<String>) -> Self {
        let requirement = requirement.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let version = requirement.as_deref().and_then(|text| exact(source, text));
        let requirement = requirement.map(|text| text.chars().take(REQUIREMENT_CHARACTERS).collect());
        Self { name, requirement, version }
    }
}

/// Tells whether a word has the sign of a range of versions, which is no placeholder: `a<2`.
fn is_range(word: &str) -> bool {
    let at = word.find(['<', '>', '=', '~', '!', '^', '@', '*']);
    at.is_some_and(|at| at > 0 && word[at..].contains(|sign: char| sign.is_ascii_digit()) && !word.contains(['$', '{']))
}

/// Tells whether a name stands for one: `your-package`.
fn is_placeholder(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let (scope, last) = lower.rsplit_once('/').map_or(("", lower.as_str()), |(scope, last)| (scope, last));
    !last.contains(|letter: char| letter.is_ascii_alphabetic())
        || PLACEHOLDERS.contains(&lower.as_str())
        || scope.starts_with('@') && matches!(last, "package" | "package-name" | "pkg" | "name")
        || PLACEHOLDER_SCOPES.contains(&scope)
        || lower.starts_with("your-")
        || last.starts_with("your-")
        || scope.contains("example.")
        || is_word(&lower)
}

/// Tells whether a word is in capitals from end to end, as what is to be filled in.
fn is_shouted(word: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_uppercase() || matches!(letter, '_' | '-');
    word.len() > 2 && word.starts_with(|first: char| first.is_ascii_uppercase()) && word.chars().all(is_letter)
}

fn is_file(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    FILE_ENDS.iter().any(|end| lower.ends_with(end))
}

fn python(source: PackageSource, word: &str) -> Option<Named> {
    let end = word.find(['[', '=', '<', '>', '~', '!', ';', '@', ' ']).unwrap_or(word.len());
    let (name, mut rest) = (&word[..end], word[end..].trim_start());
    if is_file(name) || name.ends_with(".py") {
        return None;
    }
    if let Some(extras) = rest.strip_prefix('[') {
        rest = extras.split_once(']')?.1.trim_start();
    }
    let clauses = rest.split(';').next().unwrap_or_default().trim();
    // `uvx ruff@0.5.0`; an address behind it is another package.
    let clauses = clauses.strip_prefix('@').map_or(clauses, str::trim);
    if clauses.contains(['/', ':'])
        || clauses.contains(|sign: char| sign.is_ascii_alphabetic()) && clauses.contains(' ')
    {
        return None;
    }
    // What follows a name directly is a clause, else the word is something else: `a=b`.
    let is_clause = clauses.is_empty() || clauses.starts_with(['=', '<', '>', '~', '!']) || rest.starts_with('@');
    if !is_clause || source == PackageSource::Pypi && clauses.starts_with('=') && !clauses.starts_with("==") {
        return None;
    }
    let name = PackageName::parse(PackageRegistry::Pypi, name).ok()?.to_string();
    let plain = clauses.trim_start_matches('=');
    let requirement = if plain.contains(',') { clauses } else { plain };
    Some(Named::new(source, name, Some(requirement.to_owned())))
}

fn node(word: &str) -> Option<Named> {
    let word = word.strip_prefix("npm:").unwrap_or(word);
    let at = word.char_indices().skip(1).find(|(_, sign)| *sign == '@').map(|(at, _)| at);
    let (name, requirement) = at.map_or((word, None), |at| (&word[..at], Some(word[at + 1..].to_owned())));
    // Behind a slash without a scope stands a repository; a colon is that of an address.
    if is_file(name) || requirement.as_deref().is_some_and(|text| text.contains([':', '/', '<', '{'])) {
        return None;
    }
    let name = PackageName::parse(PackageRegistry::Npm, name).ok()?.to_string();
    (name == name.to_lowercase()).then(|| Named::new(PackageSource::Npm, name, requirement))
}

fn go(word: &str) -> Option<Named> {
    let (path, version) = word.split_once('@').map_or((word, None), |(path, version)| (path, Some(version.to_owned())));
    let (host, rest) = path.split_once('/')?;
    let is_path = host.contains('.') && !rest.is_empty() && is_plain(path, &['-', '_', '.', '/', '~']);
    // A module begins with a host; what ends with dots is every package below it.
    let path = path.trim_end_matches("/...");
    (is_path && !path.ends_with(".go")).then(|| Named::new(PackageSource::Go, path.to_owned(), version))
}

fn brew(word: &str) -> Option<Named> {
    let parts = word.split('/').count();
    // `python@3.12` is the name of a formula.
    let is_name = is_plain(word, &['-', '_', '.', '/', '@', '+']) && matches!(parts, 1 | 3) && !is_file(word);
    is_name.then(|| Named::new(PackageSource::Homebrew, word.to_ascii_lowercase(), None))
}

fn apt(word: &str) -> Option<Named> {
    let (name, version) = word.split_once('=').map_or((word, None), |(name, version)| (name, Some(version.to_owned())));
    let name = name.split(':').next().unwrap_or_default();
    let is_name = is_plain(name, &['-', '.', '+']) && name == name.to_ascii_lowercase() && !is_file(name);
    (is_name && name.len() > 1).then(|| Named::new(PackageSource::Apt, name.to_owned(), version))
}

fn behind_at(word: &str, signs: &[char]) -> Option<Named> {
    let (name, version) = word.split_once('@').map_or((word, None), |(name, version)| (name, Some(version.to_owned())));
    let source = if signs.contains(&'.') { PackageSource::Gem } else { PackageSource::Cargo };
    (is_plain(name, signs) && !is_file(name)).then(|| Named::new(source, name.to_owned(), version))
}

fn is_plain(word: &str, signs: &[char]) -> bool {
    let is_letter = |sign: char| sign.is_ascii_alphanumeric();
    word.starts_with(is_letter) && word.chars().all(|sign| is_letter(sign) || signs.contains(&sign))
}

/// Returns the one version that a requirement names, in its normal form.
fn exact(source: PackageSource, text: &str) -> Option<String> {
    if let Some(registry) = source.registry() {
        let text = if registry == PackageRegistry::Npm { text.strip_prefix('=').unwrap_or(text) } else { text };
        return PackageVersion::parse(registry, text.trim()).ok().map(|version| version.to_string());
    }
    let text = text.trim_start_matches('=');
    let numbers = text.strip_prefix('v').filter(|_| source == PackageSource::Go).unwrap_or(text);
    let is_whole = numbers.starts_with(|first: char| first.is_ascii_digit())
        && numbers.chars().all(|sign| sign.is_ascii_alphanumeric() || ".-+~:_".contains(sign));
    let is_exact = match source {
        // A crate or module with fewer parts is a range, or a branch.
        PackageSource::Go | PackageSource::Cargo => is_whole && numbers.split('.').count() >= 3,
        PackageSource::Gem | PackageSource::Conda | PackageSource::Apt => is_whole,
        PackageSource::Homebrew | PackageSource::Pypi | PackageSource::Npm => false,
    };
    is_exact.then(|| text.to_owned())
}
