//! Who may scan how much, and whose a scan is.

use super::super::super::Services;
use super::super::refusals::{bad, store_failure};
use crate::account::Principal;
use crate::api::accounts::{Refusal, RefusalCode};
use crate::skill::Timestamp;
use crate::store::{NewScan, ScanAdmission, ScanKey, ScanKind, ScanLimits, ScanRecord, ScanSpaces};

/// Scans of one account that may wait or be worked on at once.
const WAITING: u32 = 10;
/// Scans of all accounts that may: a uploaded file that waits is in the database.
const QUEUE: u32 = 200;
/// Seconds after which to try again where too many wait; a scan takes a few.
const PATIENCE_SECONDS: u64 = 30;
const DAY_SECONDS: i64 = 86_400;

/// Tells whether somebody may make scans at all: an auditor changes nothing.
pub(super) fn may_scan(principal: &Principal) -> Result<(), Refusal> {
    let team = principal.team.as_ref().map(|(team, _)| team);
    if principal.changes(&principal.user, team) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::Forbidden, "the role auditor sees scans and makes none"))
}

/// Keeps a scan, unless its account is beyond a limit.
pub(super) async fn keep(services: &Services, principal: &Principal, scan: &NewScan) -> Result<(), Refusal> {
    let per_day = principal.tier.limits().scans_per_day;
    let limits = ScanLimits { per_day, waiting: WAITING, queue: QUEUE };
    let now = services.now();
    let admission = services.store().create_scan(scan, &limits, now).await.map_err(|error| store_failure(&error))?;
    match admission {
        ScanAdmission::Created => {
            services.accounts().inspect(|accounts| accounts.scan_news.notify_waiters());
            Ok(())
        }
        ScanAdmission::TooManyToday => Err(too_many_today(principal, now)),
        ScanAdmission::TooManyWaiting => {
            Err(limited(format!("{WAITING} scans of this account wait already"), PATIENCE_SECONDS))
        }
        ScanAdmission::QueueFull => Err(Refusal {
            retry_after_seconds: Some(PATIENCE_SECONDS),
            ..Refusal::new(RefusalCode::Unavailable, "too many scans wait; try again in a while")
        }),
    }
}

/// Refuses whoever has made all scans that they have in a day.
pub(in crate::operations::accounts) fn too_many_today(principal: &Principal, now: Timestamp) -> Refusal {
    let left = DAY_SECONDS - now.as_milliseconds().div_euclid(1_000).rem_euclid(DAY_SECONDS);
    let per_day = principal.tier.limits().scans_per_day;
    let message = format!("the {per_day} scans that the tier {} has a day are made", principal.tier);
    limited(message, u64::try_from(left).unwrap_or(1).max(1))
}

fn limited(message: String, seconds: u64) -> Refusal {
    Refusal { retry_after_seconds: Some(seconds), ..Refusal::new(RefusalCode::RateLimited, message) }
}

/// Returns a scan of a target, or the scan of a file, that is theirs to see; the other kind is
/// not there.
pub(super) async fn find(
    services: &Services,
    principal: &Principal,
    id: &str,
    is_upload: bool,
) -> Result<ScanRecord, Refusal> {
    let scan = find_any(services, principal, id).await?;
    if (scan.kind == ScanKind::Upload) == is_upload { Ok(scan) } else { Err(Refusal::not_found("scan")) }
}

/// Returns a scan that is theirs to see, of whatever kind; somebody else's is not there.
pub(super) async fn find_any(services: &Services, principal: &Principal, id: &str) -> Result<ScanRecord, Refusal> {
    let key: ScanKey = id.parse().map_err(|_| Refusal::not_found("scan"))?;
    let found = services.store().scan(&key).await.map_err(|error| store_failure(&error))?;
    found.filter(|scan| principal.sees(&scan.owner, scan.team.as_ref())).ok_or_else(|| Refusal::not_found("scan"))
}

/// Returns whose lists somebody sees.
pub(super) fn spaces(principal: &Principal) -> ScanSpaces {
    ScanSpaces { user: principal.user.clone(), team: principal.team.as_ref().map(|(team, _)| team.clone()) }
}

/// Reads a number of a query, which is text.
pub(super) fn number<T: std::str::FromStr>(name: &str, text: Option<&str>, usual: T) -> Result<T, Refusal> {
    let Some(text) = text else { return Ok(usual) };
    text.parse().map_err(|_| Refusal::new(RefusalCode::ValidationError, format!("{name}: not a whole number")))
}

/// Reads how many are wanted.
pub(super) fn limit(text: Option<&str>) -> Result<u32, Refusal> {
    match number("limit", text, 20_u32)? {
        limit @ 1..=100 => Ok(limit),
        _ => Err(Refusal::new(RefusalCode::ValidationError, "limit: expected a number from 1 to 100")),
    }
}

/// Reads a value of a query through its type.
pub(super) fn parsed<T: std::str::FromStr<Err: std::error::Error>>(
    name: &str,
    text: Option<&str>,
) -> Result<Option<T>, Refusal> {
    text.map(str::parse).transpose().map_err(|error: T::Err| {
        let refusal = bad(&error);
        Refusal::new(RefusalCode::ValidationError, format!("{name}: {}", refusal.message))
    })
}
