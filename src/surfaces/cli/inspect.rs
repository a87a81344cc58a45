//! `touchmark inspect`.

use super::arguments::{Global, InspectArguments};
use super::backend::{Answer, Backend};
use super::exit::Outcome;
use super::failure::Failure;
use super::inspect_page::page;
use super::output::{self, Output};
use super::paint::{block, line};
use crate::api::{InspectRequest, InspectResponse};
use crate::operations::InspectSkill;
use crate::skill::SkillId;

/// Shows one skill.
pub(super) async fn run(global: &Global, arguments: InspectArguments, output: &Output) -> Result<Outcome, Failure> {
    let InspectArguments { skill_id, source_url, content_hash, query_id, content_only, max_price } = arguments;
    let backend = Backend::open_paying(global, max_price).await?;
    // People try the name that they know.
    let name = skill_id.clone().filter(|word| word.parse::<SkillId>().is_err());
    let request = InspectRequest { skill_id, source_url, content_hash, query_id };
    let answer: Result<Answer<InspectResponse>, Failure> = backend.ask::<InspectSkill>(request).await;
    if let (Err(_), Some(name)) = (&answer, name) {
        output::tell_note(&format!(
            "`{}` is no id; `touchmark search` finds the id of a skill by its name",
            line(&name, 100)
        ));
    }
    let answer = answer?;
    if output.json {
        output.pretty(&answer.body)?;
    } else if !content_only {
        output.text(&page(&answer.value, output.width))?;
    } else if output.is_terminal {
        output.text(&format!("{}\n", block(answer.value.content.trim_end())))?;
    } else {
        // A pipe gets what a file would hold: a program hashes or compares it.
        output.bytes(answer.value.content.as_bytes())?;
    }
    Ok(Outcome::Done)
}
