//! Scans what somebody holds, without storing anything.

use std::path::Path;

use base64::Engine as _;

use super::known_threats::{notice, threat_notice};
use super::package_standing::{malicious_package, package_standings};
use super::problem::{store_failed, unforeseen};
use super::{Charge, Effect, Operation, Services, scan_folder};
use crate::api::{ErrorCode, InlineFile, Problem, ScanResponse, ScanSkillRequest};
use crate::scan::{Ruleset, scan_bundle};
use crate::skill::{FileContent, RawBundle, RawFile, SkillBundle, SkillId, sanitise_line};
use crate::store::BundleKey;

/// Files of one request.
const INLINE_FILES: usize = 512;
/// Bytes of all files of one request.
const INLINE_BYTES: usize = 1024 * 1024;
/// Look-ups that a scan draws from a client's quota: it computes, where a look-up reads.
pub(super) const SCAN_LOOKUPS: u32 = 10;

/// The tool `scan_skill`.
#[derive(Debug)]
pub struct ScanSkill;

impl Operation for ScanSkill {
    type Request = ScanSkillRequest;
    type Response = ScanResponse;
    const NAME: &'static str = "scan_skill";
    const TITLE: &'static str = "Scan a skill's files";
    const SUMMARY: &'static str = "Get a safety verdict with evidence on skill files that you hold and that no search returned, such as a draft or a download: pass the files' text. Free; nothing is executed or stored. For an indexed skill prefer inspect_skill; with skill_id it is scanned anew.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Lookups(|_| SCAN_LOOKUPS);

    async fn run(services: &Services, request: ScanSkillRequest) -> Result<ScanResponse, Problem> {
        match (request.files, request.skill_id, request.folder) {
            (Some(files), None, None) => scan_raw(services, raw_files(files)?, None, "files").await,
            (None, Some(id), None) => {
                let id: SkillId = id
                    .parse()
                    .map_err(|error| Problem::new(ErrorCode::InvalidSkillId, format!("skill_id is {error}")))?;
                let (raw, name) = stored_bundle(services, Self::NAME, id).await?;
                scan_raw(services, raw, Some(name), &id.to_string()).await
            }
            (None, None, Some(folder)) => scan_on_disk(services, folder).await,
            _ => Err(Problem::invalid_request("name what to scan by exactly one of files and skill_id")),
        }
    }
}

/// Reads files that came in a request, within bounds that are checked before the work.
fn raw_files(files: Vec<InlineFile>) -> Result<RawBundle, Problem> {
    if files.len() > INLINE_FILES {
        return Err(Problem::invalid_request(format!(
            "files has {} entries, the limit is {INLINE_FILES}",
            files.len()
        )));
    }
    let size: usize = files.iter().map(|file| file.content.len()).sum();
    // Base64 is a third longer than what it holds.
    if size > INLINE_BYTES * 4 / 3 + 4 {
        return Err(Problem::invalid_request(format!(
            "files has {size} bytes, the limit is {INLINE_BYTES}; leave out what is not text, or scan the folder with `touchmark scan`"
        )));
    }
    let read = |(index, file): (usize, InlineFile)| {
        let bytes = if file.is_base64 {
            let decoded = base64::engine::general_purpose::STANDARD.decode(file.content.trim());
            decoded
                .map_err(|error| Problem::invalid_request(format!("files[{index}].content is not base64: {error}")))?
        } else {
            file.content.into_bytes()
        };
        Ok(RawFile { path: file.path, content: FileContent::Bytes(bytes), is_executable: file.is_executable })
    };
    let files: Vec<RawFile> = files.into_iter().enumerate().map(read).collect::<Result<_, Problem>>()?;
    Ok(RawBundle { files, unread: Vec::new() })
}

async fn scan_raw(
    services: &Services,
    raw: RawBundle,
    name: Option<String>,
    path: &str,
) -> Result<ScanResponse, Problem> {
    let path = path.to_owned();
    services.report("scan", 0, 1);
    let scanned = services.compute().run(move || {
        let (bundle, issues) = SkillBundle::parse(raw, name.as_deref())?;
        Ok::<_, crate::skill::NoInstructions>(scan_bundle(bundle, issues))
    });
    let scanned = scanned.await.map_err(|error| unforeseen(ScanSkill::NAME, &error))?;
    let scanned =
        scanned.map_err(|error| Problem::invalid_request(format!("{error}; add a file whose path is SKILL.md")))?;
    services.report("scan", 1, 1);
    let mut response = ScanResponse::new(path, scanned.bundle.name.clone(), &scanned.report, &scanned.issues);
    let mut digests = vec![scanned.report.package_hash, scanned.report.content_hash];
    digests.extend(scanned.bundle.files.iter().map(|file| file.sha256));
    if let Some(threat) = threat_notice(services, ScanSkill::NAME, &digests).await? {
        response.safety.threaten(threat);
    } else {
        let standings = package_standings(services, scanned.packages).await.map_err(store_failed(ScanSkill::NAME))?;
        if let Some(threat) = malicious_package(&standings) {
            response.safety.threaten(notice(threat));
        }
    }
    Ok(response)
}

/// Scans a folder of this machine, for callers who could read it anyway.
async fn scan_on_disk(services: &Services, folder: String) -> Result<ScanResponse, Problem> {
    if !services.may_read_folders() {
        return Err(Problem::invalid_request(
            "folder is read only where the program runs on your machine (`touchmark mcp`); pass the files instead",
        ));
    }
    services.report("scan", 0, 1);
    let scanned = services.compute().run(move || {
        let mut found = None;
        // A folder with a SKILL.md is one skill, and what could not be read comes before it.
        scan_folder(Path::new(&folder), Ruleset::builtin(), |scan| match (scan, &found) {
            (Ok(scan), None | Some(Err(_))) => found = Some(Ok(scan.response())),
            (Err(failure), None) => found = Some(Err(failure)),
            _ => {}
        });
        found
    });
    let found = scanned.await.map_err(|error| unforeseen(ScanSkill::NAME, &error))?;
    services.report("scan", 1, 1);
    match found {
        Some(Ok(response)) => Ok(response),
        Some(Err(failure)) => Err(Problem::invalid_request(sanitise_line(&format!("folder {failure}"), 300))),
        None => Err(Problem::invalid_request("folder has no SKILL.md")),
    }
}

/// Reads the files of an indexed skill, and the name under which they were scanned.
async fn stored_bundle(
    services: &Services,
    operation: &'static str,
    id: SkillId,
) -> Result<(RawBundle, String), Problem> {
    let store = services.store();
    let found = store.skills(&[id]).await.map_err(store_failed(operation))?;
    let record = found.into_iter().find(|record| record.is_listed);
    let record = record.ok_or_else(|| Problem::not_found(format!("no listed skill has skill_id {id}")))?;
    bundle_of(services, operation, record.bundle).await
}

/// Reads the files of a bundle that the store has named.
pub(super) async fn bundle_of(
    services: &Services,
    operation: &'static str,
    key: BundleKey,
) -> Result<(RawBundle, String), Problem> {
    let bundle = services.store().raw_bundle(key).await.map_err(store_failed(operation))?;
    bundle.ok_or_else(|| unforeseen(operation, &format!("the bundle {} is missing", key.digest())))
}
