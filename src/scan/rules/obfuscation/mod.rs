//! Content that hides what it is.

mod base64_to_shell;
mod bidirectional_control;
mod confusable_host;
mod confusable_word;
mod decode_and_execute;
mod encoded_address;
mod encoded_command;
mod encoded_instruction;
mod hidden_unicode;
mod nul_or_utf16_text;
mod packed_code;
mod padded_text;
mod powershell_encoded_command;
mod zero_width_split;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &base64_to_shell::RULE,
    &bidirectional_control::RULE,
    &confusable_host::RULE,
    &confusable_word::RULE,
    &decode_and_execute::RULE,
    &encoded_address::RULE,
    &encoded_command::RULE,
    &encoded_instruction::RULE,
    &hidden_unicode::RULE,
    &nul_or_utf16_text::RULE,
    &packed_code::RULE,
    &padded_text::RULE,
    &powershell_encoded_command::RULE,
    &zero_width_split::RULE,
];
