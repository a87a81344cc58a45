//! What is assessed, and what comes of it.

use super::document::Document;
use super::skill_type::{TypeCall, type_of};
use super::{Sign, quality, selection};
use crate::skill::{Frontmatter, ParseIssue, limits};

/// A skill as it is assessed: SKILL.md and the names of the files beside it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Display name, sanitised.
    pub name: &'a str,
    /// Description, sanitised.
    pub description: &'a str,
    /// What the frontmatter says.
    pub frontmatter: &'a Frontmatter,
    /// What was odd while it was parsed.
    pub issues: &'a [ParseIssue],
    /// The text of SKILL.md; none where it is not text.
    pub text: Option<&'a str>,
    /// The paths of all files of the skill, those included that were not read.
    pub file_paths: &'a [String],
    /// Tokens of SKILL.md, where they were counted.
    pub context_cost_tokens: Option<u64>,
}

/// What a reader would say.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// What is wrong with how the skill is made, by flag and line; none where SKILL.md is not
    /// text, and so was not assessed.
    pub quality: Option<Vec<Sign>>,
    /// What name and description claim, by flag.
    pub selection: Vec<Sign>,
    /// The type; none where the signs are too weak.
    pub skill_type: Option<TypeCall>,
    /// Whether the skill itself says under which licence it is.
    pub names_license: bool,
}

/// Assesses a skill. Texts beyond [`limits::INDEXED_TEXT_BYTES`] are read up to there.
pub fn assess(subject: Subject<'_>) -> Assessment {
    let text = subject.text.unwrap_or_default();
    let text = &text[..text.floor_char_boundary(limits::INDEXED_TEXT_BYTES)];
    let document = Document::read(text);
    Assessment {
        quality: subject.text.is_some().then(|| quality::signs(&subject, &document)),
        selection: selection::signs(&subject, &document),
        skill_type: type_of(&subject, &document),
        names_license: subject.frontmatter.license.is_some() || subject.file_paths.iter().any(|path| is_license(path)),
    }
}

impl Assessment {
    /// Returns the flags of signs, each once, in their order.
    pub fn flags(signs: &[Sign]) -> Vec<String> {
        let mut flags: Vec<String> = signs.iter().map(|sign| sign.flag.to_owned()).collect();
        flags.dedup();
        flags
    }
}

fn is_license(path: &str) -> bool {
    let name = path.to_ascii_lowercase();
    ["license", "licence", "copying"].iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('-'))
    })
}
