//! Works on the scans that wait.

use std::time::Duration;

use super::super::super::Services;
use super::super::super::known_threats::affected;
use super::outcome::{of_package, result_of};
use super::target::ScanTarget;
use crate::certificate::AnalysisType;
use crate::operations::packages::review_package;
use crate::package::PackageSpec;
use crate::scan::{Ruleset, ScanReport, ruleset_version, scan_bundle, scan_files};
use crate::skill::{BundlePath, ParseIssue, Sha256Digest, SkillBundle, SkillId, Timestamp, sanitise_line};
use crate::source::{
    DownloadClient, OutgoingUrl, Reach, ReadBounds, SourceError, SourceItem, SourceSpec, UploadKind, open_within,
    single_upload, unpack_upload,
};
use crate::store::{LeaseTerms, LeasedScan, ScanEnd, ScanKind, ScanLease, ScanResult, ScanStatus, StoreError};

/// How long a lease lasts, in milliseconds, and how often it is prolonged: a process that was
/// killed keeps nobody waiting for longer than a minute.
const LEASE_MS: i64 = 60_000;
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How often the work on a scan may be lost before it is given up.
const LOSSES: u32 = 3;
/// Scans of one account that are worked on at once.
const AT_ONCE: u32 = 2;
/// Scans that a process works on at once.
const LANES: usize = 2;
/// How long a lane waits where nobody tells it that something waits.
const PAUSE: Duration = Duration::from_secs(1);
/// How long one scan may take from its first byte to its verdict.
const TIME: Duration = Duration::from_secs(600);
/// How far one target may go.
const BOUNDS: ReadBounds = ReadBounds {
    fetch_time: Duration::from_secs(180),
    fetch_bytes: 256 * 1024 * 1024,
    entries: 50_000,
    skills: 200,
    guard: Some(Reach::Public),
};
/// Characters of a path that stands for a name which can be none.
const PATH_CHARACTERS: usize = 100;
/// Bytes of all skills of one target that are scanned.
const TARGET_BYTES: usize = 256 * 1024 * 1024;

/// Works on scans until the process ends.
pub async fn keep_scanning(services: &Services) {
    let Some(accounts) = services.accounts() else { return };
    let worker = format!("{}", std::process::id());
    let lane = async || {
        loop {
            let news = accounts.scan_news.notified();
            match work_on_next_scan(services, &worker).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "could not work on scans"),
            }
            let _ = tokio::time::timeout(PAUSE, news).await;
        }
    };
    futures::future::join_all((0..LANES).map(|_| lane())).await;
}

/// Works on the scan that waits the longest; `false` where none waits.
///
/// # Errors
/// Fails where the store does; the scan then waits until its lease has ended.
pub async fn work_on_next_scan(services: &Services, worker: &str) -> Result<bool, StoreError> {
    let now = services.now();
    let terms = LeaseTerms { now, until: lease_end(now), loss_limit: LOSSES };
    let Some(scan) = services.store().lease_scan(worker, terms, AT_ONCE).await? else { return Ok(false) };
    tell(services);
    let lease = scan.lease.clone();
    let work = tokio::time::timeout(TIME, scan_leased(services, scan));
    let end = tokio::select! {
        end = work => end.unwrap_or_else(|_| failed(format!("it took longer than {} seconds", TIME.as_secs()))),
        () = beat(services, &lease) => return Ok(true),
    };
    services.store().finish_scan(&lease, &end, services.now()).await?;
    tell(services);
    Ok(true)
}

fn tell(services: &Services) {
    services.accounts().inspect(|accounts| accounts.scan_news.notify_waiters());
}

fn lease_end(now: Timestamp) -> Timestamp {
    Timestamp::from_milliseconds(now.as_milliseconds() + LEASE_MS)
}

/// Prolongs a lease for as long as it is held; ends where it was lost or the scan was deleted.
async fn beat(services: &Services, lease: &ScanLease) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        if !hold(services, lease, None).await {
            return;
        }
    }
}

