//! How the tools of the field hash a skill: every recipe by name, what it covers, how strong
//! it is, and its digest for given files.
//!
//! This room is pure. It reproduces what others compute, odd as it may be, and judges it; it
//! does not know where files come from or which skill they belong to. Start at
//! [`HashRecipe::compute`] for files and at [`HeldDigest::parse`] for what somebody holds.

mod before_gh;
mod bundle;
mod catalogue;
mod coverage;
mod digest;
mod file;
mod git_tree;
mod instructions;
mod locale_order;
mod origin;
#[cfg(test)]
mod tests;

pub use before_gh::instructions_before_gh;
pub use bundle::compute_all;
pub use catalogue::{Covers, DigestFormat, HashRecipe, Strength, Weakness};
pub use digest::{DigestValue, HeldDigest, HeldDigestError, RecipeDigest};
pub use file::{FileMode, RecipeFile, normalise_line_ends};
pub use instructions::without_source_keys;
pub use locale_order::compare as compare_by_locale;
