//! Where text goes: answers to the standard output, everything else to the standard error.

use std::io::{self, IsTerminal, Write};

use anstream::AutoStream;

use super::json;
use super::paint::{self, line};

/// The standard output, for one command.
///
/// Colours are written where the terminal shows them and neither `NO_COLOR` nor `CLICOLOR=0`
/// forbids them; into a pipe nothing is coloured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// Whether answers are JSON.
    pub json: bool,
    /// Columns of the terminal; absent where the output is no terminal, and nothing is cut.
    pub width: Option<usize>,
    /// Whether a person reads the output.
    pub is_terminal: bool,
}

/// The narrowest terminal for which lines are laid out.
const LEAST_COLUMNS: usize = 40;

impl Output {
    /// Looks at the standard output.
    pub fn new(json: bool) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let columns = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        let width = if is_terminal { columns.or(Some(80)).map(|width| width.max(LEAST_COLUMNS)) } else { None };
        Self { json, width, is_terminal }
    }

    /// Prints painted text.
    pub fn text(&self, text: &str) -> io::Result<()> {
        let mut stream = AutoStream::auto(io::stdout().lock());
        stream.write_all(text.as_bytes())?;
        stream.flush()
    }

    /// Prints a JSON text over lines.
    pub fn pretty(&self, body: &str) -> io::Result<()> {
        self.bytes(format!("{}\n", json::pretty(body)).as_bytes())
    }

    /// Prints a JSON text on one line.
    pub fn compact(&self, body: &str) -> io::Result<()> {
        self.bytes(format!("{}\n", json::compact(body)).as_bytes())
    }

    /// Prints bytes as they are.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stream = io::stdout().lock();
        stream.write_all(bytes)?;
        stream.flush()
    }
}

/// Characters of a message.
const MESSAGE_CHARACTERS: usize = 2_000;

/// Tells an error. A message that cannot be delivered is lost: there is no other place for it.
pub(super) fn tell_error(message: &str) {
    tell("error", paint::ERROR, message);
}

/// Tells something beside the answer.
pub(super) fn tell_note(message: &str) {
    tell("note", paint::STRONG, message);
}

fn tell(kind: &str, style: anstyle::Style, message: &str) {
    let mut stream = AutoStream::auto(io::stderr().lock());
    let _ = writeln!(stream, "{style}{kind}:{style:#} {}", line(message, MESSAGE_CHARACTERS));
}
