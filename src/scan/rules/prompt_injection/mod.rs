//! Text that takes over the agent that reads it.

mod covert_promotion;
mod deceptive_denial;
mod embedded_directive;
mod frontmatter_injection;
mod hidden_comment_instruction;
mod instruction_override;
mod output_manipulation;
mod remote_instructions;
mod reviewer_injection;
mod safeguard_bypass;
mod system_prompt_extraction;
mod user_concealment;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &covert_promotion::RULE,
    &deceptive_denial::RULE,
    &embedded_directive::RULE,
    &frontmatter_injection::RULE,
    &hidden_comment_instruction::RULE,
    &instruction_override::RULE,
    &output_manipulation::RULE,
    &remote_instructions::RULE,
    &reviewer_injection::RULE,
    &safeguard_bypass::RULE,
    &system_prompt_extraction::RULE,
    &user_concealment::RULE,
];
