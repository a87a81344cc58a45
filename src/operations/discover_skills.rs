//! Find candidate skills.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::assessments::{Assessments, quality_signs};
use super::cluster::cluster_id;
use super::facets::{examples, facets_view};
use super::imitation::selection_flags;
use super::index_condition;
use super::inspect_skill::verification_level;
use super::problem::store_failed;
use super::trust_signals::TrustSignals;
use super::{Charge, Effect, Operation, Services};
use crate::api::{
    AuditStatus, CopiesView, DiscoverFilters, DiscoverMeta, DiscoverQuery, DiscoverRequest, DiscoverResponse,
    DiscoverResult, DiscoverSignals, EmptyReasonWord, IndexStatus, Level, MatchWord, Problem, QualityWord, RecencyWord,
    SafetySummary, ScoreBreakdownView, ScoreExplanation, SourceAlias, SourceRef, TrustWord, install_of,
};
use crate::assessment::Assessment;
use crate::rank::{MatchLevel, QualityLevel, RecencyLevel, ScoreBreakdown, TrustLevel};
use crate::scan::SafetyStatus;
use crate::search::{EmptyReason, Hit, Ranking, SearchRequest};
use crate::skill::{FrontmatterStatus, Registry, SkillId, Timestamp, sanitise_line};
use crate::store::SkillRecord;

/// `POST /discover`.
#[derive(Debug)]
pub struct DiscoverSkills;

/// `discover_skills`: the same search with the flat input of the tool.
#[derive(Debug)]
pub struct DiscoverSkillsTool;

/// Characters of a description in a list; the whole is in /inspect.
const DESCRIPTION_CHARACTERS: usize = 1_024;

impl Operation for DiscoverSkills {
    type Request = DiscoverRequest;
    type Response = DiscoverResponse;
    const NAME: &'static str = "discover_skills";
    const TITLE: &'static str = "Discover skills";
    const SUMMARY: &'static str = "Find candidate skills for a task described in natural language. Returns ranked candidates with provenance, a structured install and a safety summary. \
        Reject results whose safety.recommended_action is block; pass query_id to /inspect.";
    const EFFECT: Effect = Effect::ReadOnly;
    const CHARGE: Charge = Charge::Workflow;
    const EXAMPLE: &'static str = r#"{"query":"extract text from PDF files","limit":5}"#;

    async fn run(services: &Services, request: DiscoverRequest) -> Result<DiscoverResponse, Problem> {
        let query = DiscoverQuery::try_from(request)?;
        let now = services.now();
        let request = SearchRequest {
            query: query.query.clone(),
            limit: query.limit as usize,
            min_stars: query.filters.min_stars,
            updated_after: query.filters.updated_after,
            registry: (query.filters.source == Some(SourceAlias::Github)).then_some(Registry::Github),
            wants_facets: query.wants_facets,
            now,
            ranking: Ranking::Hybrid,
        };
        let answer = services.run_search(Self::NAME, request).await?;
        let mut ids: Vec<SkillId> = answer.hits.iter().map(|hit| hit.skill_id).collect();
        ids.extend(answer.facets.iter().flat_map(examples));
        let records = services.skills(&ids).await.map_err(store_failed(Self::NAME))?;
        let trust = services.trust_signals(records.iter().map(Arc::as_ref)).await.map_err(store_failed(Self::NAME))?;
        let shown = records.iter().filter(|record| answer.hits.iter().any(|hit| hit.skill_id == record.skill_id));
        let assessments = services.assessments(Self::NAME, shown.map(Arc::as_ref)).await?;
        let context = Context { records: &records, trust, assessments, explain_at: query.explain.then_some(now) };
        let results: Vec<DiscoverResult> =
            answer.hits.iter().filter_map(|hit| result(services, hit, &context)).collect();
        let query_id = services.entitlements().issue(results.iter().map(|result| result.skill_id).collect(), now);
        let index_status = match index_condition::recent(services).await.status() {
            IndexStatus::Ok if answer.is_degraded => IndexStatus::Degraded,
            status => status,
        };
        let empty_reason = results.is_empty().then(|| empty_reason(answer.empty_reason));
        let meta = DiscoverMeta { total_results: results.len() as u32, limit: query.limit, index_status, empty_reason };
        let facets = answer.facets.map(|facets| facets_view(&facets, &records));
        Ok(DiscoverResponse { query_id, results, meta, facets })
    }
}

