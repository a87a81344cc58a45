//! Scans what was fetched, unless the store has the report already.

use super::super::super::Services;
use super::fetch::Part;
use super::judge::{Scanned, whole_digests};
use crate::compute::ComputeError;
use crate::scan::{scan_bundle, scan_files};
use crate::skill::{ParseIssue, SkillBundle, Timestamp};
use crate::store::{BundleKey, StoreError};

/// How long the report of what is in no index is kept: as long as a verification holds.
const KEPT_MS: i64 = 28 * 86_400_000;

/// Why something was not scanned.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program is stopping, or the scanner failed.
    #[error(transparent)]
    Compute(#[from] ComputeError),
}

/// A part that was parsed, or scanned as it is because it is no skill.
enum Parsed {
    Skill(Box<(SkillBundle, Vec<ParseIssue>)>),
    Files(Box<Scanned>),
}

/// Scans one part.
///
/// # Errors
/// Fails where the store does.
pub(super) async fn scan(services: &Services, part: Part) -> Result<Scanned, ScanError> {
    let Part { path, skill, bundle } = part;
    let parsed = services.compute().run({
        let path = path.clone();
        move || match skill {
            None => Parsed::Files(Box::new(scanned_files(path, bundle))),
            Some(name) => match SkillBundle::parse(bundle.clone(), name.as_deref()) {
                Ok(parsed) => Parsed::Skill(Box::new(parsed)),
                Err(_) => Parsed::Files(Box::new(scanned_files(path, bundle))),
            },
        }
    });
    let (bundle, issues) = match parsed.await? {
        Parsed::Files(scanned) => return Ok(*scanned),
        Parsed::Skill(parsed) => *parsed,
    };
    let key = BundleKey::of(&bundle);
    let whole = whole_digests(&bundle);
    let files = bundle.files.iter().map(|file| file.sha256).collect();
    if let Some(report) = services.store().report_of_bundle(key).await? {
        return Ok(Scanned { path, is_skill: true, is_indexed: true, report, files, whole });
    }
    let report = services.compute().run(move || scan_bundle(bundle, issues).report).await?;
    let now = services.now();
    let since = Timestamp::from_milliseconds(now.as_milliseconds() - KEPT_MS);
    services.store().keep_report(key, &report, since, now).await?;
    Ok(Scanned { path, is_skill: true, is_indexed: false, report, files, whole })
}

fn scanned_files(path: String, bundle: crate::skill::RawBundle) -> Scanned {
    let scanned = scan_files(bundle, None);
    // Without instructions the digests of recipes for skills say nothing; the root digest does.
    let is_complete = scanned.report.completeness.unread.is_empty();
    let whole = is_complete.then(|| scanned.report.package_hash.into()).into_iter().collect();
    let files = scanned.bundle.files.iter().map(|file| file.sha256).collect();
    Scanned { path, is_skill: false, is_indexed: false, files, whole, report: scanned.report }
}
