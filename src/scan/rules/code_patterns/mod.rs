//! Dangerous code: remote code execution, shells, destruction.

mod container_escape;
mod destructive_command;
mod download_to_shell;
mod privilege_change;
mod reverse_shell;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &container_escape::RULE,
    &destructive_command::RULE,
    &download_to_shell::RULE,
    &privilege_change::RULE,
    &reverse_shell::RULE,
];
