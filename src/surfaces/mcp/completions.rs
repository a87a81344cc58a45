//! Completions: what may stand in an argument of a prompt or of a template.

use rmcp::ErrorData;
use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, Reference};

use super::prompts::{AUDIT_LOCKFILE, CHOOSE_SKILL, prompts};
use super::resources::{SKILL_TEMPLATE, VERDICT_TEMPLATE, look_up, refusal};
use super::skill_uri::template_path;
use super::text::untrusted_line;
use crate::operations::{ClientAddress, Services, lockfile_formats, skill_names};
use crate::skill::{Registry, SkillId};

/// Places from which search can be told to take skills.
const SOURCES: [Registry; 5] =
    [Registry::Github, Registry::Clawhub, Registry::Git, Registry::Local, Registry::WellKnown];

/// Completes an argument for `client`. Names cost a look-up, and there is nothing of a skill in
/// them but name and id.
///
/// # Errors
/// Says that there is no such prompt, template or argument.
pub(super) async fn complete(
    services: &Services,
    client: Option<ClientAddress>,
    request: &CompleteRequestParams,
) -> Result<CompleteResult, ErrorData> {
    let (argument, typed) = (request.argument.name.as_str(), request.argument.value.as_str());
    let values = match &request.r#ref {
        Reference::Prompt(prompt) => match (prompt.name.as_str(), argument) {
            (CHOOSE_SKILL, "source") => beginning_with(typed, SOURCES.iter().map(|source| source.as_str())),
            (CHOOSE_SKILL, "skill") => distinct(names(services, client, typed).await?.into_iter().map(|found| found.1)),
            (AUDIT_LOCKFILE, "format") => beginning_with(typed, lockfile_formats().into_iter()),
            (name, argument) => {
                let known = prompts().into_iter().find(|prompt| prompt.name == name);
                let arguments = known.and_then(|prompt| prompt.arguments).unwrap_or_default();
                if !arguments.iter().any(|known| known.name == argument) {
                    return Err(unknown("prompt", name, argument));
                }
                Vec::new()
            }
        },
        Reference::Resource(template) => match (template.uri.as_str(), argument) {
            (SKILL_TEMPLATE, "path") => {
                names(services, client, typed).await?.into_iter().map(|(id, name)| template_path(id, &name)).collect()
            }
            (VERDICT_TEMPLATE, "hash") => Vec::new(),
            (uri, argument) => return Err(unknown("resource template", uri, argument)),
        },
        _ => Vec::new(),
    };
    let (has_more, kept) = (values.len() > CompletionInfo::MAX_VALUES, CompletionInfo::MAX_VALUES);
    let values: Vec<String> = values.into_iter().take(kept).collect();
    let completion = CompletionInfo::with_pagination(values, None, has_more)
        .map_err(|reason| ErrorData::internal_error(reason, None))?;
    Ok(CompleteResult::new(completion))
}

async fn names(
    services: &Services,
    client: Option<ClientAddress>,
    typed: &str,
) -> Result<Vec<(SkillId, String)>, ErrorData> {
    look_up(services, client, async || skill_names(services, typed).await.map_err(refusal)).await
}

fn beginning_with(typed: &str, words: impl Iterator<Item = &'static str>) -> Vec<String> {
    let typed = typed.to_lowercase();
    words.filter(|word| word.starts_with(&typed)).map(str::to_owned).collect()
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for name in names {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    known
}

fn unknown(kind: &str, name: &str, argument: &str) -> ErrorData {
    let message =
        format!("there is no argument `{}` of a {kind} `{}`", untrusted_line(argument, 60), untrusted_line(name, 100));
    ErrorData::invalid_params(message, None)
}
