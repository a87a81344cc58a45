//! What is taken down, and the list of who did.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::StoreError;
use super::super::takedowns::{
    StoredTakedown, Takedown, TakedownAct, TakedownEvent, TakedownOrigin, TakedownOutcome, TakedownReason,
    TakedownTarget, Takedowns,
};
use super::SqliteStore;
use super::listing::settle;
use super::write::{Change, json, next_sequence};
use crate::skill::{Sha256Digest, SkillId, Timestamp};

#[async_trait]
impl Takedowns for SqliteStore {
    async fn replace_takedowns(
        &self,
        origin: TakedownOrigin,
        takedowns: &[Takedown],
        actor: &str,
        now: Timestamp,
    ) -> Result<TakedownOutcome, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let acts = acts_of(&mut change, origin, takedowns).await?;
        let outcome = carry_out(&mut change, acts, origin, actor, now).await?;
        change.commit().await?;
        Ok(outcome)
    }

    async fn take_down(&self, takedown: &Takedown, actor: &str, now: Timestamp) -> Result<TakedownOutcome, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let act = match of_operator(&mut change, &takedown.target).await? {
            Some(known) if known == *takedown => return Ok(TakedownOutcome::default()),
            Some(_) => TakedownAct::Changed,
            None => TakedownAct::Added,
        };
        let acts = vec![(act, takedown.clone())];
        let outcome = carry_out(&mut change, acts, TakedownOrigin::Operator, actor, now).await?;
        change.commit().await?;
        Ok(outcome)
    }

    async fn lift_takedown(
        &self,
        target: &TakedownTarget,
        actor: &str,
        now: Timestamp,
    ) -> Result<TakedownOutcome, StoreError> {
        let mut change = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let Some(known) = of_operator(&mut change, target).await? else { return Ok(TakedownOutcome::default()) };
        let acts = vec![(TakedownAct::Lifted, known)];
        let outcome = carry_out(&mut change, acts, TakedownOrigin::Operator, actor, now).await?;
        change.commit().await?;
        Ok(outcome)
    }

    async fn takedowns(&self) -> Result<Vec<StoredTakedown>, StoreError> {
        all_takedowns(&mut *self.readers.acquire().await?).await
    }

    async fn takedowns_of(&self, targets: &[TakedownTarget]) -> Result<Vec<StoredTakedown>, StoreError> {
        of_targets(&self.readers, targets).await
    }

    async fn takedown_events(&self, limit: u32) -> Result<Vec<TakedownEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT target, origin, reason, reference, note, at, actor, act FROM takedown_events \
             ORDER BY event_id DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(event).collect()
    }
}

/// Returns what is taken down of `targets`, those first that block.
pub(super) async fn of_targets(
    pool: &SqlitePool,
    targets: &[TakedownTarget],
) -> Result<Vec<StoredTakedown>, StoreError> {
    let targets: Vec<&str> = targets.iter().map(TakedownTarget::as_str).collect();
    let rows = sqlx::query(
        "SELECT target, origin, reason, reference, note, since FROM takedowns \
         WHERE target IN (SELECT value FROM json_each(?)) ORDER BY target, origin",
    )
    .bind(json(&targets)?)
    .fetch_all(pool)
    .await?;
    let mut found: Vec<StoredTakedown> = rows.iter().map(stored).collect::<Result<_, _>>()?;
    found.sort_by_key(|found| !found.takedown.reason.blocks());
    Ok(found)
}

pub(super) async fn all_takedowns(connection: &mut SqliteConnection) -> Result<Vec<StoredTakedown>, StoreError> {
    let rows =
        sqlx::query("SELECT target, origin, reason, reference, note, since FROM takedowns ORDER BY target, origin")
            .fetch_all(connection)
            .await?;
    rows.iter().map(stored).collect()
}

async fn of_operator(change: &mut Change<'_>, target: &TakedownTarget) -> Result<Option<Takedown>, StoreError> {
    let row = sqlx::query(
        "SELECT target, origin, reason, reference, note, since FROM takedowns WHERE target = ? AND origin = ?",
    )
    .bind(target.as_str())
    .bind(TakedownOrigin::Operator.as_str())
    .fetch_optional(&mut **change)
    .await?;
    row.map(|row| stored(&row).map(|stored| stored.takedown)).transpose()
}

