//! Everything that is needed to decide on one skill.

use super::assessments::quality_signs;
use super::cluster::{aggregator, copies};
use super::imitation::{imitation, selection_flags};
use super::package_standing::package_standings;
use super::problem::store_failed;
use super::source_standing::{Standing, standing, takedown_view};
use super::trust_signals::SourceTrust;
use super::{Charge, Effect, Operation, Services};
use crate::api::{
    AggregatorView, AuditStatus, Capabilities, ClusterView, ErrorCode, ImitationView, InspectQuery, InspectRequest,
    InspectResponse, InspectSignals, ManifestView, PackagesView, Pin, Problem, PublisherProofView, QueryIdKind,
    SignView, SignalEvidence, SkillSelector, SourceView, TrustPartView, VerificationLevel, install_of, install_options,
};
use crate::assessment::{Assessment, Sign};
use crate::meter::Refusal;
use crate::recipe::HeldDigest;
use crate::skill::{FrontmatterStatus, SkillSource, decode_text, limits, locate_source_url, sanitise_line};
use crate::store::{BundleDetail, SkillRecord, TakedownTarget};

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
        let standing = standing(services, Self::NAME, &record).await?;
        if let Some(takedown) = &standing.takedown {
            return Err(Problem::withheld(takedown));
        }
        let trust = services.trust_signals(std::iter::once(&record)).await.map_err(store_failed(Self::NAME))?;
        let trust = trust.of(&record);
        let assessments = services.assessments(Self::NAME, std::iter::once(&record)).await?;
        let assessment = assessments.of(&record);
        let copies = copies(services, &record, Self::NAME).await?;
        let others = Others {
            aggregator: aggregator(services, &record, Self::NAME).await?,
            imitation: imitation(services, &record, copies.known_as, Self::NAME).await?,
            selection_flags: selection_flags(services, &record, assessment, copies.known_as),
            cluster: copies.cluster,
            packages: packages(services, &record).await?,
        };
        Ok(respond(record, detail, Signals { trust, assessment, standing }, others, query.query_id))
    }
}

async fn packages(services: &Services, record: &SkillRecord) -> Result<Option<PackagesView>, Problem> {
    let failed = store_failed(InspectSkill::NAME);
    let Some(uses) = services.store().packages_of(record.bundle).await.map_err(&failed)? else { return Ok(None) };
    Ok(Some(PackagesView::of(package_standings(services, uses).await.map_err(failed)?)))
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
    match found {
        Some(found) => Ok(found),
        None => Err(absence(services, selector).await?),
    }
}

