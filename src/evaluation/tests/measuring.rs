//! Figures, intervals and comparisons of hand-written runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::evaluation::run::that_count;
use crate::search::Ranking;

/// Makes a run of one ranking: query id, and the names of what was found, the best first.
fn run(judged: &Judged, ranking: Ranking, answers: &[(&str, &[&str])]) -> Run {
    let of_ranking: BTreeMap<String, Vec<RankedResult>> = answers
        .iter()
        .map(|(query, names)| {
            let found = names
                .iter()
                .enumerate()
                .map(|(place, name)| (digest(name), Arc::from(*name), 1.0 / (place + 1) as f64, vec![Some(0.5), None]));
            ((*query).to_owned(), that_count(judged, found))
        })
        .collect();
    Run {
        part_names: vec!["safety_factor".to_owned(), "fts_rank".to_owned()],
        answers: BTreeMap::from([(ranking, of_ranking)]),
        is_degraded: false,
    }
}

fn mean(report: &Report, group: &Group, measure: Measure) -> Option<f64> {
    let figures = report.rankings[0].groups.iter().find(|figures| figures.group == *group)?;
    figures.measures.iter().find(|figure| figure.measure == measure).map(|figure| figure.estimate.mean)
}

/// Three queries of two families: right at rank 1, at rank 2, and not found.
fn judged_and_run() -> (Set, Judged, Run) {
    let set = Set::new(&[("q1", Some("x"), &["a"]), ("q2", Some("x"), &["b"]), ("q3", Some("y"), &["c"])]);
    let judged = set.read();
    let run = run(&judged, Ranking::Hybrid, &[("q1", &["a", "b"]), ("q2", &["a", "b"]), ("q3", &["a", "b"])]);
    (set, judged, run)
}

#[test]
fn all_queries_the_mean_over_families_and_each_family_are_measured() {
    let (_set, judged, run) = judged_and_run();
    let report = Report::new(&judged, &(run, Run::default()), &[], 3).expect("a report");
    let (x, y) = (Group::Family("x".to_owned()), Group::Family("y".to_owned()));
    let second = 1.0 / 3.0_f64.log2();
    for (group, measure, expected) in [
        (&Group::All, Measure::NdcgAt10, Some((1.0 + second) / 3.0)),
        (&Group::All, Measure::HitAt1, Some(1.0 / 3.0)),
        (&Group::All, Measure::RecallAt10, Some(2.0 / 3.0)),
        (&x, Measure::ReciprocalRank, Some(0.75)),
        (&y, Measure::RecallAt100, Some(0.0)),
        (&Group::Macro, Measure::ReciprocalRank, Some(0.375)),
    ] {
        let found = mean(&report, group, measure);
        assert!(
            (found.unwrap_or(f64::NAN) - expected.unwrap_or(f64::NAN)).abs() < 1e-12,
            "{group:?} {measure:?} {found:?}"
        );
    }
}

#[test]
fn the_mean_over_families_takes_those_that_are_named() {
    let (_set, judged, run) = judged_and_run();
    let runs = (run, Run::default());
    let of = |families: &[&str]| {
        let families: Vec<String> = families.iter().map(|family| (*family).to_owned()).collect();
        Report::new(&judged, &runs, &families, 3)
    };
    assert!(mean(&of(&["x", "y"]).expect("a report"), &Group::Macro, Measure::HitAt1).is_some());
    assert_eq!(mean(&of(&["x"]).expect("a report"), &Group::Macro, Measure::HitAt1), None);
    let told = of(&["x", "z"]).expect_err("an unknown family").to_string();
    assert_eq!(told, "no query is of the family `z`; there are: x, y");
}

#[test]
fn a_second_result_of_a_cluster_is_skipped_and_a_closed_pool_leaves_out_the_rest() {
    let mut set = Set::new(&[("q", None, &["a"])]);
    let members = format!("[\"{}\",\"{}\"]", digest("copy").to_hex(), digest("a").to_hex());
    set.files.clusters = Some(set.file("clusters", &format!("{{\"_id\":\"{}\",\"members\":{members}}}\n", id("a"))));
    let found: &[&str] = &["x", "x", "copy", "a", "y"];
    let clusters = |set: &Set| run(&set.read(), Ranking::Hybrid, &[("q", found)]).clusters(Ranking::Hybrid, "q");
    assert_eq!(clusters(&set), [id("x"), id("a"), id("y")]);
    set.files.pool = Some(set.file("pool", &format!("{}\n{}\n", id("a"), id("y"))));
    assert_eq!(clusters(&set), [id("a"), id("y")]);
}

