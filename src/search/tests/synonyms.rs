//! Abbreviations and long forms find each other.

use super::*;
use crate::rank::RankingWeights;

fn skills() -> Vec<IndexRecord> {
    [
        ("cluster-rollout", "Deploy containers to Kubernetes with rollouts."),
        ("ftp-upload", "Deploy web pages to a server by upload."),
        ("k8s-notes", "Deploy services to k8s."),
        ("pr-check", "PR review with a list of findings."),
        ("change-check", "Pull request review with a list of findings."),
        ("git-pull", "Pull branches and resolve conflicts."),
        ("http-request", "Send a request and read the answer."),
        ("soup", "Cook soup with vegetables."),
    ]
    .map(|(name, description)| record(name, description))
    .to_vec()
}

/// What full text alone finds, with the scores.
fn lexical(index: &SearchIndex, query: &str) -> Vec<(SkillId, f64)> {
    let request = SearchRequest { ranking: Ranking::Lexical, ..request(query) };
    index.search(&request).expect("an answer").hits.iter().map(|hit| (hit.skill_id, hit.score)).collect()
}

fn score(found: &[(SkillId, f64)], name: &str) -> f64 {
    found.iter().find(|(skill, _)| *skill == id(name)).map_or(0.0, |(_, score)| *score)
}

#[test]
fn the_other_form_is_found_below_the_one_that_was_asked_for() {
    let (_folder, index) = filled(&skills());
    // What is asked, who says it so, who says it otherwise, and who says neither.
    let rows = [
        ("deploy to k8s", "k8s-notes", "cluster-rollout", "ftp-upload"),
        ("deploy to Kubernetes", "cluster-rollout", "k8s-notes", "ftp-upload"),
        ("pull request review", "change-check", "pr-check", "soup"),
        ("PR review", "pr-check", "change-check", "http-request"),
    ];
    for (query, same, other, neither) in rows {
        let found = lexical(&index, query);
        let [same, other, neither] = [same, other, neither].map(|name| score(&found, name));
        assert!(same > other && other > neither, "{query}: {same} {other} {neither}");
    }
}

#[test]
fn a_long_form_is_all_of_its_words_one_after_the_other() {
    let (_folder, index) = filled(&skills());
    let rows = [
        ("PR", "git-pull"),
        ("PR", "http-request"),
        ("request a pull", "pr-check"),
        ("node.k8s.example", "cluster-rollout"),
    ];
    for (query, name) in rows {
        assert_eq!(score(&lexical(&index, query), name), 0.0, "{query}: {name}");
    }
}

#[test]
fn who_says_what_was_asked_for_scores_as_without_synonyms() {
    let (_folder, index) = filled(&skills());
    let without = index.with_weights(RankingWeights { synonym: 0.0, ..RankingWeights::default() });
    let rows = [
        ("pull request review", "change-check"),
        ("deploy to Kubernetes", "cluster-rollout"),
        ("deploy to k8s", "k8s-notes"),
        // Both forms in the query are no synonyms of each other.
        ("kubernetes k8s", "k8s-notes"),
    ];
    for (query, name) in rows {
        assert_eq!(score(&lexical(&index, query), name), score(&lexical(&without, query), name), "{query}");
    }
    for query in ["cook soup", "deploy containers", "node.k8s.example", "", "what should I use"] {
        assert_eq!(lexical(&index, query), lexical(&without, query), "{query}");
    }
}

#[test]
fn saying_a_thing_in_both_ways_counts_once() {
    let mut records = skills();
    records.push(record("twofold", "Deploy to Kubernetes, called k8s."));
    records.push(record("single", "Deploy to Kubernetes, called cargo."));
    let (_folder, index) = filled(&records);
    let found = lexical(&index, "Kubernetes");
    let (both, once) = (score(&found, "twofold"), score(&found, "single"));
    assert!(once > 0.0);
    assert_eq!(both, once);
}
