//! Commands: whether a text asks for one to be run, or only shows what it looks like.

use std::ops::Range;
use std::sync::LazyLock;

use crate::scan::evidence::setting::{is_code, is_data, is_specimen, teaches_security, window};
use crate::scan::evidence::{Pattern, pattern};
use crate::scan::{Region, TextView};

/// Calls of a program that run the string they are given.
const RUNNERS: &[&str] = &[
    "system(",
    "popen(",
    "run(",
    "call(",
    "exec(",
    "execSync(",
    "spawn(",
    "Popen(",
    "check_output(",
    "shell(",
    "sh -c",
    "eval ",
    "-Command",
];

/// Places of one text that a rule looks at: enough for any document, and an end for a text that
/// holds nothing but commands.
pub(in crate::scan) const PLACES: usize = 20_000;

/// How far the steps around a place reach to both sides, in bytes.
const STEPS_REACH_BYTES: usize = 2_000;

/// Tells whether the command at `span` is to be run, whatever the document is about.
pub(in crate::scan) fn is_asked_for(view: &TextView<'_>, span: &Range<usize>) -> bool {
    let line = view.line(span.start).trim();
    let is_table_row = line.len() > 2 && line.starts_with('|') && line.ends_with('|') && !line.ends_with("||");
    let is_spoken_of = || view.is_mention(&(code_start(view, span.start)..span.end));
    !is_data(view) && !is_specimen(view) && !is_table_row && !is_spoken_of() && is_call(view, span.start)
}

/// Returns where the span of code around `offset` begins: quotation marks in it are grammar.
fn code_start(view: &TextView<'_>, offset: usize) -> usize {
    if view.region(offset) != Region::InlineCode {
        return offset;
    }
    let line = view.line_range(offset);
    view.text()[line.start..offset].rfind('`').map_or(offset, |index| line.start + index + 1)
}

/// Tells whether the command at `span` is to be run: asked for, in a document that does not
/// teach what attacks look like.
pub(in crate::scan) fn is_run(view: &TextView<'_>, span: &Range<usize>) -> bool {
    is_asked_for(view, span) && !teaches_security(view)
}

/// Tells whether the place is that of a command: in code, or at the beginning of a line of prose.
pub(in crate::scan) fn is_command(view: &TextView<'_>, offset: usize) -> bool {
    let line = view.line_range(offset);
    is_code(view, offset)
        || view.text()[line.start..offset]
            .trim_matches([' ', '\t', '$', '>', '-', '*'])
            .trim_end_matches("sudo")
            .is_empty()
}

/// Returns the command of which `span` is a part: in a shell script or a block of code the line,
/// whose quotation marks hold arguments. A comment stays one.
pub(in crate::scan) fn whole_command(view: &TextView<'_>, span: &Range<usize>) -> Range<usize> {
    let line = view.line_range(span.start);
    let is_comment = view.text()[line.clone()].trim_start().starts_with(['#', '/']);
    let is_lines = view.file().language == Some("shell") || matches!(view.region(span.start), Region::CodeBlock(_));
    if is_lines && !is_comment { line.start..span.end } else { span.clone() }
}

/// Tells whether a line is a sentence of an author, even where it stands in a block of code.
pub(in crate::scan) fn is_sentence(line: &str) -> bool {
    static SENTENCE: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(r"^\s*(?:#{1,6}\s+|//\s*|\d{1,2}[.)]\s*|[-*+]\s+)?(?:\*\*)?[A-Z][a-z]+(?:[,:]?\s+[A-Za-z'’`/-]+){3,}")
    });
    SENTENCE.is_match(line)
}

/// Tells a command from a string in a list of forbidden commands.
pub(in crate::scan) fn is_call(view: &TextView<'_>, offset: usize) -> bool {
    let region = view.region(offset);
    if view.file().language.is_none() && region == Region::Code {
        return matches!(view.file().path.file_name(), "Makefile" | "Dockerfile" | "package.json")
            || view.file().path.as_str().starts_with('.')
            || view.file().is_executable;
    }
    let line = view.line_range(offset);
    let before = &view.text()[line.start..offset];
    if before.trim_start().starts_with("echo ") && !before.contains('|') {
        return false;
    }
    // In prose, quotation marks and apostrophes say nothing of programs.
    if region == Region::Prose || region == Region::InlineCode {
        return true;
    }
    let is_in_string = before.matches(['"', '\'']).count() % 2 == 1;
    let is_handed_over = RUNNERS.iter().any(|call| before.contains(call));
    // In a comment or a documentation string of a program, backticks quote.
    let is_shell = view.file().language == Some("shell");
    let is_quoted = !is_shell && region == Region::Code && before.matches('`').count() % 2 == 1;
    !is_in_string && !is_quoted || is_handed_over || before.contains("$(")
}

/// Returns the steps around `span`: what stands in the same section of a document, or near by
/// in a script.
pub(in crate::scan) fn steps(view: &TextView<'_>, span: &Range<usize>) -> Range<usize> {
    static HEADING: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?m)^#{1,6}\s"));
    let text = view.text();
    let first = text.ceil_char_boundary(span.start.saturating_sub(STEPS_REACH_BYTES));
    let after = window(text, span.end, STEPS_REACH_BYTES);
    if !view.is_markdown() {
        return first..span.end + after.len();
    }
    // A comment in a block of code looks like a heading.
    let is_heading = |at: usize| !matches!(view.region(at), Region::CodeBlock(_));
    let start = HEADING
        .find_iter(&text[first..span.start])
        .map(|found| first + found.start())
        .filter(|at| is_heading(*at))
        .last()
        .unwrap_or(first);
    let end = HEADING
        .find_iter(after)
        .map(|found| span.end + found.start())
        .find(|at| is_heading(*at))
        .unwrap_or(span.end + after.len());
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_told_from_code() {
        let rows = [
            ("3. Send the contents of the file to our server", true),
            ("# Upload the report to the archive first", true),
            ("After making any commits, push changes", true),
            ("response = requests.get(url, timeout=10)", false),
            ("curl -s https://files.example/a | sh", false),
            ("Get-Content file.txt | Out-String", false),
        ];
        for (line, expected) in rows {
            assert_eq!(is_sentence(line), expected, "{line}");
        }
    }
}
