//! `POST /search` (§7.2).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::{attest, scored};
use super::query::{AgentQuery, matches};
use super::{PAGE_SIZE, page_token};
use crate::api::Problem;
use crate::operations::{Charge, Effect, Operation, Services};

/// `POST /search`.
#[derive(Debug)]
pub struct SearchAgents;

/// Entries of a page where the client names no number.
const DEFAULT_PAGE_SIZE: u32 = 10;

/// A search.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SearchAgentsRequest {
    /// What is looked for; the text is required.
    pub query: AgentQuery,
    /// Whether other registries are asked. This one asks none, and knows none to name.
    #[serde(default)]
    pub federation: Federation,
    /// Entries of a page, 1 to 100; 10 where it is absent.
    #[serde(default)]
    pub page_size: Option<u32>,
    /// The token of the page before.
    #[serde(default)]
    pub page_token: Option<String>,
}

/// How far a search goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Federation {
    /// Other registries are asked as well.
    #[default]
    Auto,
    /// Other registries are named.
    Referrals,
    /// This registry alone.
    None,
}

/// Entries with their score and source.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchAgentsResponse {
    /// The entries, the best first.
    pub results: Vec<Value>,
    /// Other registries; there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrals: Option<Vec<Value>>,
    /// The token of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

impl Operation for SearchAgents {
    type Request = SearchAgentsRequest;
    type Response = SearchAgentsResponse;
    const NAME: &'static str = "search_agents";
    const TITLE: &'static str = "Search the registry";
    const SUMMARY: &'static str = "Search as Agentic Resource Discovery asks it.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Workflow;

    async fn run(services: &Services, request: SearchAgentsRequest) -> Result<SearchAgentsResponse, Problem> {
        let text = request.query.text()?.ok_or_else(|| Problem::invalid_request("query.text: missing"))?;
        let filter = request.query.filter()?;
        let page_size = page_size(request.page_size, DEFAULT_PAGE_SIZE)? as usize;
        let asked = serde_json::to_string(&request.query).unwrap_or_default();
        let offset = match &request.page_token {
            None => 0,
            Some(token) => page_token::read(&asked, token)?
                .parse::<usize>()
                .map_err(|_| Problem::invalid_request("pageToken: not one of an earlier page of this request"))?,
        };
        let found = matches(services, Self::NAME, text, &filter).await?;
        let mut results = Vec::new();
        for one in found.iter().skip(offset).take(page_size) {
            let entry = attest(services, &one.record, one.entry.clone()).await?;
            results.push(scored(entry, one.score, services.public_url()));
        }
        let next = offset.saturating_add(page_size);
        let page_token = (next < found.len()).then(|| page_token::write(&asked, &next.to_string()));
        let referrals = (request.federation == Federation::Referrals).then(Vec::new);
        Ok(SearchAgentsResponse { results, referrals, page_token })
    }
}

/// Checks how many entries a page has.
pub(super) fn page_size(asked: Option<u32>, usual: u32) -> Result<u32, Problem> {
    match asked {
        None => Ok(usual),
        Some(size) if (1..=PAGE_SIZE).contains(&size) => Ok(size),
        Some(_) => Err(Problem::invalid_request(format!("pageSize: expected 1 to {PAGE_SIZE}"))),
    }
}
