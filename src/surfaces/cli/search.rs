//! `touchmark search`.

use indicatif::HumanCount;

use super::arguments::{Global, SearchArguments};
use super::backend::Backend;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::{advice, flags, word};
use super::output::Output;
use super::paint::{self, line, paint};
use super::remote::RemoteServer;
use super::suggestion::suggestion;
use super::table::{Cell, lay_out, wrap};
use crate::api::{
    DiscoverFilters, DiscoverRequest, DiscoverResponse, DiscoverResult, EmptyReasonWord, FacetsView, IndexStatus,
    ScoreBreakdownView, ScoreExplanation,
};
use crate::operations::DiscoverSkills;
use crate::scan::RecommendedAction;

/// Columns of a rank, a verdict, a name and a publisher.
const LIMITS: [usize; 4] = [3, 9, 32, 20];
/// Characters of a text in a row.
const TEXT_CHARACTERS: usize = 1_024;
/// Where the lines under a row begin.
const INDENT: usize = 5;

/// Searches, and shows what was found.
pub(super) async fn run(global: &Global, arguments: SearchArguments, output: &Output) -> Result<Outcome, Failure> {
    let backend = Backend::open_paying(global, arguments.max_price).await?;
    if let Backend::Local(services) = &backend {
        // An ingest that was killed may have left the index behind the store. Where another
        // process is at it now, what it has committed is searched.
        if let Err(error) = services.follow().await {
            tracing::debug!(%error, "search does not follow the store at the moment");
        }
    }
    let answer = backend.ask::<DiscoverSkills>(request(arguments)).await?;
    if output.json {
        output.pretty(&answer.body)?;
    } else {
        output.text(&show(&answer.value, output.width, backend.server()))?;
    }
    Ok(if answer.value.results.is_empty() { Outcome::Refused } else { Outcome::Done })
}

fn request(arguments: SearchArguments) -> DiscoverRequest {
    let SearchArguments { query, limit, source, min_stars, updated_after, explain, facets, .. } = arguments;
    let has_filters = source.is_some() || min_stars.is_some() || updated_after.is_some();
    let filters = DiscoverFilters { source: source.map(Into::into), min_stars, updated_after };
    DiscoverRequest {
        query: query.join(" "),
        limit,
        rationale: None,
        filters: has_filters.then_some(filters),
        explain: explain.then_some(true),
        facets: facets.then_some(true),
    }
}

fn show(response: &DiscoverResponse, width: Option<usize>, server: Option<&RemoteServer>) -> String {
    let mut text = String::new();
    if response.meta.index_status != IndexStatus::Ok {
        text.push_str(&paint(
            paint::CARE,
            "the index is not complete at the moment: results may be missing or out of order\n",
        ));
    }
    if response.results.is_empty() {
        text.push_str(nothing(response.meta.empty_reason));
        text.push('\n');
        return text;
    }
    let rows: Vec<Vec<Cell>> =
        response.results.iter().enumerate().map(|(index, result)| row(index + 1, result)).collect();
    for (head, result) in lay_out(&rows, &LIMITS, width).iter().zip(&response.results) {
        text.push_str(&format!("{head}\n     {}\n", details(result)));
        if let (Some(explanation), Some(scores)) = (&result.score_explanation, &result.debug_score_breakdown) {
            let inner_width = width.map(|width| width.saturating_sub(INDENT));
            for part in [words(explanation), numbers(scores)].iter().flat_map(|line| wrap(line, inner_width)) {
                text.push_str(&format!("     {}\n", paint(paint::FAINT, &part)));
            }
        }
    }
    text.push_str(&response.facets.as_ref().map(counts).unwrap_or_default());
    text.push_str(&hint(response, server));
    text
}

/// Returns a line for each facet.
fn counts(facets: &FacetsView) -> String {
    let facets = [
        ("type", &facets.kind),
        ("publisher", &facets.publisher),
        ("licence", &facets.license),
        ("verdict", &facets.verdict),
    ];
    let mut text = String::from("\n");
    for (name, facet) in facets {
        let values = facet.values.iter().map(|value| (line(&value.value, 100), value.count));
        let rest = [("others".to_owned(), facet.other_count), ("not known".to_owned(), facet.unknown_count)];
        let counts: Vec<String> = values
            .chain(rest.into_iter().filter(|(_, count)| *count > 0))
            .map(|(value, count)| format!("{value} {}", HumanCount(u64::from(count))))
            .collect();
        text.push_str(&format!("{name}:  {}\n", counts.join(" · ")));
    }
    text
}

