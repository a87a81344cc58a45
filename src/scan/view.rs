//! What rules look at: the bundle, its files, and texts with their structure.

use std::ops::Range;
use std::sync::OnceLock;

use super::Location;
use super::beside::{Beside, NOTHING};
use super::evidence::install_code::used_specimens;
use super::evidence::reach::Reach;
use super::evidence::sentence::{Sentence, sentences};
use super::flow::Flow;
use super::layer::{Fact, Layers, Origin};
use super::markdown;
use super::polarity;
use super::signature::SignatureSet;
use crate::skill::{
    BundleFile, DecodedText, FileClass, ParseIssue, SkillBundle, UnreadFile, body_start, limits, sanitise_line,
};

/// How far a line reaches to both sides of a place in it, in bytes.
const LINE_REACH_BYTES: usize = 2_000;

/// How far into a line columns are counted, in bytes.
const COLUMN_BYTES: usize = 100_000;

/// The bundle with the views of its files.
#[derive(Debug)]
pub struct BundleView<'a> {
    /// The parsed bundle.
    pub bundle: &'a SkillBundle,
    /// What was odd while it was read.
    pub issues: &'a [ParseIssue],
    /// Files in path order, then what is inside of them.
    pub files: Vec<FileView<'a>>,
    /// What stands out about the containers among the files.
    pub facts: &'a [Fact],
    /// What is inside of the files and was not read.
    pub unread_inside: &'a [UnreadFile],
    /// What is known beside the files: nothing of a skill.
    pub(in crate::scan) beside: &'a Beside,
    /// The signatures to look for.
    pub(super) signatures: &'a SignatureSet,
    flow: OnceLock<Flow>,
}

/// One file of the bundle.
#[derive(Debug)]
pub struct FileView<'a> {
    /// The parsed file.
    pub file: &'a BundleFile,
    /// Where the file was found, unless it stands in the bundle itself.
    pub origin: Option<&'a Origin>,
    /// The text with its structure, unless the file is binary or a link.
    pub text: Option<TextView<'a>>,
}

/// A text, its lines and its regions.
#[derive(Debug)]
pub struct TextView<'a> {
    file: &'a BundleFile,
    origin: Option<&'a Origin>,
    decoded: &'a DecodedText,
    /// Bytes of the text that rules see.
    length: usize,
    /// Whether other code loads it, although its path says that it is a specimen.
    is_used: bool,
    /// Whether it is of a package: code of a library, and no skill.
    is_of_package: bool,
    line_starts: Vec<u32>,
    lowered: OnceLock<String>,
    regions: OnceLock<Vec<(Range<usize>, Region)>>,
    headings: OnceLock<Vec<(usize, String)>>,
    teaches_security: OnceLock<bool>,
    sentences: OnceLock<Vec<Sentence<'a>>>,
    reach: OnceLock<Reach>,
}

/// What a place in a text is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Region {
    /// Running text of a Markdown document.
    Prose,
    /// A fenced or indented block of code, with the language that it names, in lower case.
    CodeBlock(String),
    /// Code between backticks in running text.
    InlineCode,
    /// An HTML comment.
    Comment,
    /// A quotation (`>`).
    Quotation,
    /// A cell of a table.
    Table,
    /// The YAML at the head of a document.
    Frontmatter,
    /// The whole of a file that is not Markdown: a script, a configuration, data.
    Code,
}

impl<'a> BundleView<'a> {
    /// Builds the views of `bundle` and of the layers inside of its files.
    pub(super) fn new(
        bundle: &'a SkillBundle,
        opened: &'a Layers,
        issues: &'a [ParseIssue],
        signatures: &'a SignatureSet,
    ) -> Self {
        let written = bundle.files.iter().map(|file| (file, None));
        let layers = opened.layers.iter().map(|layer| (&layer.file, Some(&layer.origin)));
        let files = written
            .chain(layers)
            .map(|(file, origin)| {
                let text = file.text.as_ref().map(|decoded| TextView::new(file, origin, decoded));
                FileView { file, origin, text }
            })
            .collect();
        Self {
            bundle,
            issues,
            files,
            facts: &opened.facts,
            unread_inside: &opened.unread,
            beside: &NOTHING,
            signatures,
            flow: OnceLock::new(),
        }
    }