/// Returns what makes `takedowns` all that a list takes down.
async fn acts_of(
    change: &mut Change<'_>,
    origin: TakedownOrigin,
    takedowns: &[Takedown],
) -> Result<Vec<(TakedownAct, Takedown)>, StoreError> {
    let mut wanted: BTreeMap<&TakedownTarget, &Takedown> = BTreeMap::new();
    for takedown in takedowns {
        wanted.entry(&takedown.target).or_insert(takedown);
    }
    let rows = sqlx::query("SELECT target, origin, reason, reference, note, since FROM takedowns WHERE origin = ?")
        .bind(origin.as_str())
        .fetch_all(&mut **change)
        .await?;
    let stored: Vec<StoredTakedown> = rows.iter().map(stored).collect::<Result<_, _>>()?;
    let known: BTreeMap<&TakedownTarget, &Takedown> =
        stored.iter().map(|known| (&known.takedown.target, &known.takedown)).collect();
    let missing = known.iter().filter(|(target, _)| !wanted.contains_key(*target));
    let mut acts: Vec<(TakedownAct, Takedown)> =
        missing.map(|(_, known)| (TakedownAct::Lifted, (*known).clone())).collect();
    for (target, takedown) in wanted {
        match known.get(target) {
            None => acts.push((TakedownAct::Added, takedown.clone())),
            Some(known) if *known != takedown => acts.push((TakedownAct::Changed, takedown.clone())),
            Some(_) => {}
        }
    }
    Ok(acts)
}

/// Makes `takedowns` all that a list takes down, and leaves skills as they are; whoever calls it
/// knows which of them are listed. Tells whether anything changed.
pub(super) async fn replace_within(
    change: &mut Change<'_>,
    origin: TakedownOrigin,
    takedowns: &[Takedown],
    actor: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let acts = acts_of(change, origin, takedowns).await?;
    for (act, takedown) in &acts {
        record(change, *act, takedown, origin, actor, now).await?;
    }
    Ok(!acts.is_empty())
}

/// Writes an act down, and the takedown as it is then.
async fn record(
    change: &mut Change<'_>,
    act: TakedownAct,
    takedown: &Takedown,
    origin: TakedownOrigin,
    actor: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    write_down(change, act, takedown, origin, actor, now).await?;
    if act != TakedownAct::Lifted {
        return put(change, takedown, origin).await;
    }
    sqlx::query("DELETE FROM takedowns WHERE target = ? AND origin = ?")
        .bind(takedown.target.as_str())
        .bind(origin.as_str())
        .execute(&mut **change)
        .await?;
    Ok(())
}

async fn carry_out(
    change: &mut Change<'_>,
    acts: Vec<(TakedownAct, Takedown)>,
    origin: TakedownOrigin,
    actor: &str,
    now: Timestamp,
) -> Result<TakedownOutcome, StoreError> {
    let mut outcome = TakedownOutcome::default();
    if acts.is_empty() {
        return Ok(outcome);
    }
    let mut skills: BTreeSet<Vec<u8>> = BTreeSet::new();
    for (act, takedown) in &acts {
        *(match act {
            TakedownAct::Added => &mut outcome.added,
            TakedownAct::Changed => &mut outcome.changed,
            TakedownAct::Lifted => &mut outcome.lifted,
        }) += 1;
        record(change, *act, takedown, origin, actor, now).await?;
        skills.extend(covered(change, &takedown.target).await?);
    }
    let settled = settle(change, skills.into_iter().collect(), now).await?;
    (outcome.skills_unlisted, outcome.skills_listed) = (settled.unlisted, settled.listed);
    // Answers that were made before may say otherwise, also of what is not indexed.
    next_sequence(change).await?;
    Ok(outcome)
}

