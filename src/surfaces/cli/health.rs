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
        HealthStatus::Degraded => ("degraded: a part of search is missing or behind", paint::CARE),
        HealthStatus::Error => ("error: the store does not answer", paint::WORST),
    };
    let freshness = if health.index_fresh { "up to date" } else { "behind the store" };
    let fields = [
        ("asked", line(place, 300)),
        ("version", line(&health.version, 60)),
        ("skills", HumanCount(health.skills_indexed).to_string()),
        ("index", freshness.to_owned()),
        ("running for", HumanDuration(Duration::from_secs(health.uptime_seconds)).to_string()),
    ];
    let rows: Vec<Vec<Cell>> =
        fields.into_iter().map(|(name, value)| vec![Cell::new(name, paint::FAINT), Cell::plain(value)]).collect();
    format!("{}\n{}\n", paint(style, word), lay_out(&rows, &[], None).join("\n"))
}
