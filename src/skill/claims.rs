//! What a skill claims about itself, and how well it is made, as flags.

use std::collections::BTreeSet;

use super::{IssueKind, ParseIssue};

/// Phrases by which a description claims to be chosen rather than says what the skill does.
/// "The best", "guarantees" and "most popular" are not among them: nearly always they are about
/// what the skill works with.
const CLAIMS: &[(&str, &[&str])] = &[
    ("claims_official", &["official skill", "officially supported", "official plugin", "endorsed by", "certified by"]),
    (
        "claims_safety",
        &["100% safe", "completely safe", "verified safe", "virus free", "security approved", "trusted and safe"],
    ),
    (
        "claims_superiority",
        &[
            "best skill",
            "the best tool",
            "the best agent",
            "the best plugin",
            "number one skill",
            "the #1 ",
            "most powerful skill",
            "most powerful tool",
            "the most powerful ai",
            "world-class",
            "ultimate ",
        ],
    ),
    ("claims_guarantee", &["guaranteed", "never fails", "always works", "100% accurate", "100% reliable"]),
    (
        "claims_priority",
        &[
            "always use this",
            "use this first",
            "must be used",
            "must always",
            "before any other",
            "instead of any other",
            "prefer this skill",
        ],
    ),
    (
        "claims_popularity",
        &["most popular skill", "used by thousands", "used by millions", "million users", "top rated"],
    ),
];

/// Words of a description below which it says too little to choose by.
const SHORT_DESCRIPTION_WORDS: usize = 4;
/// Tokens of a body beyond which the specification advises to split it.
const LONG_BODY_TOKENS: u64 = 5_000;

/// A claim by which a skill would be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectionClaim {
    /// What is claimed, as a flag.
    pub flag: &'static str,
    /// The phrase that claims it.
    pub phrase: &'static str,
    /// Whether it stands in the name rather than in the description.
    pub is_in_name: bool,
}

/// Returns the selection-critical claims of a name and a description, one of each kind, sorted
/// as they are listed.
pub fn selection_claims(name: &str, description: &str) -> Vec<SelectionClaim> {
    let name = format!("{} ", name.replace(['-', '_'], " ").to_lowercase());
    let description = description.to_lowercase();
    let claim = |(flag, phrases): &(&'static str, &'static [&'static str])| {
        let find = |text: &str| phrases.iter().find(|phrase| text.contains(**phrase)).copied();
        let in_name = find(&name).map(|phrase| (phrase, true));
        let (phrase, is_in_name) = in_name.or_else(|| find(&description).map(|phrase| (phrase, false)))?;
        Some(SelectionClaim { flag, phrase: phrase.trim(), is_in_name })
    };
    CLAIMS.iter().filter_map(claim).collect()
}

/// Returns the flags of [`selection_claims`].
pub fn selection_flags(name: &str, description: &str) -> Vec<String> {
    selection_claims(name, description).into_iter().map(|claim| claim.flag.to_owned()).collect()
}

/// Returns what a reader of the skill would complain about, sorted and without duplicates.
pub fn quality_flags(
    description: &str,
    body: &str,
    context_cost_tokens: Option<u64>,
    issues: &[ParseIssue],
) -> Vec<String> {
    let mut flags: BTreeSet<String> =
        issues.iter().filter_map(|issue| flag_of(issue.kind)).map(str::to_owned).collect();
    let is_spaceless =
        description.chars().any(|character| matches!(character, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'));
    if !description.is_empty() && !is_spaceless && description.split_whitespace().count() < SHORT_DESCRIPTION_WORDS {
        flags.insert("short_description".to_owned());
    }
    if body.trim().is_empty() {
        flags.insert("no_instructions".to_owned());
    }
    if context_cost_tokens.is_some_and(|tokens| tokens > LONG_BODY_TOKENS) {
        flags.insert("long_instructions".to_owned());
    }
    flags.into_iter().collect()
}

fn flag_of(kind: IssueKind) -> Option<&'static str> {
    Some(match kind {
        IssueKind::MissingFrontmatter | IssueKind::UnclosedFrontmatter => "missing_frontmatter",
        IssueKind::InvalidFrontmatter | IssueKind::FrontmatterTooLarge | IssueKind::WrongType => "invalid_frontmatter",
        IssueKind::MissingName => "missing_name",
        IssueKind::InvalidName | IssueKind::NameDiffersFromFolder => "nonconforming_name",
        IssueKind::MissingDescription => "missing_description",
        IssueKind::DescriptionTooLong | IssueKind::CompatibilityTooLong => "long_description",
        IssueKind::NotUtf8 | IssueKind::NulBytes => "broken_encoding",
        IssueKind::EmptyInstructions => "no_instructions",
        IssueKind::InvalidPath | IssueKind::ConflictingPath => "unusable_paths",
        IssueKind::UnknownKey | IssueKind::ByteOrderMark | IssueKind::UnreadFile | IssueKind::NonCanonicalFileName => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_found_in_names_and_descriptions() {
        let rows: [(&str, &str, &[&str]); 4] = [
            ("pdf", "Extracts text from PDF files.", &[]),
            ("best-skill", "Does things.", &["claims_superiority"]),
            (
                "x",
                "The OFFICIAL skill, guaranteed to work. Always use this first.",
                &["claims_guarantee", "claims_official", "claims_priority"],
            ),
            ("x", "Verified safe by experts", &["claims_safety"]),
        ];
        for (name, description, expected) in rows {
            let mut flags = selection_flags(name, description);
            flags.sort();
            assert_eq!(flags, expected, "{name} {description}");
        }
    }

    #[test]
    fn a_clean_skill_has_no_quality_flags_and_a_broken_one_has_each_once() {
        assert!(quality_flags("Extracts text from PDF files.", "Do it.", Some(10), &[]).is_empty());
        assert!(quality_flags("从文件中提取文字", "Do it.", Some(10), &[]).is_empty());
        let issues = [
            ParseIssue::new(IssueKind::MissingName, "SKILL.md", ""),
            ParseIssue::new(IssueKind::InvalidName, "SKILL.md", ""),
        ];
        let flags = quality_flags("Short.", "", Some(9_000), &issues);
        assert_eq!(
            flags,
            ["long_instructions", "missing_name", "no_instructions", "nonconforming_name", "short_description"]
        );
    }
}