    /// Says what is known beside the files.
    pub(super) fn beside(mut self, beside: &'a Beside) -> Self {
        self.beside = beside;
        if beside.package.is_some() {
            self.files.iter_mut().filter_map(|file| file.text.as_mut()).for_each(|text| text.is_of_package = true);
            for file in used_specimens(&self) {
                if let Some(text) = self.files.get_mut(file).and_then(|file| file.text.as_mut()) {
                    text.is_used = true;
                }
            }
        }
        self
    }

    /// Returns what the programs of the bundle do; they are read when a rule first asks.
    pub(in crate::scan) fn flow(&self) -> &Flow {
        self.flow.get_or_init(|| Flow::of(self))
    }

    /// Returns the view of the instructions' text, unless it is binary.
    pub fn instructions(&self) -> Option<&TextView<'a>> {
        let path = &self.bundle.instructions().path;
        self.files.iter().find(|file| &file.file.path == path)?.text.as_ref()
    }

    /// Iterates over all texts of the bundle.
    pub fn texts(&self) -> impl Iterator<Item = &TextView<'a>> {
        self.files.iter().filter_map(|file| file.text.as_ref())
    }
}

impl FileView<'_> {
    /// Returns the path in the bundle.
    pub fn path(&self) -> &str {
        self.file.path.as_str()
    }
}

impl<'a> TextView<'a> {
    /// Builds the view of one text.
    pub(super) fn new(file: &'a BundleFile, origin: Option<&'a Origin>, decoded: &'a DecodedText) -> Self {
        let line_starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', decoded.text.as_bytes()).map(|index| index as u32 + 1))
            .collect();
        Self {
            file,
            origin,
            decoded,
            length: decoded.text.len(),
            is_used: false,
            is_of_package: false,
            line_starts,
            lowered: OnceLock::new(),
            regions: OnceLock::new(),
            headings: OnceLock::new(),
            teaches_security: OnceLock::new(),
            sentences: OnceLock::new(),
            reach: OnceLock::new(),
        }
    }

