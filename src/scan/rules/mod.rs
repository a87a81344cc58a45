//! The rules: one file each, beside a page of the same name whose examples are its tests.
//!
//! To add one, copy the pair that is nearest, and add two lines below: its module and its
//! place in [`RULES`]. What several rules look for stands in files of its own: `decode`, `network_sink`, `setting`, `url` and `vendor_installer`.

mod base64_to_shell;
mod decode;
mod destructive_command;
mod download_to_shell;
mod encoded_command;
mod hidden_unicode;
mod network_sink;
mod nul_or_utf16_text;
#[cfg(test)]
mod page;
mod reverse_shell;
mod setting;
mod url;
mod vendor_installer;

use super::Rule;

/// Every rule, in order of phase and id. The ruleset's version is computed over this list.
pub const RULES: &[&Rule] = &[
    &destructive_command::RULE,
    &download_to_shell::RULE,
    &reverse_shell::RULE,
    &base64_to_shell::RULE,
    &encoded_command::RULE,
    &hidden_unicode::RULE,
    &nul_or_utf16_text::RULE,
];
