//! Queries in groups: all, one mean over families, and each family.

use serde::Serialize;

use super::{Estimate, EvaluationError, JudgedQuery, Measure, bootstrap};

/// A group of queries that have a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "group", content = "family", rename_all = "snake_case")]
pub enum Group {
    /// Every query, each counting once.
    All,
    /// The mean over families, each counting once, however many queries it has.
    Macro,
    /// The queries of one family.
    Family(String),
}

/// The figures of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupFigures {
    /// The group.
    #[serde(flatten)]
    pub group: Group,
    /// How many queries it has.
    pub query_count: usize,
    /// Its figures, in the order of [`Measure::ALL`].
    pub measures: Vec<MeasureFigure>,
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeasureFigure {
    /// What was measured.
    pub measure: Measure,
    /// The mean with its interval.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// Which queries are in which group; the strata are what a mean is taken over.
#[derive(Debug, Clone)]
pub(super) struct Grouping {
    groups: Vec<(Group, Vec<Vec<usize>>)>,
}

impl Grouping {
    /// Groups queries. `macro_families` are those of the mean over families; where none is
    /// named, all are. A mean over fewer than two families is left out.
    pub(super) fn new(queries: &[&JudgedQuery], macro_families: &[String]) -> Result<Self, EvaluationError> {
        let mut families: Vec<(&str, Vec<usize>)> = Vec::new();
        for (at, query) in queries.iter().enumerate() {
            let Some(family) = query.family.as_deref() else { continue };
            match families.iter_mut().find(|(known, _)| *known == family) {
                Some((_, members)) => members.push(at),
                None => families.push((family, vec![at])),
            }
        }
        let known = || families.iter().map(|(family, _)| *family).collect::<Vec<_>>().join(", ");
        if let Some(family) = macro_families.iter().find(|name| !families.iter().any(|(family, _)| family == *name)) {
            return Err(EvaluationError::UnknownFamily { family: family.clone(), known: known() });
        }
        let is_in_macro = |family: &str| macro_families.is_empty() || macro_families.iter().any(|name| name == family);
        let strata: Vec<Vec<usize>> =
            families.iter().filter(|(family, _)| is_in_macro(family)).map(|(_, members)| members.clone()).collect();
        let mut groups = vec![(Group::All, vec![(0..queries.len()).collect()])];
        if strata.len() > 1 {
            groups.push((Group::Macro, strata));
        }
        groups.extend(families.into_iter().map(|(family, members)| (Group::Family(family.to_owned()), vec![members])));
        Ok(Self { groups })
    }

    /// Hands each group with its size, and a function that estimates the mean of values that
    /// are given for each query, to `figures`.
    pub(super) fn map<T>(&self, figures: impl Fn(&Group, usize, &dyn Fn(&[f64]) -> Estimate) -> T) -> Vec<T> {
        self.groups
            .iter()
            .map(|(group, strata)| {
                let estimate = |values: &[f64]| {
                    let drawn: Vec<Vec<f64>> =
                        strata.iter().map(|members| members.iter().map(|at| values[*at]).collect()).collect();
                    bootstrap(&drawn)
                };
                figures(group, strata.iter().map(Vec::len).sum(), &estimate)
            })
            .collect()
    }
}
