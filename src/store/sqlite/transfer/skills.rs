//! Skills, the bundles that they had, and who shows them.

use sqlx::QueryBuilder;

use super::bundles::BundleColumns;
use crate::skill::{Originality, Publishers, Timestamp};
use crate::store::sqlite::canonical::repository_of;
use crate::store::sqlite::write::Change;
use crate::store::{SkillRow, StoreError};

/// Pairs of one statement.
const ROWS: usize = 300;

/// A skill as it is written.
pub(super) struct WrittenSkill {
    pub id: [u8; 16],
    pub canonical: String,
    /// The source as JSON.
    pub source: String,
    pub bundle: BundleColumns,
    /// Ids of the sources that show it, each with the run of this take-over over it.
    pub sources: Vec<(i64, i64)>,
    /// The number of its change here.
    pub sequence: u64,
    pub row: SkillRow,
}

/// Writes skills in the place of what was known of them.
pub(super) async fn insert_skills(change: &mut Change<'_>, skills: &[WrittenSkill]) -> Result<(), StoreError> {
    if skills.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::new(
        "INSERT INTO skills (skill_id, canonical_source, source, bundle_key, content_hash, package_hash, stars, is_listed, is_canonical, is_mirror, is_complete, committed_at, indexed_at, sequence, account, repository_key, copy_key, first_committed_at) ",
    );
    query.push_values(skills, |mut columns, skill| {
        let WrittenSkill { id, canonical, source, bundle, row, sequence, .. } = skill;
        let committed_at = row.source.committed_at.map(Timestamp::as_milliseconds);
        columns
            .push_bind(id.as_slice())
            .push_bind(canonical.as_str())
            .push_bind(source.as_str())
            .push_bind(row.bundle.as_bytes().as_slice())
            .push_bind(bundle.content_hash.as_bytes().as_slice())
            .push_bind(bundle.package_hash.as_bytes().as_slice())
            .push_bind(row.stars.map(|stars| stars as i64))
            .push_bind(row.is_listed)
            .push_bind(row.is_canonical)
            .push_bind(Originality::of(&row.source) == Originality::Mirror)
            .push_bind(bundle.is_complete)
            .push_bind(committed_at)
            .push_bind(row.indexed_at.as_milliseconds())
            .push_bind(*sequence as i64)
            .push_bind(Publishers::account_of(&row.source.identity))
            .push_bind(repository_of(&row.source))
            .push_bind(bundle.copy_key.as_bytes().as_slice())
            .push_bind(committed_at);
    });
    query.push(
        " ON CONFLICT (skill_id) DO UPDATE SET source = excluded.source, bundle_key = excluded.bundle_key, \
         content_hash = excluded.content_hash, package_hash = excluded.package_hash, stars = excluded.stars, is_listed = excluded.is_listed, \
         is_canonical = excluded.is_canonical, is_mirror = excluded.is_mirror, is_complete = excluded.is_complete, \
         committed_at = excluded.committed_at, indexed_at = excluded.indexed_at, sequence = excluded.sequence, \
         copy_key = excluded.copy_key, first_committed_at = min(coalesce(first_committed_at, excluded.first_committed_at), coalesce(excluded.first_committed_at, first_committed_at))",
    );
    query.build().execute(&mut **change).await?;
    Ok(())
}

/// Notes which bundles skills have and had.
pub(super) async fn insert_skill_bundles(change: &mut Change<'_>, skills: &[WrittenSkill]) -> Result<(), StoreError> {
    let bundles = |skill: &WrittenSkill| {
        let id = skill.id;
        let keys: Vec<_> = std::iter::once(&skill.row.bundle).chain(&skill.row.earlier).copied().collect();
        keys.into_iter().map(move |key| (key, id))
    };
    let pairs: Vec<_> = skills.iter().flat_map(bundles).collect();
    for rows in pairs.chunks(ROWS) {
        let mut query = QueryBuilder::new("INSERT INTO skill_bundles (bundle_key, skill_id) ");
        query.push_values(rows, |mut row, (key, id)| {
            row.push_bind(key.as_bytes().as_slice()).push_bind(id.as_slice());
        });
        query.push(" ON CONFLICT DO NOTHING").build().execute(&mut **change).await?;
    }
    Ok(())
}

/// Notes which sources show skills.
pub(super) async fn insert_sightings(change: &mut Change<'_>, skills: &[WrittenSkill]) -> Result<(), StoreError> {
    let sightings = |skill: &WrittenSkill| {
        let id = skill.id;
        skill.sources.clone().into_iter().map(move |(source, run)| (source, id, run))
    };
    let rows: Vec<_> = skills.iter().flat_map(sightings).collect();
    for rows in rows.chunks(ROWS) {
        let mut query = QueryBuilder::new("INSERT INTO sightings (source_id, skill_id, run_id) ");
        query.push_values(rows, |mut row, (source, id, run)| {
            row.push_bind(*source).push_bind(id.as_slice()).push_bind(*run);
        });
        query.push(" ON CONFLICT DO NOTHING").build().execute(&mut **change).await?;
    }
    Ok(())
}