/// Says why there is no such skill: it was taken down, no source shows it any more, or it was
/// never there.
async fn absence(services: &Services, selector: &SkillSelector) -> Result<Problem, Problem> {
    let failed = store_failed(InspectSkill::NAME);
    let store = services.store();
    let (unlisted, targets) = match selector {
        SkillSelector::Id(id) => {
            (store.skills(&[*id]).await.map_err(&failed)?.into_iter().next(), vec![TakedownTarget::skill(*id)])
        }
        SkillSelector::SourceUrl(url) => {
            let candidates = locate_source_url(url).map(|located| located.candidates).unwrap_or_default();
            let targets = candidates.iter().flat_map(TakedownTarget::places).collect();
            (store.unlisted_skill_at(&candidates).await.map_err(&failed)?, targets)
        }
        SkillSelector::ContentHash(hash) => {
            let held = HeldDigest::from(*hash);
            let found = store.unlisted_with_digest(held).await.map_err(&failed)?;
            let current = found.into_iter().find(|found| found.record.content_hash == *hash);
            (current.map(|found| found.record), vec![TakedownTarget::content(*hash)])
        }
    };
    if let Some(takedown) = store.takedowns_of(&targets).await.map_err(failed)?.first() {
        return Ok(Problem::withheld(&takedown_view(takedown)));
    }
    if let Some(record) = unlisted {
        let standing = standing(services, InspectSkill::NAME, &record).await?;
        if let Some(takedown) = &standing.takedown {
            return Ok(Problem::withheld(takedown));
        }
        if let Some(state) = &standing.view {
            return Ok(Problem::unlisted(state));
        }
    }
    Ok({
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

/// What a skill is to others.
struct Others {
    cluster: Option<ClusterView>,
    aggregator: Option<AggregatorView>,
    imitation: Option<ImitationView>,
    selection_flags: Vec<String>,
    packages: Option<PackagesView>,
}

/// What is known of a skill beside its bundle.
struct Signals<'a> {
    trust: SourceTrust,
    assessment: Option<&'a Assessment>,
    standing: Standing,
}

fn respond(
    record: SkillRecord,
    detail: BundleDetail,
    signals: Signals<'_>,
    others: Others,
    query_id: Option<String>,
) -> InspectResponse {
    let source = &record.source;
    let status = record.verdict.status;
    let Signals { trust, assessment, standing } = signals;
    let safety = standing.safety(record.verdict.clone(), &record);
    let content = decode_text(&detail.content)
        .map_or_else(|| String::from_utf8_lossy(&detail.content).into_owned(), |decoded| decoded.text);
    let quality = assessment.and_then(|assessment| quality_signs(assessment, trust.has_license));
    let inferred = inferred(&record, &detail);
    let evidence = evidence(&trust, assessment, quality.as_deref(), inferred.as_ref().map(|_| &detail), source);
    let unread = detail.report.as_ref().map_or(0, |report| report.completeness.unread.len() as u64);
    let declared = detail
        .frontmatter
        .allowed_tools
        .map(|tools| tools.iter().map(|tool| sanitise_line(tool, TOOL_CHARACTERS)).collect());
    InspectResponse {
        skill_id: record.skill_id,
        content,
        source: SourceView::new(source, record.content_hash, record.indexed_at),
        install: install_of(source, &record.name, status).into(),
        manifest: Some(ManifestView::new(detail.manifest, unread)),
        install_options: install_options(source, &record.name, status),
        publisher: trust.standing.name,
        publisher_type: None,
        publisher_verified: trust.standing.proof.is_some(),
        audit_status: AuditStatus::Unaudited,
        audit_details: None,
        skill_type: assessment.and_then(|assessment| assessment.skill_type.as_ref()).map(|call| call.skill_type.into()),
        quality_flags: quality.map(|signs| Assessment::flags(&signs)),
        selection_flags: others.selection_flags,
        cluster_id: others.cluster.as_ref().map(|cluster| cluster.cluster_id.clone()),
        cluster: others.cluster,
        aggregator: others.aggregator,
        imitation: others.imitation,
        capabilities: Capabilities { declared, inferred },
        verification_level: verification_level(detail.frontmatter.status, &record.quality_flags),
        findings: detail.report.map(|report| report.findings).unwrap_or_default(),
        pin: Pin {
            skill_id: record.skill_id,
            source_url: source.url(),
            content_hash: Some(record.content_hash.to_string()),
            commit_sha: source.commit_sha.clone(),
            verdict: status,
            audited_at: safety.analyzed_at,
        },
        packages: others.packages,
        signals: InspectSignals {
            stars: trust.stars,
            installs: None,
            downloads: None,
            updated_at: source.committed_at,
            indexed_at: record.indexed_at,
            context_cost_tokens: record.context_cost_tokens,
            publisher_metrics: trust.metrics.map(Into::into),
            behavioral: None,
            measured_utility: None,
            stack_relations: None,
        },
        evidence,
        safety,
        query_id,
        source_state: standing.view,
        name: record.name,
        description: record.description,
    }
}

/// Returns what the current content is able to do. A verdict about other content says nothing
/// of it, and a bundle of which not everything was read may be able to do more than it shows.
fn inferred(record: &SkillRecord, detail: &BundleDetail) -> Option<Vec<String>> {
    let report = detail.report.as_ref()?;
    let is_current = report.content_hash == record.content_hash && report.package_hash == record.package_hash;
    let seen: Vec<String> = report.capabilities.keys().map(|capability| capability.as_str().to_owned()).collect();
    let is_whole = record.is_complete && report.completeness.unread.is_empty();
    (is_current && (is_whole || !seen.is_empty())).then_some(seen)
}

/// Shows what the signals rest on; `inferred` is what shows the capabilities, where there are any.
fn evidence(
    trust: &SourceTrust,
    assessment: Option<&Assessment>,
    quality: Option<&[Sign]>,
    inferred: Option<&BundleDetail>,
    source: &SkillSource,
) -> SignalEvidence {
    let path = sanitise_line(&source.file_name, limits::NAME_BYTES);
    let capabilities = |detail: &BundleDetail| {
        let files: Vec<String> =
            detail.manifest.files.iter().map(|file| sanitise_line(&file.path, limits::NAME_BYTES)).collect();
        let places = detail.report.iter().flat_map(|report| &report.capabilities);
        places.map(|(capability, place)| SignView::at_place(capability.as_str(), place, &files)).collect()
    };
    SignalEvidence {
        publisher: trust.standing.proof.clone().map(PublisherProofView::new),
        trust_score: trust.score.as_ref().map(TrustPartView::of).unwrap_or_default(),
        skill_type: assessment
            .and_then(|assessment| assessment.skill_type.as_ref())
            .map(|call| SignView::of(&call.signs, &path))
            .unwrap_or_default(),
        quality_flags: quality.map(|signs| SignView::of(signs, &path)).unwrap_or_default(),
        selection_flags: assessment.map(|assessment| SignView::of(&assessment.selection, &path)).unwrap_or_default(),
        capabilities: inferred.map(capabilities).unwrap_or_default(),
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
