//! The parts of SKILL.md that are assessed.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::skill::{body_start, frontmatter_range};

/// SKILL.md, taken apart once.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// The whole text.
    pub text: &'a str,
    /// Where the body starts.
    pub body_start: usize,
    /// Headings with where they start.
    pub headings: Vec<(usize, String)>,
    /// Targets of links and pictures, with where they start.
    pub links: Vec<(usize, String)>,
    /// Running text, without code.
    pub prose: Vec<Range<usize>>,
}

impl<'a> Document<'a> {
    /// Reads a document.
    pub(super) fn read(text: &'a str) -> Self {
        let body_start = body_start(text);
        let mut document = Self { text, body_start, headings: Vec::new(), links: Vec::new(), prose: Vec::new() };
        let mut heading: Option<(usize, String)> = None;
        let mut is_code = false;
        let parser = Parser::new_ext(&text[body_start..], Options::ENABLE_TABLES);
        for (event, range) in parser.into_offset_iter() {
            let range = range.start + body_start..range.end + body_start;
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some((range.start, String::new())),
                Event::End(TagEnd::Heading(_)) => document.headings.extend(heading.take()),
                Event::Start(Tag::CodeBlock(_)) => is_code = true,
                Event::End(TagEnd::CodeBlock) => is_code = false,
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    document.links.push((range.start, dest_url.into_string()));
                }
                Event::Text(words) if !is_code => {
                    if let Some((_, title)) = &mut heading {
                        title.push_str(&words);
                    }
                    document.prose.push(range);
                }
                Event::Code(words) => {
                    if let Some((_, title)) = &mut heading {
                        title.push_str(&words);
                    }
                }
                _ => {}
            }
        }
        document
    }

    /// Returns the lines of the description, with those of a block that goes on below it.
    pub(super) fn description(&self) -> Range<usize> {
        let start = self.key("description");
        if !self.text[start..].starts_with("description") {
            return start..start;
        }
        let mut end = start;
        for (position, line) in self.text[start..self.body_start].split_inclusive('\n').enumerate() {
            if position > 0 && !line.starts_with([' ', '\t']) {
                break;
            }
            end += line.len();
        }
        start..end
    }

    /// Returns where a key of the frontmatter stands; the beginning where it is not found.
    pub(super) fn key(&self, key: &str) -> usize {
        let Some(yaml) = frontmatter_range(self.text) else { return 0 };
        let mut offset = yaml.start;
        for line in self.text[yaml.clone()].split_inclusive('\n') {
            if line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')) {
                return offset;
            }
            offset += line.len();
        }
        yaml.start
    }
}