    /// Returns the text as it was written; of a text that was made to keep a scanner busy, the
    /// part that is looked at.
    pub fn text(&self) -> &'a str {
        &self.decoded.text[..self.length]
    }

    /// Lets rules see at most `length` bytes; tells whether that is less than there are.
    pub(super) fn cut(&mut self, length: usize) -> bool {
        let is_cut = length < self.length;
        if is_cut {
            self.length = self.decoded.text.floor_char_boundary(length);
        }
        is_cut
    }

    /// Returns the text in ASCII lower case; offsets are those of [`TextView::text`].
    pub fn lowered(&self) -> &str {
        self.lowered.get_or_init(|| self.text().to_ascii_lowercase())
    }

    /// Returns how the text was encoded and what was odd about that.
    pub fn decoded(&self) -> &DecodedText {
        self.decoded
    }

    /// Tells whether other code of a package loads the text, although its path says that it is a
    /// specimen.
    pub(super) fn is_used(&self) -> bool {
        self.is_used
    }

    /// Tells whether the text is of a package, whose code is a library and no order to an agent.
    pub(super) fn is_of_package(&self) -> bool {
        self.is_of_package
    }

    /// Returns the path of the file in the bundle.
    pub fn path(&self) -> &'a str {
        self.file.path.as_str()
    }

    /// Returns where the text was found, unless a file of the bundle holds it as it is.
    pub fn origin(&self) -> Option<&'a Origin> {
        self.origin
    }

    /// Returns the file.
    pub fn file(&self) -> &'a BundleFile {
        self.file
    }

    /// Tells whether the text is a Markdown document or plain prose.
    pub fn is_markdown(&self) -> bool {
        matches!(self.file.class, FileClass::Instructions | FileClass::Reference)
    }

    /// Tells whether the file is code that something can run.
    pub fn is_script(&self) -> bool {
        self.file.class == FileClass::Script || self.file.language.is_some()
    }

    /// Returns the line and column of a byte offset, both counted from 1, columns in
    /// characters; without a column where the line is longer than anybody counts.
    pub fn position(&self, offset: usize) -> (u32, Option<u32>) {
        let line = self.line_index(offset);
        let start = self.line_starts[line] as usize;
        let before = &self.text()[start..offset.max(start)];
        let column = (before.len() <= COLUMN_BYTES).then(|| before.chars().count() as u32 + 1);
        (line as u32 + 1, column)
    }

    /// Returns the place of a byte offset in the bundle.
    pub(super) fn location(&self, offset: usize) -> Location {
        let (line, column) = self.position(offset);
        Location { path: sanitise_line(self.path(), limits::NAME_BYTES), line: Some(line), column }
    }

    /// Returns the byte range of the line around `offset`, without its line feed; of a line
    /// that is longer than a person reads, the part around `offset`, so that a text of one
    /// line costs no more than any other.
    pub fn line_range(&self, offset: usize) -> Range<usize> {
        let line = self.line_index(offset);
        let start = self.line_starts[line] as usize;
        let line_end = self.line_starts.get(line + 1).map_or(self.length, |next| *next as usize - 1);
        let end = line_end.min(self.length).max(start);
        let near_start = self.text().floor_char_boundary(start.max(offset.saturating_sub(LINE_REACH_BYTES)));
        let near_end = self.text().floor_char_boundary(end.min(offset.saturating_add(LINE_REACH_BYTES)));
        near_start..near_end.max(near_start)
    }

    /// Returns the text of [`TextView::line_range`].
    pub fn line(&self, offset: usize) -> &'a str {
        &self.text()[self.line_range(offset)]
    }

    /// Returns what `tell` says of the whole text, which is asked only once: a rule may want to
    /// know it at every one of a million places.
    pub(super) fn teaches_security(&self, tell: impl FnOnce() -> bool) -> bool {
        *self.teaches_security.get_or_init(tell)
    }

    /// Returns the sentences of a document, with the classes of words in each; none of code.
    pub(super) fn sentences(&self) -> &[Sentence<'a>] {
        if !self.is_markdown() {
            return &[];
        }
        self.sentences.get_or_init(|| sentences(self.text(), body_start(self.text())))
    }

    /// Returns how far the whole text goes as a script, which is asked only once: many commands
    /// may start the same file.
    pub(super) fn reach(&self, judge: impl FnOnce() -> Reach) -> Reach {
        *self.reach.get_or_init(judge)
    }

    /// Returns what the place at `offset` is for.
    pub fn region(&self, offset: usize) -> Region {
        if !self.is_markdown() {
            return Region::Code;
        }
        let regions = self.regions.get_or_init(|| markdown::regions(self.text(), body_start(self.text())));
        let index = regions.partition_point(|(range, _)| range.start <= offset);
        regions[..index]
            .iter()
            .rev()
            .take(8)
            .find(|(range, _)| range.contains(&offset))
            .map_or(Region::Prose, |(_, region)| region.clone())
    }

    /// Returns the nearest heading above `offset`, in lower case.
    pub fn heading(&self, offset: usize) -> Option<&str> {
        if !self.is_markdown() {
            return None;
        }
        let headings = self.headings.get_or_init(|| markdown::headings(self.text(), body_start(self.text())));
        let index = headings.partition_point(|(start, _)| *start <= offset);
        index.checked_sub(1).map(|index| headings[index].1.as_str())
    }

    /// Tells whether what stands at `span` is talked about rather than asked for: negated,
    /// quoted, listed as a pattern to detect, or under a heading that says so.
    pub fn is_mention(&self, span: &Range<usize>) -> bool {
        polarity::is_mention(self, span)
    }

    /// Tells whether the place of `offset` is for things to recognise or to keep from: by the
    /// heading above, or by the line that introduces its list or block.
    pub fn is_under_teaching(&self, offset: usize) -> bool {
        polarity::is_under_teaching(self, offset)
    }

    /// Tells whether a word before `span` in the same sentence turns it round.
    pub(super) fn is_negated(&self, span: &Range<usize>) -> bool {
        polarity::is_negated(self, span)
    }

    /// Returns the blocks and spans of code of a Markdown document, each with the language
    /// that it names or begins like.
    pub(super) fn code_blocks(&self) -> Vec<(Range<usize>, String)> {
        markdown::code_blocks(self.text(), body_start(self.text()))
    }

    fn line_index(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }
}
