//! `touchmark reports`.

use serde_json::{Value, json};

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::count;
use super::local;
use super::output::Output;
use super::paint::{self, line, paint};
use super::reports_arguments::{ReportsArguments, ReportsCommand, Reviewer};
use crate::config::operator_name;
use crate::operations::{
    Acceptance, OperatorThreat, ThreatReport, accept_report, add_threat, list_reports, reject_report, show_report,
    withdraw_threat,
};
use crate::threat::{KnownThreat, Threat};

/// Characters of what somebody reported.
const TEXT_CHARACTERS: usize = 300;

/// Lists and judges reports, in the data folder of this machine.
pub(super) async fn run(global: &Global, arguments: ReportsArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let (body, text) = match arguments.command {
        ReportsCommand::List(arguments) => {
            let reports = list_reports(&services, arguments.all).await?;
            let body = json!({ "reports": reports.iter().map(facts).collect::<Vec<_>>() });
            let rows: String = reports.iter().map(row).collect();
            (body, format!("{}\n{rows}", paint(paint::STRONG, &count(reports.len() as u64, "report"))))
        }
        ReportsCommand::Show(report) => {
            let (found, known) = show_report(&services, &report.id).await?;
            let mut body = facts(&found);
            body["known_threats"] = known.iter().map(|known| threat_facts(&known.threat)).collect();
            (body, page(&found, &known))
        }
        ReportsCommand::Accept(arguments) => {
            let acceptance = Acceptance {
                hashes: arguments.hashes,
                package_version: arguments.package_version,
                category: arguments.category.map(|word| word.0),
                severity: arguments.severity.map(|word| word.0),
                description: arguments.description,
                references: arguments.references,
                note: arguments.note,
            };
            let threat = accept_report(&services, &arguments.report.id, acceptance, &name(arguments.by)).await?;
            (threat_facts(&threat), threat_line(&threat))
        }
        ReportsCommand::Reject(arguments) => {
            let note = arguments.note.as_deref();
            let id = reject_report(&services, &arguments.report.id, note, &name(arguments.by)).await?;
            (json!({ "report_id": id, "status": "rejected" }), format!("{id} is rejected\n"))
        }
        ReportsCommand::Add(arguments) => {
            let named = OperatorThreat {
                hashes: arguments.hashes,
                category: arguments.category.0,
                severity: arguments.severity.0,
                description: arguments.description,
                references: arguments.references,
            };
            let threat = add_threat(&services, named, &name(arguments.by)).await?;
            (threat_facts(&threat), threat_line(&threat))
        }
        ReportsCommand::Withdraw(arguments) => {
            let id = withdraw_threat(&services, &arguments.id, &name(arguments.by)).await?;
            (json!({ "id": id, "status": "withdrawn" }), format!("{id} is withdrawn\n"))
        }
    };
    if output.json {
        output.pretty(&body.to_string())?;
    } else {
        output.text(&text)?;
    }
    Ok(Outcome::Done)
}

fn name(by: Reviewer) -> String {
    by.name.unwrap_or_else(operator_name)
}

fn facts(found: &ThreatReport) -> Value {
    let report = &found.report;
    json!({
        "report_id": report.id,
        "status": found.status.as_str(),
        "by": report.user,
        "what": report.package.to_string(),
        "source_hash": report.digest,
        "category": report.category,
        "severity": report.severity,
        "description": report.description,
        "evidence": report.evidence,
        "scan_id": report.scan_id,
        "created_at": found.created_at,
        "reviewed_at": found.reviewed_at,
        "threat": found.threat,
        "note": found.note,
    })
}

fn threat_facts(threat: &Threat) -> Value {
    let parts = threat.parts();
    json!({
        "id": threat.id(),
        "hashes": parts.digests,
        "packages": parts.packages.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "category": parts.category,
        "severity": parts.severity,
        "description": parts.description,
        "reports_count": parts.report_count,
    })
}

fn row(found: &ThreatReport) -> String {
    let report = &found.report;
    format!(
        "  {}  {}  {} {} {}\n",
        report.id,
        found.status.as_str(),
        paint(paint::CARE, report.severity.as_str()),
        report.category,
        line(&report.package.to_string(), TEXT_CHARACTERS)
    )
}

fn page(found: &ThreatReport, known: &[KnownThreat]) -> String {
    let report = &found.report;
    let mut lines = vec![row(found).trim_end().to_owned()];
    lines.push(format!("  by {} at {}", report.user, found.created_at));
    lines.extend(report.digest.map(|digest| format!("  {digest}")));
    lines.push(format!("  {}", line(&report.description, 1_000)));
    lines.extend(report.evidence.iter().map(|evidence| format!("  - {}", line(evidence, TEXT_CHARACTERS))));
    lines.extend(found.note.as_ref().map(|note| format!("  note: {}", line(note, TEXT_CHARACTERS))));
    lines.extend(known.iter().map(|known| format!("  known: {}", threat_line(&known.threat).trim_end())));
    lines.join("\n") + "\n"
}

fn threat_line(threat: &Threat) -> String {
    let parts = threat.parts();
    format!(
        "{}  {} {}: {}\n",
        threat.id(),
        paint(paint::CARE, parts.severity.as_str()),
        parts.category,
        line(&parts.description, TEXT_CHARACTERS)
    )
}
