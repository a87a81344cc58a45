//! Content that hides what it is.

mod base64_to_shell;
mod encoded_command;
mod hidden_unicode;
mod nul_or_utf16_text;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] =
    &[&base64_to_shell::RULE, &encoded_command::RULE, &hidden_unicode::RULE, &nul_or_utf16_text::RULE];
