//! `touchmark takedown`.

use indicatif::HumanCount;
use serde_json::{Value, json};

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::findings::count;
use super::local;
use super::output::Output;
use super::paint::{self, line, paint};
use super::takedown_arguments::{TakedownArguments, TakedownCommand};
use crate::config::operator_name;
use crate::operations::{
    Takedown, TakedownOutcome, TakedownReport, TakedownRequest, TakedownTarget, lift_takedown, list_takedowns,
    take_down,
};

/// Characters of what an operator wrote.
const TEXT_CHARACTERS: usize = 300;

/// Takes down, lifts, or tells what is taken down.
pub(super) async fn run(global: &Global, arguments: TakedownArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    match arguments.command {
        TakedownCommand::Add(arguments) => {
            let (kind, name) = arguments.target.named().unwrap_or_default();
            let request = TakedownRequest {
                kind,
                name,
                reason: arguments.reason,
                reference: arguments.reference,
                note: arguments.note,
                since: arguments.since,
                actor: arguments.by.unwrap_or_else(operator_name),
            };
            let (target, outcome) = take_down(&services, request).await?;
            show_outcome(output, "taken down", &target, &outcome)?;
        }
        TakedownCommand::Remove(arguments) => {
            let (kind, name) = arguments.target.named().unwrap_or_default();
            let actor = arguments.by.unwrap_or_else(operator_name);
            let (target, outcome) = lift_takedown(&services, kind, &name, &actor).await?;
            show_outcome(output, "lifted", &target, &outcome)?;
        }
        TakedownCommand::List(arguments) => {
            let report = list_takedowns(&services).await?;
            if output.json {
                output.pretty(&report_body(&report))?;
            } else {
                output.text(&show_report(&report, arguments.history))?;
            }
        }
    }
    Ok(Outcome::Done)
}

fn show_outcome(
    output: &Output,
    what: &str,
    target: &TakedownTarget,
    outcome: &TakedownOutcome,
) -> Result<(), Failure> {
    if output.json {
        let body = json!({
            "target": target.as_str(),
            "is_changed": outcome.is_change(),
            "skills_unlisted": outcome.skills_unlisted,
            "skills_listed": outcome.skills_listed,
        });
        output.pretty(&body.to_string())?;
    } else {
        let skills = match (outcome.skills_unlisted, outcome.skills_listed) {
            (0, 0) => "no listed skill is concerned".to_owned(),
            (unlisted, 0) => format!("{} not listed any more", count(unlisted, "skill")),
            (_, listed) => format!("{} listed again", count(listed, "skill")),
        };
        let what = if outcome.is_change() { what } else { "as before" };
        output.text(&format!(
            "{}  {}: {skills}\n",
            paint(paint::STRONG, what),
            line(target.as_str(), TEXT_CHARACTERS)
        ))?;
    }
    Ok(())
}

fn report_body(report: &TakedownReport) -> String {
    let facts = |takedown: &Takedown| {
        json!({
            "target": takedown.target.as_str(),
            "reason": takedown.reason.as_str(),
            "reference": takedown.reference,
            "note": takedown.note,
            "since": takedown.since.to_string(),
        })
    };
    let takedowns: Vec<Value> = report
        .takedowns
        .iter()
        .map(|stored| {
            let mut body = facts(&stored.takedown);
            body["list"] = json!(stored.origin.as_str());
            body
        })
        .collect();
    let history: Vec<Value> = report
        .events
        .iter()
        .map(|event| {
            json!({
                "at": event.at.to_string(),
                "by": event.actor,
                "act": event.act.as_str(),
                "list": event.origin.as_str(),
                "target": event.takedown.target.as_str(),
                "reason": event.takedown.reason.as_str(),
                "reference": event.takedown.reference,
                "note": event.takedown.note,
            })
        })
        .collect();
    json!({ "takedowns": takedowns, "history": history }).to_string()
}

fn show_report(report: &TakedownReport, with_history: bool) -> String {
    let total = HumanCount(report.takedowns.len() as u64);
    let mut lines = vec![paint(paint::STRONG, &format!("{total} taken down"))];
    for stored in &report.takedowns {
        lines.push(format!("  {}  ({})", takedown_line(&stored.takedown), stored.origin.as_str()));
    }
    if with_history {
        lines.push(paint(paint::STRONG, "history"));
        for event in &report.events {
            let actor = line(&event.actor, TEXT_CHARACTERS);
            lines.push(format!("  {} {actor} {} {}", event.at, event.act.as_str(), takedown_line(&event.takedown)));
        }
    }
    lines.join("\n") + "\n"
}

fn takedown_line(takedown: &Takedown) -> String {
    let text = |text: &Option<String>| text.as_ref().map(|text| format!("  {}", line(text, TEXT_CHARACTERS)));
    format!(
        "{} {}{}{}",
        paint(paint::CARE, takedown.reason.as_str()),
        line(takedown.target.as_str(), TEXT_CHARACTERS),
        text(&takedown.note).unwrap_or_default(),
        text(&takedown.reference).unwrap_or_default(),
    )
}
