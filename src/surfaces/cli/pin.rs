//! `touchmark pin`.

use std::path::Path;

use serde_json::json;

use super::approval_arguments::PinArguments;
use super::approval_page::fields;
use super::arguments::Global;
use super::backend::Backend;
use super::exit::Outcome;
use super::failure::Failure;
use super::output::Output;
use super::paint::{self, line, paint};
use crate::operations::{InspectSkill, PinRequest, PinTarget, Pinned, pin_skill};

/// Writes an indexed skill into the lockfile of the project in the current folder.
pub(super) async fn run(global: &Global, arguments: PinArguments, output: &Output) -> Result<Outcome, Failure> {
    let PinArguments { skill, path, name } = arguments;
    let target = PinTarget::parse(&skill)?;
    let question = target.question()?;
    let backend = Backend::open(global).await?;
    let inspected = backend.ask::<InspectSkill>(question).await?.value;
    let request =
        PinRequest { project: Path::new("."), folder: path.as_deref().or(target.folder()), name: name.as_deref() };
    let pinned = pin_skill(&request, &inspected)?;
    if output.json {
        let answer = json!({
            "lockfile": pinned.file,
            "name": pinned.skill.name.as_str(),
            "path": pinned.skill.path.to_string(),
            "root_digest": pinned.skill.root_digest,
            "pin": inspected.pin,
            "changed": pinned.is_changed,
        });
        output.pretty(&answer.to_string())?;
    } else {
        output.text(&show(&pinned))?;
    }
    Ok(Outcome::Done)
}

fn show(pinned: &Pinned) -> String {
    let Pinned { skill, file, is_changed } = pinned;
    let word = if *is_changed { "pinned" } else { "pinned already" };
    let verdict = paint(paint::verdict(skill.verdict), skill.verdict.as_str());
    let head = format!(
        "{} {}  {verdict}",
        paint(paint::GOOD.bold(), word),
        paint(paint::STRONG, &line(skill.name.as_str(), 64))
    );
    let lines = fields(&[
        ("lockfile", (*file).to_owned()),
        ("folder", skill.path.to_string()),
        ("source", skill.source_url.clone()),
        ("commit", skill.commit_sha.clone().unwrap_or_else(|| "unknown".to_owned())),
        ("digest", skill.root_digest.to_string()),
    ]);
    format!("{head}\n{lines}")
}
