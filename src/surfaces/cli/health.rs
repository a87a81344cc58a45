//! `touchmark health`.

use std::time::Duration;

use indicatif::{HumanCount, HumanDuration};

use super::arguments::Global;
use super::backend::Backend;
use super::exit::Outcome;
use super::failure::Failure;
use super::output::Output;
use super::paint::{self, line, paint};
use super::table::{Cell, lay_out};
use crate::api::{HealthResponse, HealthStatus};
use crate::operations::{CheckHealth, Operation};

/// Shows whether the service answers, and what its index holds.
pub(super) async fn run(global: &Global, output: &Output) -> Result<Outcome, Failure> {
    let backend = Backend::open(global).await?;
    let answer = backend.ask::<CheckHealth>(<CheckHealth as Operation>::Request::default()).await?;
    if output.json {
        output.pretty(&answer.body)?;
    } else {
        let place =
            backend.server().map_or_else(|| "the data folder on this machine".to_owned(), |server| server.address());
        output.text(&show(&answer.value, &place))?;
    }
    Ok(if answer.value.status == HealthStatus::Error { Outcome::Failed } else { Outcome::Done })
}

fn show(health: &HealthResponse, place: &str) -> String {
    let (word, style) = match health.status {
        HealthStatus::Ok => ("ok", paint::GOOD),
        HealthStatus::Degraded => ("degraded: not all is as it should be", paint::CARE),
        HealthStatus::Error => ("error: the store does not answer", paint::WORST),
    };
    let freshness = if health.index_fresh { "up to date" } else { "behind the store" };
    let mut fields = vec![
        ("asked", line(place, 300)),
        ("version", line(&health.version, 60)),
        ("skills", HumanCount(health.skills_indexed).to_string()),
        ("index", freshness.to_owned()),
        ("running for", HumanDuration(Duration::from_secs(health.uptime_seconds)).to_string()),
    ];
    if health.rescan_remaining > 0 {
        let count = HumanCount(health.rescan_remaining);
        fields.push(("to scan again", format!("{count} bundles, under newer rules")));
    }
    if let Some(following) = &health.following {
        let state = following.sequence.map_or("nothing yet".to_owned(), |sequence| format!("change {sequence}"));
        let trouble = following.trouble.as_ref().map(|trouble| format!(", {}", line(trouble, 60))).unwrap_or_default();
        fields.push(("follows", format!("{}: {state}{trouble}", line(&following.origin, 300))));
    }
    fields.extend(health.faults.iter().map(|fault| ("fault", meaning(fault))));
    let rows: Vec<Vec<Cell>> =
        fields.into_iter().map(|(name, value)| vec![Cell::new(name, paint::FAINT), Cell::plain(value)]).collect();
    format!("{}\n{}\n", paint(style, word), lay_out(&rows, &[], None).join("\n"))
}

/// Says what a fault means and what to do about it, as docs/freshness.md does at length.
fn meaning(fault: &str) -> String {
    let meaning = match fault {
        "store" => "the database does not answer in time",
        "rebuilding" => "nothing of what is stored can be searched yet; the index is being built",
        "behind" => "something that is stored cannot be searched yet; a running service catches up by itself",
        "ahead" => "the index belongs to a later database; remove the `index` folder and start again",
        "files" => "files of the index are missing or damaged; start again to build it anew",
        "model" => "the model that was chosen cannot be loaded; results are ranked without it",
        "stale" => "most sources were not visited for days; run `touchmark crawl run`",
        "importing" => "the index of the origin is being taken over for the first time",
        "origin" => "the origin is not followed at the moment, and what is held stays; the log says more",
        "clock" => "sources were seen in the future; check the clock of this machine",
        // A server of another version knows others.
        _ => return line(fault, 60),
    };
    format!("{fault}: {meaning}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::HealthLinks;

    #[test]
    fn every_fault_is_told_in_words_and_a_foreign_one_cannot_forge_a_line() {
        let health = HealthResponse {
            status: HealthStatus::Degraded,
            version: "1.0.0".to_owned(),
            uptime_seconds: 60,
            index_fresh: false,
            skills_indexed: 1_234,
            links: HealthLinks::below("https://skills.example"),
            following: None,
            faults: vec!["ahead".to_owned(), "odd\nindex  up to date\u{1b}[0m".to_owned()],
            rescan_remaining: 12_345,
        };
        let page = anstream::adapter::strip_str(&show(&health, "here")).to_string();
        assert!(page.contains("ahead: the index belongs to a later database; remove the `index` folder"), "{page}");
        assert!(page.contains("12,345 bundles, under newer rules"), "{page}");
        assert!(page.contains("odd index up to date\\u{1b}[0m"), "{page}");
        assert_eq!(page.lines().filter(|line| line.starts_with("index")).count(), 1, "{page}");
    }
}