/// Notes that the files are there and are scanned from now on; `false` where the lease is no
/// longer held.
async fn begins(services: &Services, lease: &ScanLease) -> bool {
    hold(services, lease, Some(ScanStatus::Processing)).await
}

async fn hold(services: &Services, lease: &ScanLease, status: Option<ScanStatus>) -> bool {
    let now = services.now();
    let held = services.store().extend_scan(lease, status, lease_end(now), now).await;
    // A store that fails for a moment is no reason to drop the work: the lease still lasts.
    held.unwrap_or(true)
}

fn failed(reason: impl Into<String>) -> ScanEnd {
    ScanEnd::Without { status: ScanStatus::Failed, reason: reason.into() }
}

fn error() -> ScanEnd {
    let reason = "something unforeseen went wrong; the log of the service has the rest".to_owned();
    ScanEnd::Without { status: ScanStatus::Error, reason }
}

async fn scan_leased(services: &Services, scan: LeasedScan) -> ScanEnd {
    match scan.kind {
        ScanKind::Upload => match scan.file {
            Some(bytes) => scan_upload(services, &scan.lease, bytes, scan.target).await,
            None => failed("its file is not there any more"),
        },
        ScanKind::Target => match ScanTarget::parse(&scan.target, services.reach()) {
            Ok(ScanTarget::Skill(id)) => scan_skill(services, &scan.lease, id).await,
            Ok(ScanTarget::Source(spec)) => scan_source(services, &scan.lease, spec).await,
            Ok(ScanTarget::Package(spec)) => scan_package(services, &scan.lease, spec).await,
            Ok(ScanTarget::Archive(url)) => scan_archive(services, &scan.lease, url).await,
            Err(error) => failed(error.to_string()),
        },
        ScanKind::Reported => error(),
    }
}

/// What computing a scan comes to.
type Computed = Result<ScanResult, ScanEnd>;

async fn compute(services: &Services, work: impl FnOnce() -> Computed + Send + 'static) -> ScanEnd {
    match services.compute().run(work).await {
        Ok(Ok(result)) => ScanEnd::Done(Box::new(result)),
        Ok(Err(end)) => end,
        Err(failure) => {
            tracing::error!(error = %failure, "a scan broke off");
            error()
        }
    }
}

async fn scan_upload(services: &Services, lease: &ScanLease, bytes: Vec<u8>, name: String) -> ScanEnd {
    if let UploadKind::ForeignArchive(format) = UploadKind::of(&bytes, &name) {
        let reason = format!("it is a {format} archive, which is not unpacked; upload a zip or tar.gz");
        return ScanEnd::Without { status: ScanStatus::Unsupported, reason };
    }
    if !begins(services, lease).await {
        return failed("it was deleted");
    }
    compute(services, move || {
        let digest = Sha256Digest::of(&bytes);
        let is_archive = UploadKind::of(&bytes, &name) == UploadKind::Archive;
        let raw = if is_archive {
            unpack_upload(&bytes, &name).map_err(|error| failed(error.to_string()))?
        } else {
            single_upload(bytes, &path_of(&name))
        };
        let has_skill = raw.files.iter().any(|file| file.path.eq_ignore_ascii_case("SKILL.md"));
        let class = match (is_archive, has_skill) {
            (_, true) => "skill",
            (true, false) => "archive",
            (false, false) => class_of(&raw.files[0].path),
        };
        let scanned = scan_files(raw, None);
        let digests = std::iter::once(digest).chain(file_digests(&scanned.bundle)).collect();
        Ok(result_of(&[(String::new(), scanned.report)], vec![class.to_owned()], digests, true))
    })
    .await
}

/// Returns the digests of the files of a bundle: a threat may name any of them.
fn file_digests(bundle: &SkillBundle) -> impl Iterator<Item = Sha256Digest> {
    bundle.files.iter().map(|file| file.sha256)
}

