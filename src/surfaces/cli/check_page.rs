//! What a person sees of a check: a line for each skill, and below it what is wrong.

use super::approval_page::drift_page;
use super::findings::count;
use super::paint::{self, line, paint};
use crate::operations::{
    BytesStatus, CheckOutcome, ComplaintKind, FileChanges, Gate, KnownVerdict, ProjectReport, SkillCheck, Upstream,
    VerdictState,
};

/// Files of a change that are shown.
const FILES: usize = 20;

/// Returns the page of a report. What could not be read at all is told as an error, beside it.
///
/// Where there is no index at all, that is told once, and not of each skill.
pub(super) fn check_page(report: &ProjectReport, gate: &Gate, has_index: bool) -> String {
    let mut page: String = report.checks.iter().map(|check| show(check, gate, has_index)).collect();
    // Whoever keeps nothing but approvals sees what there always was to see.
    if report.checks.iter().any(|check| check.format != "approval") {
        page.push_str(&summary(report, gate));
    }
    page
}

/// Returns a check on a line, with what moved below it.
fn show(check: &SkillCheck, gate: &Gate, has_index: bool) -> String {
    let (word, style) = match check.status {
        BytesStatus::Match if is_refused(check, gate) => ("refused", paint::BAD),
        BytesStatus::Match => ("match", paint::GOOD.bold()),
        BytesStatus::Drift => ("drift", paint::BAD),
        BytesStatus::NotInstalled => ("missing", paint::CARE.bold()),
        BytesStatus::NotRecorded | BytesStatus::Ambiguous if check.is_covered => ("covered", paint::FAINT),
        BytesStatus::NotRecorded => ("no hash", paint::CARE.bold()),
        BytesStatus::Ambiguous => ("unclear", paint::CARE.bold()),
        BytesStatus::InvalidRecord | BytesStatus::Error => return String::new(),
    };
    let mut parts = vec![paint(style, word), paint(paint::STRONG, &line(&check.name, 64))];
    parts.extend(check.folder.as_deref().map(|folder| line(folder, 300)));
    if let (Some((files, bytes)), None) = (check.amount, &check.drift) {
        parts.push(format!("{}, {}", count(files, "file"), count(bytes, "byte")));
    }
    if check.format != "approval" {
        let weak = if check.is_weak() { ", weak" } else { "" };
        parts.push(paint(paint::FAINT, &format!("{}{weak}", line(&check.lockfile, 200))));
    }
    parts.extend(verdict(check).filter(|_| has_index));
    let head = parts.join("  ");
    // What moved stands in the head of its page.
    let mut shown = match &check.drift {
        Some(drift) => format!("{head}  {}", drift_page(drift)),
        None => format!("{head}\n"),
    };
    shown.push_str(&check.changes.as_ref().map(changes).unwrap_or_default());
    if let Some(VerdictState::Known(KnownVerdict { notice: Some(notice), .. })) = &check.verdict {
        shown.push_str(&format!("  {}\n", paint(paint::CARE, &line(notice, 1_000))));
    }
    for complaint in gate.complaints(check) {
        let is_listed = check.drift.is_some() || check.changes.is_some();
        let has_word = matches!(check.verdict, Some(VerdictState::Unknown { .. } | VerdictState::NotIndexed));
        let is_said = match complaint.kind {
            ComplaintKind::Drift => is_listed,
            ComplaintKind::NoVerdict => has_word && has_index && !gate.needs_verdict(),
            _ => false,
        };
        let is_weakness =
            complaint.kind == ComplaintKind::Note && check.status == BytesStatus::Match && check.is_weak();
        if is_said || (is_weakness && complaint.text.starts_with("matches by a weak digest")) {
            continue;
        }
        let style = if complaint.kind.outcome() == CheckOutcome::Match { paint::FAINT } else { paint::CARE };
        shown.push_str(&format!("  {}\n", paint(style, &line(&complaint.text, 1_000))));
    }
    shown
}

/// Returns the verdict in a word, where one was asked for.
fn verdict(check: &SkillCheck) -> Option<String> {
    Some(match check.verdict.as_ref()? {
        VerdictState::Known(known) => {
            let mut word = known.status.as_str().to_owned();
            match (known.upstream, known.is_about_installed) {
                (Upstream::Changed, _) => word.push_str(" (upstream)"),
                (_, false) => word.push_str(" (of other files)"),
                _ => {}
            }
            paint(paint::verdict(known.status), &word)
        }
        VerdictState::NotIndexed => paint(paint::FAINT, "not indexed"),
        VerdictState::NothingToAsk => return None,
        VerdictState::Unknown { .. } => paint(paint::CARE, "verdict unknown"),
    })
}

fn changes(changes: &FileChanges) -> String {
    let all: Vec<(&str, &String)> =
        [("added", &changes.added), ("removed", &changes.removed), ("modified", &changes.modified)]
            .into_iter()
            .flat_map(|(word, paths)| paths.iter().map(move |path| (word, path)))
            .collect();
    let mut lines: String =
        all.iter().take(FILES).map(|(word, path)| format!("  {word:<8}  {}\n", line(path, 1_000))).collect();
    if all.len() > FILES {
        lines.push_str(&format!("  … and {} more\n", all.len() - FILES));
    }
    lines
}

/// Tells whether the bytes are those that were recorded, and something else refuses them.
fn is_refused(check: &SkillCheck, gate: &Gate) -> bool {
    let complaints = gate.complaints(check);
    check.status == BytesStatus::Match && complaints.iter().any(|each| each.kind.outcome() == CheckOutcome::Refused)
}

fn summary(report: &ProjectReport, gate: &Gate) -> String {
    let with = |status: BytesStatus| report.checks.iter().filter(move |check| check.status == status);
    let weak = with(BytesStatus::Match).filter(|check| check.is_weak()).count();
    let refused = with(BytesStatus::Match).filter(|check| is_refused(check, gate)).count();
    let matches = with(BytesStatus::Match).count() - refused;
    let mut parts = vec![match weak {
        0 => format!("{matches} match"),
        _ => format!("{matches} match ({weak} by a weak digest)"),
    }];
    let drift = with(BytesStatus::Drift).count();
    let wrong = report
        .checks
        .iter()
        .filter(|check| check.status != BytesStatus::Drift && !is_refused(check, gate))
        .filter(|check| gate.complaints(check).iter().any(|each| each.kind.outcome() != CheckOutcome::Match))
        .count();
    for (number, word) in [(drift, "not what was recorded"), (refused, "refused"), (wrong, "without a good answer")] {
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    format!("{} checked: {}\n", report.checks.len(), parts.join(", "))
}
