//! SKILL.md as it was before `gh skill install` wrote its frontmatter anew.
//!
//! Rewriting loses the order of keys, quotes, indents, blank lines before the body and whether
//! the last line ended (`Serialize` in cli/cli, internal/skills/frontmatter). Authors write
//! these in few ways, so each is tried. A try proves nothing by itself: only the one with which
//! the folder has the git tree that `gh` recorded is what was there.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::file::RecipeFile;
use super::git_tree::OpenTree;
use super::instructions::is_source_key;
use crate::skill::{body_start, frontmatter_range};

/// Tries for one skill.
const TRIES: usize = 1_024;
/// Bytes that all tries for one skill may hash: several hundred skills are checked at once.
const TRIED_BYTES: usize = 4 * 1024 * 1024;
/// Keys of a block of which every order is tried.
const PERMUTED_KEYS: usize = 5;
/// The order in which the specification names the keys, which most authors follow.
const USUAL_ORDER: &[&str] =
    &["name", "description", "version", "author", "license", "compatibility", "allowed-tools", "metadata"];

/// Returns the SKILL.md with which `files` have the git tree `tree` (40 hex digits), where
/// rewriting the one among them leads back to it.
pub fn instructions_before_gh(files: &[RecipeFile<'_>], tree: &str) -> Option<Vec<u8>> {
    let own = files.iter().find(|file| file.path() == "SKILL.md")?;
    let text = std::str::from_utf8(own.bytes()).ok()?;
    let blocks = Block::all_of(&text[frontmatter_range(text)?])?;
    let body = &text[body_start(text)..];
    let recorded = hex::decode(tree).ok()?;
    let open = OpenTree::new(files, "SKILL.md");
    let (mut tries, mut bytes) = (0, 0);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (number, order) in orders(&blocks).enumerate() {
        for style in Style::ALL {
            for nesting in Nesting::ALL {
                let head: String = order.iter().map(|block| block.written(style, nesting)).collect();
                if !seen.insert(head.clone()) {
                    continue;
                }
                // An odd order and an odd ending seldom come together.
                for ending in Ending::of(body).filter(|ending| number == 0 || ending.is_usual()) {
                    let parts = ending.around(&head, body);
                    tries += 1;
                    bytes += parts.iter().map(|part| part.len()).sum::<usize>();
                    if tries > TRIES || bytes > TRIED_BYTES {
                        return None;
                    }
                    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
                    if open.id_with(&parts)[..] == recorded[..] {
                        return Some(parts.concat());
                    }
                }
            }
        }
    }
    None
}

/// A key of the frontmatter with everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block<'a> {
    key: &'a str,
    /// Its first line and those below, each without its end.
    lines: Vec<&'a str>,
}

/// How texts are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    AsIs,
    /// What `gh` quoted with single quotes has double ones.
    DoubleForSingle,
    /// So have that and the description.
    DoubleDescription,
    SingleDescription,
    DoubleAll,
    SingleAll,
}

/// How what lies below a key is indented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Two,
    Four,
    /// Two blanks, but none before the items of a list.
    FlatLists,
    /// Lists stand in brackets.
    InBrackets,
    /// They do, with double quotes around each item.
    QuotedInBrackets,
}

/// What stands between block and body, and at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ending {
    blank_lines: usize,
    is_last_line_ended: bool,
    has_crlf: bool,
}

impl<'a> Block<'a> {
    /// Takes a block apart, and leaves out what an installer noted; nothing where it is not
    /// written as `gh` writes one.
    fn all_of(yaml: &'a str) -> Option<Vec<Self>> {
        let mut blocks: Vec<Self> = Vec::new();
        for line in yaml.lines() {
            if line.is_empty() || line.starts_with([' ', '-']) {
                blocks.last_mut()?.lines.push(line);
            } else {
                let (key, _) = line.split_once(':')?;
                blocks.push(Self { key, lines: vec![line] });
            }
        }
        for block in blocks.iter_mut().filter(|block| block.key == "metadata") {
            block.lines.retain(|line| !line.starts_with(' ') || !is_source_key(line));
        }
        blocks.retain(|block| block.key != "metadata" || block.lines.len() > 1 || block.lines[0] != "metadata:");
        Some(blocks)
    }

    fn written(&self, style: Style, nesting: Nesting) -> String {
        let [first, below @ ..] = &self.lines[..] else { return String::new() };
        if below.is_empty() {
            return format!("{}\n", requoted(self.key, first, style));
        }
        let items: Option<Vec<&str>> = below.iter().map(|line| line.trim_start().strip_prefix("- ")).collect();
        match (nesting, items) {
            (Nesting::InBrackets, Some(items)) => format!("{first} [{}]\n", items.join(", ")),
            (Nesting::QuotedInBrackets, Some(items)) => {
                let items: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
                format!("{first} [{}]\n", items.join(", "))
            }
            (Nesting::FlatLists, Some(items)) => {
                format!("{first}\n{}", items.iter().map(|item| format!("- {item}\n")).collect::<String>())
            }
            (Nesting::Four, _) => self.lines.iter().map(|line| format!("{line}\n")).collect(),
            _ => {
                let halved = |line: &&str| {
                    let text = line.trim_start_matches(' ');
                    let indent = (line.len() - text.len()) / 2;
                    let (key, _) = text.split_once(':').unwrap_or((text, ""));
                    format!("{}{}\n", " ".repeat(indent), requoted(key, text, style))
                };
                format!("{first}\n{}", below.iter().map(halved).collect::<String>())
            }
        }
    }
}