/// Returns the path under which a file is scanned: its name, where that can be a path, so that no
/// name keeps a file from being read.
fn path_of(name: &str) -> String {
    if BundlePath::try_from(name).is_ok() {
        return name.to_owned();
    }
    let is_plain = |character: char| character.is_ascii_alphanumeric() || ".-_".contains(character);
    let plain: Vec<char> = name.chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    // The end says what kind of file it is.
    plain[plain.len().saturating_sub(PATH_CHARACTERS)..].iter().collect()
}

/// Returns what a file is by its name.
fn class_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "py" | "js" | "mjs" | "cjs" | "ts" | "sh" | "bash" | "zsh" | "ps1" | "bat" | "cmd" | "rb" | "pl" => "script",
        "md" | "txt" | "rst" | "html" | "htm" | "pdf" | "doc" | "docx" | "odt" | "rtf" | "xlsx" | "pptx" | "csv" => {
            "document"
        }
        "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" => "image",
        "json" | "yaml" | "yml" | "toml" | "xml" | "ini" | "cfg" => "configuration",
        _ => "file",
    }
}

/// Takes the verdict that the index has, where it is one of the current rules, and else scans the
/// stored files.
async fn scan_skill(services: &Services, lease: &ScanLease, id: SkillId) -> ScanEnd {
    let store = services.store();
    let found = match store.skills(&[id]).await {
        Ok(found) => found.into_iter().find(|record| record.is_listed),
        Err(failure) => return store_failed(&failure),
    };
    let Some(record) = found else { return failed("no listed skill has this id") };
    let classes = vec!["skill".to_owned()];
    match store.bundle(record.bundle).await {
        Ok(Some(detail)) => {
            if let Some(report) = detail.report.filter(|report| report.ruleset_version == *ruleset_version()) {
                let digests = detail.manifest.files.iter().map(|file| file.sha256).collect();
                return ScanEnd::Done(Box::new(result_of(&[(String::new(), report)], classes, digests, true)));
            }
        }
        Ok(None) => return failed("its files are not stored"),
        Err(failure) => return store_failed(&failure),
    }
    let (raw, name) = match store.raw_bundle(record.bundle).await {
        Ok(Some(bundle)) => bundle,
        Ok(None) => return failed("its files are not stored"),
        Err(failure) => return store_failed(&failure),
    };
    if !begins(services, lease).await {
        return failed("it was deleted");
    }
    compute(services, move || {
        let scanned = scan_files(raw, Some(&name));
        let digests = file_digests(&scanned.bundle).collect();
        Ok(result_of(&[(String::new(), scanned.report)], classes, digests, true))
    })
    .await
}

/// Looks at a package as `touchmark package` does.
async fn scan_package(services: &Services, lease: &ScanLease, spec: PackageSpec) -> ScanEnd {
    let Some(client) = services.packages().cloned() else {
        return failed(format!("this instance asks no registry of {}; its operator names one", spec.registry));
    };
    // Fetching waits and blocks, and must not take the place of what computes.
    let reviewed = tokio::task::spawn_blocking(move || review_package(&client, &spec, Ruleset::builtin(), |_| ()));
    let review = match reviewed.await {
        Ok(Ok(review)) => review,
        Ok(Err(error)) => return failed(error.to_string()),
        Err(failure) => {
            tracing::error!(error = %failure, "looking at a package broke off");
            return error();
        }
    };
    if !begins(services, lease).await {
        return failed("it was deleted");
    }
    let digests = review.files.iter().map(|file| file.sha256).chain(file_digests(&review.scanned.bundle)).collect();
    let is_complete = review.analysis == AnalysisType::Full;
    let parts = [(String::new(), review.scanned.report)];
    let result = result_of(&parts, vec!["package".to_owned()], digests, is_complete);
    ScanEnd::Done(Box::new(of_package(result, affected(&review.spec).as_ref())))
}

