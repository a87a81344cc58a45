//! Code that runs when something is installed or opened.

mod fake_prerequisite;
mod foreign_package_source;
mod package_install_hook;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] =
    &[&fake_prerequisite::RULE, &foreign_package_source::RULE, &package_install_hook::RULE];
