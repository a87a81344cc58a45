//! `GET /v1/threat/{hash}` and `GET /v1/threats`.

use super::super::Services;
use super::super::known_threats::known_threats_of_file;
use super::refusals::{bad, invalid, store_failure};
use super::{Access, AccountOperation, Holder};
use crate::account::{Scope, Tier};
use crate::api::accounts::{
    AffectedPackageView, ListThreatsRequest, Refusal, ShowThreatRequest, ThreatByHashView, ThreatListView, ThreatView,
};
use crate::skill::{DigestParseError, Sha256Digest, sanitise_line};
use crate::store::ThreatFilter;
use crate::threat::{AffectedPackage, KnownThreat};

/// Threats of one answer.
const LIMIT: u32 = 100;
const DEFAULT_LIMIT: u32 = 20;
/// Threats that may be passed over: whoever wants all reads the feed of revocations.
const OFFSET: u64 = 100_000;
/// Characters that may be looked for.
const SEARCH_CHARACTERS: usize = 100;
/// What to do with what is known to do harm.
const REJECT: &str = "reject";

/// Tells what is known of a digest.
pub struct ShowThreat;

impl AccountOperation for ShowThreat {
    type Request = ShowThreatRequest;
    type Response = ThreatByHashView;
    const NAME: &'static str = "show_threat";
    const TITLE: &'static str = "Look up a digest among known threats";
    const SUMMARY: &'static str = "Tells whether content with this SHA-256 is known to do harm: a file, a bundle or \
         an archive. No threat is no promise: it says that nobody has reported it.";
    const ACCESS: Access = Access::Holder { scope: Scope::ThreatsRead, tier: Tier::Free };

    async fn run(services: &Services, _: Holder<'_>, request: ShowThreatRequest) -> Result<ThreatByHashView, Refusal> {
        let hash: Sha256Digest = request.hash.parse().map_err(|error: DigestParseError| bad(&error))?;
        let found = known_threats_of_file(services, hash).await.map_err(|error| store_failure(&error))?;
        Ok(by_hash(hash, &found))
    }
}

/// Lists threats.
pub struct ListThreats;

impl AccountOperation for ListThreats {
    type Request = ListThreatsRequest;
    type Response = ThreatListView;
    const NAME: &'static str = "list_threats";
    const TITLE: &'static str = "List known threats";
    const SUMMARY: &'static str = "Lists the threats that hold, the latest change first, with the digests and \
         packages by which they are recognised. To follow them, read the feed of revocations.";
    const ACCESS: Access = Access::Holder { scope: Scope::ThreatsRead, tier: Tier::Pro };

    async fn run(services: &Services, _: Holder<'_>, request: ListThreatsRequest) -> Result<ThreatListView, Refusal> {
        let limit = number("limit", request.limit.as_deref(), 1, LIMIT.into())?.unwrap_or(DEFAULT_LIMIT.into());
        let limit = u32::try_from(limit).unwrap_or(LIMIT);
        let offset = number("offset", request.offset.as_deref(), 0, OFFSET)?.unwrap_or(0);
        let filter = ThreatFilter {
            category: word("category", request.category.as_deref())?,
            least_severity: word("severity", request.severity.as_deref())?,
            ecosystem: word("ecosystem", request.ecosystem.as_deref())?,
            search: request
                .search
                .map(|search| sanitise_line(&search, SEARCH_CHARACTERS))
                .filter(|search| !search.is_empty()),
        };
        let page = services.store().threats(&filter, offset, limit).await.map_err(|error| store_failure(&error))?;
        Ok(ThreatListView { threats: page.threats.iter().map(view).collect(), total: page.total, limit, offset })
    }
}

fn by_hash(hash: Sha256Digest, found: &[KnownThreat]) -> ThreatByHashView {
    let worst = found.first().map(|known| known.threat.parts());
    let all = |from: fn(&KnownThreat) -> Vec<String>| {
        let mut texts: Vec<String> = found.iter().flat_map(from).collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    };
    let mut packages: Vec<&AffectedPackage> = found.iter().flat_map(|known| &known.threat.parts().packages).collect();
    packages.sort_unstable();
    packages.dedup();
    let is_known = worst.is_some();
    ThreatByHashView {
        hash: hash.to_string(),
        known_threat: is_known,
        severity: worst.map(|parts| parts.severity),
        category: worst.map(|parts| parts.category),
        description: worst.map(|parts| parts.description.clone()),
        id: found.first().map(|known| known.threat.id().clone()),
        first_seen: found.iter().map(|known| known.threat.parts().first_seen).min(),
        last_seen: found.iter().map(|known| known.threat.parts().last_seen).max(),
        reports_count: is_known.then(|| found.iter().map(|known| known.threat.parts().report_count).sum()),
        affected_packages: is_known.then(|| packages.into_iter().map(package_view).collect()),
        references: is_known.then(|| all(|known| known.threat.parts().references.clone())),
        recommended_action: is_known.then(|| REJECT.to_owned()),
    }
}

fn view(known: &KnownThreat) -> ThreatView {
    let parts = known.threat.parts();
    ThreatView {
        id: known.threat.id().clone(),
        hashes: parts.digests.iter().map(ToString::to_string).collect(),
        severity: parts.severity,
        category: parts.category,
        description: parts.description.clone(),
        first_seen: parts.first_seen,
        last_seen: parts.last_seen,
        updated_at: known.updated_at,
        reports_count: parts.report_count,
        affected_packages: parts.packages.iter().map(package_view).collect(),
        references: parts.references.clone(),
        recommended_action: REJECT.to_owned(),
    }
}

fn package_view(package: &AffectedPackage) -> AffectedPackageView {
    AffectedPackageView {
        ecosystem: package.ecosystem(),
        name: package.name().to_owned(),
        version: package.version().map(str::to_owned),
    }
}

/// Reads a number of a query.
fn number(name: &str, text: Option<&str>, least: u64, most: u64) -> Result<Option<u64>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let parsed = text.parse::<u64>().ok().filter(|number| (least..=most).contains(number));
    parsed.map(Some).ok_or_else(|| invalid(format!("{name}: expected a whole number from {least} to {most}")))
}

/// Reads a word of a query.
fn word<T: std::str::FromStr<Err: std::fmt::Display>>(name: &str, text: Option<&str>) -> Result<Option<T>, Refusal> {
    text.map(str::parse).transpose().map_err(|error| invalid(format!("{name}: {error}")))
}
