//! The YAML block at the head of SKILL.md, read leniently.
//!
//! The six keys are those of the Agent Skills specification. What the wild adds is kept
//! under its own name, and everything that a strict validator would refuse is an issue.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::limits;
use super::{IssueKind, ParseIssue, sanitise_line};

/// Whether a block was there and could be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrontmatterStatus {
    /// The block is there and is a YAML mapping.
    Ok,
    /// The file does not start with a block.
    Missing,
    /// The block is there and is not what it should be; single keys may still have been read.
    Invalid,
}

/// What the frontmatter says. Every text in it is author-controlled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frontmatter {
    /// Whether the block could be parsed.
    pub status: FrontmatterStatus,
    /// `name`, if it is a scalar and not empty.
    pub name: Option<String>,
    /// `description`, if it is a scalar and not empty.
    pub description: Option<String>,
    /// `license`.
    pub license: Option<String>,
    /// `compatibility`.
    pub compatibility: Option<String>,
    /// `metadata`, with scalars written as text.
    pub metadata: BTreeMap<String, String>,
    /// `allowed-tools`, split at blanks and commas outside parentheses.
    pub allowed_tools: Option<Vec<String>>,
    /// Every other key, as it was written.
    pub extra: BTreeMap<String, Value>,
}

/// A SKILL.md text, cut at the end of its frontmatter.
pub(super) struct SplitText<'a> {
    /// The YAML between the marks, if there is a block.
    pub yaml: Option<&'a str>,
    /// What follows the block, or the whole text.
    pub body: &'a str,
}

/// Longest `name` that the specification allows, in characters.
const NAME_LIMIT: usize = 64;
/// Longest `description` that the specification allows, in characters.
const DESCRIPTION_LIMIT: usize = 1_024;
/// Longest `compatibility` that the specification allows, in characters.
const COMPATIBILITY_LIMIT: usize = 500;

/// Returns where the body of `text` starts: after its frontmatter, or at the beginning where
/// there is none.
pub fn body_start(text: &str) -> usize {
    block(text).map_or(0, |(_, body_start)| body_start)
}

/// Returns where the YAML between the marks of `text` stands, if there is a block.
pub fn frontmatter_range(text: &str) -> Option<Range<usize>> {
    block(text).ok().map(|(yaml, _)| yaml)
}

/// Returns every key of the block of `text` with its value: nothing where there is no block,
/// and `None` where the block is no YAML mapping or lies beyond a limit.
pub fn frontmatter_mapping(text: &str) -> Option<BTreeMap<String, Value>> {
    match frontmatter_range(text) {
        Some(yaml) => parse_mapping(&text[yaml]).ok(),
        None => Some(BTreeMap::new()),
    }
}

/// Returns the block and the body of `text`.
pub(super) fn cut<'a>(text: &'a str, issues: &mut Vec<ParseIssue>, path: &str) -> SplitText<'a> {
    match block(text) {
        Ok((yaml, body_start)) => SplitText { yaml: Some(&text[yaml]), body: &text[body_start..] },
        Err(kind) => {
            let message = match kind {
                IssueKind::UnclosedFrontmatter => "the frontmatter block is not closed by a line of `---`",
                _ => "the file does not start with a frontmatter block between lines of `---`",
            };
            issues.push(ParseIssue::new(kind, path, message));
            SplitText { yaml: None, body: text }
        }
    }
}

/// Finds the YAML between the marks, and the end of the second mark's line. Marks may carry
/// trailing blanks; blank lines before the first mark are tolerated, because clients
/// tolerate them.
fn block(text: &str) -> Result<(Range<usize>, usize), IssueKind> {
    let lead = text.len() - text.trim_start_matches(['\n', '\r', ' ', '\t']).len();
    let rest = &text[lead..];
    let first_end = rest.find('\n').map_or(rest.len(), |index| index + 1);
    if rest[..first_end].trim_end() != "---" {
        return Err(IssueKind::MissingFrontmatter);
    }
    let start = lead + first_end;
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Ok((start..at, at + line.len()));
        }
        at += line.len();
    }
    Err(IssueKind::UnclosedFrontmatter)
}

