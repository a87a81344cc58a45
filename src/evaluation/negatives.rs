//! Requests for which certain skills must not come first.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::lines::{for_each_line, json_row};
use super::{ClusterId, ClusterIdError, EvaluationError};

/// A request, and what must not come first for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NegativeQuery {
    /// Its id in the file.
    pub id: String,
    /// What somebody asked.
    pub text: String,
    /// What must not come first.
    pub forbidden: BTreeSet<ClusterId>,
}

#[derive(Deserialize)]
struct NegativeRow {
    _id: String,
    text: String,
    corpus_ids: Vec<String>,
}

impl NegativeQuery {
    /// Reads `{"_id", "text", "corpus_ids"}` a line.
    ///
    /// # Errors
    /// Fails where the file cannot be read, or a row is not of this form.
    pub fn read(path: &Path) -> Result<Vec<Self>, EvaluationError> {
        let mut negatives = Vec::new();
        for_each_line(path, |_, text| {
            let row: NegativeRow = json_row(text)?;
            let ids: Result<BTreeSet<ClusterId>, ClusterIdError> = row.corpus_ids.iter().map(|id| id.parse()).collect();
            let forbidden = ids.map_err(|error| format!("`corpus_ids`: {error}"))?;
            if forbidden.is_empty() {
                return Err("`corpus_ids` is empty: nothing could come first by mistake".to_owned());
            }
            negatives.push(Self { id: row._id, text: row.text, forbidden });
            Ok(())
        })?;
        Ok(negatives)
    }
}
