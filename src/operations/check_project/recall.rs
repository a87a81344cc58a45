//! Asks an index for what was recorded and is not there any more, and takes what it remembers.
//!
//! An index that knows a recorded digest, by whichever recipe, knows the verdict on what had it.
//! Where that is the current revision it lists files and findings as well.

use super::bytes::{AfterGh, decide_after_gh};
use super::report::{BytesStatus, ProjectReport, SkillCheck};
use crate::api::{InspectRequest, InspectResponse, VerifyHit, VerifyRequest};
use crate::change::{EarlierRevision, SeenRevision};
use crate::lockfile::LockfileKind;
use crate::operations::compare_upstream::all_listed;
use crate::recipe::{Covers, HashRecipe};

impl ProjectReport {
    /// Returns the questions about what was recorded and is not what is there, each once: by
    /// the recorded digest alone.
    pub fn recorded_questions(&self) -> Vec<VerifyRequest> {
        let mut digests: Vec<String> = self.checks.iter().filter_map(recorded_digest).collect();
        digests.sort_unstable();
        digests.dedup();
        digests.into_iter().map(|digest| VerifyRequest { content_hash: Some(digest), source_url: None }).collect()
    }

    /// Returns what to inspect for the rest of an answer, where the index has more than the verdict.
    pub fn recorded_revision(hit: &VerifyHit) -> Option<InspectRequest> {
        let recipe = hit.comparison.recipe.as_ref()?;
        let skill_id = Some(hit.skill.skill_id.to_string());
        (hit.matched && recipe.is_current).then(|| InspectRequest { skill_id, ..InspectRequest::default() })
    }

    /// Takes the answer to one of these questions, and the skill where it was inspected.
    pub fn recall(&mut self, question: &VerifyRequest, hit: &VerifyHit, skill: Option<&InspectResponse>) {
        let Some(recipe) = hit.comparison.recipe.as_ref().filter(|_| hit.matched) else { return };
        // What was inspected a moment later may be another revision.
        let skill = skill.filter(|skill| {
            let package_hash = skill.manifest.as_ref().map(|manifest| manifest.package_hash.as_str());
            recipe.matched_package_hash.is_some() && package_hash == recipe.matched_package_hash.as_deref()
        });
        for check in &mut self.checks {
            if recorded_digest(check).is_none() || recorded_digest(check) != question.content_hash {
                continue;
            }
            if check.status == BytesStatus::Ambiguous {
                settle(check, skill, recipe.is_current);
            }
            check.earlier = Some(EarlierRevision { status: hit.safety.status, seen: skill.map(seen) });
        }
    }
}

/// Returns the digest of what was recorded, where that is not what is there: the one that covers
/// the most.
fn recorded_digest(check: &SkillCheck) -> Option<String> {
    check.real_folder.as_ref().filter(|_| check.root_digest.is_some())?;
    let is_open = check.status == BytesStatus::Ambiguous && check.format == LockfileKind::GitHub.as_str();
    if check.status != BytesStatus::Drift && !is_open {
        return None;
    }
    if let Some(drift) = &check.drift {
        return Some(drift.expected_root_digest.to_string());
    }
    let covers_all =
        |recipe: &str| HashRecipe::from_name(recipe).is_some_and(|recipe| recipe.covers() == Covers::WholeBundle);
    let digest = check.recorded.iter().find(|digest| !digest.matches && covers_all(digest.recipe));
    digest.map(|digest| digest.expected.clone())
}

fn seen(skill: &InspectResponse) -> SeenRevision {
    SeenRevision {
        capabilities: skill.capabilities.inferred.iter().flatten().cloned().collect(),
        findings: skill.findings.clone(),
        files: skill.manifest.as_ref().and_then(all_listed),
        ruleset_version: skill.safety.ruleset_version.clone(),
    }
}

/// Decides what could not be told of a skill that `gh` wrote anew, with the SKILL.md from before.
fn settle(check: &mut SkillCheck, skill: Option<&InspectResponse>, is_current: bool) {
    let (Some(folder), Some(root_digest)) = (&check.real_folder, check.root_digest) else { return };
    let Some(recorded) = check.recorded.first_mut() else { return };
    let Some(skill) = skill else {
        if !is_current {
            check.error = Some(OF_EARLIER_REVISION.to_owned());
        }
        return;
    };
    match decide_after_gh(folder, root_digest, &recorded.expected, skill) {
        None => {}
        Some(AfterGh::Same) => {
            recorded.matches = true;
            recorded.actual = Some(recorded.expected.clone());
            recorded.proves = AFTER_GH_IS_SAME;
            (check.status, check.error) = (BytesStatus::Match, None);
        }
        Some(AfterGh::Other(changes)) => {
            (check.status, check.error) = (BytesStatus::Drift, None);
            check.changes = Some(changes).filter(|changes| !changes.is_empty());
        }
    }
}

const OF_EARLIER_REVISION: &str = "gh wrote SKILL.md anew when it installed it, and the index knows the recorded git tree \
                                   as that of an earlier revision, of which it hands out no bytes; install the current \
                                   one, pin the folder with `touchmark pin` or approve it with `touchmark lock`";

const AFTER_GH_IS_SAME: &str = "With the SKILL.md that an index holds the folder has the recorded git tree, and the one that \
                                is there says the same, however its frontmatter is written; as far as SHA-1 can tell.";
