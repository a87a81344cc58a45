//! `touchmark advisories`.

use indicatif::HumanCount;
use serde_json::{Value, json};

use super::advisories_arguments::{AdvisoriesArguments, AdvisoriesCommand};
use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::count;
use super::local;
use super::output::Output;
use super::paint::{self, line, paint};
use super::table::{Cell, lay_out};
use crate::advisory::{Advisory, AdvisorySeverity};
use crate::operations::{AdvisoryCounts, AdvisoryImport, advisories_of, count_advisories, import_advisories};
use crate::package::{PackageSpec, PackageVersion};

/// Characters of what an author or a database wrote.
const TEXT_CHARACTERS: usize = 300;
/// Records after which progress is told.
const TOLD_EVERY: u64 = 20_000;

/// Takes advisories over, or tells what is known.
pub(super) async fn run(global: &Global, arguments: AdvisoriesArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    match arguments.command {
        AdvisoriesCommand::Import { file } => {
            let tell = |done: u64| {
                if done.is_multiple_of(TOLD_EVERY) {
                    eprintln!("{} records read", HumanCount(done));
                }
            };
            let import = import_advisories(&services, &file, &tell).await?;
            show(output, &import_body(&import), &import_page(&import))?;
            Ok(Outcome::Done)
        }
        AdvisoriesCommand::Of { package } => {
            let advisories = advisories_of(&services, &package).await?;
            let is_malicious = advisories.iter().any(|advisory| advisory.is_malicious);
            let counts = count_advisories(&services).await?;
            show(output, &package_body(&package, &advisories), &package_page(&package, &advisories, counts))?;
            Ok(if is_malicious { Outcome::Refused } else { Outcome::Done })
        }
        AdvisoriesCommand::Status => {
            let counts = count_advisories(&services).await?;
            show(output, &counts_body(counts), &counts_page(counts))?;
            Ok(Outcome::Done)
        }
    }
}

fn show(output: &Output, body: &Value, page: &str) -> Result<(), Failure> {
    if output.json {
        output.pretty(&body.to_string())?
    } else {
        output.text(page)?
    }
    Ok(())
}

fn import_body(import: &AdvisoryImport) -> Value {
    let outcome = import.outcome;
    json!({
        "added": outcome.added,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "elsewhere": import.elsewhere,
        "failed": import.failure_count,
        "failures": import.failures,
    })
}

fn import_page(import: &AdvisoryImport) -> String {
    let outcome = import.outcome;
    let number = |number: u64| HumanCount(number).to_string();
    let mut page = format!(
        "{}  {} changed, {} as before, {} of other registries\n",
        paint(paint::STRONG, &format!("{} new", number(outcome.added))),
        number(outcome.changed),
        number(outcome.unchanged),
        number(import.elsewhere),
    );
    if import.failure_count > 0 {
        page += &format!("{}\n", paint(paint::CARE, &format!("{} not read", count(import.failure_count, "record"))));
        import.failures.iter().for_each(|reason| page += &format!("  {}\n", line(reason, TEXT_CHARACTERS)));
    }
    page
}

fn package_body(package: &PackageSpec, advisories: &[Advisory]) -> Value {
    let row = |advisory: &Advisory| {
        json!({
            "id": advisory.id,
            "aliases": advisory.aliases,
            "severity": advisory.severity.map(AdvisorySeverity::as_str),
            "is_malicious": advisory.is_malicious,
            "summary": advisory.summary,
            "fixed_in": fix(package, advisory).map(PackageVersion::as_str),
            "published": advisory.published,
            "modified": advisory.modified,
            "url": advisory.url,
        })
    };
    let rows: Vec<Value> = advisories.iter().map(row).collect();
    json!({ "package": package.to_string(), "purl": package.purl(), "advisories": rows })
}

fn package_page(package: &PackageSpec, advisories: &[Advisory], counts: AdvisoryCounts) -> String {
    let name = line(&package.to_string(), TEXT_CHARACTERS);
    if counts.advisories == 0 {
        return format!("{name}: no advisories are stored; take some over with `touchmark advisories import FILE`\n");
    }
    if advisories.is_empty() {
        return format!("{name}: none of the {} stored advisories concerns it\n", HumanCount(counts.advisories));
    }
    let rows: Vec<Vec<Cell>> = advisories.iter().map(|advisory| row(package, advisory)).collect();
    format!("{}\n{}\n", paint(paint::STRONG, &name), lay_out(&rows, &[], None).join("\n"))
}

fn row(package: &PackageSpec, advisory: &Advisory) -> Vec<Cell> {
    let (word, style) = match (advisory.is_malicious, advisory.severity) {
        (true, _) => ("malicious", paint::WORST),
        (false, Some(severity @ (AdvisorySeverity::High | AdvisorySeverity::Critical))) => {
            (severity.as_str(), paint::WORST)
        }
        (false, Some(severity)) => (severity.as_str(), paint::CARE),
        (false, None) => ("unrated", paint::CARE),
    };
    let fix = fix(package, advisory).map_or_else(String::new, |version| format!("mended in {version}"));
    let summary = advisory.summary.as_deref().map_or_else(String::new, |text| line(text, TEXT_CHARACTERS));
    vec![Cell::new(word, style), Cell::plain(advisory.id.clone()), Cell::plain(fix), Cell::plain(summary)]
}

/// Returns the next version in which it is mended, where a version was asked for.
fn fix<'a>(package: &'a PackageSpec, advisory: &'a Advisory) -> Option<&'a PackageVersion> {
    let version = package.version.as_ref()?;
    advisory.of_package(package.registry, &package.name).filter_map(|affected| affected.fixed_after(version)).min()
}

fn counts_body(counts: AdvisoryCounts) -> Value {
    json!({
        "advisories": counts.advisories,
        "malicious": counts.malicious,
        "packages": counts.packages,
        "newest": counts.newest,
        "taken_over_at": counts.taken_over_at,
    })
}

fn counts_page(counts: AdvisoryCounts) -> String {
    let number = |number: u64| HumanCount(number).to_string();
    let (Some(newest), Some(taken)) = (counts.newest, counts.taken_over_at) else {
        return "no advisories are stored; take some over with `touchmark advisories import FILE`\n".to_owned();
    };
    format!(
        "{} of {} packages, {} of them of malicious ones\nthe newest was changed {newest}, taken over {taken}\n",
        paint(paint::STRONG, &format!("{} advisories", number(counts.advisories))),
        number(counts.packages),
        number(counts.malicious),
    )
}
