//! `touchmark lock`.

use super::approval_arguments::LockArguments;
use super::approval_page::{amount, fields};
use super::exit::Outcome;
use super::failure::Failure;
use super::output::{self, Output};
use super::paint::{self, line, paint};
use crate::approval::{DeclaredSource, SkillStatus};
use crate::operations::{LockRequest, Locked, lock_skill};
use crate::skill::Timestamp;

/// Writes down which bytes somebody approves.
pub(super) fn run(arguments: LockArguments, output: &Output) -> Result<Outcome, Failure> {
    let LockArguments { folder, out, approval_id, artifact_path, .. } = arguments;
    let declared_source = DeclaredSource::of_user([
        arguments.source_kind.as_deref(),
        arguments.source_repository.as_deref(),
        arguments.source_path.as_deref(),
        arguments.source_commit.as_deref(),
        arguments.source_tracking.as_deref(),
    ])
    .map_err(Failure::Source)?;
    let request = LockRequest { folder, out, approval_id, artifact_path, declared_source };
    let locked = lock_skill(request, &std::env::current_dir()?, Timestamp::now())?;
    if output.json {
        output.pretty(&locked.json)?;
    } else {
        output.text(&show(&locked))?;
    }
    if *locked.record.skill().status() == SkillStatus::Invalid {
        output::tell_note("the frontmatter of SKILL.md could not be read; its bytes are approved as they are");
    }
    Ok(Outcome::Done)
}

fn show(locked: &Locked) -> String {
    let Locked { record, path, .. } = locked;
    let head = format!("{} {}", paint(paint::GOOD.bold(), "approved"), line(record.approval_id().as_str(), 64));
    let lines = fields(&[
        ("record", path.display().to_string()),
        ("folder", record.artifact_path().as_str().to_owned()),
        ("holds", amount(record.manifest())),
        ("digest", record.root_digest().to_string()),
    ]);
    format!("{head}\n{lines}")
}
