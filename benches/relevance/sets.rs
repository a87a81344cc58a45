//! The judged sets, and what was measured on them.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The families of the headline; one of them has most of the queries.
const MACRO_FAMILIES: &str = "nvidia,marketing,dotnet";

/// A set of judged queries.
pub struct Set {
    /// What it is called in the tables.
    pub name: String,
    /// The queries.
    pub queries: PathBuf,
    /// The judgements.
    pub judgements: PathBuf,
    /// Clusters of files that count as one.
    pub clusters: Option<PathBuf>,
    /// The ids of a closed pool.
    pub pool: Option<PathBuf>,
    /// Requests for which certain skills must not come first.
    pub negatives: Option<PathBuf>,
    /// The families of the mean over families.
    pub macro_families: Option<&'static str>,
}

/// A set with its report.
pub struct Measured {
    /// The set.
    pub set: Set,
    /// What `touchmark eval --json` printed.
    pub report: Value,
}

impl Set {
    /// Returns the sets whose answers are skills.
    pub fn of_skills(retrieval: &Path) -> Vec<Self> {
        let set = |name: &str, folder: &str| Self {
            name: name.to_owned(),
            queries: retrieval.join(folder).join("queries.jsonl"),
            judgements: retrieval.join(folder).join("qrels.tsv"),
            clusters: Some(retrieval.join("clusters.jsonl.gz")),
            pool: None,
            negatives: None,
            macro_families: None,
        };
        let pool = Some(retrieval.join("skill-evals-closed/pool.txt"));
        let negatives = Some(retrieval.join("trigger-evals/negatives.jsonl"));
        let macro_families = Some(MACRO_FAMILIES);
        vec![
            Self { macro_families, ..set("skill-evals", "skill-evals") },
            Self { macro_families, pool, ..set("skill-evals, closed pool", "skill-evals-closed") },
            Self { negatives, ..set("trigger-evals", "trigger-evals") },
        ]
    }
}
