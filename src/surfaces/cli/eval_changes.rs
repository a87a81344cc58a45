//! What changed between two runs, for a person.

use indicatif::HumanCount;

use super::eval_page::title;
use super::paint::{self, line, paint};
use super::table::{Cell, lay_out, wrap};
use crate::operations::{Comparison, MovedQuery, MovedResult, RankingChange, Standing};

/// Columns of a name of a measure, and of figures.
const LIMITS: [usize; 4] = [14, 6, 6, 28];
/// Characters of what comes from files and authors.
const ID_CHARACTERS: usize = 60;
const QUERY_CHARACTERS: usize = 300;
const NAME_CHARACTERS: usize = 64;

/// Shows the differences of each ranking, and the queries that moved most.
pub(super) fn show_changes(comparison: &Comparison, width: Option<usize>) -> String {
    let mut text = format!(
        "\n{} over {} queries (before → now; intervals of 95 %, paired bootstrap)\n",
        paint(paint::STRONG, "compared with the saved run"),
        HumanCount(comparison.query_count as u64)
    );
    if comparison.missing_count > 0 {
        let missing = format!("{} queries are not in the saved run\n", HumanCount(comparison.missing_count as u64));
        text.push_str(&paint(paint::CARE, &missing));
    }
    for ranking in &comparison.rankings {
        push_ranking(&mut text, ranking, width);
    }
    text
}

fn push_ranking(text: &mut String, change: &RankingChange, width: Option<usize>) {
    text.push_str(&format!(
        "\n{}: {} queries better, {} worse by nDCG@10\n",
        paint(paint::STRONG, change.ranking.as_str()),
        HumanCount(change.better_count as u64),
        HumanCount(change.worse_count as u64)
    ));
    if change.groups.iter().flat_map(|group| &group.measures).all(|measure| measure.before == measure.now) {
        text.push_str("  no relevant result moved\n");
        return;
    }
    for group in &change.groups {
        text.push_str(&format!("  {}\n", title(&group.group, group.query_count)));
        let rows: Vec<Vec<Cell>> = group
            .measures
            .iter()
            .map(|measure| {
                let difference = &measure.difference;
                let style = if difference.low > 0.0 {
                    paint::GOOD
                } else if difference.high < 0.0 {
                    paint::BAD
                } else {
                    paint::FAINT
                };
                let shown = format!("{:+.3} [{:+.3}, {:+.3}]", difference.mean, difference.low, difference.high);
                vec![
                    Cell::plain(measure.measure.name()),
                    Cell::plain(format!("{:.3}", measure.before)),
                    Cell::plain(format!("{:.3}", measure.now)),
                    Cell::new(shown, style),
                ]
            })
            .collect();
        lay_out(&rows, &LIMITS, None).iter().for_each(|row| text.push_str(&format!("    {row}\n")));
    }
    if !change.moved.is_empty() {
        text.push_str("  moved most:\n");
    }
    change.moved.iter().for_each(|query| push_query(text, query, width));
}

fn push_query(text: &mut String, query: &MovedQuery, width: Option<usize>) {
    let style = if query.ndcg_now >= query.ndcg_before { paint::GOOD } else { paint::BAD };
    let family = query.family.as_deref().map(|family| format!(" {}", line(family, ID_CHARACTERS))).unwrap_or_default();
    text.push_str(&format!(
        "\n  {}{}  {}\n",
        paint(paint::STRONG, &line(&query.query, ID_CHARACTERS)),
        paint(paint::FAINT, &family),
        paint(
            style,
            &format!(
                "relevant {} → {}, nDCG@10 {:.3} → {:.3}",
                place(query.rank_before),
                place(query.rank_now),
                query.ndcg_before,
                query.ndcg_now
            )
        )
    ));
    push_wrapped(text, &format!("“{}”", line(&query.text, QUERY_CHARACTERS)), "    ", width);
    for result in &query.results {
        let mark = if result.is_relevant { paint(paint::GOOD, " relevant") } else { String::new() };
        let name = paint(paint::STRONG, &line(&result.name, NAME_CHARACTERS));
        text.push_str(&format!("    {name} {}{mark}\n", paint(paint::FAINT, &result.id.to_string())));
        push_wrapped(text, &reasons(result), "      ", width);
    }
}

/// Returns rank, score and the parts of the score of both runs; what is equal stands once.
fn reasons(result: &MovedResult) -> String {
    let (before, now) = (result.before.as_ref(), result.now.as_ref());
    let rank = |standing: Option<&Standing>| place(standing.map(|standing| standing.rank));
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), short);
    let mut reasons = vec![
        format!("rank {}", pair(rank(before), rank(now))),
        format!("score {}", pair(number(before.map(|it| it.score)), number(now.map(|it| it.score)))),
    ];
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in before.into_iter().chain(now).flat_map(|standing| &standing.parts) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    for name in names {
        let part = |standing: Option<&Standing>| {
            number(
                standing.and_then(|it| it.parts.iter().find(|(known, _)| known == name)).and_then(|(_, value)| *value),
            )
        };
        reasons.push(format!("{} {}", line(name, ID_CHARACTERS), pair(part(before), part(now))));
    }
    reasons.join(", ")
}

fn pair(before: String, now: String) -> String {
    if before == now { now } else { format!("{before} → {now}") }
}

fn place(rank: Option<u32>) -> String {
    rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string())
}

/// Four decimals, and none of them for a whole number.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn push_wrapped(text: &mut String, words: &str, indent: &str, width: Option<usize>) {
    for part in wrap(words, width.map(|width| width.saturating_sub(indent.len()))) {
        text.push_str(&format!("{indent}{part}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_stands_once_and_what_is_missing_is_a_dash() {
        for (before, now, expected) in [
            (Some(1.0), Some(1.0), "1"),
            (Some(0.985), Some(1.0), "0.985 → 1"),
            (None, Some(57.957), "– → 57.957"),
            (Some(0.0), None, "0 → –"),
        ] {
            let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), short);
            assert_eq!(pair(number(before), number(now)), expected);
        }
    }
}
