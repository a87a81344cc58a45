//! Measures the ranking on judged queries, and rewrites the tables of docs/relevance.md.
//!
//! `just relevance`; `just relevance --data-dir DIR` keeps what was ingested for the next time.
//! The corpus is ingested as a user ingests it, and every figure is one of `touchmark eval`.

mod page;
mod program;
mod sets;
mod tables;
mod tools;

use std::error::Error;
use std::path::{Path, PathBuf};

use program::{evaluate, ingest};
use sets::{Measured, Set};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Sets of tools and functions from published research, below `retrieval/tools`.
const TOOL_SETS: [&str; 3] = ["seal-tools", "metatool", "apibench"];

fn main() -> Outcome<()> {
    // `cargo bench` passes `--bench` to every target.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let mut shared = PathBuf::from("../shared");
    let mut data_folder = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--data-dir" => data_folder = Some(arguments.next().ok_or("--data-dir needs a folder")?.into()),
            option if option.starts_with('-') => return Err(format!("unknown option {option}").into()),
            folder => shared = folder.into(),
        }
    }
    if !shared.join("retrieval").is_dir() {
        println!("no judged queries below {}: name the folder with `just relevance SHARED`", shared.display());
        return Ok(());
    }
    let temporary = tempfile::tempdir()?;
    let data_folder = data_folder.unwrap_or_else(|| temporary.path().join("data"));
    let measured = measure(&shared, &data_folder)?;
    let tables = tables::of(&measured);
    println!("{tables}");
    page::write(&tables)?;
    eprintln!("{} rewritten", page::PAGE);
    Ok(())
}

fn measure(shared: &Path, data_folder: &Path) -> Outcome<Vec<Measured>> {
    for corpus in ["skills.jsonl.zst", "skills-more.jsonl.zst"] {
        ingest(data_folder, &shared.join("corpus").join(corpus))?;
    }
    let retrieval = shared.join("retrieval");
    let mut measured = Vec::new();
    for set in Set::of_skills(&retrieval) {
        measured.push(evaluate(data_folder, set)?);
    }
    for name in TOOL_SETS {
        let folder = data_folder.join("tools").join(name);
        let set = tools::prepare(name, &retrieval.join("tools").join(name), &folder)?;
        ingest(&folder, &folder.join(tools::CORPUS))?;
        measured.push(evaluate(&folder, set)?);
    }
    Ok(measured)
}
