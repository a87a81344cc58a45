//! What the files are and where they come from.

mod active_document;
mod appended_payload;
mod archive_bomb;
mod archive_member_path;
mod archived_program;
mod bytecode_mismatch;
mod bytecode_without_source;
mod conflicting_path;
mod deceptive_filename;
mod dependency_confusion;
mod disguised_file;
mod imitated_name;
mod incomplete_scan;
mod lookalike_host;
mod malicious_pickle;
mod native_binary;
mod office_active_content;
mod password_protected_archive;
mod signature_match;
mod symlink;
pub(in crate::scan) mod typosquatted_package;
mod unsafe_object_tag;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &active_document::RULE,
    &appended_payload::RULE,
    &archive_bomb::RULE,
    &archive_member_path::RULE,
    &archived_program::RULE,
    &bytecode_mismatch::RULE,
    &bytecode_without_source::RULE,
    &conflicting_path::RULE,
    &deceptive_filename::RULE,
    &dependency_confusion::RULE,
    &disguised_file::RULE,
    &imitated_name::RULE,
    &incomplete_scan::RULE,
    &lookalike_host::RULE,
    &malicious_pickle::RULE,
    &native_binary::RULE,
    &office_active_content::RULE,
    &password_protected_archive::RULE,
    &signature_match::RULE,
    &symlink::RULE,
    &typosquatted_package::RULE,
    &unsafe_object_tag::RULE,
];
