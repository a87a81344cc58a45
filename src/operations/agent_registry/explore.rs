//! `POST /explore` (§7.3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{entry, values};
use super::filter::known;
use super::query::{AgentQuery, matches};
use crate::api::Problem;
use crate::operations::problem::store_failed;
use crate::operations::{Charge, Effect, Operation, Services};

/// `POST /explore`.
#[derive(Debug)]
pub struct ExploreAgents;

/// Facets of a request at most.
const FACETS: usize = 10;
/// Buckets of a facet where the client names no number.
const DEFAULT_BUCKETS: u32 = 20;
/// Buckets of a facet at most.
const BUCKETS: u32 = 100;
/// Skills that are counted without a text. A larger registry is counted by what is looked for.
const COUNTED_SKILLS: u32 = 5_000;

/// A request for numbers.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExploreAgentsRequest {
    /// What is counted; everything where it is absent.
    #[serde(default)]
    pub query: AgentQuery,
    /// What is computed.
    pub result_type: ResultType,
}

/// What is computed: facets.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultType {
    /// The facets.
    pub facets: Vec<FacetRequest>,
}

/// A facet.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FacetRequest {
    /// A field path.
    pub field: String,
    /// Buckets at most; 20 where it is absent.
    #[serde(default)]
    pub limit: Option<u32>,
    /// The least count of a bucket; 1 where it is absent.
    #[serde(default)]
    pub min_count: Option<u32>,
}

/// Numbers by facet.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExploreAgentsResponse {
    /// Always `facets`.
    pub result_type: &'static str,
    /// Each facet by its field.
    pub facets: BTreeMap<String, FacetResult>,
}

/// The numbers of a facet.
#[derive(Debug, Clone, Default, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacetResult {
    /// Values, the most frequent first.
    pub buckets: Vec<Bucket>,
    /// Entries with other values.
    pub other_count: u32,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Bucket {
    /// The value.
    pub value: String,
    /// Entries that have it.
    pub count: u32,
}

impl Operation for ExploreAgents {
    type Request = ExploreAgentsRequest;
    type Response = ExploreAgentsResponse;
    const NAME: &'static str = "explore_agents";
    const TITLE: &'static str = "Explore the registry";
    const SUMMARY: &'static str = "Count as Agentic Resource Discovery asks it.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Workflow;

    async fn run(services: &Services, request: ExploreAgentsRequest) -> Result<ExploreAgentsResponse, Problem> {
        let wanted = &request.result_type.facets;
        if wanted.is_empty() || wanted.len() > FACETS {
            return Err(Problem::invalid_request(format!("resultType.facets: expected 1 to {FACETS} facets")));
        }
        let fields = wanted.iter().map(|facet| known(&facet.field)).collect::<Result<Vec<_>, _>>()?;
        let filter = request.query.filter()?;
        let entries: Vec<serde_json::Value> = match request.query.text()? {
            Some(text) => {
                matches(services, Self::NAME, text, &filter).await?.into_iter().map(|one| one.entry).collect()
            }
            None => {
                let records = services.store().skills_below("", "", COUNTED_SKILLS + 1).await;
                let records = records.map_err(store_failed(Self::NAME))?;
                if records.len() > COUNTED_SKILLS as usize {
                    return Err(Problem::invalid_request(format!(
                        "query.text: missing; this registry has more than {COUNTED_SKILLS} entries, which are counted by what is looked for"
                    )));
                }
                let shown = records.iter().filter(|record| record.is_offered());
                let entries = shown.map(|record| entry(record, services.public_url()));
                entries.filter(|entry| filter.holds(entry)).collect()
            }
        };
        let facets = wanted.iter().zip(fields).map(|(facet, field)| {
            let counts = entries.iter().flat_map(|entry| values(entry, field));
            (field.to_owned(), count(counts, facet))
        });
        Ok(ExploreAgentsResponse { result_type: "facets", facets: facets.collect() })
    }
}

/// Counts values; equal counts stand in the order of their values.
pub(super) fn count(values: impl Iterator<Item = String>, facet: &FacetRequest) -> FacetResult {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut buckets: Vec<Bucket> = counts.into_iter().map(|(value, count)| Bucket { value, count }).collect();
    buckets.sort_by_key(|bucket| std::cmp::Reverse(bucket.count));
    let least = facet.min_count.unwrap_or(1);
    let limit = facet.limit.unwrap_or(DEFAULT_BUCKETS).min(BUCKETS) as usize;
    let kept = buckets.iter().take(limit).take_while(|bucket| bucket.count >= least).count();
    let other_count = buckets.drain(kept..).map(|bucket| bucket.count).sum();
    FacetResult { buckets, other_count }
}
