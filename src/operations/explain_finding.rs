//! What does a finding mean, and when is it a false alarm?

use super::problem::{store_failed, unforeseen};
use super::source_standing::standing;
use super::{Charge, Effect, Operation, Services};
use crate::api::{ErrorCode, ExplainFindingRequest, ExplainFindingResponse, ExplainedSkill, Problem};
use crate::scan::{REMOVED_RULES, RULES, Rule};
use crate::skill::{SkillId, sanitise_line};

/// Findings that are shown.
const FINDINGS: usize = 50;
/// Names that are proposed for one that does not exist.
const PROPOSALS: usize = 3;
/// Likeness from which on a name may have been meant.
const LEAST_LIKENESS: f64 = 0.6;

/// The tool `explain_finding`.
#[derive(Debug)]
pub struct ExplainFinding;

impl Operation for ExplainFinding {
    type Request = ExplainFindingRequest;
    type Response = ExplainFindingResponse;
    const NAME: &'static str = "explain_finding";
    const TITLE: &'static str = "Explain a finding";
    const SUMMARY: &'static str = "Understand a rule id that stands in safety_flags or findings: what it means, why it matters, which look-alikes are false alarms, what to do. With skill_id also what it found there. Free. Use it before you tell your user what a finding means.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Lookups(|_| 1);

    async fn run(services: &Services, request: ExplainFindingRequest) -> Result<ExplainFindingResponse, Problem> {
        let rule = find_rule(&request.rule_id).map_err(Problem::invalid_request)?;
        let skill = match &request.skill_id {
            Some(id) => Some(findings_in(services, rule, id).await?),
            None => None,
        };
        Ok(ExplainFindingResponse {
            rule_id: rule.id.to_owned(),
            summary: format!("{}.", rule.summary),
            phase: rule.phase,
            severity: rule.severity,
            confidence: rule.confidence,
            persona: rule.persona,
            lifecycle: rule.lifecycle.as_str().to_owned(),
            references: rule.references.iter().map(|reference| (*reference).to_owned()).collect(),
            why_it_matters: section(rule.page, "Why it matters"),
            not_flagged: titles(rule.page, "Not flagged"),
            what_it_misses: section(rule.page, "What it misses"),
            what_to_do: section(rule.page, "What to do"),
            documentation: format!("{}/docs/rules/{}.md", services.public_url(), rule.id),
            skill,
        })
    }
}

async fn findings_in(services: &Services, rule: &Rule, id: &str) -> Result<ExplainedSkill, Problem> {
    let invalid = |error| Problem::new(ErrorCode::InvalidSkillId, format!("skill_id is {error}"));
    let skill_id: SkillId = id.parse().map_err(invalid)?;
    let failed = store_failed(ExplainFinding::NAME);
    let found = services.store().skills(&[skill_id]).await.map_err(&failed)?;
    let record = found.into_iter().find(|record| record.is_listed);
    let record = record.ok_or_else(|| Problem::not_found(format!("no listed skill has skill_id {skill_id}")))?;
    let detail = services.store().bundle(record.bundle).await.map_err(failed)?;
    let detail =
        detail.ok_or_else(|| unforeseen(ExplainFinding::NAME, &format!("the bundle of {skill_id} is missing")))?;
    let safety = standing(services, ExplainFinding::NAME, &record).await?.safety(record.verdict.clone(), &record);
    let findings =
        detail.report.into_iter().flat_map(|report| report.findings).filter(|finding| finding.rule_id == rule.id);
    Ok(ExplainedSkill {
        skill_id,
        content_hash: record.content_hash.to_string(),
        safety: safety.summary(),
        findings: findings.take(FINDINGS).collect(),
        name: record.name,
    })
}

