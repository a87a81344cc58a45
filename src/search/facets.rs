//! How the candidates of an answer spread over what a chooser may ask for next.

use std::collections::HashMap;

use super::lexical::Row;
use crate::scan::SafetyStatus;
use crate::skill::SkillId;

/// Values of one facet that are listed.
const VALUES: usize = 10;

/// Counts over all candidates of an answer, of which it may show only the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facets {
    /// How many candidates there are: copies once, and at most three of one name.
    pub candidate_count: u32,
    /// Whether they hold something that runs.
    pub executes_code: Facet<bool>,
    /// By publisher, each named by a skill of it.
    pub publishers: Facet<SkillId>,
    /// By the licence of the repository, each named by a skill under it.
    pub licenses: Facet<SkillId>,
    /// By verdict.
    pub verdicts: Facet<SafetyStatus>,
}

/// The most frequent values of one facet. What it counts adds up to the candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet<T> {
    /// Up to ten values with their counts, the most frequent first.
    pub values: Vec<(T, u32)>,
    /// Candidates with a value that is not among them.
    pub other_count: u32,
    /// Candidates whose value is not known.
    pub unknown_count: u32,
}

impl Facets {
    /// Counts candidates.
    pub(super) fn of<'a>(candidates: impl Iterator<Item = &'a Row> + Clone) -> Self {
        let by_key = |key: fn(&Row) -> Option<u64>| {
            let mut examples = HashMap::new();
            for row in candidates.clone() {
                if let Some(key) = key(row) {
                    examples.entry(key).or_insert(row.skill_id);
                }
            }
            Facet::of(candidates.clone().map(key)).named(|key| examples.get(&key).copied())
        };
        Self {
            candidate_count: candidates.clone().count() as u32,
            executes_code: Facet::of(candidates.clone().map(|row| Some(row.executes_code))),
            publishers: by_key(|row| Some(row.publisher_key)),
            licenses: by_key(|row| row.license_key),
            verdicts: Facet::of(candidates.map(|row| Some(row.status))),
        }
    }
}

impl<T: Copy + Eq + Ord + std::hash::Hash> Facet<T> {
    fn of(values: impl Iterator<Item = Option<T>>) -> Self {
        let (mut counts, mut unknown_count) = (HashMap::new(), 0);
        for value in values {
            match value {
                Some(value) => *counts.entry(value).or_default() += 1,
                None => unknown_count += 1,
            }
        }
        let mut values: Vec<(T, u32)> = counts.into_iter().collect();
        values.sort_unstable_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
        let other_count = values.iter().skip(VALUES).map(|(_, count)| count).sum();
        values.truncate(VALUES);
        Self { values, other_count, unknown_count }
    }

    /// Puts a name in the place of each value.
    fn named<N>(self, name: impl Fn(T) -> Option<N>) -> Facet<N> {
        let values = self.values.into_iter().filter_map(|(value, count)| Some((name(value)?, count))).collect();
        Facet { values, other_count: self.other_count, unknown_count: self.unknown_count }
    }
}