fn nothing(reason: Option<EmptyReasonWord>) -> &'static str {
    match reason {
        Some(EmptyReasonWord::IndexEmpty) => "nothing is indexed; ingest a source first",
        Some(EmptyReasonWord::NoMatch) => {
            "nothing was found: no skill has anything in common with the query; try other words"
        }
        Some(EmptyReasonWord::FilteredOut) => "nothing was found: skills match, and the filters leave none of them",
        Some(EmptyReasonWord::TooWeak) => "nothing was found: skills match, and none well enough; try other words",
        Some(EmptyReasonWord::Withheld) => "nothing is shown: what matched was withdrawn or found dangerous",
        None => "nothing was found; try other words, or fewer filters",
    }
}

fn row(rank: usize, result: &DiscoverResult) -> Vec<Cell> {
    let status = result.safety.status;
    vec![
        Cell::new(format!("{rank:>3}"), paint::FAINT),
        Cell::new(status.as_str(), paint::verdict(status)),
        Cell::new(line(&result.name, 200), paint::STRONG),
        Cell::plain(line(&result.publisher, 100)),
        Cell::plain(line(&result.description, TEXT_CHARACTERS)),
    ]
}

/// Returns the second line of a result: its id, and why to look twice.
fn details(result: &DiscoverResult) -> String {
    let mut facts = vec![paint(paint::FAINT, &result.skill_id.to_string())];
    if let Some(stars) = result.signals.stars {
        facts.push(paint(paint::FAINT, &format!("★ {}", HumanCount(stars))));
    }
    if let Some(copies) = result.copies {
        facts.push(paint(paint::FAINT, &format!("{} copies", HumanCount(copies.identical + copies.near))));
    }
    if result.safety.executes_code {
        facts.push(paint(paint::FAINT, "runs code"));
    }
    let style = paint::verdict(result.safety.status);
    if !result.safety.safety_flags.is_empty() {
        facts.push(paint(style, &flags(&result.safety.safety_flags)));
    }
    if result.safety.recommended_action == RecommendedAction::Block {
        facts.push(paint(paint::WORST, advice(RecommendedAction::Block)));
    }
    if !result.selection_flags.is_empty() {
        facts.push(paint(paint::CARE, &flags(&result.selection_flags)));
    }
    facts.join(&paint(paint::FAINT, " · "))
}

fn words(explanation: &ScoreExplanation) -> String {
    let levels = [
        ("match", word(&explanation.match_level.level)),
        ("trust", word(&explanation.trust.level)),
        ("recency", word(&explanation.recency.level)),
        ("quality", word(&explanation.quality.level)),
        ("safety", word(&explanation.safety.level)),
    ];
    levels.map(|(name, level)| format!("{name} {level}")).join(" · ")
}

fn numbers(scores: &ScoreBreakdownView) -> String {
    let place = |name: &str, rank: Option<u32>, score: Option<f64>| match (rank, score) {
        (Some(rank), Some(score)) => format!("{name} #{rank} ({score:.3})"),
        (Some(rank), None) => format!("{name} #{rank}"),
        _ => format!("{name} –"),
    };
    format!(
        "{:.4} = {:.4} fused × {:.2} trust × {:.2} recency × {:.2} quality × {:.2} safety; {}, {}",
        scores.final_score,
        scores.rrf_score,
        scores.trust_factor,
        scores.recency_factor,
        scores.quality_factor,
        scores.safety_factor,
        place("words", scores.fts_rank, scores.fts_score),
        place("meaning", scores.semantic_rank, scores.semantic_score),
    )
}

/// Returns the command to go on with. A `query_id` serves only the server that issued it; on
/// this machine every command is a process of its own and needs none.
fn hint(response: &DiscoverResponse, server: Option<&RemoteServer>) -> String {
    let Some(best) =
        response.results.iter().find(|result| result.safety.recommended_action != RecommendedAction::Block)
    else {
        return String::new();
    };
    let id = best.skill_id.to_string();
    let address = server.map(RemoteServer::address);
    let mut command = vec!["touchmark", "inspect", &id];
    if let Some(address) = &address {
        command.extend(["--query-id", &response.query_id, "--url", address]);
    }
    format!("\nlook closer:  {}\n", suggestion(&command))
}
