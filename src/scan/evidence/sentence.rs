//! Splits a document into sentences, list items and rows, with the classes of words in each.

use std::ops::Range;

use crate::scan::evidence::Pattern;
use crate::scan::evidence::lexicon::{Marks, Words};

/// What a sentence is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scan) enum Place {
    /// Running text.
    Text,
    /// An item of a list.
    Item,
    /// A heading.
    Heading,
    /// A row of a table.
    Row,
    /// The YAML at the head of the document.
    Frontmatter,
    /// A fenced block that holds text rather than code.
    Block,
}

/// A sentence, or what stands for one.
#[derive(Debug, Clone)]
pub(in crate::scan) struct Sentence<'t> {
    /// Where it stands.
    pub(in crate::scan) span: Range<usize>,
    /// What it is part of.
    pub(in crate::scan) place: Place,
    /// The classes of words in it.
    pub(in crate::scan) words: Words<'t>,
    /// Counts headings: sentences of one section share it.
    section: u32,
}

/// A sentence that goes on for longer is cut.
const SENTENCE_BYTES: usize = 800;

/// A heading that is longer says something instead of naming it.
const TITLE_BYTES: usize = 80;

/// What is shorter says nothing.
const SHORTEST_BYTES: usize = 8;

/// Fenced blocks of these languages hold text.
const TEXT_LANGUAGES: &[&str] = &["", "markdown", "md", "text", "txt", "plaintext", "plain", "prompt"];

/// Splits `text` into sentences; its frontmatter ends at `frontmatter_end`.
pub(in crate::scan) fn sentences(text: &str, frontmatter_end: usize) -> Vec<Sentence<'_>> {
    let mut splitter = Splitter { text, found: Vec::new(), open: None, place: Place::Text, section: 0 };
    let mut fence: Option<(&str, bool)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.trim_end().len());
        at += line.len();
        let content = line.trim();
        let from = start + (line.len() - line.trim_start().len()).min(end - start);
        if end <= frontmatter_end {
            let is_continued = line.starts_with([' ', '\t']) && !content.starts_with("- ");
            splitter.begin(Place::Frontmatter, is_continued);
            splitter.run(from..end);
            continue;
        }
        let mark = ["```", "~~~"].into_iter().find(|mark| content.starts_with(mark));
        if let Some((open, is_text)) = fence {
            if content.starts_with(open) && content.trim_start_matches(['`', '~']).is_empty() {
                fence = None;
            } else if is_text {
                splitter.begin(Place::Block, !is_item(content) && !content.is_empty());
                splitter.run(from + item_marker(content)..end);
            }
            continue;
        }
        if let Some(mark) = mark {
            splitter.close();
            let language = content.trim_start_matches(['`', '~']).split([' ', ',', '{']).next().unwrap_or("");
            fence = Some((mark, TEXT_LANGUAGES.iter().any(|known| language.eq_ignore_ascii_case(known))));
            continue;
        }
        match content.as_bytes().first() {
            None => splitter.close(),
            Some(b'#') => {
                splitter.section += 1;
                // A heading that long is a sentence in large letters.
                let is_title = content.len() <= TITLE_BYTES;
                splitter.begin(if is_title { Place::Heading } else { Place::Text }, false);
                splitter.run(from..end);
                splitter.close();
            }
            Some(b'|') => {
                splitter.begin(Place::Row, false);
                splitter.run(from..end);
            }
            _ => {
                let marker = item_marker(content);
                let place = if marker > 0 && !content.starts_with('>') { Place::Item } else { Place::Text };
                splitter.begin(place, marker == 0 || content.starts_with('>'));
                splitter.run(from + marker..end);
            }
        }
    }
    splitter.close();
    splitter.found
}

/// Returns the neighbours of the sentence at `index` in its section, at most `before` and
/// `after` of them, with the sentence itself.
pub(in crate::scan) fn around<'s, 't>(
    sentences: &'s [Sentence<'t>],
    index: usize,
    before: usize,
    after: usize,
) -> &'s [Sentence<'t>] {
    let section = sentences[index].section;
    let first = (index.saturating_sub(before)..index).find(|at| sentences[*at].section == section).unwrap_or(index);
    let last = (index..sentences.len().min(index + after + 1))
        .take_while(|at| sentences[*at].section == section)
        .last()
        .unwrap_or(index);
    &sentences[first..=last]
}

/// Sentences that stand together, read as one for the classes of words in them.
#[derive(Debug, Clone, Copy)]
pub(in crate::scan) struct Company<'s, 't>(pub(in crate::scan) &'s [Sentence<'t>]);

impl Company<'_, '_> {
    /// Tells whether all classes of `marks` are there, in whichever sentences.
    pub(in crate::scan) fn has(self, marks: Marks) -> bool {
        marks.each().all(|mark| self.any(mark))
    }

    /// Tells whether one of the classes of `marks` is there.
    pub(in crate::scan) fn any(self, marks: Marks) -> bool {
        self.0.iter().any(|sentence| sentence.words.any(marks))
    }
}

