//! One skill on the page: verdict, facts, findings, files.

use super::html::escape;
use super::html_finding::findings;
use super::subject::{Run, count};
use super::{ScannedFile, ScannedSkill};
use crate::scan::{Capability, Phase, RecommendedAction, Severity};
use crate::skill::{ParseIssue, UnreadFile, sanitise_line};

/// Rules that are named beside the verdict.
const REASONS: usize = 6;
/// Files up to which their table is open.
const OPEN_FILES: usize = 20;

/// Writes what is to say of a skill.
pub(super) fn skill(skill: &ScannedSkill, index: usize, run: &Run) -> String {
    let report = &skill.report;
    let mut part = format!(
        "<section class=\"skill\" id=\"skill-{index}\">\n<div class=\"verdict {status}\">\n<p class=\"status\">{status}</p>\n<div>\n<h2>{}</h2>\n<p class=\"path\">{}</p>\n<p>{}</p>\n{}</div>\n</div>\n",
        escape(&skill.name),
        escape(&skill.folder),
        advice(report.recommended_action()),
        reasons(skill),
        status = report.status.as_str(),
    );
    part.push_str(&facts(skill));
    part.push_str(&findings(skill, run));
    part.push_str(&capabilities(skill));
    part.push_str(&completeness(skill));
    part.push_str(&files(skill));
    part.push_str("</section>\n");
    part
}

/// Returns which rules the verdict rests on, worst first.
fn reasons(skill: &ScannedSkill) -> String {
    let mut rules: Vec<(&str, Severity, usize)> = Vec::new();
    for finding in skill.report.findings.iter().filter(|finding| finding.counts() && !finding.is_note()) {
        match rules.iter_mut().find(|(id, ..)| *id == finding.rule_id) {
            Some((.., count)) => *count += 1,
            None => rules.push((&finding.rule_id, finding.severity, 1)),
        }
    }
    let mut text = String::new();
    if skill.report.suppressed_count() > 0 {
        let decided = count(skill.report.suppressed_count() as usize, "finding");
        text.push_str(&format!("<p class=\"reasons\">Without {decided} that whoever scanned has decided about.</p>\n"));
    }
    if rules.is_empty() {
        return text;
    }
    let hidden = rules.len().saturating_sub(REASONS);
    let mut words: Vec<String> = rules
        .iter()
        .take(REASONS)
        .map(|(id, severity, count)| {
            let times = if *count > 1 { format!(" × {count}") } else { String::new() };
            format!("{} <span class=\"{severity}\">{severity}</span>{times}", escape(id), severity = severity.as_str())
        })
        .collect();
    if hidden > 0 {
        words.push(format!("{hidden} more"));
    }
    format!("<p class=\"reasons\">{}</p>\n{text}", words.join(" · "))
}

fn facts(skill: &ScannedSkill) -> String {
    let report = &skill.report;
    let band = serde_json::to_value(report.risk_band).ok().and_then(|word| word.as_str().map(str::to_owned));
    let rows = [
        ("Risk", format!("{} ({})", report.risk_score, band.unwrap_or_default())),
        ("Runs code", if report.executes_code { "yes" } else { "no" }.to_owned()),
        ("Read", read(skill)),
        ("Rules", report.ruleset_version.to_string()),
        ("Bundle", report.package_hash.to_string()),
        ("SKILL.md", report.content_hash.to_string()),
    ];
    let row = |(name, value): &(&str, String)| {
        let class = if value.starts_with("sha256:") { " class=\"wide\"" } else { "" };
        format!("<div{class}><dt>{name}</dt><dd>{}</dd></div>\n", escape(value))
    };
    let mut text = format!("<dl class=\"facts\">\n{}</dl>\n", rows.iter().map(row).collect::<String>());
    let phases = report.phases();
    let score = |phase: &Phase| phases.get(phase.as_str()).map_or(0, |phase| phase.score);
    let scored: Vec<String> = Phase::ALL
        .iter()
        .filter(|phase| score(phase) > 0)
        .map(|phase| format!("<li><span>{}</span> {}</li>", phase.as_str().replace('_', " "), score(phase)))
        .collect();
    if !scored.is_empty() {
        text.push_str(&format!("<ul class=\"phases\">{}</ul>\n", scored.concat()));
    }
    text
}

fn read(skill: &ScannedSkill) -> String {
    let completeness = &skill.report.completeness;
    let files = count(skill.files.len(), "file");
    match completeness.unread.len() {
        0 => format!("everything: {files}, {} bytes", completeness.bytes_read),
        unread => format!("{files}, {} bytes; {unread} not read", completeness.bytes_read),
    }
}

fn capabilities(skill: &ScannedSkill) -> String {
    if skill.report.capabilities.is_empty() {
        return String::new();
    }
    let row = |(capability, place): (&Capability, &String)| {
        format!("<tr><td>{}</td><td class=\"path\">{}</td></tr>\n", capability.as_str(), escape(place))
    };
    format!(
        "<h3>What it is able to do</h3>\n<p class=\"small\">A capability alone never makes a verdict; the place is the first that shows it.</p>\n<div class=\"table\"><table>\n<tbody>\n{}</tbody>\n</table></div>\n",
        skill.report.capabilities.iter().map(row).collect::<String>()
    )
}

fn completeness(skill: &ScannedSkill) -> String {
    let mut text = String::new();
    let unread = &skill.report.completeness.unread;
    if !unread.is_empty() {
        let item = |file: &UnreadFile| {
            let (path, reason) = (sanitise_line(&file.path, 300), sanitise_line(&file.reason, 300));
            format!("<li><span class=\"path\">{}</span>: {}</li>\n", escape(&path), escape(&reason))
        };
        text.push_str(&format!("<h3>Not read</h3>\n<ul>\n{}</ul>\n", unread.iter().map(item).collect::<String>()));
    }
    if skill.deviations().next().is_some() {
        let item = |issue: &ParseIssue| {
            let (path, message) = (sanitise_line(&issue.path, 300), sanitise_line(&issue.message, 300));
            format!("<li><span class=\"path\">{}</span>: {}</li>\n", escape(&path), escape(&message))
        };
        let items: String = skill.deviations().map(item).collect();
        text.push_str(&format!("<h3>Deviations from the specification</h3>\n<ul>\n{items}</ul>\n"));
    }
    text
}

fn files(skill: &ScannedSkill) -> String {
    let row = |file: &ScannedFile| {
        let size = file.size_bytes.map_or("link".to_owned(), |size| size.to_string());
        let runs = if file.is_executable { " <span class=\"tag\">executable</span>" } else { "" };
        format!(
            "<tr><td class=\"path\">{}{runs}</td><td class=\"number\">{size}</td><td class=\"digest\">{}</td></tr>\n",
            escape(&file.path),
            file.sha256.to_hex()
        )
    };
    let open = if skill.files.len() <= OPEN_FILES { " open" } else { "" };
    format!(
        "<details{open}>\n<summary>{}</summary>\n<div class=\"table\"><table>\n<thead><tr><th>File</th><th>Bytes</th><th>SHA-256</th></tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n</details>\n",
        count(skill.files.len(), "file"),
        skill.files.iter().map(row).collect::<String>()
    )
}

fn advice(action: RecommendedAction) -> &'static str {
    match action {
        RecommendedAction::SafeToInstall => "Safe to install: nothing speaks against it, and nothing in it runs.",
        RecommendedAction::ReviewBeforeInstall => "Review before install.",
        RecommendedAction::Block => "Blocked: do not install, do not load.",
    }
}
