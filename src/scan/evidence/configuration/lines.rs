//! The readers of settings that are written line by line: YAML, and `key = value`.

use super::{DEPTH_LIMIT, Found, flow, joined};

/// A container that is open: how far its line is indented, and its keys.
struct Open {
    indent: usize,
    path: String,
    /// Whether it is an element of a list, which ends where the next one begins.
    is_element: bool,
}

/// Reads YAML. Anchors, tags and documents after the first mean nothing here.
pub(super) fn read_yaml(text: &str, found: &mut Found) {
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while at < text.len() && !found.is_full() {
        let end = line_end(text, at);
        let line = &text[at..end];
        let content = line.trim_start_matches(' ');
        let mut indent = line.len() - content.len();
        let mut start = at + indent;
        let mut next = end + 1;
        if content.trim().is_empty() || content.starts_with('#') || content.starts_with("---") {
            at = next;
            continue;
        }
        while let Some(rest) = text[start..end].strip_prefix("- ").or_else(|| (&text[start..end] == "-").then_some(""))
        {
            close(&mut open, indent, true);
            if open.len() < DEPTH_LIMIT {
                let path = joined(path_of(&open), "[]");
                open.push(Open { indent, path, is_element: true });
            }
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            indent += 2 + blanks;
            start = (start + 2 + blanks).min(end);
        }
        if start < end {
            next = read_item(text, start, end, indent, &mut open, found);
        }
        at = next;
    }
}

/// Reads `key: value` or a value at `start`, and returns where the next line begins.
fn read_item(text: &str, start: usize, end: usize, indent: usize, open: &mut Vec<Open>, found: &mut Found) -> usize {
    close(open, indent, false);
    let (path, value_start) = match key_of(&text[start..end]) {
        Some((key, length)) => (joined(path_of(open), key), start + length),
        None => (path_of(open).to_owned(), start),
    };
    let value = text[value_start..end].trim_start();
    let value_start = end - value.len();
    let value = value.trim_end();
    match value.bytes().next() {
        None | Some(b'#') => {
            if open.len() < DEPTH_LIMIT {
                open.push(Open { indent, path, is_element: false });
            }
            end + 1
        }
        Some(b'{' | b'[' | b'"' | b'\'') => {
            let value_end = flow::read(text, value_start, &path, found);
            line_end(text, value_end.max(start)) + 1
        }
        Some(b'|' | b'>') => {
            let (body, body_end) = block_scalar(text, end + 1, indent);
            found.push(&path, body, value_start..body_end.clamp(value_start, text.len()));
            body_end
        }
        Some(_) => {
            let plain = value.find(" #").map_or(value, |comment| value[..comment].trim_end());
            found.push(&path, plain.to_owned(), value_start..value_start + plain.len());
            end + 1
        }
    }
}

/// Returns the lines from `at` on that are indented deeper than `indent`, and where they end.
fn block_scalar(text: &str, mut at: usize, indent: usize) -> (String, usize) {
    let mut body: Vec<&str> = Vec::new();
    while at < text.len() {
        let end = line_end(text, at);
        let line = &text[at..end];
        let is_blank = line.trim().is_empty();
        if !is_blank && line.len() - line.trim_start_matches(' ').len() <= indent {
            break;
        }
        body.push(line.trim());
        at = end + 1;
    }
    while body.last().is_some_and(|line| line.is_empty()) {
        body.pop();
    }
    (body.join("\n"), at)
}

/// Splits `key:` off a line, and returns the key and how long it is with its colon.
fn key_of(line: &str) -> Option<(&str, usize)> {
    let quote = line.chars().next().filter(|first| matches!(first, '"' | '\''));
    if let Some(quote) = quote {
        let close = line[1..].find(quote)? + 1;
        return line[close + 1..].starts_with(':').then_some((&line[1..close], close + 2));
    }
    if line.starts_with(['{', '[', '|', '>', '&', '*']) {
        return None;
    }
    let colon = line.find(": ").or_else(|| line.trim_end().strip_suffix(':').map(str::len))?;
    (colon > 0).then_some((line[..colon].trim_end(), colon + 1))
}

/// Closes the containers that do not hold what is indented by `indent`.
fn close(open: &mut Vec<Open>, indent: usize, is_element: bool) {
    while let Some(last) = open.last() {
        // The elements of a list may stand as far left as the key that holds the list.
        let holds = last.indent < indent || last.indent == indent && is_element && !last.is_element;
        if holds {
            return;
        }
        open.pop();
    }
}

fn path_of(open: &[Open]) -> &str {
    open.last().map_or("", |last| last.path.as_str())
}

/// Reads lines of `key = value` below headings in brackets.
pub(super) fn read_assignments(text: &str, found: &mut Found) {
    let mut heading = String::new();
    let mut at = 0;
    while at < text.len() && !found.is_full() {
        let end = line_end(text, at);
        let line = text[at..end].trim();
        let start = at + (text[at..end].len() - text[at..end].trim_start().len());
        at = end + 1;
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') && line.ends_with(']') {
            heading = heading_path(line.trim_matches(['[', ']']));
            continue;
        }
        let Some(equals) = line.find('=') else { continue };
        let key = line[..equals].trim().trim_matches(['"', '\'']);
        let path = joined(&heading, key);
        let after = &line[equals + 1..];
        let value = after.trim_start();
        let value_start = start + equals + 1 + (after.len() - value.len());
        match value.bytes().next() {
            Some(b'"') if value.starts_with("\"\"\"") => at = long_string(text, value_start, &path, found),
            Some(b'{' | b'[' | b'"' | b'\'') => {
                let value_end = flow::read(text, value_start, &path, found);
                at = line_end(text, value_end) + 1;
            }
            Some(_) => {
                let plain = value.find(" #").map_or(value, |comment| value[..comment].trim_end());
                found.push(&path, plain.to_owned(), value_start..value_start + plain.len());
            }
            None => {}
        }
    }
}

/// Writes `tool.uv."index"` as a path of keys.
fn heading_path(heading: &str) -> String {
    let keys: Vec<&str> = heading.split('.').map(|key| key.trim().trim_matches(['"', '\''])).collect();
    joined("", &keys.join("/"))
}

/// Reads a string between three quotation marks, and returns where the next line begins.
fn long_string(text: &str, start: usize, path: &str, found: &mut Found) -> usize {
    let body = start + 3;
    let end = text[body..].find("\"\"\"").map_or(text.len(), |length| body + length);
    found.push(path, text[body..end].to_owned(), start..end);
    line_end(text, end) + 1
}

fn line_end(text: &str, from: usize) -> usize {
    let from = from.min(text.len());
    memchr::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |length| from + length)
}