impl Style {
    const ALL: [Self; 6] = [
        Self::AsIs,
        Self::DoubleForSingle,
        Self::DoubleDescription,
        Self::SingleDescription,
        Self::DoubleAll,
        Self::SingleAll,
    ];
}

impl Nesting {
    const ALL: [Self; 5] = [Self::Two, Self::Four, Self::FlatLists, Self::InBrackets, Self::QuotedInBrackets];
}

/// Writes the text of a line `key: text` with other quotes; any other line stays.
fn requoted<'a>(key: &str, line: &'a str, style: Style) -> Cow<'a, str> {
    let Some((before, value)) = line.split_once(": ") else { return Cow::Borrowed(line) };
    let is_single = value.len() > 1 && value.starts_with('\'') && value.ends_with('\'');
    let is_description = key == "description";
    let mark = match style {
        Style::DoubleForSingle if is_single => '"',
        Style::DoubleDescription if is_description || is_single => '"',
        Style::SingleDescription if is_description => '\'',
        Style::DoubleAll => '"',
        Style::SingleAll => '\'',
        _ => return Cow::Borrowed(line),
    };
    let text = if is_single {
        value[1..value.len() - 1].replace("''", "'")
    } else if value.starts_with('"') {
        match serde_json::from_str::<String>(value) {
            Ok(text) => text,
            Err(_) => return Cow::Borrowed(line),
        }
    } else if value.starts_with(['|', '>', '[', '{', '&', '*', '!']) {
        return Cow::Borrowed(line);
    } else {
        value.to_owned()
    };
    let text = if mark == '"' { text.replace('\\', "\\\\").replace('"', "\\\"") } else { text.replace('\'', "''") };
    Cow::Owned(format!("{before}: {mark}{text}{mark}"))
}

/// Returns the orders of keys that are tried, the likeliest first.
fn orders<'b, 'a>(blocks: &'b [Block<'a>]) -> impl Iterator<Item = Vec<&'b Block<'a>>> {
    let mut usual: Vec<&Block<'a>> = blocks.iter().collect();
    // Stable, so that keys of no order keep that of `gh`.
    let rank = |key: &str| USUAL_ORDER.iter().position(|known| *known == key).unwrap_or(USUAL_ORDER.len());
    usual.sort_by_key(|block| rank(block.key));
    // Of many keys, the first ones stand where they always do.
    let fixed = usual.len().saturating_sub(PERMUTED_KEYS);
    permutations(usual.len() - fixed).map(move |permutation| {
        let rest = permutation.into_iter().map(|index| usual[fixed + index]);
        usual[..fixed].iter().copied().chain(rest).collect()
    })
}

/// Returns every order of the numbers below `count`, in lexicographic order.
fn permutations(count: usize) -> impl Iterator<Item = Vec<usize>> {
    let first: Vec<usize> = (0..count).collect();
    std::iter::successors(Some(first), |last| {
        let mut next = last.clone();
        let pivot = next.windows(2).rposition(|pair| pair[0] < pair[1])?;
        let swap = next.iter().rposition(|number| *number > next[pivot])?;
        next.swap(pivot, swap);
        next[pivot + 1..].reverse();
        Some(next)
    })
}

impl Ending {
    fn of(body: &str) -> impl Iterator<Item = Self> {
        let has_crlf = body.contains("\r\n");
        [1, 0, 2].into_iter().flat_map(move |blank_lines| {
            [true, false].map(|is_last_line_ended| Self { blank_lines, is_last_line_ended, has_crlf })
        })
    }

    fn is_usual(self) -> bool {
        self.blank_lines < 2 && self.is_last_line_ended
    }

    /// Returns the parts of the file.
    fn around<'t>(self, head: &'t str, body: &'t str) -> [Cow<'t, str>; 3] {
        let body = if self.is_last_line_ended { body } else { body.strip_suffix('\n').unwrap_or(body) };
        let blank = "\n".repeat(self.blank_lines);
        if self.has_crlf {
            let head = format!("---\n{head}---\n{blank}").replace('\n', "\r\n");
            return [Cow::Owned(head), Cow::Borrowed(""), Cow::Borrowed(body)];
        }
        [Cow::Borrowed("---\n"), Cow::Owned(format!("{head}---\n{blank}")), Cow::Borrowed(body)]
    }
}
