//! `touchmark verify`.

use super::arguments::{Global, VerifyArguments};
use super::backend::{Answer, Backend};
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::{flags, mark, safety_lines};
use super::held::Held;
use super::output::{self, Output};
use super::paint::{self, line, paint};
use super::standing::Standing;
use super::table::{Cell, lay_out, wrap};
use super::verify_pins;
use crate::api::{StrengthWord, VerifyMiss, VerifyRequest, VerifyResponse};
use crate::operations::VerifySkill;
use crate::recipe::Covers;

/// Says whether what somebody holds may be loaded.
pub(super) async fn run(global: &Global, arguments: VerifyArguments, output: &Output) -> Result<Outcome, Failure> {
    let VerifyArguments { path, content_hash, source_url, pins } = arguments;
    if let Some(pins) = pins {
        return verify_pins::run(global, &pins, output).await;
    }
    let held = path.as_deref().map(Held::read).transpose()?;
    let content_hash = held.as_ref().map(|held| held.content_hash.clone()).or(content_hash);
    let request = VerifyRequest { content_hash, source_url };
    let backend = Backend::open(global).await?;
    let answer = backend.ask::<VerifySkill>(request.clone()).await?;
    let standing = Standing::of(&answer.value, &request, held.as_ref());
    let (answer, standing) = match &held {
        Some(held) if standing.may_be_rewritten() => look_again(&backend, held, &request, answer, standing).await?,
        _ => (answer, standing),
    };
    if output.json {
        output.pretty(&answer.body)?;
        if standing == Standing::FilesDiffer {
            // The body knows nothing of the files on this machine.
            output::tell_note(standing.meaning());
        }
    } else {
        output.text(&show(standing, &answer.value, &request, held.as_ref(), output.width))?;
    }
    Ok(if standing.is_good() { Outcome::Done } else { Outcome::Refused })
}

/// Asks again by what installers and checkouts do not change: an honest copy is told from a
/// changed one, and a miss stays what it was.
async fn look_again(
    backend: &Backend,
    held: &Held,
    request: &VerifyRequest,
    first: Answer<VerifyResponse>,
    standing: Standing,
) -> Result<(Answer<VerifyResponse>, Standing), Failure> {
    for digest in &held.normalised {
        // That the text of SKILL.md is the indexed one is known where only other files differ.
        if standing == Standing::FilesDiffer && digest.recipe.covers() == Covers::SkillMd {
            continue;
        }
        let second = VerifyRequest { content_hash: Some(digest.to_string()), source_url: request.source_url.clone() };
        let answer = backend.ask::<VerifySkill>(second.clone()).await?;
        let found = Standing::of_second(&answer.value, &second, held);
        if found.is_rewritten() {
            return Ok((answer, found));
        }
    }
    Ok((first, standing))
}

fn show(
    standing: Standing,
    response: &VerifyResponse,
    request: &VerifyRequest,
    held: Option<&Held>,
    width: Option<usize>,
) -> String {
    let style = match standing {
        _ if standing.is_rewritten() || standing == Standing::WeaklyVerified => paint::CARE,
        _ if standing.is_good() => paint::GOOD,
        Standing::Blocked => paint::WORST,
        Standing::ContentDiffers | Standing::FilesDiffer | Standing::Earlier => paint::BAD,
        _ => paint::CARE,
    };
    let mut head = paint(style.bold(), standing.word());
    let mut lines = wrap(standing.meaning(), width);
    let mut fields: Vec<(&str, String)> = Vec::new();
    fields.extend(request.content_hash.clone().map(|hash| ("yours", hash)));
    if let VerifyResponse::Hit(hit) = response {
        head.push_str(&format!("  {} {}", mark(hit.safety.status), paint(paint::STRONG, &line(&hit.skill.name, 200))));
        lines.extend(safety_lines(&hit.safety, width));
        fields.extend(hit.comparison.current_content_hash.clone().map(|hash| ("indexed", hash)));
        // Of a folder, more was compared than the digest that was asked by.
        let is_compared = held.is_some() && matches!(standing, Standing::Verified | Standing::FilesDiffer);
        if let Some(recipe) = hit.comparison.recipe.as_ref().filter(|_| !is_compared) {
            let strength = if recipe.strength == StrengthWord::Strong { "strong" } else { "weak" };
            fields.push(("recipe", format!("{} ({strength}): {}", recipe.name, recipe.note)));
            if !recipe.is_current {
                fields.push(("matched", recipe.matched_content_hash.clone()));
            }
        }
        fields.extend(hit.comparison.current_package_hash.clone().map(|hash| ("root digest", hash)));
        if standing == Standing::FilesDiffer {
            fields.extend(held.and_then(|held| held.package_hash.clone()).map(|hash| ("your files", hash)));
            fields.extend(hit.safety.audited_package_hash.clone().map(|hash| ("audited", hash)));
        }
        let index = hit.safety.taken_over_from.as_ref();
        fields.extend(index.map(|index| ("scanned by", format!("the index {}, not here", line(index, 60)))));
        fields.push(("source", hit.skill.source_url.clone()));
        fields.push(("skill_id", hit.skill.skill_id.to_string()));
        fields.extend(hit.safety.threat.as_ref().map(|threat| ("threat", threat.line())));
        fields.extend(hit.takedown.as_ref().map(|takedown| ("notice", takedown.line())));
        if hit.takedown.is_none() {
            fields.extend(hit.source_state.as_ref().map(|state| ("notice", state.line())));
        }
        if !hit.safety.safety_flags.is_empty() {
            fields.push(("flags", flags(&hit.safety.safety_flags)));
        }
    }
    if let VerifyResponse::Miss(VerifyMiss { takedown, threat, .. }) = response {
        fields.extend(threat.as_ref().map(|threat| ("threat", threat.line())));
        fields.extend(takedown.as_ref().map(|takedown| ("notice", takedown.line())));
    }
    let rows: Vec<Vec<Cell>> = fields
        .into_iter()
        .map(|(name, value)| vec![Cell::new(format!("  {name}"), paint::FAINT), Cell::plain(line(&value, 1_000))])
        .collect();
    lines.extend(lay_out(&rows, &[], None));
    format!("{head}\n{}\n", lines.join("\n"))
}
