//! Dangerous code: remote code execution, shells, destruction.

mod capture_to_network;
mod conditional_trigger;
mod container_escape;
mod crypto_miner;
mod dead_drop_resolver;
mod decoded_code;
mod destructive_command;
mod destructive_walk;
mod disguised_command;
mod download_to_shell;
mod downloaded_code;
mod evaluated_input;
mod log_wiping;
mod mandatory_script;
mod os_persistence;
mod planted_file_code;
mod privilege_change;
mod ransom_walk;
mod resource_exhaustion;
mod reverse_shell;
mod self_replication;
mod self_update;
mod startup_write;
mod unsafe_deserialization;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &capture_to_network::RULE,
    &conditional_trigger::RULE,
    &container_escape::RULE,
    &crypto_miner::RULE,
    &dead_drop_resolver::RULE,
    &decoded_code::RULE,
    &destructive_command::RULE,
    &destructive_walk::RULE,
    &disguised_command::RULE,
    &download_to_shell::RULE,
    &downloaded_code::RULE,
    &evaluated_input::RULE,
    &log_wiping::RULE,
    &mandatory_script::RULE,
    &os_persistence::RULE,
    &planted_file_code::RULE,
    &privilege_change::RULE,
    &ransom_walk::RULE,
    &resource_exhaustion::RULE,
    &reverse_shell::RULE,
    &self_replication::RULE,
    &self_update::RULE,
    &startup_write::RULE,
    &unsafe_deserialization::RULE,
];
