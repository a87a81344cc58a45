//! Why a text is no policy.

use crate::scan::SuppressionsError;

/// Bytes of a policy.
pub(super) const POLICY_BYTES: usize = 1024 * 1024;
/// Exceptions of a policy.
pub(super) const EXCEPTIONS: usize = 5_000;
/// Rules of a policy.
pub(super) const RULES: usize = 100;
/// Tests of a policy.
pub(super) const CASES: usize = 200;

/// Why a text is no policy. A policy is taken as a whole or not at all: what is misread would
/// let something in. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The text is too long to be read.
    #[error("the policy has {size_bytes} bytes, the limit is {POLICY_BYTES}")]
    TooLong {
        /// How long it is.
        size_bytes: usize,
    },
    /// Not TOML, or a value of another type than the key has.
    #[error("line {line}: {reason}")]
    Syntax {
        /// Where.
        line: usize,
        /// What is wrong, sanitised.
        reason: String,
    },
    /// A key that a policy does not have.
    #[error("line {line}: unknown key `{key}` {place}{hint}")]
    UnknownKey {
        /// Where.
        line: usize,
        /// The key, sanitised.
        key: String,
        /// The table in which it stands, in words.
        place: &'static str,
        /// What may have been meant, or what there is.
        hint: String,
    },
    /// A value that says nothing that can be held to.
    #[error("line {line}: `{key}` {fault}")]
    Value {
        /// Where.
        line: usize,
        /// The key.
        key: &'static str,
        /// What is wrong with the value, sanitised.
        fault: String,
    },
    /// An exception lacks what every exception has.
    #[error("line {line}: exception {number}: {fault}")]
    Exception {
        /// Where.
        line: usize,
        /// Its number, from 1.
        number: usize,
        /// What is missing.
        fault: &'static str,
    },
    /// A rule says nothing that can be held to.
    #[error("line {line}: rule {number}: {fault}")]
    Rule {
        /// Where.
        line: usize,
        /// Its number, from 1.
        number: usize,
        /// What is wrong with it, sanitised.
        fault: String,
    },
    /// A test says nothing that can be asked.
    #[error("line {line}: test {number}: {fault}")]
    Case {
        /// Where.
        line: usize,
        /// Its number, from 1.
        number: usize,
        /// What is wrong with it, sanitised.
        fault: String,
    },
    /// There are too many exceptions.
    #[error("the policy has {count} exceptions, the limit is {EXCEPTIONS}")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// The suppressions are none.
    #[error(transparent)]
    Suppressions(#[from] SuppressionsError),
}
