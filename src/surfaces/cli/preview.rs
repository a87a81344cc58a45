//! `touchmark preview`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::count;
use super::local;
use super::output::Output;
use super::paint::{self, line, paint};
use super::table::{Cell, lay_out};
use crate::advisory::{Advisory, AdvisorySeverity};
use crate::operations::packages::{PackagePreview, PreviewStatus, PreviewedPackage, preview_packages};
use crate::package::Manifest;

/// Characters of what an author wrote.
const TEXT_CHARACTERS: usize = 120;
/// Advisories of one package that a page names.
const NAMED: usize = 3;

/// `touchmark preview`.
#[derive(Debug, Args)]
pub(super) struct PreviewArguments {
    /// requirements.txt, pyproject.toml, poetry.lock, uv.lock, package.json, package-lock.json, pnpm-lock.yaml or yarn.lock.
    #[arg(value_name = "FILE")]
    pub manifest: PathBuf,
}

/// Tells what is known of the packages that a project needs.
pub(super) async fn run(global: &Global, arguments: PreviewArguments, output: &Output) -> Result<Outcome, Failure> {
    let path = &arguments.manifest;
    let shown = line(&path.display().to_string(), 300);
    let refused = |reason: String| Failure::Manifest { path: shown.clone(), reason: line(&reason, 300) };
    let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let manifest = Manifest::parse(&name, &bytes).map_err(|error| refused(error.to_string()))?;
    let services = local::open(global).await?;
    let preview = preview_packages(&services, manifest).await?;
    if output.json {
        output.pretty(&body(&preview).to_string())?
    } else {
        output.text(&page(&shown, &preview))?
    }
    let is_rejected = preview.packages.iter().any(|one| one.status == PreviewStatus::Rejected);
    Ok(if is_rejected { Outcome::Refused } else { Outcome::Done })
}

/// The answer of the contract's package preview, without prices: nobody pays for an audit here.
fn body(preview: &PackagePreview) -> Value {
    let direct = |status| preview.count(status, true);
    let transitive = |status| preview.count(status, false);
    let transitive_uncertified = transitive(PreviewStatus::ToAudit) + transitive(PreviewStatus::Uncertified);
    json!({
        "enabled": true,
        "packagesTotal": preview.packages.iter().filter(|one| one.dependency.is_direct).count(),
        "packagesCertifiedFromCache": direct(PreviewStatus::Certified),
        "packagesToAudit": direct(PreviewStatus::ToAudit),
        "packagesRejected": direct(PreviewStatus::Rejected),
        "packagesUncertified": direct(PreviewStatus::Uncertified),
        "transitiveDependenciesChecked": preview.packages.iter().filter(|one| !one.dependency.is_direct).count(),
        "transitiveDependenciesUncertified": transitive_uncertified,
        "transitiveDependenciesRejected": transitive(PreviewStatus::Rejected),
        "savingsUsd": 0,
        "uncachedCostUsd": 0,
        "items": preview.packages.iter().map(item).collect::<Vec<_>>(),
        "unread": preview.unread,
    })
}

fn item(one: &PreviewedPackage) -> Value {
    let dependency = &one.dependency;
    let warnings = one.certificate.as_ref().map(|certificate| certificate.warnings.clone()).unwrap_or_default();
    json!({
        "packageName": dependency.name.as_str(),
        "packageVersion": dependency.requirement.to_string(),
        "registrySource": dependency.registry,
        "dependencyType": if dependency.is_direct { "DIRECT" } else { "TRANSITIVE" },
        "cached": one.certificate.is_some(),
        "status": one.status.as_str(),
        "estimatedComplexityTier": "standard",
        "estimatedPriceUsd": 0,
        "warnings": warnings,
        "advisories": one.advisories.iter().map(advisory).collect::<Vec<_>>(),
    })
}

fn advisory(advisory: &Advisory) -> Value {
    json!({
        "id": advisory.id,
        "severity": advisory.severity.map(AdvisorySeverity::as_str),
        "isMalicious": advisory.is_malicious,
        "summary": advisory.summary,
        "url": advisory.url,
    })
}

fn page(name: &str, preview: &PackagePreview) -> String {
    let total = |status| preview.count(status, true) + preview.count(status, false);
    let mut page = format!(
        "{}  {}: {} certified, {} to look at, {} without an exact version, {} rejected\n",
        paint(paint::STRONG, name),
        count(preview.packages.len() as u64, "package"),
        total(PreviewStatus::Certified),
        total(PreviewStatus::ToAudit),
        total(PreviewStatus::Uncertified),
        total(PreviewStatus::Rejected),
    );
    let rows: Vec<Vec<Cell>> = preview.packages.iter().map(row).collect();
    page += &lay_out(&rows, &[], None).into_iter().map(|row| row + "\n").collect::<String>();
    for unread in preview.unread.iter().take(20) {
        page += &format!("{}  {}\n", paint(paint::CARE, "not read"), line(unread, 200));
    }
    page
}

fn row(one: &PreviewedPackage) -> Vec<Cell> {
    let dependency = &one.dependency;
    let (word, style) = match one.status {
        PreviewStatus::Certified => ("certified", paint::GOOD),
        PreviewStatus::ToAudit => ("to look at", paint::CARE),
        PreviewStatus::Uncertified => ("any version", paint::CARE),
        PreviewStatus::Rejected => ("rejected", paint::WORST),
    };
    let requirement = line(&dependency.requirement.to_string(), TEXT_CHARACTERS);
    let mut known: Vec<&str> = one.advisories.iter().take(NAMED).map(|advisory| advisory.id.as_str()).collect();
    if one.advisories.len() > NAMED {
        known.push("…");
    }
    let worst = one.advisories.iter().filter_map(|advisory| advisory.severity).max();
    let severity = if one.advisories.iter().any(|advisory| advisory.is_malicious) {
        "malicious"
    } else {
        worst.map_or("", AdvisorySeverity::as_str)
    };
    vec![
        Cell::new(word, style),
        Cell::plain(format!("{}:{}", dependency.registry, dependency.name)),
        Cell::plain(requirement),
        Cell::new(if dependency.is_direct { "" } else { "indirect" }, paint::FAINT),
        Cell::new(severity, paint::WORST),
        Cell::plain(known.join(" ")),
    ]
}
