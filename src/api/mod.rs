//! The contract: what requests say, what responses say, and the one table of errors.
//!
//! Views are kept stable; the types of the rooms are free to change. Field documentation is
//! read by strangers in three places: the OpenAPI document, the MCP tools and the docs pages.
//! The room is pure and knows nothing that waits.

#[cfg(feature = "service")]
pub mod accounts;
mod check_lockfile;
mod cluster;
mod compare_skills;
mod discover;
mod evidence;
mod explain_finding;
mod facets;
mod health;
mod inspect;
pub mod package_preview;
mod package_use;
pub mod packages;
mod problem;
mod safety;
mod scan;
mod scan_skill;
mod shell;
mod skill_certificate;
mod source;
mod standing;
mod threat;
mod verify;
mod verify_batch;
mod written;

pub use check_lockfile::{CheckLockfileRequest, CheckLockfileResponse, LockfilePin, LockfileSummary};
pub use cluster::{
    AggregatorView, ClusterMember, ClusterReason, ClusterReasonWord, ClusterView, ImitationView, ImitationWord,
};
pub use compare_skills::{
    CompareSkillsRequest, CompareSkillsResponse, ComparedSide, FileChangeView, FrontmatterChangeView, NewActView,
};
pub use discover::{
    CopiesView, DiscoverFilters, DiscoverMeta, DiscoverQuery, DiscoverRequest, DiscoverResponse, DiscoverResult,
    DiscoverSignals, EmptyReasonWord, IndexStatus, Level, MatchWord, QualityWord, RESULT_LIMIT, RecencyWord,
    ScoreBreakdownView, ScoreExplanation, SourceAlias, TrustWord,
};
pub use evidence::{NamedByWord, PublisherProofView, SignView, SignalEvidence, SkillTypeWord, TrustPartView};
pub use explain_finding::{ExplainFindingRequest, ExplainFindingResponse, ExplainedSkill};
pub use facets::{FacetValueView, FacetView, FacetsView};
pub use health::{FollowingState, FollowingView, HealthLinks, HealthResponse, HealthStatus};
pub use inspect::{
    Capabilities, InspectQuery, InspectRequest, InspectResponse, InspectSignals, InstallOption, ManifestFileView,
    ManifestView, Pin, SkillSelector,
};
pub use package_use::{
    PackageStanding, PackageUseView, PackagesSummaryView, PackagesView, StandingWord, UseAdvisoryView,
    UseCertificateView,
};
pub use problem::{ErrorBody, ErrorCode, ErrorEnvelope, Problem, QueryIdKind};
pub use safety::{
    CurrentContent, Freshness, SAFETY_SCOPE, SafetySummary, SafetyView, SourceCheck, TAKEDOWN_FLAG, VerdictFacts,
};
pub use scan::{CompletenessView, ScanResponse};
pub use scan_skill::{InlineFile, ScanSkillRequest};
pub use skill_certificate::{SkillCertificateView, SkillPackageView};
pub use source::{
    AuditStatus, InstallView, PublisherMetrics, SourceRef, SourceView, VerificationLevel, folder_name_of, install_of,
    install_options,
};
pub use standing::{SourceStandingView, SourceState, TakedownView};
pub use threat::ThreatNotice;
pub use verify::{
    CoversWord, MatchView, MatchedBy, RecipeMatchView, SkillRef, StrengthWord, VerifyHit, VerifyMiss, VerifyQuery,
    VerifyRequest, VerifyResponse,
};
pub use verify_batch::{BATCH_LIMIT, BatchAnswer, HeldPin, VerifyBatchQuery, VerifyBatchRequest, VerifyBatchResponse};
