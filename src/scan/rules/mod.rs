//! The rules: one file each, beside a page of the same name whose examples are its tests.
//!
//! To add one, copy the pair that is nearest, and add two lines below: its module and its
//! place in [`RULES`].

mod hidden_unicode;
#[cfg(test)]
mod page;

use super::Rule;

/// Every rule, in order of phase and id. The ruleset's version is computed over this list.
pub const RULES: &[&Rule] = &[
    &hidden_unicode::RULE,
];
