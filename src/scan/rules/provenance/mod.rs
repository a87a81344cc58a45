//! What the files are and where they come from.

mod active_document;
mod appended_payload;
mod archive_bomb;
mod archive_member_path;
mod archived_program;
mod borrowed_repository;
mod bytecode_mismatch;
mod bytecode_without_source;
mod conflicting_path;
mod deceptive_filename;
mod dependency_confusion;
mod disguised_file;
mod imitated_name;
mod imitated_package;
mod incomplete_scan;
mod inflated_version;
mod lookalike_host;
mod malicious_pickle;
mod native_binary;
mod office_active_content;
mod password_protected_archive;
mod signature_match;
mod source_difference;
mod symlink;
mod typosquatted_package;
mod undeclared_binary;
mod unsafe_object_tag;
mod version_jump;
mod wheel_difference;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &active_document::RULE,
    &appended_payload::RULE,
    &archive_bomb::RULE,
    &archive_member_path::RULE,
    &archived_program::RULE,
    &borrowed_repository::RULE,
    &bytecode_mismatch::RULE,
    &bytecode_without_source::RULE,
    &conflicting_path::RULE,
    &deceptive_filename::RULE,
    &dependency_confusion::RULE,
    &disguised_file::RULE,
    &imitated_name::RULE,
    &imitated_package::RULE,
    &incomplete_scan::RULE,
    &inflated_version::RULE,
    &lookalike_host::RULE,
    &malicious_pickle::RULE,
    &native_binary::RULE,
    &office_active_content::RULE,
    &password_protected_archive::RULE,
    &signature_match::RULE,
    &source_difference::RULE,
    &symlink::RULE,
    &typosquatted_package::RULE,
    &undeclared_binary::RULE,
    &unsafe_object_tag::RULE,
    &version_jump::RULE,
    &wheel_difference::RULE,
];
