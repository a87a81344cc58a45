//! Changes to the agent's own configuration, permissions or memory.

mod agent_config_persistence;
mod agent_hook_command;
mod broad_tool_permission;
mod contradicted_claim;
mod cross_skill_chain;
mod dynamic_context_command;
mod mcp_server_injection;
mod memory_tampering;
mod permission_bypass;
mod security_control_disabled;
mod setup_step_persistence;
mod standing_approval;
mod tool_shadowing;
mod unattended_action;
mod unattended_self_update;
mod untrusted_content_obeyed;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &agent_config_persistence::RULE,
    &agent_hook_command::RULE,
    &broad_tool_permission::RULE,
    &contradicted_claim::RULE,
    &cross_skill_chain::RULE,
    &dynamic_context_command::RULE,
    &mcp_server_injection::RULE,
    &memory_tampering::RULE,
    &permission_bypass::RULE,
    &security_control_disabled::RULE,
    &setup_step_persistence::RULE,
    &standing_approval::RULE,
    &tool_shadowing::RULE,
    &unattended_action::RULE,
    &unattended_self_update::RULE,
    &untrusted_content_obeyed::RULE,
];
