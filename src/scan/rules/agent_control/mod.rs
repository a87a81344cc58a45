//! Changes to the agent's own configuration, permissions or memory.

mod agent_config_persistence;
mod dynamic_context_command;
mod permission_bypass;
mod tool_shadowing;
mod unattended_action;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &agent_config_persistence::RULE,
    &dynamic_context_command::RULE,
    &permission_bypass::RULE,
    &tool_shadowing::RULE,
    &unattended_action::RULE,
];
