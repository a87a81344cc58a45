//! Workflow commands and the step summary of GitHub Actions.

use super::ScannedSkill;
use super::subject::{Run, count};
use crate::scan::{Finding, SafetyStatus, Severity};
use crate::skill::sanitise_line;

/// Findings that a summary lists; a step's summary is limited to 1 MiB.
const SUMMARY_FINDINGS: usize = 200;

/// Writes findings as workflow commands, the worst first: a step shows ten errors and ten
/// warnings. Notes and findings that were decided about are counted.
pub fn annotations(run: &Run) -> String {
    let mut text = String::new();
    let (mut notes, mut decided) = (0, 0);
    for (skill, finding) in run.findings() {
        match finding {
            finding if finding.suppression.is_some() => decided += 1,
            finding if finding.is_note() => notes += 1,
            finding => text.push_str(&annotation(skill, finding)),
        }
    }
    for notice in &run.notices {
        let (level, before) = if notice.is_failure { ("error", "not scanned: ") } else { ("warning", "") };
        text.push_str(&format!("::{level} title=Touchmark::{before}{}\n", command_data(&notice.text)));
    }
    for skill in &run.skills {
        for unread in &skill.report.completeness.unread {
            let file = skill.path(&sanitise_line(&unread.path, 1_000));
            let reason = format!("not read: {}", sanitise_line(&unread.reason, 300));
            text.push_str(&format!(
                "::warning file={},title=incomplete scan::{}\n",
                command_property(&file),
                command_data(&reason)
            ));
        }
    }
    let mut facts = vec![count(run.skills.len(), "skill")];
    facts.extend(run.worst().map(|status| format!("worst verdict {}", status.as_str())));
    facts.push(format!("{}, {decided} suppressed or known", count(notes, "note")));
    text.push_str(&format!("::notice title=Touchmark::{}\n", command_data(&facts.join(", "))));
    text
}

fn annotation(skill: &ScannedSkill, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    };
    let mut properties = format!("file={}", command_property(&skill.path(&finding.location.path)));
    if let Some(line) = finding.location.line {
        properties.push_str(&format!(",line={line}"));
    }
    if let Some(column) = finding.location.column {
        properties.push_str(&format!(",col={column}"));
    }
    let title = format!("{} ({})", finding.rule_id, finding.severity.as_str());
    let mut message = format!("{}\nseen: {}", finding.reason, finding.evidence);
    if !finding.chain.is_empty() {
        message.push_str(&format!("\nin: {}", finding.chain.join(" → ")));
    }
    message.push_str(&format!("\ndo: {}", finding.remedy));
    format!("::{level} {properties},title={}::{}\n", command_property(&title), command_data(&message))
}

/// Writes a summary in Markdown for the page of a workflow's run.
pub fn step_summary(run: &Run) -> String {
    let mut text =
        "## Touchmark\n\n| Verdict | Skill | Risk | Runs code | Findings | Read |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for skill in &run.skills {
        let report = &skill.report;
        text.push_str(&format!(
            "| {} {} | {} | {} | {} | {} | {} |\n",
            sign(report.status),
            report.status.as_str(),
            markdown(&skill.folder),
            report.risk_score,
            if report.executes_code { "yes" } else { "no" },
            skill.open_count(),
            if report.completeness.unread.is_empty() { "all" } else { "not all" },
        ));
    }
    let findings: Vec<_> =
        run.findings().into_iter().filter(|(_, finding)| finding.counts() && !finding.is_note()).collect();
    if !findings.is_empty() {
        text.push_str("\n| Severity | Rule | Place | Why |\n|---|---|---|---|\n");
    }
    for (skill, finding) in findings.iter().take(SUMMARY_FINDINGS) {
        let line = finding.location.line.map(|line| format!(":{line}")).unwrap_or_default();
        text.push_str(&format!(
            "| {} | {} | {}{line} | {} |\n",
            finding.severity.as_str(),
            markdown(&finding.rule_id),
            markdown(&skill.path(&finding.location.path)),
            markdown(&finding.reason),
        ));
    }
    if findings.len() > SUMMARY_FINDINGS {
        text.push_str(&format!("\n… and {} more.\n", findings.len() - SUMMARY_FINDINGS));
    }
    if !run.notices.is_empty() {
        text.push('\n');
    }
    for notice in &run.notices {
        let before = if notice.is_failure { "not scanned: " } else { "" };
        text.push_str(&format!("- {before}{}\n", markdown(&notice.text)));
    }
    if let Some(skill) = run.skills.first() {
        text.push_str(&format!("\nRules {}.\n", markdown(skill.report.ruleset_version.as_str())));
    }
    text
}

fn sign(status: SafetyStatus) -> &'static str {
    match status {
        SafetyStatus::Safe => "🟢",
        SafetyStatus::Unaudited => "⚪",
        SafetyStatus::Caution => "🟡",
        SafetyStatus::Warning => "🟠",
        SafetyStatus::Dangerous => "🔴",
    }
}

/// Escapes the message of a workflow command.
pub fn command_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a value among the properties of a workflow command.
pub fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Returns text that is no markup in a cell of a table: everything that Markdown or HTML could
/// take for a mark is written as a character reference.
fn markdown(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for character in text.chars() {
        let is_plain = character.is_alphanumeric() || matches!(character, ' ' | '-' | '/' | ',' | '(' | ')' | ';');
        if is_plain {
            cell.push(character);
        } else {
            cell.push_str(&format!("&#{};", u32::from(character)));
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_ends_it() {
        assert_eq!(command_property("a:b,c%d\r\n"), "a%3Ab%2Cc%25d%0D%0A");
        assert_eq!(command_data("::error::x\n::stop"), "::error::x%0A::stop");
        assert_eq!(markdown("<b>|`[x](y)` @all."), "&#60;b&#62;&#124;&#96;&#91;x&#93;(y)&#96; &#64;all&#46;");
    }
}
