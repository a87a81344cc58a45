//! Text in characters that a person does not see and a model reads.

use crate::scan::Confidence;
use crate::scan::evidence::invisible::{is_specimen, is_tag, is_zero_width, selector_byte};
use crate::scan::{Hook, Lifecycle, Persona, Phase, Rule, Severity, Sink, TextView};

pub(crate) static RULE: Rule = Rule {
    id: "hidden-unicode",
    summary: "A text is written in characters that are not drawn: tags, runs of variation selectors, zero-width characters as bits",
    phase: Phase::Obfuscation,
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::User,
    remedy: "Show the text with its invisible characters escaped, and remove them.",
    references: &["AST04", "ASI01", "LLM01", "AML.T0068", "CWE-1007"],
    lifecycle: Lifecycle::Stable,
    revision: 2,
    page: include_str!("hidden_unicode.md"),
    hook: Hook::Text { needles: &[], check },
};

/// Tags in a row from which on they spell something; fewer are a specimen or a damaged flag.
const TAG_RUN: usize = 3;
/// Variation selectors in a row from which on they carry bytes rather than a glyph's form.
const SELECTOR_RUN: usize = 4;
/// Zero-width characters in a row from which on they carry bits.
const ZERO_WIDTH_RUN: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tag,
    Selector,
    ZeroWidth,
}

fn check(view: &TextView<'_>, sink: &mut Sink<'_>) {
    let text = view.text();
    if text.is_ascii() {
        return;
    }
    let mut run = Run::default();
    let mut in_flag = false;
    for (at, character) in text.char_indices() {
        if character.is_ascii() && run.count == 0 {
            in_flag = false;
            continue;
        }
        let kind = match character {
            // Flags of regions are a black flag, tags of small letters, and a closing tag.
            _ if is_tag(character) && in_flag => {
                in_flag = character != '\u{e007f}';
                None
            }
            _ if is_tag(character) => Some(Kind::Tag),
            _ if selector_byte(character).is_some() => Some(Kind::Selector),
            _ if is_zero_width(character) => Some(Kind::ZeroWidth),
            _ => {
                in_flag = character == '\u{1f3f4}';
                None
            }
        };
        if kind != run.kind {
            run.report(view, sink);
            if sink.is_full(view.path()) {
                return;
            }
            run = Run { kind, start: at, end: at, ..Run::default() };
        }
        if kind.is_some() {
            run.add(at, character);
        }
    }
    run.report(view, sink);
}

/// Characters of one kind, one after the other.
#[derive(Debug, Default)]
struct Run {
    kind: Option<Kind>,
    start: usize,
    end: usize,
    count: usize,
    /// The first character, and the first that is another one.
    first: Option<char>,
    second: Option<char>,
}

impl Run {
    fn add(&mut self, at: usize, character: char) {
        self.end = at + character.len_utf8();
        self.count += 1;
        match self.first {
            None => self.first = Some(character),
            Some(first) if self.second.is_none() && first != character => self.second = Some(character),
            Some(_) => {}
        }
    }

    fn report(&self, view: &TextView<'_>, sink: &mut Sink<'_>) {
        let Some(kind) = self.kind else { return };
        let span = self.start..self.end;
        let reason = match kind {
            Kind::Tag if self.count >= TAG_RUN => "tag characters spell a text that is not drawn",
            Kind::Selector if self.count >= SELECTOR_RUN => {
                "a run of variation selectors encodes bytes that are not drawn"
            }
            // The same character again and again carries nothing.
            Kind::ZeroWidth if self.count >= ZERO_WIDTH_RUN && self.second.is_some() => {
                "a run of zero-width characters encodes bits that are not drawn"
            }
            Kind::Tag if !is_specimen(view.text(), &span) => {
                sink.report(view, span, "a tag character is not drawn").severity(Severity::Low);
                return;
            }
            _ => return,
        };
        let is_listed = self.count < SELECTOR_RUN * 2 && is_specimen(view.text(), &span);
        let severity = if is_listed { Severity::Info } else { Severity::Critical };
        sink.report(view, span, reason).severity(severity);
    }
}
