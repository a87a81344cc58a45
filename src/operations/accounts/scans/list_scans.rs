//! `GET /v1/scans`.

use super::super::super::Services;
use super::super::refusals::store_failure;
use super::super::{Access, AccountOperation, Holder};
use super::admit::{limit, parsed, spaces};
use super::report_scan::verdict_of;
use super::view::{Threats, listed_view};
use crate::account::{Scope, Tier};
use crate::api::accounts::{ListScansRequest, ListedScansView, Refusal, RefusalCode};
use crate::skill::Timestamp;
use crate::store::{ScanFilter, ScanPage, ScanRecord};

/// Longest text that is searched for, in characters.
const SEARCH_CHARACTERS: usize = 200;

/// Lists scans.
pub struct ListScans;

impl AccountOperation for ListScans {
    type Request = ListScansRequest;
    type Response = ListedScansView;
    const NAME: &'static str = "list_scans";
    const TITLE: &'static str = "List scans";
    const SUMMARY: &'static str = "Lists one's own scans and those of the team, the latest first: reported ones and \
         those of targets.";
    const ACCESS: Access = Access::Holder { scope: Scope::ScansRead, tier: Tier::Pro };

    async fn run(
        services: &Services,
        holder: Holder<'_>,
        request: ListScansRequest,
    ) -> Result<ListedScansView, Refusal> {
        let principal = holder.principal()?;
        let limit = limit(request.limit.as_deref())?;
        let filter = ScanFilter {
            is_upload: false,
            status: None,
            verdict: request.verdict.as_deref().map(verdict_of).transpose().map_err(unprocessable)?,
            search: search(request.target)?,
            since: parsed("from", request.from.as_deref())?,
            until: parsed("to", request.to.as_deref())?,
        };
        let last = request.cursor.as_deref().map(read_cursor).transpose()?;
        let page = ScanPage::After { last, limit };
        let listing = services.store().list_scans(&spaces(principal), &filter, page).await;
        let scans = listing.map_err(|error| store_failure(&error))?.scans;
        let threats = Threats::of_scans(services, &scans).await?;
        let next_cursor = scans.last().filter(|_| scans.len() == limit as usize).map(write_cursor);
        Ok(ListedScansView {
            scans: scans.iter().map(|scan| listed_view(scan, &threats)).collect(),
            next_cursor,
            limit,
        })
    }
}

/// Reads what is searched for; nothing where it is empty.
pub(super) fn search(text: Option<String>) -> Result<Option<String>, Refusal> {
    match text {
        Some(text) if text.chars().count() > SEARCH_CHARACTERS => {
            let message = format!("what is searched for has more than {SEARCH_CHARACTERS} characters");
            Err(Refusal::new(RefusalCode::ValidationError, message))
        }
        text => Ok(text.filter(|text| !text.is_empty())),
    }
}

fn unprocessable(refusal: Refusal) -> Refusal {
    Refusal { code: RefusalCode::ValidationError, ..refusal }
}

/// Where the next page begins: behind this scan. It is no secret, and shows nothing of others.
fn write_cursor(last: &ScanRecord) -> String {
    format!("{}.{}", last.created_at.as_milliseconds(), last.number)
}

fn read_cursor(text: &str) -> Result<(Timestamp, i64), Refusal> {
    let read = |text: &str| {
        let (at, number) = text.split_once('.')?;
        Some((Timestamp::from_milliseconds(at.parse().ok()?), number.parse().ok()?))
    };
    read(text).ok_or_else(|| Refusal::new(RefusalCode::ValidationError, "cursor: not one of a page of this list"))
}
