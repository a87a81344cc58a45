//! What a project lets in: `touchmark.toml` says which publishers, sources and verdicts pass,
//! how old an audit may be, and what somebody has accepted all the same, with a reason and an
//! end.
//!
//! The room is pure: a text and the time go in, what speaks against a skill comes out. It
//! reads neither disk nor clock nor index, and the verdict is not its own. Start at
//! [`Policy::parse`], once for a run, and [`Policy::judge`], for each skill.

mod error;
mod exception;
mod facts;
mod judge;
mod parse;
mod source_prefix;
mod terms;
#[cfg(test)]
mod tests;

pub use error::PolicyError;
pub use facts::{IndexFacts, SkillFacts};
pub use judge::{Judgement, Violation};
pub use terms::{Check, Policy, Response};
