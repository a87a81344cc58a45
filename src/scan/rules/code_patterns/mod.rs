//! Dangerous code: remote code execution, shells, destruction.

mod destructive_command;
mod download_to_shell;
mod reverse_shell;
mod self_replication;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] =
    &[&destructive_command::RULE, &download_to_shell::RULE, &reverse_shell::RULE, &self_replication::RULE];