impl Frontmatter {
    fn empty(status: FrontmatterStatus) -> Self {
        Self {
            status,
            name: None,
            description: None,
            license: None,
            compatibility: None,
            metadata: BTreeMap::new(),
            allowed_tools: None,
            extra: BTreeMap::new(),
        }
    }

    /// Parses the YAML of a block; never fails, and notes what is wrong in `issues`.
    pub(super) fn parse(
        yaml: Option<&str>,
        folder_name: Option<&str>,
        issues: &mut Vec<ParseIssue>,
        path: &str,
    ) -> Self {
        let Some(yaml) = yaml else {
            let frontmatter = Self::empty(FrontmatterStatus::Missing);
            frontmatter.note_missing(issues, path);
            return frontmatter;
        };
        let mut frontmatter = Self::empty(FrontmatterStatus::Ok);
        match parse_mapping(yaml) {
            Ok(mapping) => frontmatter.take(mapping, issues, path),
            Err((kind, message)) => {
                frontmatter.status = FrontmatterStatus::Invalid;
                issues.push(ParseIssue::new(kind, path, message));
                frontmatter.take(salvage(yaml), issues, path);
            }
        }
        frontmatter.note_missing(issues, path);
        frontmatter.note_name(folder_name, issues, path);
        frontmatter
    }

    fn take(&mut self, mapping: BTreeMap<String, Value>, issues: &mut Vec<ParseIssue>, path: &str) {
        for (key, value) in mapping {
            match key.as_str() {
                "name" => self.name = self.scalar(&key, value, issues, path),
                "description" => self.description = self.scalar(&key, value, issues, path),
                "license" => self.license = self.scalar(&key, value, issues, path),
                "compatibility" => self.compatibility = self.scalar(&key, value, issues, path),
                "metadata" => self.metadata = self.metadata_of(value, issues, path),
                "allowed-tools" => self.allowed_tools = allowed_tools(value),
                _ => {
                    let shown = sanitise_line(&key, 60);
                    issues.push(ParseIssue::new(
                        IssueKind::UnknownKey,
                        path,
                        format!("`{shown}` is not a key of the specification"),
                    ));
                    self.extra.insert(key, value);
                }
            }
        }
        let limits = [
            (&self.description, DESCRIPTION_LIMIT, IssueKind::DescriptionTooLong),
            (&self.compatibility, COMPATIBILITY_LIMIT, IssueKind::CompatibilityTooLong),
        ];
        for (text, limit, kind) in limits {
            let length = text.as_deref().map_or(0, |text| text.chars().count());
            if length > limit {
                issues.push(ParseIssue::new(
                    kind,
                    path,
                    format!("{length} characters, the specification allows {limit}"),
                ));
            }
        }
    }

