//! `touchmark certificate` and `touchmark sbom`.

use clap::Args;
use serde_json::Value;

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::local;
use super::output::Output;
use super::paint::{self, line, paint};
use crate::api::accounts::Refusal;
use crate::api::{SkillCertificateView, SkillPackageView};
use crate::certificate::CouncilVerdict;
use crate::operations::public_skill::{show_skill_certificate, show_skill_sbom};

/// Characters of what an author wrote.
const TEXT_CHARACTERS: usize = 300;

/// `touchmark certificate` and `touchmark sbom`.
#[derive(Debug, Args)]
pub(super) struct PublicSkillArguments {
    /// The skill: its skill_id, the URL of its SKILL.md, the SHA-256 of its SKILL.md, or the root digest of its bundle.
    #[arg(value_name = "SKILL")]
    pub skill: String,
}

/// Shows the certificate of an indexed skill; ends with 2 where it is rejected.
pub(super) async fn certificate(
    global: &Global,
    arguments: PublicSkillArguments,
    output: &Output,
) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let view = show_skill_certificate(&services, &arguments.skill).await.map_err(refused)?;
    if output.json {
        output.pretty(&serde_json::to_string(&view)?)?;
    } else {
        output.text(&page(&view))?;
    }
    let is_rejected = view.council_verdict == CouncilVerdict::Rejected;
    Ok(if is_rejected { Outcome::Refused } else { Outcome::Done })
}

/// Writes the software bill of materials of an indexed skill, as JSON in any case.
pub(super) async fn sbom(
    global: &Global,
    arguments: PublicSkillArguments,
    output: &Output,
) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let bom = show_skill_sbom(&services, &arguments.skill).await.map_err(refused)?;
    output.pretty(&serde_json::to_string(&bom)?)?;
    Ok(Outcome::Done)
}

fn refused(refusal: Refusal) -> Failure {
    Failure::PublicSkill(line(&refusal.message, TEXT_CHARACTERS))
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn page(view: &SkillCertificateView) -> String {
    let style = match view.council_verdict {
        CouncilVerdict::Approved => paint::GOOD,
        CouncilVerdict::ReviewRequired => paint::CARE,
        CouncilVerdict::Rejected => paint::WORST,
    };
    let mut page = format!(
        "{}  {}, {} ({} analysis)\n",
        paint(paint::STRONG, &line(&view.skill_name, TEXT_CHARACTERS)),
        paint(style, view.council_verdict.as_str()),
        view.security_level.as_str(),
        view.analysis_type.as_str(),
    );
    page += &format!("  bundle       {}\n  SKILL.md     {}\n", view.bundle_sha256, view.content_sha256);
    page += &format!("  certificate  {}  {}\n", view.certificate_id, view.certified_at);
    if let Some(threat) = &view.known_threat {
        page += &format!("  {}\n", paint(paint::WORST, &line(&threat.description, TEXT_CHARACTERS)));
    }
    view.retained_warnings.iter().for_each(|warning| page += &format!("  {}\n", line(warning, TEXT_CHARACTERS)));
    match &view.packages {
        None => page += "  which packages it uses was not read yet\n",
        Some(packages) if packages.is_empty() => page += "  it installs no package\n",
        Some(packages) => packages.iter().for_each(|package| page += &package_line(package)),
    }
    page + &format!("  {}\n", view.registry_advisory_summary)
}

fn package_line(package: &SkillPackageView) -> String {
    let requirement = package.requirement.as_deref().map_or_else(String::new, |text| format!(" {text}"));
    let place = package.line.map_or_else(|| package.path.clone(), |line| format!("{}:{line}", package.path));
    line(
        &format!(
            "  {}:{}{requirement}  {}  {place}",
            package.registry_source,
            package.package_name,
            word(package.standing)
        ),
        TEXT_CHARACTERS,
    ) + "\n"
}
