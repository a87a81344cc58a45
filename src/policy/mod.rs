//! What a project lets in: `touchmark.toml` says which publishers, sources and verdicts pass,
//! how old an audit may be, and what somebody has accepted all the same, with a reason and an
//! end.
//!
//! The room is pure: a text and the time go in, what speaks against a skill comes out. It
//! reads neither disk nor clock nor index, and the verdict is not its own. Start at
//! [`Policy::parse`], once for a run, and [`Policy::judge`], for each skill. Rules of a policy's
//! own are CEL ([`expression`]); teams and the policies that everybody has (`named.rs`) use the
//! same format and the same judge.

mod case;
mod error;
mod exception;
pub mod expression;
mod facts;
mod judge;
mod named;
mod parse;
mod remedy;
mod rule;
mod source_prefix;
mod stated;
mod terms;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_rules;

pub use case::{Case, CaseOutcome};
pub use error::PolicyError;
pub use expression::ExpressionError;
pub use facts::{IndexFacts, SkillFacts};
pub use judge::{Judgement, Violation};
pub use named::{NAMED, NamedPolicy};
pub use rule::{Rule, RuleId};
pub use stated::{StatedFacts, StatedFinding, StatedIndex, StatedPin, StatedPublisher, StatedScan, StatedSkill};
pub use terms::{Check, Policy, Response};