    /// Reads a scalar as text; a list or mapping is an issue and makes the block invalid.
    fn scalar(&mut self, key: &str, value: Value, issues: &mut Vec<ParseIssue>, path: &str) -> Option<String> {
        let text = scalar_text(value);
        if text.is_none() {
            self.status = FrontmatterStatus::Invalid;
            issues.push(ParseIssue::new(IssueKind::WrongType, path, format!("`{key}` is not a text")));
        }
        text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn metadata_of(&self, value: Value, issues: &mut Vec<ParseIssue>, path: &str) -> BTreeMap<String, String> {
        let Value::Object(entries) = value else {
            if !value.is_null() {
                issues.push(ParseIssue::new(IssueKind::WrongType, path, "`metadata` is not a mapping"));
            }
            return BTreeMap::new();
        };
        if entries.values().any(|value| value.is_array() || value.is_object()) {
            issues.push(ParseIssue::new(IssueKind::WrongType, path, "`metadata` holds values that are not texts"));
        }
        entries
            .into_iter()
            .map(|(key, value)| (key, scalar_text(value.clone()).unwrap_or_else(|| value.to_string())))
            .collect()
    }

    fn note_missing(&self, issues: &mut Vec<ParseIssue>, path: &str) {
        if self.name.is_none() {
            issues.push(ParseIssue::new(IssueKind::MissingName, path, "there is no `name`; the folder's name is used"));
        }
        if self.description.is_none() {
            issues.push(ParseIssue::new(
                IssueKind::MissingDescription,
                path,
                "there is no `description`; clients skip the skill",
            ));
        }
    }

    fn note_name(&self, folder_name: Option<&str>, issues: &mut Vec<ParseIssue>, path: &str) {
        let Some(name) = self.name.as_deref() else { return };
        let shown = sanitise_line(name, NAME_LIMIT);
        if !is_conforming_name(name) {
            issues.push(ParseIssue::new(
                IssueKind::InvalidName,
                path,
                format!("`{shown}` is not 1 to {NAME_LIMIT} lower-case letters, digits and single hyphens"),
            ));
        }
        if folder_name.is_some_and(|folder| !folder.is_empty() && folder != name) {
            issues.push(ParseIssue::new(
                IssueKind::NameDiffersFromFolder,
                path,
                format!("`{shown}` is not the name of the folder"),
            ));
        }
    }
}

/// The rule of the specification's validator: lower-case letters and digits of any script,
/// hyphens that are neither first, last nor doubled.
fn is_conforming_name(name: &str) -> bool {
    let is_allowed = |character: char| character == '-' || (character.is_alphanumeric() && !character.is_uppercase());
    (1..=NAME_LIMIT).contains(&name.chars().count())
        && name.chars().all(is_allowed)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

fn parse_mapping(yaml: &str) -> Result<BTreeMap<String, Value>, (IssueKind, String)> {
    if yaml.len() > limits::FRONTMATTER_BYTES {
        return Err((
            IssueKind::FrontmatterTooLarge,
            format!("the frontmatter has {} bytes, the limit is {}", yaml.len(), limits::FRONTMATTER_BYTES),
        ));
    }
    if yaml.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: limits::FRONTMATTER_NODES,
            max_events: limits::FRONTMATTER_NODES * 2,
            max_aliases: 64,
            max_anchors: 64,
            max_depth: limits::FRONTMATTER_DEPTH,
            max_documents: 1,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
    };
    let value: Value = serde_saphyr::from_str_with_options(yaml, options).map_err(|error| {
        let message = error.to_string();
        let first_line = message.lines().next().unwrap_or_default();
        (
            IssueKind::InvalidFrontmatter,
            format!("the frontmatter is not valid YAML: {}", sanitise_line(first_line, 160)),
        )
    })?;
    match value {
        Value::Object(entries) => Ok(entries.into_iter().collect()),
        _ => Err((IssueKind::InvalidFrontmatter, "the frontmatter is not a mapping of keys to values".to_owned())),
    }
}

/// Reads `key: value` lines of a block that is not valid YAML, the commonest cause of which
/// is a description with an unquoted colon. Folded continuation lines are joined.
fn salvage(yaml: &str) -> BTreeMap<String, Value> {
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in yaml.lines().take(500) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = entries.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        if key.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
            && !key.is_empty()
        {
            let value = value.trim().trim_start_matches(['|', '>']).trim_matches(['"', '\'']);
            entries.push((key.to_owned(), value.to_owned()));
        }
    }
    let is_wanted = |key: &str| matches!(key, "name" | "description" | "license" | "compatibility" | "allowed-tools");
    entries
        .into_iter()
        .filter(|(key, _)| is_wanted(key))
        .map(|(key, value)| {
            (
                key,
                Value::String(value.chars().take(limits::DESCRIPTION_CHARACTERS).collect::<String>().trim().to_owned()),
            )
        })
        .collect()
}

fn scalar_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Reads `allowed-tools` in the forms of the wild: one text, or a list of texts.
fn allowed_tools(value: Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => {
            Some(items.into_iter().filter_map(scalar_text).filter(|tool| !tool.is_empty()).collect())
        }
        other => scalar_text(other).filter(|text| !text.trim().is_empty()).map(|text| split_tools(&text)),
    }
}

