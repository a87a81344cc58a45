//! What a person sees before a skill is installed, and after.

use indicatif::HumanBytes;

use super::approval_page::fields;
use super::findings::{advice, count, execution, mark, word};
use super::paint::{self, line, paint};
use super::review_page::{acts, change_page, files, found, section, unread};
use super::table::wrap;
use crate::change::ToolChanges;
use crate::operations::{InstallPlan, InstallStanding, Installed};
use crate::skill::{FileClass, sanitise_line};

/// Scripts that are shown; the rest is counted.
const SHOWN_SCRIPTS: usize = 20;
/// Tools that are shown.
const SHOWN_TOOLS: usize = 20;

/// Returns what would be installed: the verdict first, then what it does, then where it goes.
pub(super) fn plan_page(plan: &InstallPlan, width: Option<usize>) -> String {
    let report = &plan.scanned.report;
    let bundle = &plan.scanned.bundle;
    let mut lines = vec![format!("{} {}", mark(plan.status), paint(paint::STRONG, &line(&bundle.name, 200)))];
    let facts = [
        advice(plan.recommended_action).to_owned(),
        execution(report.executes_code).to_owned(),
        format!("risk {} ({})", report.risk_score, word(&report.risk_band)),
        format!("{}, {}", count(bundle.files.len() as u64, "file"), HumanBytes(report.completeness.bytes_read)),
        format!("scanned here and now by rules {}", report.ruleset_version),
    ];
    lines.extend(faint(&facts.join(" · "), width));
    if !report.capabilities.is_empty() {
        let able = report.capabilities.iter();
        let able: Vec<String> =
            able.map(|(capability, place)| format!("{} ({})", capability.as_str(), line(place, 200))).collect();
        lines.extend(faint(&format!("able to: {}", able.join(" · ")), width));
    }
    match &plan.standing {
        InstallStanding::New | InstallStanding::Unchanged { .. } | InstallStanding::Edited { review: None, .. } => {
            content(plan, &mut lines, width)
        }
        InstallStanding::Outdated { review, .. } | InstallStanding::Edited { review: Some(review), .. } => {
            lines.push(String::new());
            lines.push(paint(paint::STRONG, "what changes in what is installed"));
            lines.push(change_page(review, width));
        }
    }
    lines.push(String::new());
    let standing = match &plan.standing {
        InstallStanding::New => "nothing is there yet",
        InstallStanding::Unchanged { is_pinned: true } => "the same files are there, and pinned",
        InstallStanding::Unchanged { is_pinned: false } => "the same files are there, and not pinned so",
        InstallStanding::Outdated { .. } => "an older one is there, as it was pinned",
        InstallStanding::Edited { is_pinned: true, .. } => "what is there was edited since it was pinned",
        InstallStanding::Edited { is_pinned: false, .. } => "something is there that is not pinned",
    };
    let pinned = &plan.pinned;
    lines.join("\n")
        + "\n"
        + &fields(&[
            ("source", pinned.source_url.clone()),
            ("commit", pinned.commit_sha.clone().unwrap_or_else(|| "none: it is no git repository".to_owned())),
            ("digest", pinned.root_digest.to_string()),
            ("folder", format!("{} ({standing})", plan.folder)),
            ("lockfile", format!("{} (as {})", plan.lockfile, pinned.name)),
        ])
        + &plan
            .notices
            .iter()
            .map(|notice| format!("  {}\n", paint(paint::CARE, &line(notice, 500))))
            .collect::<String>()
}

/// Returns what a skill does that is not compared with another.
fn content(plan: &InstallPlan, lines: &mut Vec<String>, width: Option<usize>) {
    let review = &plan.review;
    if let Some(now) = &review.now {
        lines.extend(unread(now));
    }
    let tools = plan.scanned.bundle.frontmatter.allowed_tools.iter().flatten();
    let tools: Vec<String> = tools.take(SHOWN_TOOLS).map(|tool| sanitise_line(tool, 120)).collect();
    let tools = ToolChanges { added: tools, removed: Vec::new() };
    section(lines, "what it does", acts(&review.acts, &tools, "", width));
    section(lines, &format!("findings ({})", review.finding_count), found(&review.findings, width));
    let scripts: Vec<_> = review
        .files
        .iter()
        .filter(|file| file.class == FileClass::Script || file.is_newly_executable())
        .cloned()
        .collect();
    let hidden = scripts.len().saturating_sub(SHOWN_SCRIPTS);
    let mut shown = files(&scripts[..scripts.len() - hidden]);
    if hidden > 0 {
        shown.push(paint(paint::FAINT, &format!("  … and {} more", count(hidden as u64, "script"))));
    }
    section(lines, &format!("scripts ({})", scripts.len()), shown);
}

/// Returns how it ended.
pub(super) fn done_page(plan: &InstallPlan, installed: Option<&Installed>) -> String {
    let name = paint(paint::STRONG, &line(plan.pinned.name.as_str(), 100));
    let folder = line(&plan.folder, 300);
    let Some(installed) = installed else {
        return format!("{} {name}  nothing was written\n", paint(paint::CARE.bold(), "dry run"));
    };
    let head = if installed.is_placed { "installed" } else { "unchanged" };
    let pin = if installed.is_pinned_anew { "pinned in" } else { "pinned already in" };
    let mut page =
        format!("{} {name}  {folder}, {pin} {}\n", paint(paint::GOOD.bold(), head), line(&plan.lockfile, 200));
    if let Some(kept) = &installed.kept {
        page.push_str(&format!("  what was there is kept in {}\n", line(&kept.display().to_string(), 500)));
    }
    page
}

fn faint(text: &str, width: Option<usize>) -> Vec<String> {
    let width = width.map(|width| width.saturating_sub(2));
    wrap(text, width).iter().map(|part| format!("  {}", paint(paint::FAINT, part))).collect()
}
