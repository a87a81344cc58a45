//! A run in a file: a heading, and then a row for each query of each ranking.
//!
//! The results are kept by the digest of their SKILL.md. Clusters and pool are those of the
//! set with which the run is read again, so a run outlives a correction of either.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use super::lines::{for_each_line, json_row};
use super::run::that_count;
use super::{ClusterId, EvaluationError, Judged, Run, ScoreParts};
use crate::search::Ranking;
use crate::skill::Sha256Digest;

/// The version of the format.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Heading {
    touchmark_run: u32,
    /// What the parts of each score are called.
    parts: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct AnswerRow {
    query: String,
    ranking: Ranking,
    results: Vec<ResultRow>,
}

#[derive(Serialize, Deserialize)]
struct ResultRow {
    rank: u32,
    #[serde(skip_deserializing)]
    id: Option<ClusterId>,
    digest: Sha256Digest,
    name: Arc<str>,
    score: f64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: ScoreParts,
}

/// Writes a run; compressed where the name ends with `.gz`. A file that is there is replaced.
///
/// # Errors
/// Fails where the file cannot be written.
pub fn write_run(run: &Run, path: &Path) -> Result<(), EvaluationError> {
    let write = || -> io::Result<()> {
        let file = BufWriter::new(File::create(path)?);
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut encoder = GzEncoder::new(file, Compression::default());
            write_rows(run, &mut encoder)?;
            encoder.finish()?.flush()
        } else {
            let mut file = file;
            write_rows(run, &mut file)?;
            file.flush()
        }
    };
    write().map_err(|source| EvaluationError::Write { file: path.display().to_string(), source })
}

fn write_rows(run: &Run, file: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *file, &Heading { touchmark_run: FORMAT, parts: run.part_names.clone() })?;
    for (ranking, queries) in &run.answers {
        for (query, results) in queries {
            let results = results.iter().map(|result| ResultRow {
                rank: result.rank,
                id: Some(result.cluster),
                digest: result.digest,
                name: Arc::clone(&result.name),
                score: result.score,
                parts: result.parts.clone(),
            });
            file.write_all(b"\n")?;
            let row = AnswerRow { query: query.clone(), ranking: *ranking, results: results.collect() };
            serde_json::to_writer(&mut *file, &row)?;
        }
    }
    file.write_all(b"\n")
}

/// Reads a run, as the clusters and the pool of `judged` see it.
///
/// # Errors
/// Fails where the file cannot be read, or is not a run of this format.
pub fn read_run(path: &Path, judged: &Judged) -> Result<Run, EvaluationError> {
    let mut run = Run::default();
    let mut has_heading = false;
    for_each_line(path, |_, text| {
        if !has_heading {
            let heading: Heading =
                json_row(text).map_err(|reason| format!("not a run that `touchmark eval --save` wrote: {reason}"))?;
            if heading.touchmark_run != FORMAT {
                return Err(format!("a run of format {}; this program reads {FORMAT}", heading.touchmark_run));
            }
            run.part_names = heading.parts;
            has_heading = true;
            return Ok(());
        }
        let row: AnswerRow = json_row(text)?;
        let names = run.part_names.len();
        if row.results.iter().any(|result| !result.parts.is_empty() && result.parts.len() != names) {
            return Err(format!("`parts`: expected {names} numbers, as many as the heading names"));
        }
        let found = row.results.into_iter().map(|result| (result.digest, result.name, result.score, result.parts));
        let results = that_count(judged, found);
        if run.answers.entry(row.ranking).or_default().insert(row.query.clone(), results).is_some() {
            return Err(format!("the query `{}` came before", row.query));
        }
        Ok(())
    })?;
    if !has_heading {
        return Err(EvaluationError::Empty { file: path.display().to_string(), expected: "run" });
    }
    Ok(run)
}
