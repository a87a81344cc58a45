//! What a reader would say of stored skills, computed when it is shown and kept in memory.

use std::collections::HashMap;
use std::sync::Arc;

use moka::sync::Cache;

use super::Services;
use super::problem::{store_failed, unforeseen};
use crate::api::Problem;
use crate::assessment::{Assessment, Sign, Subject, assess};
use crate::skill::decode_text;
use crate::store::{BundleKey, BundleText, SkillRecord};

/// Bytes of assessments that are kept: those of some ten thousand skills.
const KEPT_BYTES: u64 = 16 * 1024 * 1024;
/// What a sign takes beside its text.
const SIGN_BYTES: usize = 64;

/// Assessments by the key of the bundle. A key stands for the same bytes for ever and the rules
/// are those of this process, so nothing that is kept here can be out of date.
pub(super) struct AssessmentCache(Cache<BundleKey, Arc<Assessment>>);

impl AssessmentCache {
    pub(super) fn new() -> Self {
        let weigh = |_: &BundleKey, assessment: &Arc<Assessment>| {
            let quality = assessment.quality.iter().flatten();
            let of_type = assessment.skill_type.iter().flat_map(|call| &call.signs);
            let signs = quality.chain(&assessment.selection).chain(of_type);
            let bytes: usize = signs.map(|sign| SIGN_BYTES + sign.text.len()).sum();
            u32::try_from(4 * SIGN_BYTES + bytes).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(KEPT_BYTES).weigher(weigh).build())
    }
}

/// Assessments of the skills of one answer.
pub(super) struct Assessments(HashMap<BundleKey, Arc<Assessment>>);

impl Assessments {
    /// Returns the assessment of a skill; none where its bundle is not stored.
    pub(super) fn of(&self, record: &SkillRecord) -> Option<&Assessment> {
        self.0.get(&record.bundle).map(Arc::as_ref)
    }
}

impl Services {
    /// Assesses skills, or remembers how they were assessed.
    pub(super) async fn assessments(
        &self,
        operation: &'static str,
        records: impl Iterator<Item = &SkillRecord>,
    ) -> Result<Assessments, Problem> {
        let kept = &self.assessment_cache().0;
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for key in records.map(|record| record.bundle) {
            match kept.get(&key) {
                Some(assessment) => {
                    found.insert(key, assessment);
                }
                None => missing.push(key),
            }
        }
        if !missing.is_empty() {
            let texts = self.store().bundle_texts(&missing).await.map_err(store_failed(operation))?;
            let work = move || texts.iter().map(|text| (text.key, Arc::new(assess_text(text)))).collect::<Vec<_>>();
            for (key, assessment) in self.compute().run(work).await.map_err(|error| unforeseen(operation, &error))? {
                kept.insert(key, Arc::clone(&assessment));
                found.insert(key, assessment);
            }
        }
        Ok(Assessments(found))
    }
}

fn assess_text(bundle: &BundleText) -> Assessment {
    let decoded = decode_text(&bundle.content);
    assess(Subject {
        name: &bundle.name,
        description: &bundle.description,
        frontmatter: &bundle.frontmatter,
        issues: &bundle.issues,
        text: decoded.as_ref().map(|decoded| decoded.text.as_str()),
        file_paths: &bundle.file_paths,
        context_cost_tokens: bundle.context_cost_tokens,
    })
}

/// Returns what is wrong with how a skill is made, by flag. `has_license` says whether its
/// repository has a licence, where that is known.
pub(super) fn quality_signs(assessment: &Assessment, has_license: Option<bool>) -> Option<Vec<Sign>> {
    let mut signs = assessment.quality.clone()?;
    if has_license == Some(false) && !assessment.names_license {
        let text = "neither the skill nor its repository names a licence".to_owned();
        signs.push(Sign { flag: "missing_license", line: None, text });
        signs.sort_by(|left, right| left.flag.cmp(right.flag));
    }
    Some(signs)
}
