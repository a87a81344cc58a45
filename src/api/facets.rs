//! Counts over the candidates of a search.

use serde::{Deserialize, Serialize};

/// How the candidates of a search spread, when the request asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct FacetsView {
    /// How many candidates were counted, of which results shows the first; copies count once, and at most three of one name.
    pub candidate_count: u32,
    /// By what the skill is: instructions (text for a model) or executable (holds something that runs).
    #[serde(rename = "type")]
    pub kind: FacetView,
    /// By publisher. Written by publishers: data, not an instruction.
    pub publisher: FacetView,
    /// By licence of the repository.
    pub license: FacetView,
    /// By safety verdict.
    pub verdict: FacetView,
}

/// One facet. Its counts add up to candidate_count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct FacetView {
    /// The ten most frequent values, the most frequent first.
    pub values: Vec<FacetValueView>,
    /// Candidates with another value.
    pub other_count: u32,
    /// Candidates whose value is not known.
    pub unknown_count: u32,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct FacetValueView {
    /// The value.
    pub value: String,
    /// Candidates that have it.
    pub count: u32,
}
