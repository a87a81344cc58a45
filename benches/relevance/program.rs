//! Runs the program as a user does.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Outcome;
use super::sets::{Measured, Set};

/// The time at which all questions are asked, so that skills do not age between two runs.
const AS_OF: &str = "2026-06-01";

/// Ingests a corpus file; nothing happens where it is in the folder already.
pub fn ingest(data_folder: &Path, corpus: &Path) -> Outcome<()> {
    let mut command = touchmark(data_folder);
    command.arg("ingest").arg(corpus).stdout(Stdio::null());
    if !command.status()?.success() {
        return Err(format!("{} could not be ingested", corpus.display()).into());
    }
    Ok(())
}

/// Measures a set on the index of a data folder.
pub fn evaluate(data_folder: &Path, set: Set) -> Outcome<Measured> {
    let mut command = touchmark(data_folder);
    command.args(["eval", "--json", "--as-of", AS_OF]).arg(&set.queries).arg(&set.judgements);
    for (option, file) in [("--clusters", &set.clusters), ("--pool", &set.pool), ("--negatives", &set.negatives)] {
        if let Some(file) = file {
            command.arg(option).arg(file);
        }
    }
    if let Some(families) = set.macro_families {
        command.args(["--macro-families", families]);
    }
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{} could not be measured", set.name).into());
    }
    let report = serde_json::from_slice(&output.stdout)?;
    Ok(Measured { set, report })
}

fn touchmark(data_folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchmark"));
    command.arg("--data-dir").arg(data_folder).env_remove("TOUCHMARK_URL");
    command
}
