//! What can go wrong with an evaluation.

use std::io;

use crate::compute::ComputeError;
use crate::search::SearchError;
use crate::store::StoreError;

/// Why an evaluation could not be done. File names are as they were given.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// A file cannot be read.
    #[error("cannot read {file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {file}: {source}")]
    Write {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A row is not what the format says.
    #[error("{file}, line {line}: {reason}")]
    Row {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Weights are not what they should be.
    #[error("{file}: {reason}")]
    Weights {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file has no row at all.
    #[error("{file} holds no {expected}")]
    Empty {
        /// The file.
        file: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// A query cannot be measured.
    #[error("query `{query}` has no relevant skill in {file}")]
    NotJudged {
        /// The query's id.
        query: String,
        /// The file of judgements.
        file: String,
    },
    /// The mean over families names one that no query has.
    #[error("no query is of the family `{family}`; there are: {known}")]
    UnknownFamily {
        /// The family that was named.
        family: String,
        /// The families of the queries.
        known: String,
    },
    /// Two runs have nothing in common.
    #[error("{file} holds none of the queries and rankings of this run")]
    NothingToCompare {
        /// The saved run.
        file: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed.
    #[error("the search index failed: {0}")]
    Search(#[from] SearchError),
    /// The program is stopping, or a computation panicked.
    #[error(transparent)]
    Compute(#[from] ComputeError),
}
