//! What a change means: two revisions that the index holds, of one skill or of two.

use super::problem::{store_failed, unforeseen};
use super::scan_skill::{SCAN_LOOKUPS, bundle_of};
use super::{Charge, Effect, Operation, Services};
use crate::api::{
    CompareSkillsRequest, CompareSkillsResponse, ComparedSide, FileChangeView, FrontmatterChangeView, NewActView,
    Problem,
};
use crate::change::{ChangeReview, LineMark, NewAct, ReviewedSide, TextChanges};
use crate::scan::scan_bundle;
use crate::skill::{RawBundle, Sha256Digest, SkillBundle, SkillId, sanitise_line};

/// Files that are listed.
const FILES: usize = 200;

/// The tool `compare_skills`.
#[derive(Debug)]
pub struct CompareSkills;

impl Operation for CompareSkills {
    type Request = CompareSkillsRequest;
    type Response = CompareSkillsResponse;
    const NAME: &'static str = "compare_skills";
    const TITLE: &'static str = "Compare two skills or revisions";
    const SUMMARY: &'static str = "Review an update, or tell two similar skills apart: what the second does, asks for and triggers that the first did not, with changed files and a diff. Free. Use it when verify_skill says that the content changed: base is the pinned content_hash, candidate the skill_id.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Lookups(|_| 2 * SCAN_LOOKUPS);

    async fn run(services: &Services, request: CompareSkillsRequest) -> Result<CompareSkillsResponse, Problem> {
        services.report("read and scan", 0, 3);
        let base = find(services, "base", &request.base).await?;
        services.report("read and scan", 1, 3);
        let candidate = find(services, "candidate", &request.candidate).await?;
        services.report("read and scan", 2, 3);
        let compared = services.compute().run(move || compare(base, candidate)).await;
        let review = compared
            .map_err(|error| unforeseen(Self::NAME, &error))?
            .map_err(|error| unforeseen(Self::NAME, &error))?;
        services.report("read and scan", 3, 3);
        Ok(respond(review))
    }
}

/// Finds the files of a revision by the id of its skill, or by a digest of its own.
async fn find(services: &Services, field: &str, text: &str) -> Result<(RawBundle, String), Problem> {
    let failed = store_failed(CompareSkills::NAME);
    let store = services.store();
    let shown = sanitise_line(text, 100);
    let key = if let Ok(id) = text.trim().parse::<SkillId>() {
        let found = store.skills(&[id]).await.map_err(failed)?;
        found.into_iter().find(|record| record.is_listed).map(|record| record.bundle)
    } else if let Ok(digest) = text.trim().parse::<Sha256Digest>() {
        store.bundle_with_digest(digest).await.map_err(failed)?
    } else {
        return Err(Problem::invalid_request(format!(
            "{field} is `{shown}`, expected a skill_id, or a content_hash or package_hash of the form sha256:…"
        )));
    };
    let key = key.ok_or_else(|| {
        Problem::not_found(format!("{field}: no listed skill has, or had, {shown}; pass a skill_id or another digest"))
    })?;
    bundle_of(services, CompareSkills::NAME, key).await
}

fn compare(
    base: (RawBundle, String),
    candidate: (RawBundle, String),
) -> Result<ChangeReview, crate::skill::NoInstructions> {
    let scan = |(raw, name): (RawBundle, String)| {
        let (bundle, issues) = SkillBundle::parse(raw, Some(&name))?;
        Ok(scan_bundle(bundle, issues))
    };
    Ok(ChangeReview::between(&scan(base)?, &scan(candidate)?))
}

fn respond(review: ChangeReview) -> CompareSkillsResponse {
    let is_worse = review.is_worse();
    let findings = review.findings;
    let worsened = findings.worsened.into_iter().map(|worsened| worsened.finding);
    let mut new_findings: Vec<_> = findings.appeared.into_iter().chain(worsened).collect();
    new_findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let files = review.files.iter().take(FILES).map(|file| FileChangeView {
        kind: serde_word(&file.kind),
        path: file.path.clone(),
        from: file.from.clone(),
    });
    CompareSkillsResponse {
        is_same: review.files.is_empty() && review.base.package_hash == review.candidate.package_hash,
        base: side(review.base),
        candidate: side(review.candidate),
        is_worse,
        new_acts: review.acts.new.iter().map(new_act).collect(),
        gone_acts: review.acts.gone.iter().map(|act| act.words().to_owned()).collect(),
        added_tools: review.tools.added,
        removed_tools: review.tools.removed,
        new_findings,
        new_finding_count: findings.appeared_count + findings.worsened_count,
        gone_finding_count: findings.went_count,
        frontmatter: review
            .frontmatter
            .keys
            .into_iter()
            .map(|change| FrontmatterChangeView { key: change.key, before: change.before, after: change.after })
            .collect(),
        files: files.collect(),
        file_count: review.files.len() as u64,
        diff: unified(&review.texts),
    }
}

fn side(side: ReviewedSide) -> ComparedSide {
    ComparedSide {
        name: side.name,
        status: side.status,
        recommended_action: side.recommended_action,
        risk_score: side.risk_score,
        executes_code: side.executes_code,
        content_hash: side.content_hash.to_string(),
        package_hash: side.package_hash.to_string(),
        ruleset_version: side.ruleset_version,
        unread_count: side.unread_count,
    }
}

fn new_act(new: &NewAct) -> NewActView {
    let place = |place: &crate::scan::ActPlace| match place.location.line {
        Some(line) => format!("{}:{line}", place.location.path),
        None => place.location.path.clone(),
    };
    NewActView {
        act: new.act.words().to_owned(),
        is_new_to_skill: new.is_new_to_skill,
        places: new.places.iter().map(place).collect(),
    }
}

/// Returns the word that serialising gives a variant.
fn serde_word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Writes the changes of texts as a unified diff. Paths and lines are sanitised already.
fn unified(texts: &TextChanges) -> String {
    let mut diff = String::new();
    for file in &texts.files {
        diff.push_str(&format!("--- {}\n+++ {}\n", file.path, file.path));
        for hunk in &file.hunks {
            diff.push_str(&format!("@@ -{} +{} @@\n", hunk.before_start, hunk.after_start));
            for line in &hunk.lines {
                let mark = match line.mark {
                    LineMark::Same => ' ',
                    LineMark::Removed => '-',
                    LineMark::Added => '+',
                };
                diff.push_str(&format!("{mark}{}\n", line.text));
            }
        }
        if file.hidden_lines > 0 {
            diff.push_str(&format!("@@ {} more lines @@\n", file.hidden_lines));
        }
    }
    if texts.hidden_files > 0 {
        diff.push_str(&format!("@@ {} more files @@\n", texts.hidden_files));
    }
    diff
}
