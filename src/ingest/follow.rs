//! The index follows the store.

use std::sync::Arc;

use rayon::prelude::*;

use super::IngestError;
use crate::compute::Compute;
use crate::scan::SafetyStatus;
use crate::search::{IndexRecord, SearchIndex};
use crate::skill::{SkillId, SkillSource, body_start, decode_text, limits};
use crate::store::{SkillChange, Store};

/// Changes that are read at once.
const CHUNK: u32 = 1_000;

/// Bytes of file names that are indexed: some hundred files.
const PATHS_BYTES: usize = 8 * 1024;

/// What following did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FollowReport {
    /// Changes that were taken over.
    pub changes: u64,
}

/// Takes over every change that the index has not seen, and commits them as one. A second
/// call finds nothing to do; a kill before the commit leaves the index as it was.
///
/// # Errors
/// Fails where the store or the index does.
pub async fn follow(
    store: &Arc<dyn Store>,
    search: &SearchIndex,
    compute: &Compute,
) -> Result<FollowReport, IngestError> {
    let mut sequence = search.sequence();
    let mut report = FollowReport::default();
    // Some changes concern no skill that is there; they are seen once all others are.
    let latest = store.sequence().await?;
    if latest <= sequence {
        return Ok(report);
    }
    let turn = search.write_turn().await;
    // Whoever had the turn before may have taken over all of it.
    sequence = search.sequence();
    let search = search.clone();
    let mut writer = compute.run(move || search.writer().map(|writer| writer.holding(turn))).await??;
    let mut changes = store.changes_since(sequence, CHUNK).await?;
    while let Some(last) = changes.last() {
        sequence = last.sequence;
        report.changes += changes.len() as u64;
        let taken = std::mem::take(&mut changes);
        let write = compute.run(move || {
            let records: Vec<Result<IndexRecord, SkillId>> = taken.into_par_iter().map(record_of).collect();
            for record in records {
                match record {
                    Ok(record) => writer.upsert(&record)?,
                    Err(id) => writer.remove(id)?,
                }
            }
            Ok::<_, crate::search::SearchError>(writer)
        });
        // The next are read while these are written.
        let (written, next) = futures::join!(write, store.changes_since(sequence, CHUNK));
        writer = written??;
        changes = next?;
    }
    let sequence = sequence.max(latest);
    compute.run(move || writer.commit(sequence)).await??;
    Ok(report)
}

/// Makes the index record of a skill, or names the skill that is not to be found.
pub(super) fn record_of(change: SkillChange) -> Result<IndexRecord, SkillId> {
    let record = change.record;
    if !record.is_listed || !record.is_canonical || record.verdict.status == SafetyStatus::Dangerous {
        return Err(record.skill_id);
    }
    let mut text = decode_text(&change.content).map(|decoded| decoded.text).unwrap_or_default();
    text.truncate(text.floor_char_boundary(limits::INDEXED_TEXT_BYTES));
    let body = text.split_off(body_start(&text));
    let headings: Vec<&str> =
        body.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim()).collect();
    let instructions = &record.source.file_name;
    let paths: Vec<&str> = change
        .file_paths
        .iter()
        .map(String::as_str)
        .filter(|path| *path != "SKILL.md" && path != instructions)
        .collect();
    Ok(IndexRecord {
        skill_id: record.skill_id,
        content_hash: record.content_hash,
        name: record.name,
        description: record.description,
        headings: headings.join("\n"),
        publisher: record.source.publisher().to_owned(),
        repository: repository(&record.source),
        file_count: u32::try_from(paths.len()).unwrap_or(u32::MAX),
        file_paths: bounded_lines(&paths),
        copy_count: u32::try_from(record.copy_count).unwrap_or(u32::MAX),
        has_findings: !record.verdict.safety_flags.is_empty(),
        originality: record.standing.originality,
        is_aggregator: record.standing.is_aggregator,
        publisher_standing: record.standing.publisher,
        first_committed_at: record.standing.first_committed_at,
        copy_key: record.copy_key.short(),
        license: record.source.license,
        registry: record.source.registry,
        stars: record.standing.stars,
        updated_at: record.source.committed_at,
        status: record.verdict.status,
        quality_flag_count: record.quality_flags.len() as u32,
        is_complete: record.is_complete,
        executes_code: record.verdict.executes_code,
        is_canonical: record.is_canonical,
        body,
    })
}

/// Names the repository that a skill comes from, or that its mirror names.
fn repository(source: &SkillSource) -> String {
    match &source.upstream {
        Some(upstream) => upstream.clone(),
        None => format!("{}/{}", source.identity.owner(), source.identity.repository()),
    }
}

/// Joins paths with line ends, as many as are worth indexing.
fn bounded_lines(paths: &[&str]) -> String {
    let mut lines = String::new();
    for path in paths {
        if lines.len() + path.len() > PATHS_BYTES {
            break;
        }
        lines.push_str(path);
        lines.push('\n');
    }
    lines
}
