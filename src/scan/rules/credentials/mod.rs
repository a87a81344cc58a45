//! Secrets that are read or shown.

mod credential_file_access;
mod credential_phishing;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[&credential_file_access::RULE, &credential_phishing::RULE];
