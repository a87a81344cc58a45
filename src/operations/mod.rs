//! One use case for each file, and one list of them.
//!
//! An operation is a name, a summary, a request, a response and `run`. [`register`] is the
//! only list: it drives the REST routes, the MCP tools and the OpenAPI document; the command
//! line calls the same `run`. Nothing here knows axum, rmcp or clap.

pub mod accounts;
mod admission;
mod advisories;
mod agent_registry;
mod assessments;
mod caller;
mod check_approval;
mod check_health;
mod check_lockfile;
mod check_project;
mod cluster;
mod compare_skills;
mod compare_upstream;
mod crawl_sources;
mod diff_skills;
mod discover_skills;
mod evaluate_search;
mod explain_finding;
mod facets;
mod find_pin;
mod find_skills;
mod imitation;
mod index_condition;
mod ingest_source;
mod inspect_skill;
mod install_skill;
mod keep_counts;
mod keep_payments;
mod keep_up;
mod known_threats;
mod lock_skill;
mod move_index;
mod operation;
mod package_standing;
pub mod packages;
mod paid_call;
mod pin_skill;
mod problem;
mod project_policy;
pub mod public_skill;
mod published;
mod read_pins;
mod record_cache;
mod register;
mod review_change;
mod review_reports;
mod revocations;
mod run_search;
mod scan_folder;
mod scan_skill;
mod serve_skills;
mod services;
mod signature_packs;
mod signatures;
mod source_standing;
mod take_down;
mod takedown_list;
mod trust_signals;
mod verify_for_clawhub;
mod verify_pins;
mod verify_skill;

pub use crate::meter::Rate;
pub use crate::pack::{PackKeyError, PackPublicKey, PackSigningKey};
pub use crate::payment::{Call, Version as PaymentVersion};
pub use crate::store::{
    AdvisoryCounts, AdvisoryOutcome, StoredTakedown, Takedown, TakedownEvent, TakedownOutcome, TakedownTarget,
    ThreatReport,
};
pub use admission::{Answered, Challenge, Charge, Draw, PaymentNotes, Quota, Receipt, admit_lookups, give_back};
pub use advisories::{AdvisoriesError, AdvisoryImport, advisories_of, count_advisories, import_advisories};
pub use agent_registry::{Attestation, ExploreAgents, ListAgents, SearchAgents, read_attestation};
pub use caller::{Caller, ClientAddress, PaymentProof, Resource};
pub use check_approval::{CheckError, Checked, RecordCheck, check_approval, check_records};
pub use check_health::CheckHealth;
pub use check_lockfile::{CheckLockfile, lockfile_formats};
pub use check_project::{
    BytesStatus, CheckOutcome, ComparedDigest, Complaint, ComplaintKind, FailOn, FileChanges, Gate, KnownVerdict,
    Lines, ProjectCheckError, ProjectReport, ProjectRequest, SkillCheck, Upstream, VerdictState, check_project,
    github_commands, junit, sarif_log,
};
pub use compare_skills::CompareSkills;
pub use compare_upstream::{HeldPin, HeldPinFormatError, HeldSkill, PinChange, UpstreamChange};
pub use crawl_sources::{
    CrawlError, CrawlProgress, CrawlReport, CrawlRequest, CrawlSourcesError, CrawlStatus, CrawlTrouble, FailureCause,
    JobOverview, JobState, SourceList, SourceListError, VisitOutcome, Visited, crawl_sources, crawl_status,
    ingest_found, is_finder, known_publishers,
};
pub use diff_skills::{DiffError, diff_skills};
pub use discover_skills::{DiscoverSkills, DiscoverSkillsTool, DiscoverToolRequest};
pub use evaluate_search::{
    Comparison, Estimate, EvaluationError, EvaluationPlan, Group, GroupChange, GroupFigures, JudgedFiles, Measure,
    MovedQuery, MovedResult, Ranking, RankingChange, RankingReport, Report, Standing, evaluate_search,
};
pub use explain_finding::{ExplainFinding, find_rule, similar_rules};
pub use find_pin::{FindPinError, FoundPin, find_pin};
pub use find_skills::{FindSkills, FindSkillsRequest, FindSkillsResponse, FoundSkill};
pub use ingest_source::{IngestError, IngestProgress, IngestReport, IngestStage, ingest_source, ingest_starter};
pub use inspect_skill::InspectSkill;
pub use install_skill::{
    InstallError, InstallPlan, InstallRequest, InstallScope, InstallStanding, InstallTarget, Installed, SkillsPlace,
    install_question, install_skill, plan_install,
};
pub use keep_counts::{keep_counts, save_counts};
pub use keep_payments::{keep_payments, reconcile_payments};
pub use keep_up::keep_up;
pub use known_threats::known_threats;
pub use lock_skill::{LockError, LockRequest, Locked, lock_skill};
pub use move_index::{
    Declined, ExportReport, ExportRequest, FollowTerms, ImportReport, IncomingSnapshot, MoveError, Origin,
    OriginStanding, OriginTrouble, PublishedSnapshot, Publisher, export_snapshot, import_snapshot, open_snapshot,
    take_from_origin,
};
pub use operation::{Caching, Effect, Exposed, Method, Operation, RestBinding, ToolBinding};
pub use pin_skill::{PinError, PinRequest, PinTarget, Pinned, pin_skill};
pub use project_policy::{ProjectPolicyError, read_project_policy};
pub use published::{
    Artifact, ArtifactForm, ArtifactKind, COLLECTION_SKILLS, Collection, CollectionEntry, CollectionScope,
    DownloadedFile, Omitted, ScopeError, ServedContent, SkillDownload, Unservable, download_skill, list_collection,
    read_artifact, read_collection_file,
};
pub use read_pins::{ReadPin, read_pins};
pub use register::{find, register};
pub use review_change::{ReviewError, review_change, review_drift};
pub use review_reports::{
    Acceptance, OperatorThreat, ReportReviewError, accept_report, add_threat, list_reports, reject_report, show_report,
    withdraw_threat,
};
pub use revocations::{REVOCATION_PAGE, RevocationFeed, revocation_feed};
pub use scan_folder::{LocalScan, ScanFailure, scan_folder};
pub use scan_skill::ScanSkill;
pub use serve_skills::{
    ServedFile, ServedPage, ServedSkill, is_served_name, served_file, served_page, served_skill, skill_names,
};
pub use services::{CallProgress, FollowReport, PaymentTerms, QuotaLimits, Services};
pub use signature_packs::{
    SignaturePackError, SyncReport, list_signature_packs, make_signature_pack, sync_signatures, take_over_pack,
};
pub use take_down::{
    TakeDownError, TakedownReport, TakedownRequest, lift_takedown, list_takedowns, take_down,
    take_over_builtin_takedowns, take_over_takedowns,
};
pub use takedown_list::{TakedownFile, TakedownListError};
pub use verify_for_clawhub::{VerifyForClawhub, VerifyForClawhubRequest};
pub use verify_pins::VerifyPins;
pub use verify_skill::VerifySkill;
