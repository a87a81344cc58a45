//! What can be said about an evaluation on the command line.

use std::path::PathBuf;

use clap::Args;

use super::arguments::date;
use crate::operations::{EvaluationPlan, JudgedFiles};
use crate::skill::Timestamp;

/// `touchmark eval`.
#[derive(Debug, Args)]
pub(super) struct EvalArguments {
    /// The queries, as JSON lines: {"_id", "text", "family" or "lang"}.
    #[arg(value_name = "QUERIES")]
    pub queries: PathBuf,
    /// The judgements, with tabs between query-id, corpus-id and score; a corpus-id is the first
    /// 16 hexadecimal digits of the SHA-256 of a SKILL.md.
    #[arg(value_name = "JUDGEMENTS")]
    pub judgements: PathBuf,
    /// Clusters of files that count as one, as JSON lines (.gz too): {"_id", "members"}.
    #[arg(long, value_name = "FILE", help_heading = "Judged set")]
    pub clusters: Option<PathBuf>,
    /// Let only these skills count, an id a line: a closed pool.
    #[arg(long, value_name = "FILE", help_heading = "Judged set")]
    pub pool: Option<PathBuf>,
    /// Requests for which certain skills must not come first: {"_id", "text", "corpus_ids"}.
    #[arg(long, value_name = "FILE", help_heading = "Judged set")]
    pub negatives: Option<PathBuf>,
    /// The families of the mean over families, with commas between them [default: all].
    #[arg(long, value_name = "FAMILIES", value_delimiter = ',', help_heading = "Judged set")]
    pub macro_families: Vec<String>,
    /// Ask as if it were this time, which the factor of recency looks at [default: now].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Timestamp>,
    /// Rank with the weights in this file instead of those that users get (TOML: name, lead, text,
    /// repository, files, part, synonym, near, text_terms, common_share, meaning).
    #[arg(long, value_name = "FILE", help_heading = "Comparison")]
    pub weights: Option<PathBuf>,
    /// Keep the ranked results of every query in this file (.gz is compressed).
    #[arg(long, value_name = "FILE", help_heading = "Comparison")]
    pub save: Option<PathBuf>,
    /// Compare with a run that was saved: what is better or worse, which queries moved, and why.
    #[arg(long, value_name = "FILE", help_heading = "Comparison")]
    pub compare: Option<PathBuf>,
    /// Show at most this many queries that moved in each ranking.
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Comparison")]
    pub moved: usize,
}

impl From<EvalArguments> for EvaluationPlan {
    fn from(arguments: EvalArguments) -> Self {
        Self {
            files: JudgedFiles {
                queries: arguments.queries,
                judgements: arguments.judgements,
                clusters: arguments.clusters,
                pool: arguments.pool,
                negatives: arguments.negatives,
            },
            macro_families: arguments.macro_families,
            as_of: arguments.as_of,
            weights: arguments.weights,
            save: arguments.save,
            compare: arguments.compare,
            moved_limit: arguments.moved,
        }
    }
}
