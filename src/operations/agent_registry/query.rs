//! The query that search and facets share (§7.1), and the entries that match it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::CANDIDATES;
use super::entry::entry;
use super::filter::Filter;
use crate::api::Problem;
use crate::operations::Services;
use crate::operations::problem::store_failed;
use crate::search::{Ranking, SearchRequest};
use crate::store::SkillRecord;

/// Characters of a text, as in the contract.
const TEXT_CHARACTERS: usize = 500;

/// What is looked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentQuery {
    /// What the entry should do, in natural language.
    #[serde(default)]
    pub text: Option<String>,
    /// Values by field path; a list means any of them.
    #[serde(default)]
    pub filter: Option<Map<String, Value>>,
}

/// An entry that matches, with the skill that it is made of.
pub(super) struct Match {
    pub record: Arc<SkillRecord>,
    pub score: f64,
    pub entry: Value,
}

impl AgentQuery {
    /// Returns the filter, checked.
    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        self.filter.as_ref().map_or_else(|| Ok(Filter::default()), Filter::of_object)
    }

    /// Returns the text, checked.
    pub(super) fn text(&self) -> Result<Option<&str>, Problem> {
        match self.text.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) if text.chars().count() <= TEXT_CHARACTERS => Ok(Some(text)),
            Some(_) => {
                Err(Problem::invalid_request(format!("query.text: expected at most {TEXT_CHARACTERS} characters")))
            }
        }
    }
}

/// Finds the entries that match a text and a filter, the best first.
pub(super) async fn matches(
    services: &Services,
    operation: &'static str,
    text: &str,
    filter: &Filter,
) -> Result<Vec<Match>, Problem> {
    let request = SearchRequest {
        query: text.to_owned(),
        limit: CANDIDATES,
        min_stars: None,
        updated_after: None,
        registry: None,
        wants_facets: false,
        now: services.now(),
        ranking: Ranking::Hybrid,
    };
    let answer = services.run_search(operation, request).await?;
    let ids: Vec<_> = answer.hits.iter().map(|hit| hit.skill_id).collect();
    let records = services.skills(&ids).await.map_err(store_failed(operation))?;
    let matched = answer.hits.iter().filter_map(|hit| {
        let record = records.iter().find(|record| record.skill_id == hit.skill_id)?;
        if !record.is_offered() {
            return None;
        }
        let entry = entry(record, services.public_url());
        filter.holds(&entry).then(|| Match { record: record.clone(), score: hit.score, entry })
    });
    Ok(matched.collect())
}
