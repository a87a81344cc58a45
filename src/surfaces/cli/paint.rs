//! Colours, and the last look at text that an author wrote.

use anstyle::{AnsiColor, Color, Style};

use crate::scan::{SafetyStatus, Severity};
use crate::skill::{sanitise_block, sanitise_line};

/// What stands out.
pub(super) const STRONG: Style = Style::new().bold();
/// What is beside the point.
pub(super) const FAINT: Style = Style::new().dimmed();
/// Nothing speaks against it.
pub(super) const GOOD: Style = colour(AnsiColor::Green);
/// Deserves a look.
pub(super) const CARE: Style = colour(AnsiColor::Yellow);
/// Deserves a good look.
pub(super) const BAD: Style = colour(AnsiColor::BrightRed).bold();
/// Must not be missed.
pub(super) const WORST: Style =
    Style::new().bold().fg_color(Some(Color::Ansi(AnsiColor::BrightWhite))).bg_color(Some(Color::Ansi(AnsiColor::Red)));
/// An error of the command itself.
pub(super) const ERROR: Style = BAD;
/// A command to type.
pub(super) const COMMAND: Style = colour(AnsiColor::Cyan);

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

/// Returns the colour of a verdict.
pub(super) fn verdict(status: SafetyStatus) -> Style {
    match status {
        SafetyStatus::Safe => GOOD,
        SafetyStatus::Caution => CARE,
        SafetyStatus::Warning => BAD,
        SafetyStatus::Dangerous => WORST,
        SafetyStatus::Unaudited => STRONG,
    }
}

/// Returns the colour of a finding.
pub(super) fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Info | Severity::Low => FAINT,
        Severity::Medium => CARE,
        Severity::High => BAD,
        Severity::Critical => WORST,
    }
}

/// Returns `text` in a style. The text is shown as it is: sanitise it first.
pub(super) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Returns text of unknown origin as one line that can neither steer a terminal nor deceive.
///
/// The API has sanitised it before; a server that is asked over the network may not have.
pub(super) fn line(text: &str, max_characters: usize) -> String {
    sanitise_line(text, max_characters)
}

/// Returns text of unknown origin with its lines, and nothing that steers or deceives.
pub(super) fn block(text: &str) -> String {
    sanitise_block(text).replace('\t', "    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_author_wrote_cannot_steer_the_terminal() {
        let hostile = "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\rok\u{8}\u{202e}";
        for shown in [line(hostile, 200), block(hostile)] {
            assert!(!shown.chars().any(|character| character.is_control() || character == '\u{202e}'), "{shown:?}");
        }
    }
}
