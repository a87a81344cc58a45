//! Queries with their judgements.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::lines::{for_each_line, json_row};
use super::{ClusterId, ClusterIdError, Clusters, EvaluationError, NegativeQuery, Pool};

/// A query, and what answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedQuery {
    /// Its id in the file.
    pub id: String,
    /// What somebody asked.
    pub text: String,
    /// The family of queries to which it belongs: the field `family`, else `lang`.
    pub family: Option<String>,
    /// The relevance of each judged cluster; at least one is above zero.
    pub judgements: BTreeMap<ClusterId, u32>,
}

/// The files of a judged set. The formats are in docs/relevance.md.
#[derive(Debug, Clone)]
pub struct JudgedFiles {
    /// The queries, as JSON lines.
    pub queries: PathBuf,
    /// The judgements, as values with tabs between them.
    pub judgements: PathBuf,
    /// The clusters, as JSON lines; without them every file is alone.
    pub clusters: Option<PathBuf>,
    /// The ids of a closed pool.
    pub pool: Option<PathBuf>,
    /// The requests for which certain skills must not come first, as JSON lines.
    pub negatives: Option<PathBuf>,
}

/// A judged set.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The queries, in the order of the file; ids are distinct.
    pub queries: Vec<JudgedQuery>,
    /// Which cluster each file belongs to.
    pub clusters: Clusters,
    /// The only clusters that count, where the pool is closed.
    pub pool: Option<Pool>,
    /// The requests for which certain skills must not come first.
    pub negatives: Vec<NegativeQuery>,
}

#[derive(Deserialize)]
struct QueryRow {
    _id: String,
    text: String,
    family: Option<String>,
    lang: Option<String>,
}

impl Judged {
    /// Reads all files of a set. Judgements of queries that the set does not hold are passed
    /// over: the halves of a set may share one file.
    ///
    /// # Errors
    /// Fails where a file cannot be read, a row is not of its form, an id comes twice, or a
    /// query has no relevant skill.
    pub fn read(files: &JudgedFiles) -> Result<Self, EvaluationError> {
        let mut judgements = read_judgements(&files.judgements)?;
        let mut queries = Vec::new();
        let mut ids = BTreeSet::new();
        for_each_line(&files.queries, |_, text| {
            let row: QueryRow = json_row(text)?;
            if row.text.trim().is_empty() {
                return Err("`text` is empty".to_owned());
            }
            if !ids.insert(row._id.clone()) {
                return Err(format!("the query `{}` came before", row._id));
            }
            let judgements = judgements.remove(&row._id).unwrap_or_default();
            let family = row.family.or(row.lang).filter(|family| !family.trim().is_empty());
            queries.push(JudgedQuery { id: row._id, text: row.text, family, judgements });
            Ok(())
        })?;
        if queries.is_empty() {
            return Err(EvaluationError::Empty { file: files.queries.display().to_string(), expected: "queries" });
        }
        if let Some(query) = queries.iter().find(|query| query.judgements.values().all(|relevance| *relevance == 0)) {
            let file = files.judgements.display().to_string();
            return Err(EvaluationError::NotJudged { query: query.id.clone(), file });
        }
        Ok(Self {
            queries,
            clusters: files.clusters.as_deref().map(Clusters::read).transpose()?.unwrap_or_default(),
            pool: files.pool.as_deref().map(Pool::read).transpose()?,
            negatives: files.negatives.as_deref().map(NegativeQuery::read).transpose()?.unwrap_or_default(),
        })
    }

    /// Returns the families of the queries, sorted.
    pub fn families(&self) -> BTreeSet<&str> {
        self.queries.iter().filter_map(|query| query.family.as_deref()).collect()
    }
}

/// Reads `query-id`, `corpus-id` and `score` a line, the first of which may be that heading.
fn read_judgements(path: &Path) -> Result<BTreeMap<String, BTreeMap<ClusterId, u32>>, EvaluationError> {
    let mut judgements: BTreeMap<String, BTreeMap<ClusterId, u32>> = BTreeMap::new();
    for_each_line(path, |line, text| {
        let fields: Vec<&str> = text.split('\t').map(str::trim).collect();
        if line == 1 && fields.first() == Some(&"query-id") {
            return Ok(());
        }
        let [query, document, score] = fields[..] else {
            return Err(format!("expected 3 fields with tabs between them, found {}", fields.len()));
        };
        let document: ClusterId = document.parse().map_err(|error: ClusterIdError| error.to_string())?;
        let score: u32 = score.parse().map_err(|_| format!("the score `{score}` is not a whole number from 0"))?;
        let of_query = judgements.entry(query.to_owned()).or_default();
        if of_query.insert(document, score).is_some_and(|other| other != score) {
            return Err(format!("{document} was judged otherwise for `{query}` before"));
        }
        Ok(())
    })?;
    Ok(judgements)
}