async fn put(change: &mut Change<'_>, takedown: &Takedown, origin: TakedownOrigin) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO takedowns (target, origin, reason, reference, note, since) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (target, origin) DO UPDATE SET reason = excluded.reason, reference = excluded.reference, \
         note = excluded.note, since = excluded.since",
    )
    .bind(takedown.target.as_str())
    .bind(origin.as_str())
    .bind(takedown.reason.as_str())
    .bind(&takedown.reference)
    .bind(&takedown.note)
    .bind(takedown.since.as_milliseconds())
    .execute(&mut **change)
    .await?;
    Ok(())
}

async fn write_down(
    change: &mut Change<'_>,
    act: TakedownAct,
    takedown: &Takedown,
    origin: TakedownOrigin,
    actor: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO takedown_events (at, actor, act, target, origin, reason, reference, note) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(now.as_milliseconds())
    .bind(actor)
    .bind(act.as_str())
    .bind(takedown.target.as_str())
    .bind(origin.as_str())
    .bind(takedown.reason.as_str())
    .bind(&takedown.reference)
    .bind(&takedown.note)
    .execute(&mut **change)
    .await?;
    Ok(())
}

/// Returns the skills that a target covers, listed or not.
async fn covered(change: &mut Change<'_>, target: &TakedownTarget) -> Result<Vec<Vec<u8>>, StoreError> {
    let (kind, name) = target.parts();
    let parsed = |bytes: Option<Vec<u8>>| bytes.ok_or_else(|| StoreError::corrupt("target of a takedown", target));
    let of_digest = || parsed(name.parse::<Sha256Digest>().ok().map(|digest| digest.as_bytes().to_vec()));
    let below = |prefix: String| (name.to_owned(), format!("{prefix}/"), format!("{prefix}0"));
    let (exact, first, beyond) = match kind {
        "skill" => return parsed(name.parse::<SkillId>().ok().map(|id| id.as_bytes().to_vec())).map(|id| vec![id]),
        "content" => {
            return with_digest(change, "SELECT skill_id FROM skills WHERE content_hash = ?", of_digest()?).await;
        }
        "package" => {
            return with_digest(change, "SELECT skill_id FROM skills WHERE package_hash = ?", of_digest()?).await;
        }
        // Sources are `host/owner/repository//folder`, and `0` is what follows `/` in their order.
        "owner" | "folder" => below(name.to_owned()),
        "repository" => below(format!("{name}/")),
        _ => return Err(StoreError::corrupt("target of a takedown", target)),
    };
    let query =
        "SELECT skill_id FROM skills WHERE canonical_source = ? OR (canonical_source >= ? AND canonical_source < ?)";
    Ok(sqlx::query_scalar(query).bind(exact).bind(first).bind(beyond).fetch_all(&mut **change).await?)
}

async fn with_digest(
    change: &mut Change<'_>,
    query: &'static str,
    digest: Vec<u8>,
) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar(query).bind(digest).fetch_all(&mut **change).await?)
}

fn stored(row: &SqliteRow) -> Result<StoredTakedown, StoreError> {
    let origin =
        TakedownOrigin::parse(row.get(1)).ok_or_else(|| StoreError::corrupt("origin", row.get::<&str, _>(1)))?;
    Ok(StoredTakedown { takedown: takedown(row)?, origin })
}

fn takedown(row: &SqliteRow) -> Result<Takedown, StoreError> {
    Ok(Takedown {
        target: TakedownTarget::from_stored(row.get(0)),
        reason: TakedownReason::parse(row.get(2))
            .ok_or_else(|| StoreError::corrupt("reason", row.get::<&str, _>(2)))?,
        reference: row.get(3),
        note: row.get(4),
        since: Timestamp::from_milliseconds(row.get(5)),
    })
}

fn event(row: &SqliteRow) -> Result<TakedownEvent, StoreError> {
    let StoredTakedown { takedown, origin } = stored(row)?;
    Ok(TakedownEvent {
        at: takedown.since,
        actor: row.get(6),
        act: TakedownAct::parse(row.get(7)).ok_or_else(|| StoreError::corrupt("act", row.get::<&str, _>(7)))?,
        takedown,
        origin,
    })
}
