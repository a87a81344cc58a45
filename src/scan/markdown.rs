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
