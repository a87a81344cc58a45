//! Text that takes over the agent that reads it.

mod hidden_comment_instruction;
mod instruction_override;
mod remote_instructions;
mod reviewer_injection;
mod user_concealment;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &hidden_comment_instruction::RULE,
    &instruction_override::RULE,
    &remote_instructions::RULE,
    &reviewer_injection::RULE,
    &user_concealment::RULE,
];
