//! Our scan of a skill as a document that others can hold: SARIF that names every scanned byte.

use moka::sync::Cache;

use crate::api::Problem;
use crate::operations::problem::{store_failed, unforeseen};
use crate::operations::{ClientAddress, Services, admit_lookups, give_back};
use crate::scan::ScannedBundle;
use crate::scan::format::{Run, ScannedSkill, sarif};
use crate::skill::{Sha256Digest, SkillBundle};
use crate::store::{BundleKey, SkillRecord};

const NAME: &str = "read_attestation";
/// Digests that are kept.
const DIGESTS: u64 = 20_000;

/// A document about a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// SARIF 2.1.0: `runs[].artifacts[].hashes` has the digest of each file that was scanned.
    pub sarif: String,
}

/// Digests of attestations by bundle and by the number of the ruleset that looked at it.
#[derive(Clone)]
pub(in crate::operations) struct AttestationDigests {
    by_bundle: Cache<(BundleKey, String), Sha256Digest>,
}

impl AttestationDigests {
    pub(in crate::operations) fn new() -> Self {
        Self { by_bundle: Cache::new(DIGESTS) }
    }
}

/// Returns the scan of the skill with this root digest. Draws one look-up of `client`; of a
/// blocked skill it is there as well, since it holds evidence and no files.
///
/// # Errors
/// Fails where no listed skill has these files.
pub async fn read_attestation(
    services: &Services,
    client: Option<ClientAddress>,
    package_hash: Sha256Digest,
) -> Result<Attestation, Problem> {
    let draw = admit_lookups(services, client, 1)?;
    let read = read(services, package_hash).await;
    if read.is_err() {
        give_back(services, draw);
    }
    read
}

async fn read(services: &Services, package_hash: Sha256Digest) -> Result<Attestation, Problem> {
    let records = services.store().skills_with_package(package_hash).await.map_err(store_failed(NAME))?;
    let record = records.first();
    let record =
        record.ok_or_else(|| Problem::not_found(format!("no listed skill has the root digest {package_hash}")))?;
    let sarif = render(services, record).await?;
    let digest = Sha256Digest::of(sarif.as_bytes());
    services.attestation_digests().by_bundle.insert(key(record), digest);
    Ok(Attestation { sarif })
}

/// Returns the digest of the attestation of a skill's files, and whether it was known.
pub(super) async fn attestation(services: &Services, record: &SkillRecord) -> Result<(Sha256Digest, bool), Problem> {
    // The document is asked for by the root digest, so that of equal files under several names
    // it is that of the first.
    let records = services.store().skills_with_package(record.package_hash).await.map_err(store_failed(NAME))?;
    let record = records.first().unwrap_or(record);
    let cache = &services.attestation_digests().by_bundle;
    if let Some(digest) = cache.get(&key(record)) {
        return Ok((digest, true));
    }
    let digest = Sha256Digest::of(render(services, record).await?.as_bytes());
    cache.insert(key(record), digest);
    Ok((digest, false))
}

fn key(record: &SkillRecord) -> (BundleKey, String) {
    (record.bundle, record.verdict.ruleset_version.to_string())
}

/// Writes the report of the latest scan. Nothing of it depends on when it is asked for.
async fn render(services: &Services, record: &SkillRecord) -> Result<String, Problem> {
    let missing = || unforeseen(NAME, &format!("the bundle of {} is missing", record.skill_id));
    let store = services.store();
    let detail = store.bundle(record.bundle).await.map_err(store_failed(NAME))?.ok_or_else(missing)?;
    let report =
        detail.report.ok_or_else(|| Problem::not_found("these files were not scanned yet; ask again later"))?;
    let raw = store.bundle_files(record.bundle).await.map_err(store_failed(NAME))?.ok_or_else(missing)?;
    let (name, documents_url) = (record.name.clone(), services.public_url().to_owned());
    services
        .compute()
        .run(move || {
            let (bundle, issues) = SkillBundle::parse(raw, Some(&name)).map_err(|error| error.to_string())?;
            let scanned = ScannedBundle { bundle, issues, report, packages: Vec::new() };
            let skills = vec![ScannedSkill::new(String::new(), &scanned)];
            Ok::<String, String>(sarif(&Run { skills, notices: Vec::new(), documents_url }))
        })
        .await
        .map_err(|error| unforeseen(NAME, &error))?
        .map_err(|error| unforeseen(NAME, &error))
}
