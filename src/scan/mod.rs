//! What is in a bundle: rules look at views of its files and report findings with evidence,
//! and a verdict is read off the findings.
//!
//! The room is pure: the same bundle and ruleset give the same report, byte for byte. It
//! knows no network, no clock, no disk and no store. Start at [`scan_bundle`].

mod act;
mod beside;
mod capability;
mod driver;
mod evidence;
mod finding;
mod fingerprint;
mod flow;
pub mod format;
mod layer;
mod likeness;
mod markdown;
mod native_program;
mod overlap;
mod package_use;
mod plain_files;
mod polarity;
mod policy;
mod report;
mod rule;
pub mod rules;
mod ruleset;
mod signature;
mod sink;
mod verdict;
mod version_jump;
mod view;

pub use act::{Act, ActPlace, Acts, acts};
pub use beside::{Beside, Counterpart, PackageIdentity, PackageRegistryKind, inner_path};
pub use capability::Capability;
pub use driver::{ScannedBundle, scan_bundle, scan_bundle_beside, scan_bundle_with};
pub use finding::{Confidence, Finding, Location, Persona, Phase, Severity, Suppression, SuppressionKind};
pub use layer::{Fact, FactKind, Layer, Origin};
pub use likeness::{glance, is_misspelt};
pub use native_program::{NativeProgram, native_programs};
pub use package_use::{PackageSource, PackageUse, UseKind, misspelt_package, package_uses};
pub use plain_files::{scan_files, scan_files_with};
pub use policy::{
    Baseline, BaselineError, Decision, Review, ReviewOutcome, Suppressions, SuppressionsError, WrittenSuppressions,
};
pub use report::{Completeness, INCOMPLETE_FLAG, PhaseReport, ScanReport};
pub use rule::{Hook, Lifecycle, RemovedRule, Rule};
pub use rules::{REMOVED_RULES, RULES};
pub use ruleset::{RULESET_NUMBER, Ruleset, RulesetVersion, ruleset_version};
pub use signature::{Signature, SignatureError, SignatureKind, SignaturePack};
pub use sink::Sink;
pub use verdict::{RecommendedAction, RiskBand, SafetyStatus};
pub use version_jump::{VersionJump, VersionStep};
pub use view::{BundleView, FileView, Region, TextView};
