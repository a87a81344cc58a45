//! The structure of a Markdown document, as byte ranges.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::Region;

/// Returns every region that is not plain prose, ordered by start; inner regions come after
/// the outer ones that hold them. `frontmatter_end` is where the document itself begins.
pub(super) fn regions(text: &str, frontmatter_end: usize) -> Vec<(Range<usize>, Region)> {
    let mut regions = Vec::new();
    if frontmatter_end > 0 {
        regions.push((0..frontmatter_end, Region::Frontmatter));
    }
    for (event, range) in parse(text, frontmatter_end) {
        let region = match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let language = info.split([' ', ',', '{']).next().unwrap_or_default().to_ascii_lowercase();
                Region::CodeBlock(language)
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Region::CodeBlock(String::new()),
            Event::Start(Tag::BlockQuote(_)) => Region::Quotation,
            Event::Start(Tag::Table(_)) => Region::Table,
            Event::Code(_) => Region::InlineCode,
            Event::Html(html) | Event::InlineHtml(html) if html.trim_start().starts_with("<!--") => Region::Comment,
            Event::Start(Tag::HtmlBlock) if text[offset(&range, frontmatter_end)].trim_start().starts_with("<!--") => {
                Region::Comment
            }
            _ => continue,
        };
        regions.push((offset(&range, frontmatter_end), region));
    }
    regions.sort_by(|left, right| left.0.start.cmp(&right.0.start).then(right.0.end.cmp(&left.0.end)));
    regions
}

/// Programs that a span of code in running text begins with.
const COMMANDS: &[&str] = &[
    "curl", "wget", "python", "python3", "bash", "sh", "node", "git", "echo", "cat", "eval", "source", "rm", "sudo",
    "scp",
];

/// Returns the blocks of code, without their fences, and the spans of code that begin as a
/// command does, each with its language.
pub(super) fn code_blocks(text: &str, frontmatter_end: usize) -> Vec<(Range<usize>, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Option<Range<usize>>)> = None;
    for (event, range) in parse(text, frontmatter_end) {
        let range = offset(&range, frontmatter_end);
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', ',', '{']).next().unwrap_or_default().to_ascii_lowercase()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                open = Some((language, None));
            }
            Event::Text(_) => {
                if let Some((_, content)) = open.as_mut() {
                    *content = Some(content.as_ref().map_or(range.start, |known| known.start)..range.end);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((language, Some(content))) = open.take() {
                    let language =
                        if language.is_empty() { begins_like(&text[content.clone()]).to_owned() } else { language };
                    blocks.push((content, language));
                }
            }
            Event::Code(code) if code.contains(' ') && begins_like(&code) == "sh" => {
                let inside = text[range.clone()].trim_matches('`').len();
                let lead = text[range.clone()].len() - text[range.clone()].trim_start_matches('`').len();
                blocks.push((range.start + lead..range.start + lead + inside, "sh".to_owned()));
            }
            _ => {}
        }
    }
    blocks
}

/// Returns the language that code without one begins like.
fn begins_like(code: &str) -> &'static str {
    let first = code.trim_start().trim_start_matches("$ ").split_whitespace().next().unwrap_or_default();
    match first {
        "import" | "from" | "def" => "python",
        first if COMMANDS.contains(&first) || first.starts_with("#!") => "sh",
        // `NAME=$(command)`
        first
            if first
                .split_once("=$(")
                .is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')) =>
        {
            "sh"
        }
        _ => "",
    }
}

/// Returns the headings with the offset of each, in lower case; a heading carries the text
/// of the headings above it, so that `## Attacks` / `### Example` reads `attacks / example`.
pub(super) fn headings(text: &str, frontmatter_end: usize) -> Vec<(usize, String)> {
    let mut headings = Vec::new();
    let mut trail: Vec<(usize, String)> = Vec::new();
    let mut open: Option<(usize, usize, String)> = None;
    for (event, range) in parse(text, frontmatter_end) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                open = Some((range.start + frontmatter_end, level as usize, String::new()))
            }
            Event::Text(part) | Event::Code(part) => {
                if let Some((_, _, title)) = open.as_mut() {
                    title.push_str(&part.to_lowercase());
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((start, level, title)) = open.take() else { continue };
                trail.retain(|(above, _)| *above < level);
                trail.push((level, title));
                let path = trail.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>().join(" / ");
                headings.push((start, path));
            }
            _ => {}
        }
    }
    headings
}

fn parse(text: &str, from: usize) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(&text[from..], Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES).into_offset_iter()
}

fn offset(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}
