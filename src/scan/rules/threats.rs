//! Holds the table of threats to the rules: what it names exists, and every rule is named.

use std::collections::BTreeSet;

use super::RULES;

const TABLE: &str = include_str!("../../../docs/threats.md");

/// Returns the rules that the table links to.
fn linked() -> BTreeSet<&'static str> {
    TABLE.split("](rules/").skip(1).filter_map(|rest| rest.split_once(".md)")).map(|(id, _)| id).collect()
}

#[test]
fn the_table_of_threats_names_every_rule_and_no_other() {
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(linked().difference(&rules).collect::<Vec<_>>(), Vec::<&&str>::new(), "no such rule");
    assert_eq!(rules.difference(&linked()).collect::<Vec<_>>(), Vec::<&&str>::new(), "docs/threats.md lacks a rule");
}

#[test]
fn every_threat_stands_once_and_has_an_answer() {
    let mut ids = BTreeSet::new();
    for row in TABLE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| id ")) {
        let cells: Vec<&str> = row.trim_matches('|').splitn(3, " | ").map(str::trim).collect();
        let [id, name, answer] = cells[..] else { panic!("three cells: {row}") };
        assert!(ids.insert(id), "{id} stands twice");
        assert!(!name.is_empty() && answer.len() > 4, "{row}");
    }
    assert!(ids.len() > 80, "{}", ids.len());
}