#[test]
fn what_must_not_come_first_is_counted_where_it_does() {
    let mut set = Set::new(&[("q", None, &["a"])]);
    let row =
        |query: &str, name: &str| format!("{{\"_id\":\"{query}\",\"text\":\"t\",\"corpus_ids\":[\"{}\"]}}\n", id(name));
    let rows = [("n1", "a"), ("n2", "a"), ("n3", "a")].map(|(query, name)| row(query, name)).concat();
    set.files.negatives = Some(set.file("negatives", &rows));
    let judged = set.read();
    // Second is allowed, and so is to find nothing.
    let negatives = run(&judged, Ranking::Hybrid, &[("n1", &["a", "b"]), ("n2", &["b", "a"]), ("n3", &[])]);
    let queries = run(&judged, Ranking::Hybrid, &[("q", &["a"])]);
    let report = Report::new(&judged, &(queries, negatives), &[], 2).expect("a report");
    let figures = report.rankings[0].negatives.expect("negatives were asked");
    assert_eq!((figures.query_count, figures.wrong_count), (3, 1));
}

#[test]
fn a_comparison_tells_what_moved_and_what_stood_above_it() {
    let (_set, judged, before) = judged_and_run();
    let answers: [(&str, &[&str]); 3] = [("q1", &["a", "b"]), ("q2", &["b", "a"]), ("q3", &["a", "b"])];
    let now = run(&judged, Ranking::Hybrid, &answers);
    let comparison = Comparison::new(&judged, &before, &now, &[], 10, "before").expect("a comparison");
    let change = &comparison.rankings[0];
    assert_eq!((comparison.query_count, change.better_count, change.worse_count), (3, 1, 0));
    let all = change.groups[0].measures[0];
    assert!((all.now - all.before - all.difference.mean).abs() < 1e-12 && all.difference.mean > 0.0, "{all:?}");
    assert!(all.difference.low >= 0.0, "no query is worse: {all:?}");
    let [moved] = &change.moved[..] else { panic!("one query moved: {:?}", change.moved) };
    assert_eq!((moved.query.as_str(), moved.rank_before, moved.rank_now), ("q2", Some(2), Some(1)));
    let rows: Vec<_> = moved
        .results
        .iter()
        .map(|result| {
            (
                result.name.as_str(),
                result.is_relevant,
                result.before.as_ref().map(|it| it.rank),
                result.now.as_ref().map(|it| it.rank),
            )
        })
        .collect();
    assert_eq!(rows, [("b", true, Some(2), Some(1)), ("a", false, Some(1), Some(2))]);
    let parts = &moved.results[0].now.as_ref().expect("it is found").parts;
    assert_eq!(parts[..], [("safety_factor".to_owned(), Some(0.5)), ("fts_rank".to_owned(), None)]);
}

#[test]
fn a_run_compared_with_itself_is_the_same_and_one_of_other_queries_is_refused() {
    let (_set, judged, same) = judged_and_run();
    let comparison = Comparison::new(&judged, &same, &same, &[], 10, "same").expect("a comparison");
    assert!(comparison.rankings[0].moved.is_empty());
    let zero = Estimate { mean: 0.0, low: 0.0, high: 0.0 };
    assert!(comparison.rankings[0].groups.iter().flat_map(|group| &group.measures).all(|one| one.difference == zero));
    let other = run(&judged, Ranking::Hybrid, &[("else", &["a"])]);
    let told = Comparison::new(&judged, &other, &same, &[], 10, "other").expect_err("nothing in common").to_string();
    assert_eq!(told, "other holds none of the queries and rankings of this run");
    let part = run(&judged, Ranking::Hybrid, &[("q1", &["b"])]);
    let comparison = Comparison::new(&judged, &part, &same, &[], 10, "part").expect("a comparison");
    assert_eq!((comparison.query_count, comparison.missing_count), (1, 2));
}

#[test]
fn intervals_are_the_same_in_every_run_and_narrower_with_more_queries() {
    let sample = |count: usize| vec![(0..count).map(|at| (at % 4) as f64 / 3.0).collect::<Vec<f64>>()];
    let (few, many) = (bootstrap(&sample(16)), bootstrap(&sample(1_600)));
    assert_eq!(few, bootstrap(&sample(16)));
    assert!((few.mean - many.mean).abs() < 1e-12);
    assert!(many.high - many.low < (few.high - few.low) / 5.0, "{few:?} {many:?}");
    // A hundred times the queries, a tenth of the width: 1.96 · 0.3727 / √1600 on each side.
    assert!((many.high - many.low - 0.0365).abs() < 0.004, "{many:?}");
    assert_eq!(bootstrap(&[vec![], vec![0.25, 0.25]]), Estimate { mean: 0.25, low: 0.25, high: 0.25 });
    assert_eq!(bootstrap(&[]), Estimate { mean: 0.0, low: 0.0, high: 0.0 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn an_interval_holds_its_mean_and_stays_among_the_values(
        groups in prop::collection::vec(prop::collection::vec(0.0..=1.0_f64, 1..40), 1..4),
    ) {
        let Estimate { mean, low, high } = bootstrap(&groups);
        prop_assert!(low <= mean + 1e-12 && mean <= high + 1e-12, "{low} {mean} {high}");
        prop_assert!((0.0..=1.0 + 1e-12).contains(&low) && (0.0..=1.0 + 1e-12).contains(&high));
        let plain = groups.iter().map(|group| group.iter().sum::<f64>() / group.len() as f64).sum::<f64>() / groups.len() as f64;
        prop_assert!((mean - plain).abs() < 1e-12);
    }
}