/// The tool's input: as the contract lists it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscoverToolRequest {
    /// Natural language description of the skill you need, e.g. 'PDF text extraction with OCR'
    #[schemars(length(min = 1, max = 500))]
    pub query: String,
    /// Maximum number of results to return (default 10, at most 30)
    #[serde(default, deserialize_with = "whole_number", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(min = 1))]
    pub limit: Option<u32>,
    /// Filter by source registry. Default 'main' searches the whole index; 'github' only skills hosted on GitHub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SourceAlias")]
    pub source: Option<SourceAlias>,
    /// Why you're searching: the task or workflow, not just the user request. Good: 'building a file-upload utility'. At most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub rationale: Option<String>,
}

/// The contract calls the tool's limit a number, and some clients write `5.0`.
fn whole_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let failure = || serde::de::Error::custom("expected a whole number from 1");
    match Option::<f64>::deserialize(deserializer)? {
        None => Ok(None),
        Some(number) if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) => {
            Ok(Some(number as u32))
        }
        Some(_) => Err(failure()),
    }
}

impl Operation for DiscoverSkillsTool {
    type Request = DiscoverToolRequest;
    type Response = DiscoverResponse;
    const NAME: &'static str = "discover_skills";
    const TITLE: &'static str = DiscoverSkills::TITLE;
    const SUMMARY: &'static str = "Find agent skills for a task, described in natural language, when the skills at hand do not cover it. Returns ranked candidates, each with a safety verdict, its source and how to install it. \
        Reject results whose safety.recommended_action is block. Next: inspect_skill with skill_id and this query_id before anything is installed.";
    const EFFECT: Effect = Effect::ReadOnly;
    const CHARGE: Charge = Charge::Workflow;
    const EXAMPLE: &'static str = r#"{"query":"extract text from PDF files","limit":5}"#;

    async fn run(services: &Services, request: DiscoverToolRequest) -> Result<DiscoverResponse, Problem> {
        let filters =
            request.source.map(|source| DiscoverFilters { source: Some(source), ..DiscoverFilters::default() });
        DiscoverSkills::run(
            services,
            DiscoverRequest {
                query: request.query,
                limit: request.limit,
                rationale: request.rationale,
                filters,
                explain: None,
                facets: None,
            },
        )
        .await
    }
}

/// What hits are shown with.
struct Context<'a> {
    records: &'a [Arc<SkillRecord>],
    trust: TrustSignals<'a>,
    assessments: Assessments,
    /// The time at which scores are to be explained, if they are.
    explain_at: Option<Timestamp>,
}

