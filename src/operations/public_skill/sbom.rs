//! `GET /api/v1/public/skills/:skill/sbom` and `touchmark sbom`.

use super::super::Services;
use super::find::{Found, find};
use crate::api::accounts::Refusal;
use crate::sbom::{Bom, BomFile, BomPackage, BomSubject};

/// Returns the software bill of materials of a skill. Packages are in it where the bundle was
/// read; until then it has files alone.
///
/// # Errors
/// Fails where there is no such skill, or the store fails.
pub async fn show_skill_sbom(services: &Services, skill: &str) -> Result<Bom, Refusal> {
    let Found { record, detail, packages } = find(services, skill).await?;
    let files = detail.manifest.files.iter().map(|file| BomFile { path: file.path.clone(), sha256: file.sha256 });
    let subject = BomSubject {
        name: record.name.clone(),
        description: record.description.clone(),
        source_url: Some(record.source.url()),
        commit_sha: record.source.commit_sha.clone(),
        package_hash: record.package_hash,
        verdict: record.verdict.status.as_str().to_owned(),
        files: files.collect(),
    };
    let packages: Vec<BomPackage> = packages
        .unwrap_or_default()
        .into_iter()
        .map(|standing| BomPackage {
            distribution: standing.certificate.as_ref().and_then(|one| one.distribution()).map(|file| file.sha256),
            standing: standing.word.as_str(),
            advisories: standing.advisories,
            used: standing.used,
        })
        .collect();
    Ok(Bom::of(&subject, &packages))
}
