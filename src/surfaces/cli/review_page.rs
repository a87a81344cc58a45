//! The review of a change in a terminal: what a reviewer must know first stands first.

use indicatif::HumanCount;

use super::approval_page::fields;
use super::findings::{Detail, advice, count, execution, finding_lines, mark, word};
use super::paint::{self, line, paint};
use super::table::{Cell, cut, lay_out, wrap};
use super::text_diff::text_lines;
use crate::approval::Difference;
use crate::change::{
    ChangeReview, DriftExtent, DriftReview, FileChange, FileChangeKind, FindingChanges, NewAct, ReviewedSide,
    ToolChanges,
};
use crate::scan::{Act, Finding};

/// Places of an act that are shown; the rest is counted.
const SHOWN_PLACES: usize = 4;
/// Findings that went and are shown; the rest is counted.
const SHOWN_GONE: usize = 10;
/// Files that are shown; the rest is counted.
const SHOWN_FILES: usize = 60;
/// Files that were not read and are shown.
const SHOWN_UNREAD: usize = 5;
/// How to see everything.
const MORE: &str = "`touchmark scan --all` shows them";

/// Returns what differs between two folders, and what that means.
pub(super) fn review_page(difference: &Difference, review: &ChangeReview, width: Option<usize>) -> String {
    let mut lines = vec![format!(
        "{}  {} added, {} removed, {} changed",
        paint(paint::CARE.bold(), "different"),
        difference.added.len(),
        difference.removed.len(),
        difference.changed.len()
    )];
    lines.push(change_page(review, width));
    lines.push(String::new());
    let digests = [
        ("base", difference.base.root_digest.to_string()),
        ("candidate", difference.candidate.root_digest.to_string()),
    ];
    lines.join("\n") + "\n" + &fields(&digests)
}

/// Returns what a change means, without the digests beside which it stands.
pub(super) fn change_page(review: &ChangeReview, width: Option<usize>) -> String {
    let mut lines = Vec::new();
    lines.extend(verdict_lines(review, width));
    section(
        &mut lines,
        "what it does now and did not",
        acts(&review.acts.new, &review.tools, ", in further files", width),
    );
    section(&mut lines, "what it no longer does", gone(&review.acts.gone, &review.tools, width));
    lines.extend(findings(&review.findings, width));
    section(&mut lines, "frontmatter", frontmatter(review, width));
    section(&mut lines, "files", files(&review.files));
    section(&mut lines, "text, written by the author: data, not an instruction", text_lines(&review.texts));
    lines.join("\n")
}

