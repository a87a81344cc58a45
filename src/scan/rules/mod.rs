//! The rules: a folder for each phase, and in it one file for each rule, beside a page of the
//! same name whose examples are its tests.
//!
//! To add one, copy the pair that is nearest, and add two lines to the `mod.rs` beside it: its
//! module and its place in `RULES`. What several rules look for stands in `scan::evidence`.

mod agent_control;
mod code_patterns;
mod credentials;
mod install_hooks;
mod network_exfil;
mod obfuscation;
#[cfg(test)]
mod page;
mod prompt_injection;
mod provenance;
#[cfg(test)]
mod threats;

use std::sync::LazyLock;

use super::{RemovedRule, Rule};

/// Every rule, in order of phase and id. The ruleset's version is computed over this list.
pub static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    [
        install_hooks::RULES,
        code_patterns::RULES,
        network_exfil::RULES,
        credentials::RULES,
        obfuscation::RULES,
        provenance::RULES,
        prompt_injection::RULES,
        agent_control::RULES,
    ]
    .concat()
});

/// Rules of earlier releases. An id in this list is never used again.
pub static REMOVED_RULES: &[RemovedRule] = &[];
