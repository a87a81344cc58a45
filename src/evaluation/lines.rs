//! Files of one row a line, plain or compressed with gzip.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::EvaluationError;

/// Hands every line that is not blank to `take` with its number from 1; what `take` says is
/// wrong with a line becomes an error with file and line.
pub(super) fn for_each_line(
    path: &Path,
    mut take: impl FnMut(usize, &str) -> Result<(), String>,
) -> Result<(), EvaluationError> {
    let file = path.display().to_string();
    let failed = |source| EvaluationError::Read { file: path.display().to_string(), source };
    let opened = File::open(path).map_err(failed)?;
    let is_compressed = path.extension().is_some_and(|extension| extension == "gz");
    let bytes: Box<dyn Read> = if is_compressed { Box::new(MultiGzDecoder::new(opened)) } else { Box::new(opened) };
    for (line, text) in (1..).zip(BufReader::new(bytes).lines()) {
        let text = text.map_err(failed)?;
        let text = text.strip_prefix('\u{feff}').filter(|_| line == 1).unwrap_or(&text);
        if !text.trim().is_empty() {
            take(line, text).map_err(|reason| EvaluationError::Row { file: file.clone(), line, reason })?;
        }
    }
    Ok(())
}

/// Reads a row of JSON; what is wrong with it is told without its place, which is the line's.
pub(super) fn json_row<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        let told = error.to_string();
        told.split(" at line ").next().unwrap_or(&told).to_owned()
    })
}