/// Shows a hit, with its scores where they are to be explained. A skill that became dangerous or vanished since it was indexed is left out.
fn result(services: &Services, hit: &Hit, context: &Context<'_>) -> Option<DiscoverResult> {
    let record = context.records.iter().find(|record| record.skill_id == hit.skill_id)?;
    if !record.is_listed || record.verdict.status == SafetyStatus::Dangerous {
        return None;
    }
    let source = &record.source;
    let explain_at = context.explain_at;
    let trust = context.trust.of(record);
    let assessment = context.assessments.of(record);
    let quality = assessment.and_then(|assessment| quality_signs(assessment, trust.has_license));
    Some(DiscoverResult {
        skill_id: record.skill_id,
        name: record.name.clone(),
        description: sanitise_line(&record.description, DESCRIPTION_CHARACTERS),
        score: hit.score,
        source: SourceRef {
            registry: source.registry,
            url: source.url(),
            content_hash: record.content_hash.to_string(),
            commit_sha: source.commit_sha.clone(),
        },
        install: install_of(source, &record.name, record.verdict.status),
        publisher: trust.standing.name,
        publisher_verified: trust.standing.proof.is_some(),
        safety: SafetySummary {
            status: record.verdict.status,
            recommended_action: record.verdict.recommended_action,
            executes_code: record.verdict.executes_code,
            safety_flags: record.verdict.safety_flags.clone(),
        },
        audit_status: AuditStatus::Unaudited,
        verification_level: verification_level(FrontmatterStatus::Ok, &record.quality_flags),
        skill_type: assessment.and_then(|assessment| assessment.skill_type.as_ref()).map(|call| call.skill_type.into()),
        quality_flags: quality.map(|signs| Assessment::flags(&signs)),
        selection_flags: selection_flags(services, record, assessment, record.skill_id),
        cluster_id: cluster_id(services, record, hit.copies),
        copies: copies(hit, record),
        score_explanation: explain_at.map(|now| explanation(&hit.breakdown, record, now)),
        debug_score_breakdown: explain_at.map(|_| breakdown(&hit.breakdown)),
        signals: DiscoverSignals {
            stars: trust.stars,
            installs: None,
            downloads: None,
            updated_at: source.committed_at,
            indexed_at: record.indexed_at,
            context_cost_tokens: record.context_cost_tokens,
            publisher_metrics: trust.metrics,
        },
    })
}

fn copies(hit: &Hit, record: &SkillRecord) -> Option<CopiesView> {
    let identical = record.copy_count.saturating_sub(1);
    let near = hit.copies.map_or(0, |cluster| u64::from(cluster.member_count.saturating_sub(1)));
    (identical + near > 0).then_some(CopiesView { identical, near })
}

/// What search found and the answer does not show was withheld.
fn empty_reason(reason: Option<EmptyReason>) -> EmptyReasonWord {
    match reason {
        Some(EmptyReason::IndexEmpty) => EmptyReasonWord::IndexEmpty,
        Some(EmptyReason::NoMatch) => EmptyReasonWord::NoMatch,
        Some(EmptyReason::FilteredOut) => EmptyReasonWord::FilteredOut,
        Some(EmptyReason::TooWeak) => EmptyReasonWord::TooWeak,
        None => EmptyReasonWord::Withheld,
    }
}

fn breakdown(scores: &ScoreBreakdown) -> ScoreBreakdownView {
    ScoreBreakdownView {
        rrf_score: scores.rrf_score,
        semantic_rank: scores.semantic_rank,
        semantic_score: scores.semantic_score,
        fts_rank: scores.fts_rank,
        fts_score: scores.fts_score,
        trust_factor: scores.trust_factor,
        recency_factor: scores.recency_factor,
        quality_factor: scores.quality_factor,
        safety_factor: scores.safety_factor,
        final_score: scores.final_score,
    }
}

fn explanation(scores: &ScoreBreakdown, record: &SkillRecord, now: Timestamp) -> ScoreExplanation {
    let days = record.source.committed_at.map(|updated_at| updated_at.days_until(now));
    ScoreExplanation {
        match_level: Level {
            level: match MatchLevel::of(scores) {
                MatchLevel::Strong => MatchWord::Strong,
                MatchLevel::Good => MatchWord::Good,
                MatchLevel::Weak => MatchWord::Weak,
            },
        },
        trust: Level {
            level: match TrustLevel::of(record.stars) {
                TrustLevel::High => TrustWord::High,
                TrustLevel::Medium => TrustWord::Medium,
                TrustLevel::Low => TrustWord::Low,
            },
        },
        recency: Level {
            level: match RecencyLevel::of(days) {
                RecencyLevel::Current => RecencyWord::Current,
                RecencyLevel::Recent => RecencyWord::Recent,
                RecencyLevel::Stale => RecencyWord::Stale,
            },
        },
        quality: Level {
            level: match QualityLevel::of(record.quality_flags.len() as u32, record.is_complete) {
                QualityLevel::Good => QualityWord::Good,
                QualityLevel::Ok => QualityWord::Ok,
                QualityLevel::Poor => QualityWord::Poor,
            },
        },
        safety: Level { level: record.verdict.status },
    }
}
