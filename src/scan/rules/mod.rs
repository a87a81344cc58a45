//! The rules: one file each, beside a page of the same name whose examples are its tests.
//!
//! To add one, copy the pair that is nearest, and add two lines below: its module and its
//! place in [`RULES`]. What several rules look for stands in files of its own: `decode`, `network_sink`, `pattern`, `setting`, `url` and `vendor_installer`.

mod agent_config_persistence;
mod base64_to_shell;
mod credential_file_access;
mod decode;
mod destructive_command;
mod download_to_shell;
mod dynamic_context_command;
mod encoded_command;
mod environment_to_network;
mod exfiltration_instruction;
mod fake_prerequisite;
mod foreign_package_source;
mod hidden_comment_instruction;
mod hidden_unicode;
mod imitated_name;
mod instruction_override;
mod native_binary;
mod network_sink;
mod nul_or_utf16_text;
mod package_install_hook;
#[cfg(test)]
mod page;
mod password_protected_archive;
mod paste_site_download;
mod permission_bypass;
mod remote_instructions;
mod reverse_shell;
mod reviewer_injection;
mod setting;
mod symlink;
mod unattended_action;
mod url;
mod user_concealment;
mod vendor_installer;
mod webhook_sink;

use super::Rule;

/// Every rule, in order of phase and id. The ruleset's version is computed over this list.
pub const RULES: &[&Rule] = &[
    &fake_prerequisite::RULE,
    &foreign_package_source::RULE,
    &package_install_hook::RULE,
    &destructive_command::RULE,
    &download_to_shell::RULE,
    &reverse_shell::RULE,
    &environment_to_network::RULE,
    &exfiltration_instruction::RULE,
    &paste_site_download::RULE,
    &webhook_sink::RULE,
    &credential_file_access::RULE,
    &base64_to_shell::RULE,
    &encoded_command::RULE,
    &hidden_unicode::RULE,
    &nul_or_utf16_text::RULE,
    &imitated_name::RULE,
    &native_binary::RULE,
    &password_protected_archive::RULE,
    &symlink::RULE,
    &hidden_comment_instruction::RULE,
    &instruction_override::RULE,
    &remote_instructions::RULE,
    &reviewer_injection::RULE,
    &user_concealment::RULE,
    &agent_config_persistence::RULE,
    &dynamic_context_command::RULE,
    &permission_bypass::RULE,
    &unattended_action::RULE,
];