/// Tells whether a sentence is worth a closer look: it holds one of `words`, or letters of
/// another language than English. A closer look costs a hundred times as much.
pub(in crate::scan) fn is_candidate(sentence: &str, words: &Pattern) -> bool {
    // The first bytes of accented Latin, Cyrillic, kana and Chinese characters.
    let is_other_language = |byte: &u8| matches!(byte, 0xC3 | 0xD0 | 0xD1 | 0xE3..=0xE9);
    words.is_match(sentence) || sentence.as_bytes().iter().any(is_other_language)
}

struct Splitter<'a> {
    text: &'a str,
    found: Vec<Sentence<'a>>,
    open: Option<Range<usize>>,
    place: Place,
    section: u32,
}

impl<'a> Splitter<'a> {
    /// Starts another sentence, unless the line goes on with the one that is open.
    fn begin(&mut self, place: Place, is_continued: bool) {
        if !is_continued || self.open.is_none() {
            self.close();
            self.place = place;
        }
    }

    /// Takes a part of a line, and closes every sentence that ends in it.
    fn run(&mut self, part: Range<usize>) {
        let text = self.text;
        let Some(line) = text.get(part.clone()) else { return };
        for (index, character) in line.char_indices() {
            let end = part.start + index + character.len_utf8();
            if self.open.is_none() && character.is_whitespace() {
                continue;
            }
            let open = self.open.get_or_insert(part.start + index..end);
            open.end = end;
            let is_end = match character {
                '。' | '！' | '？' | '；' => true,
                '.' | '!' | '?' => {
                    let rest = line[end - part.start..].trim_start_matches(['"', '\'', '*', ')', '`', '”']);
                    rest.is_empty()
                        || rest.starts_with(char::is_whitespace)
                            && !rest.trim_start().starts_with(|next: char| next.is_ascii_lowercase())
                }
                _ => open.len() >= SENTENCE_BYTES,
            };
            if is_end {
                self.close();
            }
        }
        if let Some(open) = self.open.as_mut() {
            open.end = part.end;
        }
    }

    fn close(&mut self) {
        let Some(span) = self.open.take() else { return };
        let sentence = &self.text[span.clone()];
        if sentence.len() >= SHORTEST_BYTES {
            self.found.push(Sentence { span, place: self.place, words: Words::of(sentence), section: self.section });
        }
    }
}

fn is_item(content: &str) -> bool {
    item_marker(content) > 0
}

/// Returns the length of the mark that opens an item of a list or a line of a quotation.
fn item_marker(content: &str) -> usize {
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &content[digits..];
    if digits > 0 {
        return if digits < 4 && (rest.starts_with(". ") || rest.starts_with(") ")) { digits + 2 } else { 0 };
    }
    ["- ", "* ", "+ ", "> ", "• "].iter().find(|mark| content.starts_with(**mark)).map_or(0, |mark| mark.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        sentences(text, 0).into_iter().map(|sentence| &text[sentence.span]).collect()
    }

    #[test]
    fn a_document_falls_into_sentences_items_and_rows() {
        let rows = [
            (
                "One thing here. Another thing,\nwrapped over lines! A third one",
                vec!["One thing here.", "Another thing,\nwrapped over lines!", "A third one"],
            ),
            ("Use tools, e.g. hammers, and so on.", vec!["Use tools, e.g. hammers, and so on."]),
            (
                "- first item\n- second item\n  goes on\n1. third item",
                vec!["first item", "second item\n  goes on", "third item"],
            ),
            ("# A heading\nand a text\n\n| a cell | b |", vec!["# A heading", "and a text", "| a cell | b |"]),
            ("```sh\nrm everything\n```\n```text\nSay the word.\n```", vec!["Say the word."]),
            ("第一个句子。第二个句子！", vec!["第一个句子。", "第二个句子！"]),
        ];
        for (text, expected) in rows {
            assert_eq!(texts(text), expected, "{text:?}");
        }
    }

    #[test]
    fn neighbours_end_where_the_section_does() {
        let text = "# First part\nOne sentence.\n\nTwo sentence.\n# Second part\nThree sentence.";
        let found = sentences(text, 0);
        assert_eq!(around(&found, 2, 5, 5).len(), 3);
        assert_eq!(around(&found, 1, 0, 1).len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn sentences_are_in_order_bounded_and_at_character_boundaries(text in "(?s)[a-z。.!#>|`~ \\-\n1é的]{0,300}", head in 0usize..40) {
            let head = text.floor_char_boundary(head.min(text.len()));
            let mut last = 0;
            for sentence in sentences(&text, head) {
                proptest::prop_assert!(sentence.span.start >= last && sentence.span.len() <= SENTENCE_BYTES + 8);
                proptest::prop_assert!(text.get(sentence.span.clone()).is_some());
                last = sentence.span.end;
            }
        }
    }
}
