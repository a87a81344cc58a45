//! What is wrong with how a skill is made.

use std::collections::HashSet;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;

use super::document::Document;
use super::{Sign, Subject};
use crate::skill::IssueKind;

/// Every flag, with what it says; docs/trust.md is compared with it.
pub const QUALITY_FLAGS: &[(&str, &str)] = &[
    ("broken_encoding", "a text is not UTF-8, or holds NUL bytes"),
    ("broken_link", "SKILL.md links to a file that the skill does not have"),
    ("invalid_frontmatter", "the frontmatter is no YAML mapping, or a key has the wrong type"),
    ("language_mix", "the description is in another script than the instructions"),
    ("long_description", "the description or compatibility is longer than the specification allows"),
    ("long_instructions", "SKILL.md costs more than 5,000 tokens"),
    ("machine_path", "SKILL.md names a path in somebody's home folder"),
    ("missing_description", "there is no description"),
    ("missing_frontmatter", "there is no frontmatter"),
    ("missing_license", "neither the skill nor its repository has a licence"),
    ("missing_name", "there is no name"),
    ("name_differs_from_folder", "the name is not that of the skill's folder"),
    ("no_instructions", "there is nothing after the frontmatter"),
    ("no_trigger", "an English description does not say when to use the skill"),
    ("nonconforming_name", "the name is not of the form that the specification allows"),
    ("placeholder_text", "a text that a template left to be filled in is still there"),
    ("short_description", "the description has fewer than four words"),
    ("unusable_paths", "a file has a path that cannot be used everywhere"),
];

/// Words of a description below which it says too little to choose by.
const SHORT_DESCRIPTION_WORDS: usize = 4;
/// Tokens beyond which the specification advises to split SKILL.md.
const LONG_INSTRUCTIONS_TOKENS: u64 = 5_000;
/// Signs of one flag that are kept.
const SIGNS_OF_A_FLAG: usize = 5;
/// Letters of a text below which its script says nothing.
const SCRIPT_LETTERS: usize = 40;

/// Returns what is wrong, by flag and place.
pub(super) fn signs(subject: &Subject<'_>, document: &Document<'_>) -> Vec<Sign> {
    let mut signs: Vec<Sign> = subject.issues.iter().filter_map(|issue| of_issue(issue.kind, &issue.message)).collect();
    description_signs(subject, document, &mut signs);
    let body = &document.text[document.body_start..];
    if body.trim().is_empty() {
        signs.push(Sign::of_whole("no_instructions", "nothing follows the frontmatter"));
    }
    if let Some(tokens) = subject.context_cost_tokens.filter(|tokens| *tokens > LONG_INSTRUCTIONS_TOKENS) {
        signs.push(Sign::of_whole("long_instructions", &format!("SKILL.md costs {tokens} tokens")));
    }
    signs.extend(broken_links(subject, document));
    signs.extend(placeholders(document));
    signs.extend(machine_paths(document));
    if let (Some(of_description), Some(of_body)) = (script_of(subject.description), script_of_prose(document))
        && of_description != of_body
    {
        let text = format!("the description is in {of_description} script, the instructions are in {of_body}");
        signs.push(Sign::at("language_mix", document.text, document.key("description"), &text));
    }
    signs.sort_by(|left, right| left.flag.cmp(right.flag).then(left.line.cmp(&right.line)));
    let mut count = (signs.first().map(|sign| sign.flag), 0);
    signs.retain(|sign| {
        count = if count.0 == Some(sign.flag) { (count.0, count.1 + 1) } else { (Some(sign.flag), 1) };
        count.1 <= SIGNS_OF_A_FLAG
    });
    signs
}

fn of_issue(kind: IssueKind, message: &str) -> Option<Sign> {
    let flag = match kind {
        IssueKind::MissingFrontmatter | IssueKind::UnclosedFrontmatter => "missing_frontmatter",
        IssueKind::InvalidFrontmatter | IssueKind::FrontmatterTooLarge | IssueKind::WrongType => "invalid_frontmatter",
        IssueKind::MissingName => "missing_name",
        IssueKind::InvalidName => "nonconforming_name",
        IssueKind::NameDiffersFromFolder => "name_differs_from_folder",
        IssueKind::MissingDescription => "missing_description",
        IssueKind::DescriptionTooLong | IssueKind::CompatibilityTooLong => "long_description",
        IssueKind::NotUtf8 | IssueKind::NulBytes => "broken_encoding",
        IssueKind::InvalidPath | IssueKind::ConflictingPath => "unusable_paths",
        // What is empty is found below, with the body.
        IssueKind::EmptyInstructions
        | IssueKind::UnknownKey
        | IssueKind::ByteOrderMark
        | IssueKind::UnreadFile
        | IssueKind::NonCanonicalFileName => return None,
    };
    Some(Sign::of_whole(flag, message))
}

