//! Everything that is needed to decide on one skill.

use uuid::Uuid;

use super::problem::store_failed;
use super::verify_skill::facts;
use super::{Charge, Effect, Operation, Services};
use crate::api::{
    AuditStatus, Capabilities, ErrorCode, InspectQuery, InspectRequest, InspectResponse, InspectSignals, ManifestView,
    Pin, Problem, PublisherMetrics, QueryIdKind, SafetyView, SkillSelector, SourceView, VerificationLevel, install_of,
    install_options, publisher_metrics,
};
use crate::meter::Refusal;
use crate::search::CopyCluster;
use crate::skill::{FrontmatterStatus, RepositoryKey, SkillId, decode_text, locate_source_url, sanitise_line};
use crate::store::{BundleDetail, SkillRecord};

/// `POST /inspect` and `inspect_skill`.
#[derive(Debug)]
pub struct InspectSkill;

/// Characters of a declared tool that are shown.
const TOOL_CHARACTERS: usize = 120;

impl Operation for InspectSkill {
    type Request = InspectRequest;
    type Response = InspectResponse;
    const NAME: &'static str = "inspect_skill";
    const TITLE: &'static str = "Inspect a skill";
    const SUMMARY: &'static str = "Decide whether to install one skill: full SKILL.md, file manifest, provenance, safety verdict with evidence, commit-pinned install commands, and a pin to store. \
        Name it by exactly one of skill_id, source_url and content_hash; pass the query_id of the search that found it. Show the verdict to your user and ask before installing.";
    const EFFECT: Effect = Effect::ReadOnlyIdempotent;
    const CHARGE: Charge = Charge::Inspection;
    const EXAMPLE: &'static str = r#"{"skill_id":"550e8400-e29b-41d4-a716-446655440000"}"#;

    async fn run(services: &Services, request: InspectRequest) -> Result<InspectResponse, Problem> {
        let query = InspectQuery::try_from(request)?;
        let record = select(services, &query.selector).await?;
        if let Some(query_id) = &query.query_id {
            redeem(services, query_id, &record)?;
        }
        let detail = services.store().bundle(record.bundle).await.map_err(store_failed(Self::NAME))?;
        let detail = detail.ok_or_else(|| {
            super::problem::unforeseen(Self::NAME, &format!("the bundle of {} is missing", record.skill_id))
        })?;
        let cluster_id = cluster_id(&record, services.search().copies_of(canonical(services, &record).await?));
        let key = RepositoryKey::of(&record.source.identity);
        let known = services.facts(key.as_slice()).await.map_err(store_failed(Self::NAME))?;
        let facts = known.first().and_then(|known| known.facts.as_ref());
        let metrics = publisher_metrics(&record.source, facts, services.now());
        Ok(respond(record, detail, cluster_id, metrics, query.query_id))
    }
}

pub(super) async fn select(services: &Services, selector: &SkillSelector) -> Result<SkillRecord, Problem> {
    let failed = store_failed(InspectSkill::NAME);
    let store = services.store();
    let found = match selector {
        SkillSelector::Id(id) => {
            store.skills(&[*id]).await.map_err(failed)?.into_iter().find(|record| record.is_listed)
        }
        SkillSelector::SourceUrl(url) => {
            let located =
                locate_source_url(url).map_err(|error| Problem::invalid_request(format!("source_url: {error}")))?;
            store.skill_at(&located.candidates).await.map_err(failed)?
        }
        SkillSelector::ContentHash(hash) => store.skills_with_content(*hash).await.map_err(failed)?.into_iter().next(),
    };
    found.ok_or_else(|| {
        let what = match selector {
            SkillSelector::Id(id) => format!("skill_id {id}"),
            SkillSelector::SourceUrl(url) => format!("source_url {}", sanitise_line(url, 200)),
            SkillSelector::ContentHash(hash) => format!("content_hash {hash}"),
        };
        Problem::not_found(format!("no listed skill has {what}; search with /discover"))
    })
}

