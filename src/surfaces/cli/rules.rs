//! `touchmark rules`.

use serde_json::{Value, json};

use super::exit::Outcome;
use super::failure::Failure;
use super::findings::count;
use super::output::Output;
use super::paint::{self, paint};
use super::scan_arguments::{ListFormat, RulesArguments};
use super::table::{Cell, lay_out};
use crate::scan::{Lifecycle, Phase, RULES, Rule, ruleset_version};

/// Columns of an id, a severity and a state.
const LIMITS: [usize; 2] = [34, 8];

/// Lists the rules, of one phase or of all.
pub(super) fn run(arguments: &RulesArguments, output: &Output) -> Result<Outcome, Failure> {
    let is_json = output.json || arguments.format == Some(ListFormat::Json);
    if output.json && arguments.format == Some(ListFormat::Text) {
        return Err(Failure::Usage("--json and --format ask for different formats; leave one out"));
    }
    let rules: Vec<&Rule> =
        RULES.iter().copied().filter(|rule| arguments.phase.is_none_or(|phase| rule.phase == phase)).collect();
    if is_json {
        let list = json!({
            "ruleset_version": ruleset_version().as_str(),
            "rules": rules.iter().map(|rule| facts(rule)).collect::<Vec<_>>()
        });
        output.pretty(&list.to_string())?;
    } else {
        output.text(&show(&rules, output.width))?;
    }
    Ok(Outcome::Done)
}

/// Returns the facts of a rule for programs.
pub(super) fn facts(rule: &Rule) -> Value {
    let mut facts = json!({
        "id": rule.id,
        "phase": rule.phase,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "audience": rule.persona,
        "lifecycle": rule.lifecycle.as_str(),
        "summary": rule.summary,
        "remedy": rule.remedy,
        "references": rule.references,
        "revision": rule.revision
    });
    if let Lifecycle::Deprecated { successor } = rule.lifecycle {
        facts["successor"] = json!(successor);
    }
    facts
}

fn show(rules: &[&Rule], width: Option<usize>) -> String {
    let mut text = String::new();
    for phase in Phase::ALL {
        let of_phase: Vec<_> = rules.iter().filter(|rule| rule.phase == phase).collect();
        if of_phase.is_empty() {
            continue;
        }
        text.push_str(&format!("{}\n", paint(paint::STRONG, phase.as_str())));
        let rows: Vec<Vec<Cell>> = of_phase.iter().map(|rule| row(rule)).collect();
        for line in lay_out(&rows, &LIMITS, width.map(|width| width.saturating_sub(2))) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text.push_str(&paint(
        paint::FAINT,
        &format!(
            "{}, version {}; `touchmark explain RULE` shows one\n",
            count(rules.len() as u64, "rule"),
            ruleset_version()
        ),
    ));
    text
}

fn row(rule: &Rule) -> Vec<Cell> {
    let state = match rule.lifecycle {
        Lifecycle::Stable => String::new(),
        Lifecycle::Preview => " (preview)".to_owned(),
        Lifecycle::Deprecated { successor } => format!(" (deprecated: {successor} takes over)"),
    };
    vec![
        Cell::plain(rule.id),
        Cell::new(rule.severity.as_str(), paint::severity(rule.severity)),
        Cell::plain(format!("{}{state}", rule.summary)),
    ]
}
