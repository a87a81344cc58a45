//! `touchmark preview`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::count;
use super::local;
use super::output::Output;
use super::package::progress;
use super::paint::{self, line, paint};
use super::preview_sarif::preview_sarif;
use super::table::{Cell, lay_out};
use crate::advisory::AdvisorySeverity;
use crate::api::package_preview::PreviewStatus;
use crate::app;
use crate::certificate::AuditPrice;
use crate::config::{AuditConfig, RegistriesConfig, Settings};
use crate::operations::packages::{PackagePreview, PreviewedPackage, ResolveBounds, preview_packages};
use crate::package::{Manifest, PackageName, PackageRegistry, Project};

/// Characters of what an author wrote.
const TEXT_CHARACTERS: usize = 120;
/// Advisories of one package that a page names.
const NAMED: usize = 3;

/// `touchmark preview`.
#[derive(Debug, Args)]
pub(super) struct PreviewArguments {
    /// requirements.txt, pyproject.toml, poetry.lock, uv.lock, package.json, package-lock.json, pnpm-lock.yaml or yarn.lock; several of one project together.
    #[arg(required = true, value_name = "FILE")]
    pub manifests: Vec<PathBuf>,
    /// Ask no registry which versions the project would get.
    #[arg(long)]
    pub offline: bool,
    /// How the report is written [default: text; --json is short for json].
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Option<PreviewFormat>,
    /// A file of TOML that says which hosts are asked; the environment wins over it.
    #[arg(long, value_name = "FILE", env = "TOUCHMARK_CONFIG")]
    pub config: Option<PathBuf>,
}

/// How a preview is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PreviewFormat {
    /// For a person.
    Text,
    /// For a program: the answer of the service.
    Json,
    /// For code scanning: one SARIF 2.1.0 log.
    Sarif,
}

/// The file that names a package, as it is shown.
pub(super) type Places = BTreeMap<(PackageRegistry, PackageName), String>;

/// Tells what is known of the packages that a project needs.
pub(super) async fn run(global: &Global, arguments: PreviewArguments, output: &Output) -> Result<Outcome, Failure> {
    let format = match (arguments.format, output.json) {
        (None, false) => PreviewFormat::Text,
        (None | Some(PreviewFormat::Json), _) => PreviewFormat::Json,
        (Some(format), false) => format,
        (Some(_), true) => return Err(Failure::Usage("--json and --format ask for different formats; leave one out")),
    };
    let (mut manifests, mut places, mut names) = (Vec::new(), Places::new(), Vec::new());
    for path in &arguments.manifests {
        let shown = line(&path.display().to_string(), 300);
        let refused = |reason: String| Failure::Manifest { path: shown.clone(), reason: line(&reason, 300) };
        let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let manifest = Manifest::parse(&name, &bytes).map_err(|error| refused(error.to_string()))?;
        for one in &manifest.dependencies {
            places.entry((one.registry, one.name.clone())).or_insert_with(|| shown.clone());
        }
        manifests.push(manifest);
        names.push(shown);
    }
    let settings = Settings::read(arguments.config.as_deref())?;
    let mut services = local::open(global)
        .await?
        .with_audit_price(AuditPrice::of_standard(AuditConfig::read(&settings)?.standard_cents));
    if !arguments.offline {
        services = services.with_packages(app::package_client(&RegistriesConfig::read(&settings)?)?);
    }
    let bar = progress();
    let told = bar.clone();
    let on_asking = move |name: &str| told.set_message(format!("asking about {}", line(name, 60)));
    let preview = preview_packages(&services, Project::of(manifests), ResolveBounds::TERMINAL, on_asking).await;
    bar.finish_and_clear();
    let preview = preview?;
    match format {
        PreviewFormat::Text => output.text(&page(&names.join(", "), &preview))?,
        PreviewFormat::Json => output.pretty(&serde_json::to_string(&preview.view(services.audit_price()))?)?,
        PreviewFormat::Sarif => output.bytes(preview_sarif(&preview, &places, &names).as_bytes())?,
    }
    let is_rejected = preview.packages.iter().any(|one| one.status == PreviewStatus::Rejected);
    Ok(if is_rejected { Outcome::Refused } else { Outcome::Done })
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
        page += &format!("{}  {}\n", paint(paint::CARE, "not known"), line(unread, 200));
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
    let requirement = match &one.requested {
        Some(range) => format!("{requirement} for {}", line(range, TEXT_CHARACTERS)),
        None => requirement,
    };
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
        Cell::new(one.tier.as_str(), paint::FAINT),
        Cell::new(if dependency.is_direct { "" } else { "indirect" }, paint::FAINT),
        Cell::new(severity, paint::WORST),
        Cell::plain(known.join(" ")),
    ]
}
