//! Turns a text into a program, within a budget.

use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, Parser};

use super::lower;
use super::program::{Language, Program};

/// Bytes of a text that are parsed: more code than a person reads, and still parsed at once.
pub(super) const PARSED_BYTES: usize = 256 * 1024;
/// Calls of the parser's progress report that any text gets; each is about a hundred steps.
const STEPS: usize = 4_000;
/// Further calls for each KiB of text: ordinary code needs about ten.
const STEPS_PER_KIB: usize = 60;

/// Bytes that the parser gets at a time.
const PIECE_BYTES: usize = 512;
/// Pieces that any text may be read in.
const PIECES: usize = 20_000;
/// How often each piece of a text may be read.
const READS: usize = 60;

/// Parses `text`, or as much of it as the budget allows; nothing where the text is so odd
/// that the parser does not come to an end.
pub(super) fn parse(text: &str, language: Language) -> Option<Program> {
    let text = &text[..text.floor_char_boundary(PARSED_BYTES)];
    let grammar: tree_sitter::Language = match language {
        Language::Shell => tree_sitter_bash::LANGUAGE.into(),
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::PowerShell => tree_sitter_powershell::LANGUAGE.into(),
    };
    let mut parser = Parser::new();
    parser.set_language(&grammar).ok()?;
    let mut steps_left = STEPS + text.len() / 1024 * STEPS_PER_KIB;
    // Steps are counted rather than time measured: the same text gives the same program.
    let mut progress = |_: &tree_sitter::ParseState| {
        steps_left = steps_left.saturating_sub(1);
        if steps_left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    // A grammar that looks far ahead at every word would read a long line again and again: what
    // it reads is counted too, and past the budget the text is at its end.
    let mut pieces_left = PIECES + bytes.len() / PIECE_BYTES * READS;
    let mut read = |at: usize, _| {
        pieces_left = pieces_left.saturating_sub(1);
        let end = if pieces_left == 0 { at } else { (at + PIECE_BYTES).min(bytes.len()) };
        bytes.get(at..end).unwrap_or_default()
    };
    let tree = parser.parse_with_options(&mut read, None, Some(options))?;
    Some(lower::lower(&tree, text, language))
}