/// Splits at blanks and commas that are not inside parentheses: `Bash(git log:*), Read`.
fn split_tools(text: &str) -> Vec<String> {
    let mut tools = vec![String::new()];
    let mut depth = 0_i32;
    for character in text.trim_matches(['[', ']']).chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' | ' ' | '\t' | '\n' if depth <= 0 => {
                tools.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(tool) = tools.last_mut() {
            tool.push(character);
        }
    }
    tools.retain(|tool| !tool.is_empty());
    tools
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (Frontmatter, Vec<IssueKind>, String) {
        let mut issues = Vec::new();
        let cut = cut(text, &mut issues, "SKILL.md");
        let frontmatter = Frontmatter::parse(cut.yaml, Some("demo"), &mut issues, "SKILL.md");
        (frontmatter, issues.into_iter().map(|issue| issue.kind).collect(), cut.body.to_owned())
    }

    #[test]
    fn a_conforming_block_is_read_without_issues() {
        let (frontmatter, issues, body) = read(
            "---\nname: demo\ndescription: >\n  Reads\n  things.\nlicense: MIT\ncompatibility: Needs git\nmetadata:\n  author: me\n  version: 1.0\nallowed-tools: Bash(git log:*) Read\n---\nBody\n",
        );
        assert_eq!(issues, []);
        assert_eq!(body, "Body\n");
        assert_eq!(frontmatter.description.as_deref(), Some("Reads things."));
        assert_eq!(frontmatter.allowed_tools, Some(vec!["Bash(git log:*)".to_owned(), "Read".to_owned()]));
        assert_eq!(frontmatter.metadata.get("version").map(String::as_str), Some("1.0"));
    }

    #[test]
    fn what_the_wild_does_is_read_and_noted() {
        use IssueKind::*;
        let bomb = format!(
            "---\nname: demo\ndescription: d\na: &a [x,x]\n{}---\n",
            (0..20).map(|index| format!("b{index}: &b{index} [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n")).collect::<String>()
        );
        let large = format!("---\nname: demo\ndescription: {}\n---\n", "x".repeat(100_000));
        let rows: [(&str, Option<&str>, FrontmatterStatus, &[IssueKind]); 12] = [
            ("no block", None, FrontmatterStatus::Missing, &[MissingFrontmatter, MissingName, MissingDescription]),
            (
                "---\nname: demo\n",
                None,
                FrontmatterStatus::Missing,
                &[UnclosedFrontmatter, MissingName, MissingDescription],
            ),
            ("---\r\nname: demo\r\ndescription: d\r\n---\r\nx", Some("d"), FrontmatterStatus::Ok, &[]),
            ("--- \nname: demo\ndescription: d\n---  \n", Some("d"), FrontmatterStatus::Ok, &[]),
            ("\n\n---\nname: demo\ndescription: d\n---\n", Some("d"), FrontmatterStatus::Ok, &[]),
            (
                "---\nname: demo\ndescription: Use when: it breaks\n---\n",
                Some("Use when: it breaks"),
                FrontmatterStatus::Invalid,
                &[InvalidFrontmatter],
            ),
            ("---\nname: [a]\ndescription: d\n---\n", Some("d"), FrontmatterStatus::Invalid, &[WrongType, MissingName]),
            (
                "---\n- a\n- b\n---\n",
                None,
                FrontmatterStatus::Invalid,
                &[InvalidFrontmatter, MissingName, MissingDescription],
            ),
            (
                "---\nname: Demo Skill\ndescription: d\nversion: 1\n---\n",
                Some("d"),
                FrontmatterStatus::Ok,
                &[UnknownKey, InvalidName, NameDiffersFromFolder],
            ),
            ("---\n---\n", None, FrontmatterStatus::Ok, &[MissingName, MissingDescription]),
            (&bomb, Some("d"), FrontmatterStatus::Invalid, &[InvalidFrontmatter]),
            (&large, None, FrontmatterStatus::Invalid, &[FrontmatterTooLarge, DescriptionTooLong]),
        ];
        for (text, description, status, expected) in rows {
            let (frontmatter, issues, _) = read(text);
            let shown = sanitise_line(text, 60);
            assert_eq!(frontmatter.status, status, "{shown}");
            assert_eq!(issues, expected, "{shown}");
            if let Some(description) = description {
                assert_eq!(frontmatter.description.as_deref(), Some(description), "{shown}");
            }
        }
    }

    #[test]
    fn tools_are_split_outside_parentheses() {
        let rows: [(&str, &[&str]); 3] = [
            ("Read, Write", &["Read", "Write"]),
            ("Bash(a b, c) *", &["Bash(a b, c)", "*"]),
            ("[Read, Grep]", &["Read", "Grep"]),
        ];
        for (text, tools) in rows {
            assert_eq!(split_tools(text), tools, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            read(&text);
            read(&format!("---\n{text}\n---\n"));
        }
    }
}