fn redeem(services: &Services, query_id: &str, record: &SkillRecord) -> Result<(), Problem> {
    services.entitlements().redeem(query_id, record.skill_id, services.now()).map_err(|refusal| match refusal {
        Refusal::Unknown => Problem::invalid_query_id(QueryIdKind::Unknown),
        Refusal::Expired => Problem::invalid_query_id(QueryIdKind::Expired),
        Refusal::MismatchedSkill => Problem::invalid_query_id(QueryIdKind::MismatchedSkill),
        Refusal::UsedUp => Problem::new(
            ErrorCode::RateLimited,
            "the five inspections of this query_id are used up; call /discover again for a new one",
        ),
    })
}

/// Names the byte-identical copy of a skill that search knows.
async fn canonical(services: &Services, record: &SkillRecord) -> Result<SkillId, Problem> {
    if record.is_canonical || record.copy_count < 2 {
        return Ok(record.skill_id);
    }
    let copies = services.store().skills_with_content(record.content_hash).await;
    let copies = copies.map_err(store_failed(InspectSkill::NAME))?;
    Ok(copies.first().map_or(record.skill_id, |canonical| canonical.skill_id))
}

fn respond(
    record: SkillRecord,
    detail: BundleDetail,
    cluster_id: Option<String>,
    publisher_metrics: Option<PublisherMetrics>,
    query_id: Option<String>,
) -> InspectResponse {
    let source = &record.source;
    let status = record.verdict.status;
    let safety = SafetyView::new(facts(record.verdict.clone()), record.content_hash);
    let content = decode_text(&detail.content)
        .map_or_else(|| String::from_utf8_lossy(&detail.content).into_owned(), |decoded| decoded.text);
    let declared = detail
        .frontmatter
        .allowed_tools
        .map(|tools| tools.iter().map(|tool| sanitise_line(tool, TOOL_CHARACTERS)).collect());
    InspectResponse {
        skill_id: record.skill_id,
        content,
        source: SourceView::new(source, record.content_hash, record.indexed_at),
        install: install_of(source, &record.name, status).into(),
        manifest: Some(ManifestView::new(detail.manifest, detail.report.completeness.unread.len() as u64)),
        install_options: install_options(source, &record.name, status),
        publisher: sanitise_line(source.publisher(), 100),
        publisher_type: None,
        publisher_verified: false,
        audit_status: AuditStatus::Unaudited,
        audit_details: None,
        skill_type: None,
        quality_flags: Some(record.quality_flags.clone()),
        selection_flags: record.selection_flags.clone(),
        cluster_id,
        capabilities: Capabilities {
            declared,
            inferred: Some(
                detail.report.capabilities.keys().map(|capability| capability.as_str().to_owned()).collect(),
            ),
        },
        verification_level: verification_level(detail.frontmatter.status, &record.quality_flags),
        findings: detail.report.findings,
        pin: Pin {
            skill_id: record.skill_id,
            source_url: source.url(),
            content_hash: Some(record.content_hash.to_string()),
            commit_sha: source.commit_sha.clone(),
            verdict: status,
            audited_at: safety.analyzed_at,
        },
        signals: InspectSignals {
            stars: record.stars,
            installs: None,
            downloads: None,
            updated_at: source.committed_at,
            indexed_at: record.indexed_at,
            context_cost_tokens: record.context_cost_tokens,
            publisher_metrics: publisher_metrics.map(Into::into),
            behavioral: None,
            measured_utility: None,
            stack_relations: None,
        },
        safety,
        query_id,
        name: record.name,
        description: record.description,
    }
}

/// Names the cluster of a skill that has copies: by the skill that stands for its near copies,
/// or by the content of byte-identical ones, where there are no others.
pub(super) fn cluster_id(record: &SkillRecord, near: Option<CopyCluster>) -> Option<String> {
    let name = |bytes: &[u8]| format!("c_{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, bytes).simple());
    match near {
        Some(cluster) => Some(name(cluster.canonical.as_bytes())),
        None => (record.copy_count > 1).then(|| name(record.content_hash.as_bytes())),
    }
}

/// What a publisher says of a skill counts as declared where it says the required two things.
pub(super) fn verification_level(status: FrontmatterStatus, quality_flags: &[String]) -> VerificationLevel {
    let lacks_fields = quality_flags.iter().any(|flag| {
        matches!(flag.as_str(), "missing_name" | "missing_description" | "missing_frontmatter" | "invalid_frontmatter")
    });
    if status == FrontmatterStatus::Ok && !lacks_fields {
        VerificationLevel::Declared
    } else {
        VerificationLevel::Unverified
    }
}
