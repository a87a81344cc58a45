//! Search as the `skills` command line asks it.

use serde::{Deserialize, Serialize};

use super::problem::store_failed;
use super::published::install_name;
use super::{Charge, Effect, Operation, Services};
use crate::api::Problem;
use crate::scan::RecommendedAction;
use crate::search::{Ranking, SearchRequest};
use crate::skill::{Registry, sanitise_line};
use crate::store::SkillRecord;

/// `GET /api/search`.
#[derive(Debug)]
pub struct FindSkills;

/// Skills of an answer where the client names no number.
const DEFAULT_LIMIT: usize = 20;
/// Skills of an answer at most.
const LIMIT: usize = 100;
/// Candidates among which an owner's skills are looked for: search itself does not know owners.
const OWNER_CANDIDATES: usize = 1_000;
/// Characters of a query, as in the contract.
const QUERY_CHARACTERS: usize = 500;

/// The parameters, all of them texts.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindSkillsRequest {
    /// What to look for.
    pub q: String,
    /// How many are wanted, at most 100; 20 where it is absent.
    #[serde(default)]
    pub limit: Option<String>,
    /// Only skills of this owner.
    #[serde(default)]
    pub owner: Option<String>,
}

/// What was found, the best first.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct FindSkillsResponse {
    /// The skills.
    pub skills: Vec<FoundSkill>,
}

/// A skill as this client shows it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct FoundSkill {
    /// Owner, repository and name in one.
    pub id: String,
    /// The name under which it is installed.
    pub name: String,
    /// What `skills add` takes: `owner/repository` on GitHub, else the URL of a collection here.
    pub source: String,
    /// Always 0: the client sorts by it, and what is not known must not change the order.
    pub installs: u64,
}

impl Operation for FindSkills {
    type Request = FindSkillsRequest;
    type Response = FindSkillsResponse;
    const NAME: &'static str = "find_skills";
    const TITLE: &'static str = "Find skills";
    const SUMMARY: &'static str = "Search as the skills command line asks it.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Workflow;

    async fn run(services: &Services, request: FindSkillsRequest) -> Result<FindSkillsResponse, Problem> {
        let query = request.q.trim();
        if query.is_empty() || query.chars().count() > QUERY_CHARACTERS {
            return Err(Problem::invalid_request(format!("q: expected 1 to {QUERY_CHARACTERS} characters")));
        }
        let limit = match request.limit.as_deref().map(str::parse::<usize>) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit)) if limit > 0 => limit.min(LIMIT),
            Some(_) => return Err(Problem::invalid_request("limit: expected a whole number from 1")),
        };
        let owner = request.owner.as_deref().map(str::trim).filter(|owner| !owner.is_empty());
        let search_request = SearchRequest {
            query: query.to_owned(),
            limit: if owner.is_some() { OWNER_CANDIDATES } else { LIMIT },
            min_stars: None,
            updated_after: None,
            // An owner is one on GitHub: the client takes no other.
            registry: owner.map(|_| Registry::Github),
            wants_facets: false,
            now: services.now(),
            ranking: Ranking::Hybrid,
        };
        let answer = services.run_search(Self::NAME, search_request).await?;
        let ids: Vec<_> = answer.hits.iter().map(|hit| hit.skill_id).collect();
        let records = services.skills(&ids).await.map_err(store_failed(Self::NAME))?;
        let is_wanted = |record: &SkillRecord| {
            owner.is_none_or(|owner| record.source.identity.owner().eq_ignore_ascii_case(owner))
                && record.is_listed
                && record.verdict.recommended_action != RecommendedAction::Block
        };
        let skills = records.iter().filter(|record| is_wanted(record));
        let skills = skills.filter_map(|record| found(record, services.public_url())).take(limit).collect();
        Ok(FindSkillsResponse { skills })
    }
}

/// Shows a skill; nothing for one that no `skills add` could install: without a name, or of a
/// folder on the machine of the service.
fn found(record: &SkillRecord, public_url: &str) -> Option<FoundSkill> {
    let name = install_name(record)?;
    let identity = &record.source.identity;
    let place = format!("{}/{}", identity.owner(), identity.repository());
    let source = match identity.host() {
        "local" | "file" => return None,
        _ if identity.owner().is_empty() || identity.repository().is_empty() => return None,
        "github.com" => place.clone(),
        host => format!("{public_url}/collections/{host}/{place}"),
    };
    let source = sanitise_line(&source, 300);
    Some(FoundSkill { id: sanitise_line(&format!("{place}/{name}"), 300), name, source, installs: 0 })
}
