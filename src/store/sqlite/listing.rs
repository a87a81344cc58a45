//! Which skills are listed: those that a source shows and nobody took down.

use sqlx::Row;

use super::super::takedowns::TakedownTarget;
use super::super::{ListingChange, StoreError};
use super::canonical::{Touched, choose_canonical};
use super::read::{digest, json};
use super::write::{Change, next_sequence};
use crate::skill::{SkillSource, Timestamp};

/// Tells whether any of `targets` is taken down.
pub(super) async fn is_taken_down(change: &mut Change<'_>, targets: &[TakedownTarget]) -> Result<bool, StoreError> {
    let targets: Vec<&str> = targets.iter().map(TakedownTarget::as_str).collect();
    let found: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM takedowns WHERE target IN (SELECT value FROM json_each(?)))")
            .bind(super::write::json(&targets)?)
            .fetch_one(&mut **change)
            .await?;
    Ok(found)
}

/// Lists and unlists skills by what is known now of their sources and of takedowns.
pub(super) async fn settle(
    change: &mut Change<'_>,
    skills: Vec<Vec<u8>>,
    now: Timestamp,
) -> Result<ListingChange, StoreError> {
    let mut settled = ListingChange::default();
    let mut touched = Touched::default();
    for skill in skills {
        let row = sqlx::query(
            "SELECT s.is_listed, s.content_hash, s.package_hash, s.source, EXISTS (SELECT 1 FROM sightings g \
             LEFT JOIN source_states t ON t.source_id = g.source_id WHERE g.skill_id = s.skill_id AND t.unlisted_at IS NULL), s.copy_key, s.repository_key \
             FROM skills s WHERE s.skill_id = ?",
        )
        .bind(&skill)
        .fetch_optional(&mut **change)
        .await?;
        let Some(row) = row else { continue };
        let (is_listed, is_shown): (bool, bool) = (row.get(0), row.get(4));
        let content_hash: Vec<u8> = row.get(1);
        let is_kept = is_shown && {
            let source: SkillSource = json("source", row.get(3))?;
            let targets =
                TakedownTarget::covering(&source.identity, digest(content_hash.clone())?, digest(row.get(2))?);
            !is_taken_down(change, &targets).await?
        };
        if is_kept == is_listed {
            continue;
        }
        let sequence = next_sequence(change).await?;
        sqlx::query(
            "UPDATE skills SET is_listed = ?1, is_canonical = 0, unlisted_at = iif(?1, NULL, ?2), sequence = ?3 \
             WHERE skill_id = ?4",
        )
        .bind(is_kept)
        .bind(now.as_milliseconds())
        .bind(sequence)
        .bind(skill)
        .execute(&mut **change)
        .await?;
        touched.add(content_hash, row.get(5), row.get(6));
        *(if is_kept { &mut settled.listed } else { &mut settled.unlisted }) += 1;
    }
    choose_canonical(change, touched).await?;
    Ok(settled)
}
