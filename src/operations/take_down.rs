//! Take skills down, and tell what is taken down.

use std::sync::Arc;

use super::Services;
use super::takedown_list::{self, TakedownListError};
use crate::skill::{Timestamp, sanitise_line};
use crate::store::{
    StoreError, StoredTakedown, Takedown, TakedownEvent, TakedownOrigin, TakedownOutcome, TakedownTarget,
};

/// Changes that a report tells of at most.
const LISTED_EVENTS: u32 = 1_000;
/// Characters of a name, a reference or a note.
const TEXT_CHARACTERS: usize = 1_000;

/// What is taken down by an operator.
#[derive(Debug, Clone)]
pub struct TakedownRequest {
    /// The key that names it: skill_id, source, repository, owner, content_hash or package_hash.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// Why: malware, compromised, legal, owner-request or policy.
    pub reason: String,
    /// Where more is said.
    pub reference: Option<String>,
    /// A line for people.
    pub note: Option<String>,
    /// Since when, where not from now on.
    pub since: Option<Timestamp>,
    /// Who takes it down.
    pub actor: String,
}

/// Why nothing could be taken down or lifted.
#[derive(Debug, thiserror::Error)]
pub enum TakeDownError {
    /// It says something that cannot be.
    #[error("{0}")]
    Request(String),
    /// The operator did not take it down.
    #[error("`{0}` is not taken down by the operator; `touchmark takedown list` shows what is, and which list says so")]
    NotTakenDown(TakedownTarget),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is taken down, and who did what.
#[derive(Debug, Clone)]
pub struct TakedownReport {
    /// What is taken down now.
    pub takedowns: Vec<StoredTakedown>,
    /// The latest changes, the latest first.
    pub events: Vec<TakedownEvent>,
}

/// Takes something down. A service on the same data folder acts on it within seconds.
///
/// # Errors
/// Fails where the request names nothing, or the store fails.
pub async fn take_down(
    services: &Services,
    request: TakedownRequest,
) -> Result<(TakedownTarget, TakedownOutcome), TakeDownError> {
    let line = |text: String| sanitise_line(&text, TEXT_CHARACTERS);
    let now = services.now();
    let takedown = Takedown {
        target: takedown_list::target(request.kind, &request.name).map_err(TakeDownError::Request)?,
        reason: takedown_list::reason(&request.reason).map_err(TakeDownError::Request)?,
        reference: request.reference.map(line),
        note: request.note.map(line),
        since: request.since.unwrap_or(now),
    };
    let outcome = services.store().take_down(&takedown, &line(request.actor), now).await?;
    services.follow_if_free().await;
    Ok((takedown.target, outcome))
}

/// Lifts what an operator took down.
///
/// # Errors
/// Fails where the operator did not take it down, or the store fails.
pub async fn lift_takedown(
    services: &Services,
    kind: &'static str,
    name: &str,
    actor: &str,
) -> Result<(TakedownTarget, TakedownOutcome), TakeDownError> {
    let target = takedown_list::target(kind, name).map_err(TakeDownError::Request)?;
    let actor = sanitise_line(actor, TEXT_CHARACTERS);
    let outcome = services.store().lift_takedown(&target, &actor, services.now()).await?;
    if !outcome.is_change() {
        return Err(TakeDownError::NotTakenDown(target));
    }
    services.follow_if_free().await;
    Ok((target, outcome))
}

/// Tells what is taken down.
///
/// # Errors
/// Fails where the store does.
pub async fn list_takedowns(services: &Services) -> Result<TakedownReport, TakeDownError> {
    let store = services.store();
    Ok(TakedownReport { takedowns: store.takedowns().await?, events: store.takedown_events(LISTED_EVENTS).await? })
}

/// Takes over the lists that are files: that of the program, and that of the operator where it
/// changed since it was read last. Returns whether anything changed.
///
/// # Errors
/// Fails where the store does. A list that cannot be used is told in the log, and what it took
/// down before stays so.
pub async fn take_over_takedowns(services: &Services) -> Result<bool, StoreError> {
    let read = match services.takedown_file() {
        None => None,
        Some(file) => {
            let file = Arc::clone(file);
            let read = services.compute().run(move || file.read_changed()).await;
            read.unwrap_or(Ok(None)).unwrap_or_else(|error: TakedownListError| {
                tracing::error!(%error, "the list of takedowns cannot be used; what it took down before stays so");
                None
            })
        }
    };
    let mut is_changed = false;
    if let Some(takedowns) = read {
        let actor = services.takedown_file().map(|file| sanitise_line(&file.path().to_string_lossy(), TEXT_CHARACTERS));
        is_changed |= replace(services, TakedownOrigin::File, &takedowns, &actor.unwrap_or_default()).await?;
    }
    Ok(is_changed)
}

/// Takes over the list of the program, which changes with the program alone.
///
/// # Errors
/// Fails where the store does.
pub async fn take_over_builtin_takedowns(services: &Services) -> Result<bool, StoreError> {
    let actor = format!("touchmark {}", env!("CARGO_PKG_VERSION"));
    replace(services, TakedownOrigin::Program, &takedown_list::builtin(), &actor).await
}

/// Replaces a list, unless it says what is known: to look costs nobody the right to write.
async fn replace(
    services: &Services,
    origin: TakedownOrigin,
    takedowns: &[Takedown],
    actor: &str,
) -> Result<bool, StoreError> {
    let store = services.store();
    let known = store.takedowns().await?;
    let mut known: Vec<Takedown> =
        known.into_iter().filter(|known| known.origin == origin).map(|known| known.takedown).collect();
    let mut wanted = takedowns.to_vec();
    known.sort_by(|left, right| left.target.cmp(&right.target));
    wanted.sort_by(|left, right| left.target.cmp(&right.target));
    if known == wanted {
        return Ok(false);
    }
    let outcome = store.replace_takedowns(origin, takedowns, actor, services.now()).await?;
    if outcome.is_change() {
        tracing::info!(
            list = origin.as_str(),
            added = outcome.added,
            changed = outcome.changed,
            lifted = outcome.lifted,
            skills_unlisted = outcome.skills_unlisted,
            skills_listed = outcome.skills_listed,
            "took over a list of takedowns"
        );
    }
    Ok(outcome.is_change())
}
