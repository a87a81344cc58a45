//! `GET /v1/signatures`.

use super::super::Services;
use super::super::signatures::{SignatureQuery, signatures};
use super::refusals::{bad, store_failure};
use super::{Access, AccountOperation, Holder};
use crate::account::{Scope, Tier};
use crate::api::accounts::{ListSignaturesRequest, Refusal, RefusalCode, SignatureListView};
use crate::scan::Phase;
use crate::threat::ThreatSeverityError;

/// Gives signatures out.
pub struct ListSignatures;

impl AccountOperation for ListSignatures {
    type Request = ListSignaturesRequest;
    type Response = SignatureListView;
    const NAME: &'static str = "list_signatures";
    const TITLE: &'static str = "Fetch signatures";
    const SUMMARY: &'static str = "Gives the signatures of the scanner that can be said as patterns, and the digests \
         of known threats; with since, what changed after the last answer, and which were withdrawn.";
    const ACCESS: Access = Access::Holder { scope: Scope::ThreatsRead, tier: Tier::Free };

    async fn run(
        services: &Services,
        _: Holder<'_>,
        request: ListSignaturesRequest,
    ) -> Result<SignatureListView, Refusal> {
        let refuse = |message: String| Refusal::new(RefusalCode::BadRequest, message);
        let since = request.since.as_deref().map(str::parse).transpose();
        let since = since.map_err(|_| refuse("since: expected a date-time such as 2026-06-12T00:00:00Z".to_owned()))?;
        let phase = match request.phase.as_deref() {
            None => None,
            Some(text) => {
                let found = text.parse::<usize>().ok().and_then(|number| Phase::ALL.get(number.checked_sub(1)?));
                let wrong = || refuse(format!("phase: expected a number from 1 to {}", Phase::ALL.len()));
                Some(*found.ok_or_else(wrong)?)
            }
        };
        let least = request.severity.as_deref().map(str::parse).transpose();
        let least_severity = least.map_err(|error: ThreatSeverityError| bad(&error))?;
        let query = SignatureQuery { since, phase, least_severity };
        signatures(services, &query).await.map_err(|error| store_failure(&error))
    }
}