/// Fetches an archive and scans each skill in it, and what belongs to none.
async fn scan_archive(services: &Services, lease: &ScanLease, url: OutgoingUrl) -> ScanEnd {
    let fetched = match DownloadClient::new(services.reach()) {
        Ok(client) => client.fetch(url.as_str(), &BOUNDS).await,
        Err(error) => Err(error),
    };
    let download = match fetched {
        Ok(download) => download,
        Err(error) => return failed(error.to_string()),
    };
    if !begins(services, lease).await {
        return failed("it was deleted");
    }
    compute(services, move || {
        let mut digests = vec![download.sha256];
        let mut parts = Vec::new();
        for part in download.parts().map_err(|error| failed(error.to_string()))? {
            let folder = part.skill_folder.unwrap_or_default();
            let scanned = scan_files(part.bundle, folder.rsplit('/').next().filter(|name| !name.is_empty()));
            digests.extend(file_digests(&scanned.bundle));
            parts.push((sanitise_line(&folder, 300), scanned.report));
        }
        Ok(result_of(&parts, vec!["archive".to_owned()], digests, true))
    })
    .await
}

fn store_failed(failure: &StoreError) -> ScanEnd {
    tracing::error!(error = %failure, "the store failed while a scan was made");
    error()
}

async fn scan_source(services: &Services, lease: &ScanLease, spec: SourceSpec) -> ScanEnd {
    // Fetching waits and blocks, and must not take the place of what computes.
    let reach = services.reach();
    let opened = tokio::task::spawn_blocking(move || {
        spec.check_public()?;
        read_source(&spec, reach)
    });
    let read = match opened.await {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => return failed(error.to_string()),
        Err(failure) => {
            tracing::error!(error = %failure, "reading a target broke off");
            return error();
        }
    };
    if !begins(services, lease).await {
        return failed("it was deleted");
    }
    compute(services, move || {
        let SourceRead { bundles, is_complete, first_failure } = read;
        if bundles.is_empty() {
            let nothing = ScanEnd::Without {
                status: ScanStatus::Unsupported,
                reason: "there is no SKILL.md in it; upload other files to /api/scans".to_owned(),
            };
            return Err(first_failure.map_or(nothing, failed));
        }
        let digests = bundles.iter().flat_map(|(_, bundle, _)| file_digests(bundle)).collect();
        let parts: Vec<(String, ScanReport)> =
            bundles.into_iter().map(|(folder, bundle, issues)| (folder, scan_bundle(bundle, issues).report)).collect();
        Ok(result_of(&parts, vec!["skill".to_owned()], digests, is_complete))
    })
    .await
}

/// What was read of a source.
struct SourceRead {
    /// Its skills by their folders.
    bundles: Vec<(String, SkillBundle, Vec<ParseIssue>)>,
    /// Whether everything was read.
    is_complete: bool,
    /// Why something was not.
    first_failure: Option<String>,
}

fn read_source(spec: &SourceSpec, reach: Reach) -> Result<SourceRead, SourceError> {
    let mut read = SourceRead { bundles: Vec::new(), is_complete: true, first_failure: None };
    let mut size_bytes = 0_usize;
    for item in open_within(spec, &ReadBounds { guard: Some(reach), ..BOUNDS }, None)? {
        let refused = match item {
            SourceItem::Skill(found) => {
                size_bytes = size_bytes.saturating_add(found.bundle.size_bytes());
                let folder = sanitise_line(found.source.identity.directory(), 300);
                if size_bytes > TARGET_BYTES {
                    Some(format!("its skills have more than {TARGET_BYTES} bytes"))
                } else {
                    match SkillBundle::parse(found.bundle, found.folder_name.as_deref()) {
                        Ok((bundle, issues)) => {
                            read.bundles.push((folder, bundle, issues));
                            None
                        }
                        Err(error) => Some(error.to_string()),
                    }
                }
            }
            SourceItem::Failure(failure) => Some(format!("{}: {}", failure.location, failure.reason)),
        };
        if let Some(reason) = refused {
            read.is_complete = false;
            read.first_failure.get_or_insert(reason);
            if size_bytes > TARGET_BYTES {
                break;
            }
        }
    }
    Ok(read)
}
