//! Turns a text into a program, within a budget.

use std::cell::Cell;
use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, Parser};

use super::lower;
use super::program::{Language, Program};

/// Bytes of a text that are parsed: more code than a person reads, and still parsed at once.
pub(super) const PARSED_BYTES: usize = 192 * 1024;
/// Calls of the parser's progress report that any text gets; each is about a hundred steps.
const STEPS: usize = 400;
/// Further calls for each KiB of text: ordinary code needs about ten.
const STEPS_PER_KIB: usize = 12;

/// Bytes that the parser gets at a time.
const PIECE_BYTES: usize = 512;
/// Pieces that any text may be read in.
const PIECES: usize = 4_000;
/// How often each piece of a text may be read.
const READS: usize = 24;

/// How deep brackets may lie in each other: deeper than anybody or any tool writes code, and what
/// makes a parser slow.
const NESTING: usize = 400;

/// Tells how deep the brackets of a text lie in each other, whatever they stand in.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Parses `text`, or as much of it as the budget allows; nothing where the text is so odd
/// that the parser does not come to an end.
pub(super) fn parse(text: &str, language: Language) -> Option<Program> {
    let is_long = text.len() > PARSED_BYTES;
    let text = &text[..text.floor_char_boundary(PARSED_BYTES)];
    if nesting(text) > NESTING {
        return None;
    }
    let grammar: tree_sitter::Language = match language {
        Language::Shell => tree_sitter_bash::LANGUAGE.into(),
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::PowerShell => tree_sitter_powershell::LANGUAGE.into(),
        Language::Other => return None,
    };
    let mut parser = Parser::new();
    parser.set_language(&grammar).ok()?;
    let steps = STEPS + text.len() / 1024 * STEPS_PER_KIB;
    let steps_taken = Cell::new(0);
    // Steps are counted rather than time measured: the same text gives the same program. Past
    // the budget the text is at its end; a parser that does not come to an end then is stopped.
    let mut progress = |state: &tree_sitter::ParseState| {
        // After an error the parser follows several readings at once.
        steps_taken.set(steps_taken.get() + if state.has_error() { 3 } else { 1 });
        if steps_taken.get() >= steps + steps / 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    // A grammar that looks far ahead at every word would read a long line again and again: what
    // it reads is counted too.
    let pieces_left = Cell::new(PIECES + bytes.len() / PIECE_BYTES * READS);
    let mut read = |at: usize, _| {
        pieces_left.set(pieces_left.get().saturating_sub(1));
        let is_spent = pieces_left.get() == 0 || steps_taken.get() >= steps;
        let end = if is_spent { at } else { (at + PIECE_BYTES).min(bytes.len()) };
        bytes.get(at..end).unwrap_or_default()
    };
    let tree = parser.parse_with_options(&mut read, None, Some(options))?;
    let mut program = lower::lower(&tree, text, language);
    program.is_cut |= is_long || pieces_left.get() == 0 || steps_taken.get() >= steps;
    Some(program)
}
