//! Why a record is not taken.

/// Why a text is no advisory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdvisoryError {
    /// It is longer than any record should be.
    #[error("the record has more than {0} bytes")]
    TooLong(usize),
    /// It is not JSON, or not of the form.
    #[error("not a record of the Open Source Vulnerability format: {0}")]
    Form(String),
    /// Its id is none.
    #[error(
        "the id of the record is empty, too long, or has other characters than letters, digits, `-`, `_`, `.` and `:`"
    )]
    Id,
    /// It concerns more packages or versions than are read.
    #[error("the record names more than {limit} {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
}