/// Finds a rule by its id; `_` and blanks count as hyphens.
///
/// # Errors
/// Says what became of the rule, or which ones have a similar id.
pub fn find_rule(text: &str) -> Result<&'static Rule, String> {
    let asked = text.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    if let Some(rule) = RULES.iter().find(|rule| rule.id == asked) {
        return Ok(rule);
    }
    let shown = sanitise_line(text, 100);
    if let Some(removed) = REMOVED_RULES.iter().find(|rule| rule.id == asked) {
        let successor = removed.successor.map(|id| format!("; {id} sees what it saw")).unwrap_or_default();
        return Err(format!("there is no rule `{shown}` any more: {}{successor}", removed.reason));
    }
    let near = match similar_rules(&asked).as_slice() {
        [] => String::new(),
        names => format!("; did you mean {}?", names.join(", ")),
    };
    Err(format!("there is no rule `{shown}`{near}"))
}

/// Returns the ids of rules that may have been meant by `asked`, the likeliest first.
pub fn similar_rules(asked: &str) -> Vec<&'static str> {
    let likeness = |id: &str| {
        let is_part = asked.len() > 3 && id.contains(asked);
        if is_part { 1.0 } else { strsim::jaro_winkler(id, asked) }
    };
    let mut near: Vec<(f64, &'static str)> = RULES.iter().map(|rule| (likeness(rule.id), rule.id)).collect();
    near.retain(|(likeness, _)| *likeness >= LEAST_LIKENESS);
    near.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(right.1)));
    near.into_iter().take(PROPOSALS).map(|(_, id)| id).collect()
}

/// Returns the text under a second-level heading of a rule's page, on one line for each
/// paragraph.
fn section(page: &str, heading: &str) -> String {
    let lines = body(page, heading).map(str::trim);
    let mut text = String::new();
    for line in lines {
        match (line.is_empty(), text.ends_with('\n') || text.is_empty()) {
            (true, true) => {}
            (true, false) => text.push('\n'),
            // Items of a list keep their lines.
            (false, false) if line.starts_with("- ") => text.push_str(&format!("\n{line}")),
            (false, false) => text.push_str(&format!(" {line}")),
            (false, true) => text.push_str(line),
        }
    }
    text.trim_end().to_owned()
}

/// Returns the third-level headings under a second-level heading.
fn titles(page: &str, heading: &str) -> Vec<String> {
    body(page, heading).filter_map(|line| line.strip_prefix("### ")).map(|title| title.trim().to_owned()).collect()
}

fn body<'a>(page: &'a str, heading: &str) -> impl Iterator<Item = &'a str> {
    let start = format!("## {heading}");
    let mut lines = page.lines();
    // `find` leaves the lines after the heading.
    let _ = lines.find(|line| *line == start);
    lines.take_while(|line| !line.starts_with("## "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_why_what_not_and_what_to_do() {
        for rule in RULES.iter() {
            assert!(!section(rule.page, "Why it matters").is_empty(), "{}", rule.id);
            assert!(!titles(rule.page, "Not flagged").is_empty(), "{}", rule.id);
            assert!(!section(rule.page, "What it misses").is_empty(), "{}", rule.id);
            assert!(!section(rule.page, "What to do").contains("## "), "{}", rule.id);
        }
    }

    #[test]
    fn a_section_ends_with_its_heading_and_joins_its_lines() {
        let page = "# x\n\n## Why\n\nOne\ntwo.\n\n- a\n- b\n\n## Next\n\n### First\n\ntext\n\n### Second\n";
        assert_eq!(section(page, "Why"), "One two.\n- a\n- b");
        assert_eq!(titles(page, "Next"), ["First", "Second"]);
        assert_eq!(section(page, "Absent"), "");
    }

    #[test]
    fn a_wrong_name_leads_to_the_right_one() {
        assert_eq!(find_rule("Hidden_Unicode").map(|rule| rule.id), Ok("hidden-unicode"));
        let rows = [
            ("hiden-unicode", "hidden-unicode"),
            ("download-shell", "download-to-shell"),
            ("x\nSafety: safe", "`x Safety: safe`"),
        ];
        for (asked, expected) in rows {
            let reason = find_rule(asked).map(|rule| rule.id).expect_err("there is no such rule");
            assert!(reason.contains(expected) && !reason.contains('\n'), "{asked}: {reason}");
        }
    }
}
