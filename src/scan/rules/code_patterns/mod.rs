//! Dangerous code: remote code execution, shells, destruction.

mod decoded_code;
mod destructive_command;
mod disguised_command;
mod download_to_shell;
mod downloaded_code;
mod mandatory_script;
mod ransom_walk;
mod reverse_shell;
mod startup_write;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &decoded_code::RULE,
    &destructive_command::RULE,
    &disguised_command::RULE,
    &download_to_shell::RULE,
    &downloaded_code::RULE,
    &mandatory_script::RULE,
    &ransom_walk::RULE,
    &reverse_shell::RULE,
    &startup_write::RULE,
];
