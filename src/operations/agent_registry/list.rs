//! `GET /agents` (§7.4).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::{attest, entry};
use super::filter::Filter;
use super::page_token;
use super::search::page_size;
use crate::api::Problem;
use crate::operations::problem::store_failed;
use crate::operations::{Charge, Effect, Operation, Services};
use crate::skill::sanitise_line;
use crate::store::SkillRecord;

/// `GET /agents`.
#[derive(Debug)]
pub struct ListAgents;

/// Entries of a page where the client names no number.
const DEFAULT_PAGE_SIZE: u32 = 20;
/// Skills that are looked at for one page, where a filter passes few of them.
const CONSIDERED_SKILLS: usize = 2_000;
/// Skills that are read at once.
const CHUNK: u32 = 200;
/// Skills that are put into another order than that of their sources.
const ORDERED_SKILLS: u32 = 5_000;

/// The parameters, all of them texts.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ListAgentsRequest {
    /// An expression.
    #[serde(default)]
    pub filter: Option<String>,
    /// `displayName` or `updatedAt`, with ` DESC` behind it or without.
    #[serde(default)]
    pub order_by: Option<String>,
    /// Entries of a page, 1 to 100; 20 where it is absent.
    #[serde(default)]
    pub page_size: Option<String>,
    /// The token of the page before.
    #[serde(default)]
    pub page_token: Option<String>,
}

/// A page of entries.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListAgentsResponse {
    /// The entries.
    pub items: Vec<Value>,
    /// All entries that the filter passes, where they were counted: with an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<usize>,
    /// The token of the next page. A page may have fewer entries than were asked for, and even
    /// none, while there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Order {
    field: &'static str,
    is_descending: bool,
}

impl Operation for ListAgents {
    type Request = ListAgentsRequest;
    type Response = ListAgentsResponse;
    const NAME: &'static str = "list_agents";
    const TITLE: &'static str = "List the registry";
    const SUMMARY: &'static str = "List as Agentic Resource Discovery asks it.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Workflow;

    async fn run(services: &Services, request: ListAgentsRequest) -> Result<ListAgentsResponse, Problem> {
        let filter = Filter::of_expression(request.filter.as_deref().unwrap_or_default())?;
        let order = request.order_by.as_deref().map(order).transpose()?;
        let asked_size = request.page_size.as_deref().map(str::parse::<u32>).transpose();
        let asked_size = asked_size.map_err(|_| Problem::invalid_request("pageSize: expected a whole number"))?;
        let size = page_size(asked_size, DEFAULT_PAGE_SIZE)? as usize;
        let asked = format!("{:?}", (&request.filter, &request.order_by));
        let place = request.page_token.as_deref().map(|token| page_token::read(&asked, token)).transpose()?;
        let page = match order {
            None => by_source(services, &filter, &place.unwrap_or_default(), size).await?,
            Some(order) => by_field(services, &filter, order, place.as_deref(), size).await?,
        };
        let mut items = Vec::with_capacity(page.chosen.len());
        for (record, entry) in page.chosen {
            items.push(attest(services, &record, entry).await?);
        }
        let page_token = page.next.map(|place| page_token::write(&asked, &place));
        Ok(ListAgentsResponse { items, total: page.total, page_token })
    }
}

struct Page {
    chosen: Vec<(SkillRecord, Value)>,
    total: Option<usize>,
    next: Option<String>,
}

/// Goes on after a source, in the order of the index over sources: any page costs the same.
async fn by_source(services: &Services, filter: &Filter, after: &str, size: usize) -> Result<Page, Problem> {
    let mut page = Page { chosen: Vec::new(), total: None, next: None };
    let mut place = after.to_owned();
    let mut considered = 0;
    loop {
        let records = services.store().skills_below("", &place, CHUNK).await.map_err(store_failed(ListAgents::NAME))?;
        let is_last = records.len() < CHUNK as usize;
        for record in records {
            if page.chosen.len() == size || considered == CONSIDERED_SKILLS {
                page.next = Some(place);
                return Ok(page);
            }
            place = record.source.identity.canonical();
            considered += 1;
            let entry = entry(&record, services.public_url());
            if record.is_offered() && filter.holds(&entry) {
                page.chosen.push((record, entry));
            }
        }
        if is_last {
            return Ok(page);
        }
    }
}

/// Reads everything and puts it into another order, as far as that is bounded.
async fn by_field(
    services: &Services,
    filter: &Filter,
    order: Order,
    place: Option<&str>,
    size: usize,
) -> Result<Page, Problem> {
    let offset = place.map_or(Ok(0), str::parse::<usize>);
    let offset =
        offset.map_err(|_| Problem::invalid_request("pageToken: not one of an earlier page of this request"))?;
    let records = services.store().skills_below("", "", ORDERED_SKILLS + 1).await;
    let records = records.map_err(store_failed(ListAgents::NAME))?;
    if records.len() > ORDERED_SKILLS as usize {
        return Err(Problem::invalid_request(format!(
            "orderBy: this registry has more than {ORDERED_SKILLS} entries, which are listed in the order of their sources; search for what you need"
        )));
    }
    let entries = records.into_iter().map(|record| (entry(&record, services.public_url()), record));
    let mut entries: Vec<(Value, SkillRecord)> =
        entries.filter(|(entry, record)| record.is_offered() && filter.holds(entry)).collect();
    let key = |entry: &Value| entry[order.field].as_str().unwrap_or_default().to_lowercase();
    entries.sort_by(|(left, _), (right, _)| {
        let ordering = key(left).cmp(&key(right));
        if order.is_descending { ordering.reverse() } else { ordering }
    });
    let total = entries.len();
    let chosen = entries.into_iter().skip(offset).take(size).map(|(entry, record)| (record, entry)).collect();
    let next = offset.saturating_add(size);
    Ok(Page { chosen, total: Some(total), next: (next < total).then(|| next.to_string()) })
}

fn order(text: &str) -> Result<Order, Problem> {
    let mut words = text.split_ascii_whitespace();
    let field = words.next().unwrap_or_default();
    let field = ["displayName", "updatedAt"].into_iter().find(|known| *known == field);
    let is_descending = match words.next() {
        None | Some("ASC" | "asc") => Some(false),
        Some("DESC" | "desc") => Some(true),
        Some(_) => None,
    };
    match (field, is_descending, words.next()) {
        (Some(field), Some(is_descending), None) => Ok(Order { field, is_descending }),
        _ => {
            let text = sanitise_line(text, 60);
            Err(Problem::invalid_request(format!(
                "orderBy: cannot read `{text}`; expected displayName or updatedAt, with DESC behind it or without"
            )))
        }
    }
}
