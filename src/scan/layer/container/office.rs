//! Office and OpenDocument files: zip archives of XML, of which the words are read as prose.

use super::{Host, Opener};
use crate::skill::{BundlePath, FileContent, decode_text};

/// Bytes of words that are kept of one part.
const WORDS_BYTES: usize = 1024 * 1024;

/// Tells whether the names of an archive's members are those of a document.
pub(super) fn is_document<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| name == "[Content_Types].xml" || name == "content.xml" || name == "META-INF/container.xml")
}

/// Adds the words of a part as prose, if it is one that a reader sees.
pub(super) fn add_words(opener: &mut Opener<'_>, path: &BundlePath, content: &FileContent, host: &Host) {
    let FileContent::Bytes(bytes) = content else { return };
    let folder = path.folders().next().unwrap_or_default();
    let is_part = matches!(folder, "word" | "ppt" | "xl" | "docProps" | "OEBPS" | "EPUB" | "customXml")
        || matches!(path.as_str(), "content.xml" | "meta.xml");
    let is_text = matches!(path.extension().as_deref(), Some("xml" | "xhtml" | "html" | "htm"));
    // Themes, styles and layouts hold numbers and names of fonts.
    let is_look =
        ["theme", "styles", "fontTable", "slideLayout", "slideMaster", "settings", "numbering", "tableStyles"]
            .iter()
            .any(|part| path.as_str().contains(part));
    if !is_part || !is_text || is_look {
        return;
    }
    let Some(decoded) = decode_text(bytes) else { return };
    let ends = ["</w:p>", "</a:p>", "</si>", "</text:p>", "</text:h>", "</p>", "</h1>", "</h2>", "</h3>", "</li>"];
    let name = path.file_name().rsplit_once('.').map_or(path.file_name(), |(stem, _)| stem);
    let step = format!("words of {path}");
    opener.add_text(host, &step, &format!("{name}.txt"), words(&decoded.text, &ends));
}

/// Returns the text between the tags; a tag in `paragraph_ends` ends a paragraph.
pub(super) fn words(text: &str, paragraph_ends: &[&str]) -> String {
    let mut words = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        push_unescaped(&mut words, &rest[..start]);
        let tag = &rest[start..];
        if tag.starts_with("<!--") {
            let end = tag.find("-->").unwrap_or(tag.len());
            words.push('\n');
            words.push_str(tag[4.min(end)..end].trim());
            words.push('\n');
            rest = tag.get(end + 3..).unwrap_or("");
            continue;
        }
        if paragraph_ends.iter().any(|end| tag.starts_with(end)) {
            words.push_str("\n\n");
        }
        rest = tag.find('>').map_or("", |end| &tag[end + 1..]);
        if words.len() > WORDS_BYTES {
            break;
        }
    }
    words
}

fn push_unescaped(words: &mut String, text: &str) {
    if text.trim().is_empty() {
        if text.contains(' ') {
            words.push(' ');
        }
        return;
    }
    if text.contains('&') {
        let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
        words.push_str(&plain.replace("&amp;", "&"));
    } else {
        words.push_str(text);
    }
}
