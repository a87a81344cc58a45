//! From what a source hands over to what a store takes: parse, and scan what is new.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::compute::Compute;
use crate::scan::scan_bundle;
use crate::skill::{ParseIssue, SkillBundle, SkillSource, Timestamp};
use crate::source::{FoundSkill, SourceFailure};
use crate::store::{BundleKey, Observation, SkillRevision, Store};

use super::IngestError;
use super::tokens::count_tokens;

/// A batch that can be stored.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub observations: Vec<Observation>,
    pub failures: Vec<SourceFailure>,
    pub incomplete: u64,
}

struct Parsed {
    source: SkillSource,
    bundle: SkillBundle,
    issues: Vec<ParseIssue>,
    key: BundleKey,
}

/// Parses a batch and scans what neither the store nor this run has a verdict on.
pub(super) async fn prepare(
    store: &Arc<dyn Store>,
    compute: &Compute,
    batch: Vec<FoundSkill>,
    seen: &mut HashSet<BundleKey>,
    now: Timestamp,
) -> Result<Prepared, IngestError> {
    let (parsed, failures) = compute.run(move || parse(batch)).await?;
    let keys: Vec<BundleKey> = parsed.iter().map(|skill| skill.key).filter(|key| !seen.contains(key)).collect();
    let mut known = store.known_bundles(&keys).await?;
    let incomplete = parsed.iter().filter(|skill| !skill.bundle.is_complete()).count() as u64;
    let work: Vec<(Parsed, bool)> = parsed
        .into_iter()
        .map(|skill| {
            // A bundle that occurs twice is scanned at its first occurrence.
            let is_new = !seen.contains(&skill.key) && known.insert(skill.key);
            (skill, is_new)
        })
        .collect();
    seen.extend(known);
    let observations =
        compute.run(move || work.into_par_iter().map(|(skill, is_new)| observe(skill, is_new, now)).collect()).await?;
    Ok(Prepared { observations, failures, incomplete })
}

fn parse(batch: Vec<FoundSkill>) -> (Vec<Parsed>, Vec<SourceFailure>) {
    let results: Vec<Result<Parsed, SourceFailure>> = batch.into_par_iter().map(parse_one).collect();
    let mut parsed = Vec::with_capacity(results.len());
    let mut failures = Vec::new();
    for result in results {
        match result {
            Ok(skill) => parsed.push(skill),
            Err(failure) => failures.push(failure),
        }
    }
    (parsed, failures)
}

fn parse_one(found: FoundSkill) -> Result<Parsed, SourceFailure> {
    let FoundSkill { source, bundle, folder_name } = found;
    match SkillBundle::parse(bundle, folder_name.as_deref()) {
        Ok((bundle, issues)) => Ok(Parsed { key: BundleKey::of(&bundle), source, bundle, issues }),
        Err(error) => Err(SourceFailure::new(&source.url(), error.to_string())),
    }
}

fn observe(skill: Parsed, is_new: bool, now: Timestamp) -> Observation {
    let Parsed { source, bundle, issues, key } = skill;
    let revision = is_new.then(|| revise(bundle, issues, now));
    Observation { source, bundle: key, revision }
}

/// Scans a bundle and counts its tokens.
pub(super) fn revise(bundle: SkillBundle, issues: Vec<ParseIssue>, now: Timestamp) -> SkillRevision {
    // The specification's advice on length is in tokens as well.
    let tokens = count_tokens(bundle.instructions_text());
    SkillRevision::new(scan_bundle(bundle, issues), Some(tokens), now)
}
