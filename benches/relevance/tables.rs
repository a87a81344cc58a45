//! The tables of docs/relevance.md.

use std::fmt::Write;

use serde_json::Value;

use super::sets::Measured;

/// The columns of measures, by their names in the report.
const MEASURES: [(&str, &str); 5] = [
    ("ndcg_at_10", "nDCG@10"),
    ("recall_at_10", "recall@10"),
    ("recall_at_100", "recall@100"),
    ("reciprocal_rank", "MRR"),
    ("hit_at_1", "hit@1"),
];

/// Writes all tables.
pub fn of(measured: &[Measured]) -> String {
    let mut text = String::new();
    let heading: Vec<&str> = MEASURES.iter().map(|(_, name)| *name).collect();
    let _ = writeln!(text, "| queries | ranking | {} | macro nDCG@10 |", heading.join(" | "));
    let _ = writeln!(text, "|---|---|{}", "---|".repeat(MEASURES.len() + 1));
    for one in measured {
        for ranking in list(&one.report, "rankings") {
            let groups = list(ranking, "groups");
            let Some(all) = groups.iter().find(|group| group["group"] == "all") else { continue };
            let figures: Vec<String> = MEASURES
                .iter()
                .map(|(measure, _)| if *measure == "ndcg_at_10" { interval(all, measure) } else { mean(all, measure) })
                .collect();
            let of_families = groups.iter().find(|group| group["group"] == "macro" && one.set.macro_families.is_some());
            let of_families = of_families.map_or_else(|| "–".to_owned(), |group| interval(group, "ndcg_at_10"));
            let _ = writeln!(
                text,
                "| {} ({}) | {} | {} | {of_families} |",
                one.set.name,
                all["query_count"],
                word(ranking, "ranking"),
                figures.join(" | ")
            );
        }
    }
    text.push_str(&families(measured));
    text.push_str(&negatives(measured));
    text
}

fn families(measured: &[Measured]) -> String {
    let mut text = String::from("\n| nDCG@10 of family | lexical | semantic | hybrid |\n|---|---|---|---|\n");
    for one in measured {
        let rankings = list(&one.report, "rankings");
        let Some(first) = rankings.first() else { continue };
        for (at, group) in list(first, "groups").iter().enumerate().filter(|(_, group)| group["group"] == "family") {
            let figures: Vec<String> =
                rankings.iter().map(|ranking| mean(&list(ranking, "groups")[at], "ndcg_at_10")).collect();
            let (family, count) = (word(group, "family"), &group["query_count"]);
            let _ = writeln!(text, "| {}: {family} ({count}) | {} |", one.set.name, figures.join(" | "));
        }
    }
    text
}

fn negatives(measured: &[Measured]) -> String {
    let mut text = String::new();
    for one in measured {
        for ranking in list(&one.report, "rankings").iter().filter(|ranking| ranking["negatives"].is_object()) {
            if text.is_empty() {
                text.push_str("\n| requests that a skill must not answer | ranking | it came first |\n|---|---|---|\n");
            }
            let figures = &ranking["negatives"];
            let _ = writeln!(
                text,
                "| {} ({}) | {} | {} times |",
                one.set.name,
                figures["query_count"],
                word(ranking, "ranking"),
                figures["wrong_count"]
            );
        }
    }
    text
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn figure<'a>(group: &'a Value, measure: &str) -> Option<&'a Value> {
    list(group, "measures").iter().find(|figure| figure["measure"] == measure)
}

fn mean(group: &Value, measure: &str) -> String {
    figure(group, measure)
        .and_then(|figure| figure["mean"].as_f64())
        .map_or_else(|| "–".to_owned(), |it| format!("{it:.3}"))
}

fn interval(group: &Value, measure: &str) -> String {
    let end = |key: &str| figure(group, measure).and_then(|figure| figure[key].as_f64()).unwrap_or(f64::NAN);
    format!("{} ({:.3}–{:.3})", mean(group, measure), end("low"), end("high"))
}
