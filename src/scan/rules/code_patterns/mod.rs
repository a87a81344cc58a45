//! Dangerous code: remote code execution, shells, destruction.

mod capture_to_network;
mod container_escape;
mod crypto_miner;
mod destructive_command;
mod download_to_shell;
mod log_wiping;
mod os_persistence;
mod privilege_change;
mod reverse_shell;
mod self_replication;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &capture_to_network::RULE,
    &container_escape::RULE,
    &crypto_miner::RULE,
    &destructive_command::RULE,
    &download_to_shell::RULE,
    &log_wiping::RULE,
    &os_persistence::RULE,
    &privilege_change::RULE,
    &reverse_shell::RULE,
    &self_replication::RULE,
];
