//! A verification in the shape that clients of ClawHub read.

use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::{store_failed, unforeseen};
use super::{Charge, Effect, Operation, Services};
use crate::api::Problem;
use crate::recipe::{FileMode, HashRecipe, RecipeFile};
use crate::scan::RecommendedAction;
use crate::skill::{FileContent, SkillBundle, SkillId, sanitise_line};
use crate::store::SkillRecord;

/// `GET /api/v1/skills/{skill}/verify`.
#[derive(Debug)]
pub struct VerifyForClawhub;

/// What the canonical source of every skill of ClawHub begins with.
const CLAWHUB: &str = "clawhub.ai/";
/// Skills of ClawHub among which a slug is looked for: those whose source has it are few, but a
/// slug alone does not say under which owner.
const CONSIDERED_SKILLS: u32 = 5_000;
/// The version of the shape.
const SCHEMA: &str = "clawhub.skill.verify.v1";

/// Which skill, and which of its versions.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyForClawhubRequest {
    /// A slug of ClawHub, or a skill id.
    pub skill: String,
    /// A version; none is known here.
    #[serde(default)]
    pub version: Option<String>,
    /// A tag; `latest` is what is indexed.
    #[serde(default)]
    pub tag: Option<String>,
}

impl Operation for VerifyForClawhub {
    type Request = VerifyForClawhubRequest;
    type Response = Value;
    const NAME: &'static str = "verify_for_clawhub";
    const TITLE: &'static str = "Verify as ClawHub does";
    const SUMMARY: &'static str = "Verify in the shape that clients of ClawHub read.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Lookups(|_| 1);

    async fn run(services: &Services, request: VerifyForClawhubRequest) -> Result<Value, Problem> {
        match (request.version.as_deref(), request.tag.as_deref()) {
            (Some(_), Some(_)) => return Err(Problem::invalid_request("name a version or a tag, not both")),
            (Some(_), None) => return Err(Problem::not_found("versions are not known here; leave version out")),
            (None, Some(tag)) if tag != "latest" => {
                return Err(Problem::not_found("tags are not known here but latest"));
            }
            _ => {}
        }
        let record = find(services, &request.skill).await?;
        let raw = services.store().bundle_files(record.bundle).await.map_err(store_failed(Self::NAME))?;
        let raw = raw.ok_or_else(|| unforeseen(Self::NAME, &"a bundle is missing"))?;
        let name = record.name.clone();
        let (bundle, _) = services
            .compute()
            .run(move || SkillBundle::parse(raw, Some(&name)))
            .await
            .map_err(|error| unforeseen(Self::NAME, &error))?
            .map_err(|error| unforeseen(Self::NAME, &error))?;
        Ok(answer(services, &record, &bundle, request.tag.as_deref()))
    }
}

async fn find(services: &Services, skill: &str) -> Result<SkillRecord, Problem> {
    let failed = store_failed(VerifyForClawhub::NAME);
    let unknown = || Problem::not_found(format!("no listed skill is called {}", sanitise_line(skill, 100)));
    if let Ok(id) = skill.parse::<SkillId>() {
        let found = services.store().skills(&[id]).await.map_err(failed)?;
        return found.into_iter().find(|record| record.is_listed).ok_or_else(unknown);
    }
    let records = services.store().skills_below(CLAWHUB, "", CONSIDERED_SKILLS).await.map_err(failed)?;
    let mut named = records.into_iter().filter(|record| record.source.identity.folder_name() == skill);
    match (named.next(), named.next()) {
        (Some(record), None) => Ok(record),
        (Some(_), Some(_)) => {
            let skill = sanitise_line(skill, 100);
            Err(Problem::invalid_request(format!("several owners have a skill {skill}; ask by skill_id")))
        }
        (None, _) => Err(unknown()),
    }
}

fn answer(services: &Services, record: &SkillRecord, bundle: &SkillBundle, tag: Option<&str>) -> Value {
    let verdict = &record.verdict;
    let mut reasons = Vec::new();
    if verdict.recommended_action == RecommendedAction::Block {
        reasons.push("security.blocked");
    }
    if !record.is_complete {
        reasons.push("artifact.incomplete");
    }
    let is_passed = reasons.is_empty();
    let source = &record.source;
    let publisher = sanitise_line(source.publisher(), 100);
    let pinned = source.commit_sha.as_ref().filter(|_| !source.identity.owner().is_empty());
    let provenance = match pinned {
        Some(commit) => json!({
            "source": "server-resolved-github-import", "repository": source.repository_url(), "commit": commit,
            "path": sanitise_line(source.identity.directory(), 300),
        }),
        None => json!({ "source": "unavailable", "reason": "no commit is known" }),
    };
    json!({
        "schema": SCHEMA,
        "ok": is_passed,
        "decision": if is_passed { "pass" } else { "fail" },
        "reasons": reasons,
        "slug": sanitise_line(source.identity.folder_name(), 100),
        "displayName": record.name,
        "pageUrl": source.url(),
        "publisherHandle": publisher,
        "publisherDisplayName": publisher,
        "publisherProfileUrl": null,
        "version": null,
        "resolvedFrom": if tag.is_some() { "tag" } else { "latest" },
        "tag": tag,
        "createdAt": record.indexed_at.as_milliseconds(),
        "card": { "available": false, "path": "skill-card.md", "url": null, "sha256": null, "size": null, "contentType": null },
        "artifact": artifact(record, bundle),
        "provenance": provenance,
        "security": {
            "status": verdict.status.as_str(),
            "passed": verdict.recommended_action != RecommendedAction::Block,
            "recommendedAction": verdict.recommended_action.as_str(),
            "flags": verdict.safety_flags,
            "scannedAt": verdict.analyzed_at,
            "ruleset": verdict.ruleset_version.as_str(),
            "contentHash": record.content_hash.to_string(),
            "packageHash": record.package_hash.to_string(),
            "details": format!("{}/attestations/{}.sarif", services.public_url(), record.package_hash.to_hex()),
        },
        "signature": { "status": "unsigned" },
    })
}

/// The fingerprints are of the whole, so that there is none where a file was not read.
fn artifact(record: &SkillRecord, bundle: &SkillBundle) -> Value {
    let regular = bundle.files.iter().filter_map(|file| match &file.content {
        FileContent::Bytes(bytes) => Some((file, bytes)),
        FileContent::Symlink(_) => None,
    });
    let hashed: Vec<RecipeFile<'_>> = regular
        .clone()
        .map(|(file, bytes)| RecipeFile::hashed(file.path.as_str(), bytes, FileMode::Regular, file.sha256))
        .collect();
    let fingerprint =
        |recipe: HashRecipe| recipe.compute(&hashed).filter(|_| record.is_complete).map(|digest| digest.to_string());
    let files: Vec<Value> = regular
        .map(|(file, bytes)| {
            let path = sanitise_line(file.path.as_str(), 300);
            json!({ "path": path, "size": bytes.len(), "sha256": file.sha256.to_hex() })
        })
        .collect();
    json!({
        "sourceFingerprint": fingerprint(HashRecipe::ClawhubGithubFolder),
        "bundleFingerprints": fingerprint(HashRecipe::ClawhubFingerprint).into_iter().collect::<Vec<_>>(),
        "files": files,
    })
}