fn description_signs(subject: &Subject<'_>, document: &Document<'_>, signs: &mut Vec<Sign>) {
    let description = subject.description;
    if description.is_empty() {
        return;
    }
    let place = document.key("description");
    let is_spaceless =
        description.chars().any(|character| matches!(character, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'));
    if !is_spaceless && description.split_whitespace().count() < SHORT_DESCRIPTION_WORDS {
        signs.push(Sign::at("short_description", document.text, place, description));
    }
    if is_english(description) && !TRIGGER.is_match(description) {
        signs.push(Sign::at("no_trigger", document.text, place, description));
    }
}

/// How a description says when to use the skill.
static TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:when|whenever|while|if (?:the|a|you|your|asked)|before|after|during|use (?:this|it|for|to|in|with|as|proactively)|used (?:for|to|by)|using this|triggers?|triggered|activat\w+|invoked?|for (?:tasks|requests|questions|situations|users|anyone|use)|ideal for|suitable for|useful for|perfect for|designed for|intended for|must be used|should be used|consult|load this)\b",
    )
    .expect("the pattern is valid")
});

/// Words that stand in nearly every English sentence, and in few of other languages.
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:the|and|for|with|of|to|in|from|using|your|this|that|is|are|by|on)\b")
        .expect("the pattern is valid")
});

/// Tells whether a text is English prose, long enough to say so.
fn is_english(text: &str) -> bool {
    let words = text.split_whitespace().count();
    words >= 2 * SHORT_DESCRIPTION_WORDS && text.is_ascii() && ENGLISH.find_iter(text).count() * 12 >= words
}

/// Links of running text to files beside SKILL.md that are not there. A file that was not
/// read is there.
fn broken_links(subject: &Subject<'_>, document: &Document<'_>) -> Vec<Sign> {
    let paths: HashSet<String> = subject.file_paths.iter().map(|path| path.to_lowercase()).collect();
    let is_there = |target: &str| {
        let folder = format!("{}/", target.trim_end_matches('/'));
        paths.contains(target) || paths.iter().any(|path| path.starts_with(&folder))
    };
    let mut seen = HashSet::new();
    document
        .links
        .iter()
        .filter_map(|(offset, link)| Some((*offset, link, target(link)?)))
        .filter(|(_, _, target)| !is_there(target) && seen.insert(target.clone()))
        .map(|(offset, link, _)| Sign::at("broken_link", document.text, offset, link))
        .collect()
}

/// Returns the file of the skill that a link leads to, in lower case; none where it leads
/// elsewhere, or is an example rather than a link.
fn target(link: &str) -> Option<String> {
    let path = link.split(['#', '?']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8().ok()?.to_lowercase();
    let path = path.strip_prefix("./").unwrap_or(&path);
    let is_elsewhere = path.is_empty() || path.contains(':') || path.starts_with(['/', '~', '@', '$', '#']);
    // Only a name with an extension and plain characters is meant to be a file.
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let is_file = name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (1..=8).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let is_example = path.contains(['{', '}', '<', '>', '*', '$', '|', '\\', '…', '[', ']', ' ', '\'', '"', '(', ','])
        || path.split('/').any(|part| part == ".." || part == "...")
        || path.contains("path/to/")
        || ["url", "link", "example", "image", "your"].iter().any(|word| name.starts_with(word));
    // `example.com/page` and `docs.example.com` are addresses without a scheme.
    let is_address = path.split('/').next().is_some_and(|first| {
        path.contains('/') && first.contains('.') && !first.starts_with('.')
            || [".com", ".org", ".io", ".dev", ".net", ".ai"].iter().any(|end| first.ends_with(end))
    });
    (!is_elsewhere && is_file && !is_example && !is_address).then(|| path.to_owned())
}

/// Texts of well-known templates that their readers were asked to replace.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\[TODO\b[^\]\n]*\]|\bTODO: (?:complete|add|fill|write|describe|replace|explain)\b|replace (?:this )?with (?:a |the )?(?:description|actual|your (?:own )?(?:skill|content|description))|\[(?:insert|describe|fill in) [^\]\n]{3,60}[.:\]]|insert instructions below|this is a placeholder",
    )
    .expect("the pattern is valid")
});

