//! Secrets that are read or shown.

mod credential_file_access;
mod input_capture;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[&credential_file_access::RULE, &input_capture::RULE];
