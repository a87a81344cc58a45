//! `discover_skills` in words.

use super::untrusted::bounded_fence;
use super::untrusted_line;
use super::verdict::verdict;
use crate::api::{DiscoverResponse, DiscoverResult, EmptyReasonWord, IndexStatus};

/// Characters of a description; the whole is in structured content.
const DESCRIPTION_CHARACTERS: usize = 500;

/// Renders the results of a search for `query`.
pub(super) fn render(query: &str, response: &DiscoverResponse) -> String {
    let mut lines = vec![
        overview(response),
        format!("query_id: {}", untrusted_line(&response.query_id, 100)),
        format!("Query: {}", untrusted_line(query, 200)),
    ];
    match response.meta.index_status {
        IndexStatus::Ok => {}
        IndexStatus::Degraded => lines.push("Index: degraded, part of the ranking is not available".to_owned()),
        IndexStatus::Rebuilding => lines.push("Index: being rebuilt, results may be missing".to_owned()),
    }
    if response.results.is_empty() {
        lines.extend(response.meta.empty_reason.map(|reason| format!("Why: {}", why(reason))));
        lines.push("Next: describe the task in other words, or go on without a skill.".to_owned());
        return lines.join("\n");
    }
    lines.push("Next: inspect_skill with a skill_id and this query_id, before anything is installed.".to_owned());
    for (index, result) in response.results.iter().enumerate() {
        lines.push(String::new());
        lines.extend(of_result(index + 1, result));
    }
    lines.join("\n")
}

fn why(reason: EmptyReasonWord) -> &'static str {
    match reason {
        EmptyReasonWord::IndexEmpty => "nothing is indexed",
        EmptyReasonWord::NoMatch => "no skill has anything in common with the query",
        EmptyReasonWord::FilteredOut => "skills match, and the filters leave none",
        EmptyReasonWord::TooWeak => "skills match, and none well enough",
        EmptyReasonWord::Withheld => "what matched was withdrawn or found dangerous",
    }
}

fn overview(response: &DiscoverResponse) -> String {
    let worst = response.results.iter().map(|result| result.safety.status).max();
    match (worst, response.results.len()) {
        (None, _) => "Safety: no results, so no verdict.".to_owned(),
        (Some(worst), 1) => format!("Safety: 1 result, {}.", worst.as_str()),
        (Some(worst), count) => {
            format!("Safety: {count} results, the worst is {}; each verdict is below.", worst.as_str())
        }
    }
}

fn of_result(number: usize, result: &DiscoverResult) -> Vec<String> {
    let words = format!(
        "name: {}\npublisher: {}\ndescription: {}",
        untrusted_line(&result.name, 200),
        untrusted_line(&result.publisher, 100),
        untrusted_line(&result.description, DESCRIPTION_CHARACTERS)
    );
    let mut facts = vec![format!("score {:.4}", result.score)];
    facts.extend(result.signals.stars.map(|stars| format!("{stars} stars")));
    facts.extend(result.copies.map(|copies| format!("{} copies", copies.identical + copies.near)));
    facts.extend(result.signals.context_cost_tokens.map(|tokens| format!("{tokens} tokens")));
    vec![
        format!("{number}. Safety: {}", verdict(&result.safety)),
        format!("   skill_id: {}; {}", result.skill_id, facts.join(", ")),
        format!("   content_hash: {}", untrusted_line(&result.source.content_hash, 100)),
        format!("   source: {}", untrusted_line(&result.source.url, 500)),
        bounded_fence(&format!("words of the author of result {number}"), &words).text,
    ]
}
