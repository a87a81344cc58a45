//! Bundles by their digests.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::{Row, SqlitePool};

use super::super::digests::RECIPE_SET;
use super::super::{BundleKey, DigestMatch, StoreError, StoredVerdict};
use super::read::{digest, json, raw_bundles, skills};
use super::threats::of_bundles;
use super::write::Change;
use crate::recipe::{HashRecipe, HeldDigest, RecipeDigest};
use crate::skill::{RawBundle, SkillId};

/// Matches that are read at most: current ones come first, and of each recipe and verdict some.
const MATCHES_LIMIT: i64 = 200;

/// Finds the skills, listed or not, that have, or had, a bundle with this digest: current ones first,
/// then by recipe, the canonical one first.
pub(super) async fn skills_with_digest(
    pool: &SqlitePool,
    held: HeldDigest,
    only: Option<SkillId>,
    is_listed: bool,
) -> Result<Vec<DigestMatch>, StoreError> {
    let rows = sqlx::query(
        "WITH found (recipe, bundle_key) AS ( \
         SELECT 'skill_md', bundle_key FROM bundles WHERE content_hash = ?1 \
         UNION ALL SELECT 'root_digest_v1', bundle_key FROM bundles WHERE package_hash = ?1 AND is_complete = 1 \
         UNION ALL SELECT recipe, bundle_key FROM recipe_digests WHERE digest = ?1) \
         SELECT found.recipe, s.skill_id, s.bundle_key = found.bundle_key, b.content_hash, b.package_hash, b.is_complete, v.summary, s.is_canonical, EXISTS (SELECT 1 FROM threatened_bundles t WHERE t.bundle_key = found.bundle_key), found.bundle_key \
         FROM found JOIN skill_bundles h ON h.bundle_key = found.bundle_key JOIN skills s ON s.skill_id = h.skill_id AND s.is_listed = ?4 \
         JOIN bundles b ON b.bundle_key = found.bundle_key \
         LEFT JOIN verdicts v ON v.verdict_id = (SELECT max(verdict_id) FROM verdicts WHERE verdicts.bundle_key = found.bundle_key) \
         WHERE ?3 IS NULL OR s.skill_id = ?3 \
         ORDER BY s.bundle_key = found.bundle_key DESC, \
         row_number() OVER (PARTITION BY s.bundle_key = found.bundle_key, found.recipe, v.status, EXISTS (SELECT 1 FROM threatened_bundles t WHERE t.bundle_key = found.bundle_key) ORDER BY s.is_canonical DESC, s.canonical_source), \
         v.status = 'dangerous' OR EXISTS (SELECT 1 FROM threatened_bundles t WHERE t.bundle_key = found.bundle_key) DESC, s.canonical_source LIMIT ?2",
    )
    .bind(held.value().as_bytes().to_vec())
    .bind(MATCHES_LIMIT)
    .bind(only.map(|id| id.as_bytes().to_vec()))
    .bind(is_listed)
    .fetch_all(pool)
    .await?;
    let recipes: Vec<HashRecipe> = held.recipes().collect();
    let mut ids = Vec::with_capacity(rows.len());
    for row in &rows {
        ids.push(skill_id(row.get(1))?);
    }
    let records: HashMap<SkillId, _> =
        skills(pool, &ids).await?.into_iter().map(|record| (record.skill_id, record)).collect();
    let threatened: BTreeSet<Vec<u8>> = rows.iter().filter(|row| row.get::<bool, _>(8)).map(|row| row.get(9)).collect();
    let threats = if threatened.is_empty() { BTreeMap::new() } else { of_bundles(pool, &threatened).await? };
    let mut matches: Vec<(bool, DigestMatch)> = Vec::with_capacity(rows.len());
    for (row, id) in rows.iter().zip(&ids) {
        // A newer program may have stored a recipe that this one does not know.
        let recipe = HashRecipe::from_name(row.get(0)).filter(|recipe| recipes.contains(recipe));
        let (Some(recipe), Some(record)) = (recipe, records.get(id)) else { continue };
        let is_complete: bool = row.get(5);
        let (content_hash, package_hash) = (digest(row.get(3))?, digest(row.get(4))?);
        let mut verdict: StoredVerdict = match row.get::<Option<String>, _>(6) {
            Some(summary) => json("verdict", summary)?,
            // The skill is shown with the verdict on an earlier bundle until this one is scanned.
            None if row.get(2) => record.verdict.clone(),
            None => StoredVerdict::none(content_hash, package_hash),
        };
        if let Some(known) = threats.get(row.get::<&[u8], _>(9)).filter(|_| verdict.threat.is_none()) {
            verdict.threaten(known.into());
        }
        let found = DigestMatch {
            recipe,
            record: record.clone(),
            is_current: row.get(2),
            content_hash,
            package_hash: is_complete.then_some(package_hash),
            verdict,
        };
        matches.push((row.get(7), found));
    }
    // Stable: what the query has ordered stays so among those of one recipe.
    matches.sort_by_key(|(is_canonical, found)| {
        let strength = HashRecipe::ALL.iter().position(|recipe| *recipe == found.recipe);
        (!found.is_current, strength, !is_canonical)
    });
    Ok(matches.into_iter().map(|(_, found)| found).collect())
}

/// Returns bundles that were not hashed by the current recipes, with the raw files and the
/// name under which they were scanned.
pub(super) async fn unhashed_bundles(
    pool: &SqlitePool,
    limit: u32,
) -> Result<Vec<(BundleKey, RawBundle, String)>, StoreError> {
    let rows = sqlx::query("SELECT bundle_key, files, unread, name FROM bundles WHERE recipe_set < ? LIMIT ?")
        .bind(RECIPE_SET)
        .bind(limit)
        .fetch_all(pool)
        .await?;
    raw_bundles(pool, &rows).await
}

/// Replaces the digests of bundles.
pub(super) async fn put_recipe_digests(
    pool: &SqlitePool,
    bundles: &[(BundleKey, Vec<RecipeDigest>)],
) -> Result<(), StoreError> {
    let mut change = pool.begin_with("BEGIN IMMEDIATE").await?;
    for (key, digests) in bundles {
        let key = key.digest().as_bytes().to_vec();
        insert_digests(&mut change, &key, digests).await?;
        sqlx::query("UPDATE bundles SET recipe_set = ? WHERE bundle_key = ?")
            .bind(RECIPE_SET)
            .bind(key)
            .execute(&mut *change)
            .await?;
    }
    change.commit().await?;
    Ok(())
}

/// Stores the digests of a bundle that was just stored, in one statement.
pub(super) async fn insert_digests(
    change: &mut Change<'_>,
    key: &[u8],
    digests: &[RecipeDigest],
) -> Result<(), StoreError> {
    let rows: Vec<[String; 2]> =
        digests.iter().map(|digest| [hex::encode(digest.value.as_bytes()), digest.recipe.name().to_owned()]).collect();
    let rows = serde_json::to_string(&rows).map_err(|error| StoreError::corrupt("list of digests", error))?;
    sqlx::query(
        "INSERT INTO recipe_digests (digest, recipe, bundle_key) \
         SELECT unhex(value ->> 0), value ->> 1, ? FROM json_each(?) WHERE true ON CONFLICT DO NOTHING",
    )
    .bind(key)
    .bind(rows)
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn skill_id(bytes: Vec<u8>) -> Result<SkillId, StoreError> {
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| StoreError::corrupt("skill id", "it has not 16 bytes"))?;
    Ok(SkillId::from_bytes(bytes))
}
