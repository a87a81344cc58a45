//! A page as HTML: its Markdown, rendered, in a plain and readable frame.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::pages::Page;

/// The frame's style. It follows the reader's colour scheme and needs no script and no font
/// from anywhere.
const STYLE: &str = include_str!("page.css");

/// Renders a page.
pub(super) fn page(page: &Page) -> String {
    let mut body = String::new();
    html::push_html(&mut body, with_anchors(&page.markdown).into_iter());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · Touchmark</title>\n<meta name=\"description\" content=\"{summary}\">\n<link rel=\"alternate\" type=\"text/markdown\" href=\"{path}.md\">\n<link rel=\"ard\" href=\"/.well-known/ard.json\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><a class=\"mark\" href=\"/docs\">Touchmark</a><nav><a href=\"/docs/quickstart\">Quickstart</a><a href=\"/docs/api\">API</a><a href=\"/docs/identity\">Verification</a><a href=\"/docs/rules\">Rules</a><a href=\"/docs/cli\">Command line</a></nav></header>\n\
         <main>\n{body}</main>\n<footer><a href=\"{path}.md\">This page as Markdown</a> · <a href=\"/llms.txt\">llms.txt</a> · <a href=\"/openapi.json\">openapi.json</a> · <a href=\"/health\">health</a></footer>\n</body>\n</html>\n",
        title = escape(&page.title),
        summary = escape(&page.summary),
        path = page.path,
    )
}

/// Gives headings an id made of their words, so that they can be linked to, and wraps
/// tables, so that a wide one scrolls by itself.
fn with_anchors(markdown: &str) -> Vec<Event<'_>> {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut heading: Option<(usize, HeadingLevel, String)> = None;
    for event in parser {
        match &event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((events.len(), *level, String::new())),
            Event::Text(text) | Event::Code(text) => {
                if let Some((_, _, words)) = heading.as_mut() {
                    words.push_str(text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((at, level, words)) = heading.take() {
                    let id = CowStr::from(anchor(&words));
                    events[at] =
                        Event::Start(Tag::Heading { level, id: Some(id), classes: Vec::new(), attrs: Vec::new() });
                }
            }
            Event::Start(Tag::Table(_)) => events.push(Event::Html("<div class=\"table\">".into())),
            // Pages are ours, but examples in them are attacks: no HTML of a page is markup.
            Event::Html(text) | Event::InlineHtml(text) => {
                events.push(Event::Text(text.clone()));
                continue;
            }
            _ => {}
        }
        let ends_table = matches!(event, Event::End(TagEnd::Table));
        events.push(event);
        if ends_table {
            events.push(Event::Html("</div>".into()));
        }
    }
    events
}

fn anchor(words: &str) -> String {
    let mapped: String = words
        .to_lowercase()
        .chars()
        .map(|character| if character.is_alphanumeric() { character } else { ' ' })
        .collect();
    mapped.split_whitespace().collect::<Vec<_>>().join("-")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
