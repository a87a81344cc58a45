//! Code that runs when something is installed or opened.

mod build_backend_code;
mod build_script_code;
mod editor_autorun;
mod fake_prerequisite;
mod foreign_dependency;
mod foreign_package_source;
mod git_hook;
mod metadata_install_command;
mod package_install_hook;
mod unpinned_dependency;
mod unpinned_install;
mod workflow_risk;

use crate::scan::Rule;

/// The rules of this phase, in order of id.
pub(super) const RULES: &[&Rule] = &[
    &build_backend_code::RULE,
    &build_script_code::RULE,
    &editor_autorun::RULE,
    &fake_prerequisite::RULE,
    &foreign_dependency::RULE,
    &foreign_package_source::RULE,
    &git_hook::RULE,
    &metadata_install_command::RULE,
    &package_install_hook::RULE,
    &unpinned_dependency::RULE,
    &unpinned_install::RULE,
    &workflow_risk::RULE,
];
