//! The contract: what requests say, what responses say, and the one table of errors.
//!
//! Views are kept stable; the types of the rooms are free to change. Field documentation is
//! read by strangers in three places: the OpenAPI document, the MCP tools and the docs pages.
//! The room is pure and knows nothing that waits.

mod discover;
mod facets;
mod health;
mod inspect;
mod problem;
mod safety;
mod scan;
mod shell;
mod source;
mod verify;
mod verify_batch;
mod written;

pub use discover::{
    CopiesView, DiscoverFilters, DiscoverMeta, DiscoverQuery, DiscoverRequest, DiscoverResponse, DiscoverResult,
    DiscoverSignals, EmptyReasonWord, IndexStatus, Level, MatchWord, QualityWord, RESULT_LIMIT, RecencyWord,
    ScoreBreakdownView, ScoreExplanation, SourceAlias, TrustWord,
};
pub use facets::{FacetValueView, FacetView, FacetsView};
pub use health::{HealthLinks, HealthResponse, HealthStatus};
pub use inspect::{
    Capabilities, InspectQuery, InspectRequest, InspectResponse, InspectSignals, InstallOption, ManifestFileView,
    ManifestView, Pin, SkillSelector,
};
pub use problem::{ErrorBody, ErrorCode, ErrorEnvelope, Problem, QueryIdKind};
pub use safety::{Freshness, SAFETY_SCOPE, SafetySummary, SafetyView, VerdictFacts};
pub use scan::{CompletenessView, ScanResponse};
pub use source::{
    AuditStatus, InstallView, PublisherMetrics, SourceRef, SourceView, VerificationLevel, folder_name_of, install_of,
    install_options, publisher_metrics,
};
pub use verify::{
    CoversWord, MatchView, MatchedBy, RecipeMatchView, SkillRef, StrengthWord, VerifyHit, VerifyMiss, VerifyQuery,
    VerifyRequest, VerifyResponse,
};
pub use verify_batch::{BATCH_LIMIT, BatchAnswer, HeldPin, VerifyBatchQuery, VerifyBatchRequest, VerifyBatchResponse};
