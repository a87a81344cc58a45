//! What the files are and where they come from.

mod imitated_name;
mod native_binary;
mod password_protected_archive;
mod signature_match;
mod symlink;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &imitated_name::RULE,
    &native_binary::RULE,
    &password_protected_archive::RULE,
    &signature_match::RULE,
    &symlink::RULE,
];
