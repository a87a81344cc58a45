//! The expressions of rules: CEL over what is known of a skill, read once and bounded.
//!
//! The crate `cel` parses and evaluates. What stands around it makes a hostile expression
//! harmless: lengths and depths before it is parsed ([`limits`]), types and names after
//! (`types.rs`), the steps that it may take before it is evaluated (`cost.rs`), and a boundary
//! that a panic does not cross. Start at [`Expression::parse`].

mod cost;
mod error;
mod evaluate;
mod kind;
pub mod limits;
mod reader;
#[cfg(test)]
mod tests;
mod types;
pub mod vocabulary;

pub use error::{ExpressionError, Undecided};
pub(super) use evaluate::Subject;
pub use kind::Kind;
pub use reader::Expression;
