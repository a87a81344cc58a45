//! Why a text is no expression, and why an expression says nothing of a skill.

use super::limits;

/// Why a text is no expression of a rule. Messages are sanitised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// It is too long to be read.
    #[error("the expression has {0} bytes, the limit is {limit}", limit = limits::EXPRESSION_BYTES)]
    TooLong(usize),
    /// It has too many parts.
    #[error("the expression has more than {limit} parts", limit = limits::NODES)]
    TooManyParts,
    /// Its parts lie too deep within each other.
    #[error("the expression is nested more than {limit} deep", limit = limits::DEPTH)]
    TooDeep,
    /// It is not CEL.
    #[error("not an expression: {0}")]
    Syntax(String),
    /// It names what there is not, or uses it as what it is not.
    #[error("at character {position}: {fault}")]
    Meaning {
        /// Where, counted from 1.
        position: u32,
        /// What is wrong.
        fault: String,
    },
    /// The parser failed; the expression is not taken.
    #[error("the expression could not be read")]
    Unreadable,
}

/// Why an expression is neither true nor false of a skill. Whoever asks takes it as false.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// What it asks for is not known.
    #[error("nobody knows `{0}`")]
    Unknown(String),
    /// It would take too many steps.
    #[error("it takes {0} steps over this skill, and {1} are left")]
    TooManySteps(u64, u64),
    /// It failed, as by a division by zero.
    #[error("{0}")]
    Failed(String),
}