/// Templates that a skill offers on purpose say so; only the description and the first words of
/// the body are looked at, which no author leaves to their readers.
const OPENING_BYTES: usize = 600;

fn placeholders(document: &Document<'_>) -> Vec<Sign> {
    let end = document.text.floor_char_boundary(document.body_start + OPENING_BYTES);
    // Other keys, such as a hint at arguments, are written for somebody to fill in.
    let description = document.description();
    let is_prose =
        |offset: usize| description.contains(&offset) || document.prose.iter().any(|range| range.contains(&offset));
    PLACEHOLDER
        .find_iter(&document.text[..end])
        .filter(|found| is_prose(found.start()))
        .map(|found| Sign::at("placeholder_text", document.text, found.start(), found.as_str()))
        .collect()
}

/// A folder of one person's machine, and whose it is.
static HOME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:/Users/|/home/|[A-Za-z]:\\{1,2}Users\\{1,2})([A-Za-z0-9._-]+)[/\\]").expect("the pattern is valid")
});

/// Names that stand for whoever reads.
const ANYBODY: &[&str] = &[
    "user",
    "username",
    "you",
    "your",
    "yourname",
    "your-name",
    "your_name",
    "yourusername",
    "your-username",
    "me",
    "name",
    "shared",
    "public",
    "node",
    "ubuntu",
    "runner",
    "ec2-user",
    "vscode",
    "root",
    "linuxbrew",
    "app",
    "admin",
    "claude",
    "example",
    "alice",
    "bob",
    "john",
    "jane",
    "foo",
    "test",
    "agent",
    "myuser",
    "xxx",
    "...",
    "default",
    "appuser",
    "codespace",
    "sandbox",
    "dev",
    "developer",
    "pi",
    "pwuser",
    "coder",
    "deploy",
    "git",
    "jovyan",
    "vagrant",
    "openclaw",
    "johndoe",
    "gem",
    "claw",
    "workspace",
    "components",
    "someone",
    "somebody",
    "your_username",
    "usuario",
    "utilisateur",
    "benutzer",
];

fn machine_paths(document: &Document<'_>) -> Vec<Sign> {
    let is_somebodys = |name: &str| {
        let name = name.trim_end_matches(['.', '-', '_']).to_ascii_lowercase();
        !name.is_empty() && !ANYBODY.contains(&name.as_str())
    };
    let mut seen = HashSet::new();
    HOME.captures_iter(document.text)
        .filter_map(|groups| Some((groups.get(0)?, groups.get(1)?.as_str())))
        .filter(|(_, name)| is_somebodys(name) && seen.insert(*name))
        .map(|(found, _)| Sign::at("machine_path", document.text, found.start(), found.as_str()))
        .collect()
}

/// Returns the script of nearly all letters of a text, where it has enough of them.
fn script_of(text: &str) -> Option<&'static str> {
    script(text.chars())
}

fn script_of_prose(document: &Document<'_>) -> Option<&'static str> {
    script(document.prose.iter().flat_map(|range| document.text[range.clone()].chars()))
}

fn script(characters: impl Iterator<Item = char>) -> Option<&'static str> {
    const SCRIPTS: [&str; 5] = ["Latin", "Cyrillic", "Chinese or Japanese", "Korean", "Arabic"];
    let mut counts = [0_usize; SCRIPTS.len()];
    for character in characters {
        let script = match character {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => 0,
            '\u{400}'..='\u{52f}' => 1,
            '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' => 2,
            '\u{ac00}'..='\u{d7af}' => 3,
            '\u{600}'..='\u{6ff}' => 4,
            _ => continue,
        };
        // A sign of Chinese or Korean says as much as several letters.
        counts[script] += if matches!(script, 2 | 3) { 4 } else { 1 };
    }
    let total: usize = counts.iter().sum();
    let (position, most) = counts.into_iter().enumerate().max_by_key(|(_, count)| *count)?;
    (total >= SCRIPT_LETTERS && most * 10 >= total * 9).then_some(SCRIPTS[position])
}