/// Returns what can be said of a folder that is not what was recorded.
pub(super) fn drift_review_page(review: &DriftReview, width: Option<usize>) -> String {
    let mut lines = Vec::new();
    match &review.now {
        Some(now) => {
            let before = review.since.as_ref().map(|since| since.status_before).filter(|before| *before != now.status);
            let before = before.map(|before| format!("was {}, ", mark(before))).unwrap_or_default();
            lines.push(format!("  {before}now {} {}", mark(now.status), advice(now.recommended_action)));
            lines.extend(unread(now));
        }
        None => lines.push(paint(paint::BAD, "  there is no skill in it that can be scanned")),
    }
    if review.extent == DriftExtent::CoveredFiles && review.now.is_some() {
        let may_have = count(review.extent_count, "file");
        lines.push(paint(
            paint::FAINT,
            &format!("  one digest is recorded, which does not tell what moved or is gone; {may_have} may have"),
        ));
    }
    if let Some(since) = &review.since {
        for (word, able) in [("new capabilities", &since.gained), ("capabilities that went", &since.lost)] {
            if let Some(able) = able.as_ref().filter(|able| !able.is_empty()) {
                let able: Vec<String> = able.iter().map(|word| line(word, 40)).collect();
                lines.push(format!("  {} {}", paint(paint::CARE, &format!("{word}:")), able.join(", ")));
            }
        }
        if since.is_same_ruleset == Some(false) {
            let text = "  the index scanned it by other rules, so that findings may differ for that alone";
            lines.push(paint(paint::FAINT, text));
        }
    }
    if !review.newly_executable.is_empty() {
        let paths: Vec<String> = review.newly_executable.iter().take(SHOWN_FILES).map(|path| line(path, 300)).collect();
        lines.push(format!("  {} {}", paint(paint::BAD, "now executable:"), paths.join(", ")));
    }
    let of_moved = review.extent == DriftExtent::MovedFiles;
    let (does, known) = match of_moved {
        true => ("what the files do that moved", ", as files do that did not move"),
        false => ("what these files do", ", as other files do"),
    };
    section(&mut lines, does, acts(&review.acts, &ToolChanges::default(), known, width));
    match review.since.as_ref().and_then(|since| since.findings.as_ref()) {
        Some(changes) => lines.extend(findings(changes, width)),
        None => {
            let title = format!("findings in them ({})", review.finding_count);
            section(&mut lines, &title, found(&review.findings, width));
        }
    }
    if review.since.is_some() {
        section(&mut lines, "files", files(&review.files));
    }
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

pub(super) fn section(lines: &mut Vec<String>, title: &str, body: Vec<String>) {
    if !body.is_empty() {
        lines.push(String::new());
        lines.push(paint(paint::STRONG, title));
        lines.extend(body);
    }
}

/// Returns the verdict before and after, and what was not read.
fn verdict_lines(review: &ChangeReview, width: Option<usize>) -> Vec<String> {
    let ChangeReview { base, candidate, .. } = review;
    let arrow = match base.status.cmp(&candidate.status) {
        std::cmp::Ordering::Less => paint(paint::BAD, "worse, now"),
        std::cmp::Ordering::Equal => paint(paint::FAINT, "still"),
        std::cmp::Ordering::Greater => paint(paint::FAINT, "now"),
    };
    let name = paint(paint::STRONG, &line(&candidate.name, 200));
    let head = if base.status == candidate.status {
        format!("{arrow} {}  {name}", mark(candidate.status))
    } else {
        format!("{} {arrow} {}  {name}", mark(base.status), mark(candidate.status))
    };
    let mut facts = vec![advice(candidate.recommended_action).to_owned()];
    facts.push(if base.risk_score == candidate.risk_score {
        format!("risk {}", candidate.risk_score)
    } else {
        format!("risk {} → {}", base.risk_score, candidate.risk_score)
    });
    facts.push(if base.executes_code == candidate.executes_code {
        execution(candidate.executes_code).to_owned()
    } else {
        format!("{} → {}", execution(base.executes_code), execution(candidate.executes_code))
    });
    facts.push(format!("rules {}", line(&candidate.ruleset_version, 60)));
    let mut lines = vec![head];
    lines.extend(
        wrap(&facts.join(" · "), width.map(|width| width.saturating_sub(2)))
            .iter()
            .map(|part| format!("  {}", paint(paint::FAINT, part))),
    );
    lines.extend(unread(candidate));
    lines
}

/// Names what was not scanned: of that, nothing is known but its bytes.
pub(super) fn unread(side: &ReviewedSide) -> Vec<String> {
    let mut lines: Vec<String> = side
        .unread
        .iter()
        .take(SHOWN_UNREAD)
        .map(|file| paint(paint::CARE, &format!("  not scanned, or not to its end: {}", line(file, 300))))
        .collect();
    let hidden = side.unread_count.saturating_sub(SHOWN_UNREAD as u64);
    if hidden > 0 && !lines.is_empty() {
        lines.push(paint(paint::CARE, &format!("  … and {} more", count(hidden, "file"))));
    }
    lines
}

/// Returns acts with their places; `known` says of one that it is not new to the skill.
pub(super) fn acts(new: &[NewAct], tools: &ToolChanges, known: &str, width: Option<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    for act in new {
        let style = if act.is_new_to_skill { act_style(act.act) } else { paint::CARE };
        let note = if act.is_new_to_skill { "" } else { known };
        lines.push(format!("  {}{}", paint(style, act.act.words()), paint(paint::FAINT, note)));
        for place in act.places.iter().take(SHOWN_PLACES) {
            let location = &place.location;
            let number = location.line.map(|number| format!(":{number}")).unwrap_or_default();
            let text = format!("{}{number}  {}", line(&location.path, 300), line(&place.evidence, 200));
            lines.push(format!("    {}", cut(text.trim_end(), width.map_or(usize::MAX, |width| width - 4))));
        }
        let hidden = act.file_count.saturating_sub(act.places.len().min(SHOWN_PLACES) as u64);
        if hidden > 0 {
            lines.push(paint(paint::FAINT, &format!("    … and in {} more", count(hidden, "file"))));
        }
    }
    if !tools.added.is_empty() {
        lines.push(format!("  {}", paint(paint::BAD, "asks to use without a question")));
        lines.extend(tools.added.iter().map(|tool| format!("    {}", line(tool, 200))));
    }
    lines
}

/// What reaches beyond the task must not be missed; a script that is new deserves a look.
fn act_style(act: Act) -> anstyle::Style {
    match act {
        Act::RunsDownloads
        | Act::StartsByItself
        | Act::RaisesRights
        | Act::SteersAgent
        | Act::HidesContent
        | Act::ReadsSecrets
        | Act::ReachesNetwork
        | Act::WritesOutside => paint::BAD,
        Act::RunsCode | Act::RunsCommands | Act::InstallsPackages | Act::ChangesFiles => paint::CARE,
    }
}

fn gone(gone: &[Act], tools: &ToolChanges, width: Option<usize>) -> Vec<String> {
    let mut words: Vec<String> = gone.iter().map(|act| act.words().to_owned()).collect();
    words.extend(tools.removed.iter().map(|tool| format!("asks to use {} without a question", line(tool, 200))));
    if words.is_empty() {
        return Vec::new();
    }
    let width = width.map(|width| width.saturating_sub(2));
    wrap(&words.join(" · "), width).iter().map(|part| format!("  {}", paint(paint::FAINT, part))).collect()
}

fn findings(changes: &FindingChanges, width: Option<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    let titled = |title: &str, number: u64| format!("{title} ({number})");
    section(&mut lines, &titled("new findings", changes.appeared_count), found(&changes.appeared, width));
    let worsened: Vec<Finding> = changes.worsened.iter().map(|worsened| worsened.finding.clone()).collect();
    section(&mut lines, &titled("findings that are worse now", changes.worsened_count), found(&worsened, width));
    let mut went: Vec<String> = changes
        .went
        .iter()
        .take(SHOWN_GONE)
        .map(|finding| {
            let text = format!("{} {}", line(&finding.rule_id, 100), line(&finding.location.path, 300));
            format!("  {}", paint(paint::FAINT, &text))
        })
        .collect();
    let hidden = changes.went_count.saturating_sub(went.len() as u64);
    if hidden > 0 && !went.is_empty() {
        went.push(paint(paint::FAINT, &format!("  … and {hidden} more")));
    }
    section(&mut lines, &titled("findings that went", changes.went_count), went);
    lines
}

pub(super) fn found(findings: &[Finding], width: Option<usize>) -> Vec<String> {
    finding_lines(findings, width, Detail::Digest { more: MORE })
}

fn frontmatter(review: &ChangeReview, width: Option<usize>) -> Vec<String> {
    let changes = &review.frontmatter;
    let mut lines = Vec::new();
    if changes.status_before != changes.status_after {
        lines.push(format!("  frontmatter was {}, is {}", word(&changes.status_before), word(&changes.status_after)));
    }
    let shown = |value: &Option<String>| match value {
        None => "nothing".to_owned(),
        Some(text) => format!("\"{}\"", line(text, 400)),
    };
    for key in &changes.keys {
        let text = format!("{}: {} → {}", line(&key.key, 100), shown(&key.before), shown(&key.after));
        let parts = wrap(&text, width.map(|width| width.saturating_sub(4)));
        lines.extend(parts.iter().enumerate().map(|(index, part)| {
            let indent = if index == 0 { "  " } else { "    " };
            format!("{indent}{part}")
        }));
    }
    let hidden = changes.key_count.saturating_sub(changes.keys.len() as u64);
    if hidden > 0 {
        lines.push(paint(paint::FAINT, &format!("  … and {} more", count(hidden, "key"))));
    }
    lines
}

pub(super) fn files(changes: &[FileChange]) -> Vec<String> {
    let row = |change: &FileChange| {
        let (style, mark) = match change.kind {
            FileChangeKind::Added => (paint::CARE, "added"),
            FileChangeKind::Changed => (paint::BAD, "changed"),
            FileChangeKind::ModeChanged => (paint::BAD, "mode"),
            FileChangeKind::Renamed => (paint::FAINT, "renamed"),
            FileChangeKind::Removed => (paint::FAINT, "removed"),
        };
        vec![
            Cell::new(format!("  {mark}"), style),
            Cell::new(word(&change.class), paint::FAINT),
            Cell::new(file_note(change), paint::FAINT),
            Cell::plain(line(&change.path, 1_200)),
        ]
    };
    let rows: Vec<Vec<Cell>> = changes.iter().take(SHOWN_FILES).map(row).collect();
    // A path is never cut: two may differ at their ends.
    let mut lines = lay_out(&rows, &[], None);
    if changes.len() > SHOWN_FILES {
        let hidden = (changes.len() - SHOWN_FILES) as u64;
        lines.push(paint(paint::FAINT, &format!("  … and {} more; --json lists them", count(hidden, "file"))));
    }
    lines
}

fn file_note(change: &FileChange) -> String {
    let mut notes = Vec::new();
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            if before.size_bytes != after.size_bytes || change.kind == FileChangeKind::Changed {
                notes.push(format!("{} → {}", HumanCount(before.size_bytes), count(after.size_bytes, "byte")));
            }
            if before.has_other_mode(after) {
                notes.push(
                    if after.is_executable == Some(true) { "now executable" } else { "no longer executable" }
                        .to_owned(),
                );
            }
            if before.is_link != after.is_link {
                notes.push(if after.is_link { "now a symbolic link" } else { "no longer a symbolic link" }.to_owned());
            }
        }
        (None, Some(state)) | (Some(state), None) => {
            notes.push(count(state.size_bytes, "byte"));
            if state.is_executable == Some(true) {
                notes.push("executable".to_owned());
            }
            if state.is_link {
                notes.push("a symbolic link".to_owned());
            }
        }
        (None, None) => {}
    }
    if let Some(from) = &change.from {
        notes.push(format!("from {}", line(from, 300)));
    }
    notes.join(", ")
}
