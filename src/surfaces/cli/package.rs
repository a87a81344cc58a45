//! `touchmark package`.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::Detail;
use super::output::{self, Output};
use super::package_arguments::PackageArguments;
use super::paint::line;
use super::scan_arguments::ReportFormat;
use super::scan_report::Report;
use super::{local, scan};
use crate::app;
use crate::certificate::{PackageCertificate, PackageReview};
use crate::config::{RegistriesConfig, ScanConfig, Settings};
use crate::operations::packages::{Certification, Comparison, PackageStep, certify_package, compare_package};
use crate::operations::{LocalScan, ScanFailure, Services};
use crate::package::{Attestation, PackageSpec};
use crate::scan::Ruleset;
use crate::skill::Timestamp;

/// Fetches every package, looks at it, and shows it as soon as the format allows.
pub(super) async fn run(global: &Global, arguments: PackageArguments, output: &Output) -> Result<Outcome, Failure> {
    let format = match (arguments.report.format, output.json) {
        (None, false) => ReportFormat::Text,
        (None | Some(ReportFormat::Json), _) => ReportFormat::Json,
        (Some(format), false) => format,
        (Some(_), true) => return Err(Failure::Usage("--json and --format ask for different formats; leave one out")),
    };
    let client = app::package_client(&RegistriesConfig::read(&Settings::read(arguments.config.as_deref())?)?)?;
    let services = match arguments.certify {
        true => Some(local::open(global).await?.with_packages(client.clone())),
        false => None,
    };
    let detail = if arguments.report.all { Detail::All } else { Detail::Digest { more: "--all shows them" } };
    let mut report =
        Report::new(format, detail, arguments.packages.len() == 1, arguments.report.output.as_deref(), output);
    let comparison = Comparison { with_source: arguments.compare_source, with_before: arguments.compare_previous };
    let (mut worst, mut failures) = (None, 0_u64);
    for text in &arguments.packages {
        let told = line(text, 300);
        let reviewed = match PackageSpec::parse(text) {
            Ok(spec) => {
                let client = client.clone();
                let progress = progress();
                let review = tokio::task::spawn_blocking(move || {
                    let outcome =
                        compare_package(&client, &spec, Ruleset::builtin(), comparison, |step| tell(&progress, step));
                    progress.finish_and_clear();
                    outcome
                });
                match review.await {
                    Ok(outcome) => outcome.map_err(|error| error.to_string()),
                    Err(_) => Err("looking at it broke off, which is a defect of this program".to_owned()),
                }
            }
            Err(error) => Err(error.to_string()),
        };
        let certified = match reviewed {
            Ok(review) => certify(services.as_ref(), review).await,
            Err(reason) => Err(reason),
        };
        match certified {
            Ok((review, certificate)) => {
                worst = worst.max(Some(review.status()));
                let scan = as_scan(&review);
                report.package(&scan, &summary(&review, &certificate), &body(&review, &certificate, &scan))?;
            }
            Err(reason) => {
                failures += 1;
                output::tell_error(&format!("cannot look at {told}: {reason}"));
                report.failure(&ScanFailure { path: told, reason })?;
            }
        }
    }
    report.finish(&[], &ScanConfig::read())?;
    Ok(scan::outcome(worst, failures, arguments.report.fail_on))
}

/// Keeps the certificate, or draws it up where nothing is kept.
async fn certify(
    services: Option<&Services>,
    review: PackageReview,
) -> Result<(PackageReview, Box<PackageCertificate>), String> {
    let Some(services) = services else {
        let certificate = Box::new(PackageCertificate::of(&review, Timestamp::now()));
        return Ok((review, certificate));
    };
    match certify_package(services, &review).await.map_err(|error| error.to_string())? {
        Certification::Kept(certificate) => Ok((review, certificate)),
        Certification::Changed(changes) => {
            let files: Vec<String> = changes
                .iter()
                .map(|change| format!("{} had {} and has {}", change.file_name, change.certified, change.served))
                .collect();
            Err(format!("the registry changed files under a version that was certified: {}", files.join("; ")))
        }
    }
}

fn as_scan(review: &PackageReview) -> LocalScan {
    let version = review.spec.version.as_ref().map(ToString::to_string).unwrap_or_default();
    let folder = PathBuf::from(review.spec.registry.as_str()).join(format!("{}@{version}", review.spec.name));
    LocalScan { path: review.spec.to_string(), folder, scanned: review.scanned.clone() }
}

/// Compiled programs that are named to a person; the rest is counted.
const PROGRAMS: usize = 5;

/// What a person reads before the findings.
fn summary(review: &PackageReview, certificate: &PackageCertificate) -> String {
    let mut text = format!(
        "{}  {}, {} ({} analysis)\n",
        review.spec.purl(),
        certificate.verdict.as_str(),
        certificate.level.as_str(),
        certificate.analysis.as_str()
    );
    for file in &certificate.files {
        text += &format!(
            "  {} {}  {} bytes  {}\n",
            file.kind.as_str(),
            line(&file.file_name, 200),
            file.size_bytes,
            file.sha256
        );
        text += &file.attestations.iter().map(attested).collect::<String>();
        if !file.signature_keys.is_empty() {
            text += &format!(
                "    signed by the registry with {} (not checked)\n",
                line(&file.signature_keys.join(", "), 200)
            );
        }
    }
    for note in &review.registry_notes {
        text += &format!("  {}\n", line(note, 300));
    }
    for program in review.programs.iter().take(PROGRAMS) {
        let declared = if program.is_declared { ", declared" } else { "" };
        text += &format!("  program for {}{declared}  {}\n", program.platform, line(&program.path, 200));
    }
    if review.programs.len() > PROGRAMS {
        text += &format!("  and {} more programs\n", review.programs.len() - PROGRAMS);
    }
    for other in &review.compared_with {
        text += &format!("  {}\n", line(other, 500));
    }
    if let Some(jump) = &review.jump {
        text += &format!("  {}\n", line(&jump.words(), 500));
    }
    if let Some(warning) = &review.maintainer_warning {
        text += &format!("  {}\n", line(warning, 500));
    }
    text
}

/// What is attested of a file, on a line: that it names these bytes was checked, its signature not.
fn attested(attestation: &Attestation) -> String {
    let source = attestation.source_repository.as_deref().unwrap_or("no source");
    let workflow = attestation.workflow.as_deref().map_or_else(String::new, |name| format!(" by {name}"));
    let log = attestation.log_index.map_or_else(String::new, |index| format!(", log entry {index}"));
    let told = format!("{}: {source}{workflow}{log}", attestation.predicate_type);
    format!("    attested (signature not checked)  {}\n", line(&told, 400))
}

fn body(review: &PackageReview, certificate: &PackageCertificate, scan: &LocalScan) -> Value {
    json!({
        "package": review.spec.to_string(),
        "purl": review.spec.purl(),
        "certificate": certificate,
        "maintainer_warning": review.maintainer_warning,
        "programs": review.programs,
        "compared_with": review.compared_with,
        "since_version_before": review.jump,
        "scan": scan.response(),
    })
}

/// Shows how far it has come, on the standard error, where a person watches that.
pub(super) fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn tell(bar: &ProgressBar, step: PackageStep<'_>) {
    bar.set_message(match step {
        PackageStep::Asking => "asking the registry".to_owned(),
        PackageStep::Fetching(file) => format!("fetching {}", line(file, 60)),
        PackageStep::Comparing(what) => format!("fetching {what}"),
        PackageStep::Scanning => "looking at it".to_owned(),
    });
}
