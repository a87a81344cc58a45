//! What is in a bundle: rules look at views of its files and report findings with evidence,
//! and a verdict is read off the findings.
//!
//! The room is pure: the same bundle and ruleset give the same report, byte for byte. It
//! knows no network, no clock, no disk and no store. Start at [`scan_bundle`].

mod capability;
mod driver;
mod evidence;
mod finding;
mod flow;
mod layer;
mod markdown;
mod polarity;
mod report;
mod rule;
pub mod rules;
mod ruleset;
mod sink;
mod verdict;
mod view;

pub use capability::Capability;
pub use driver::{ScannedBundle, scan_bundle};
pub use finding::{Confidence, Finding, Location, Persona, Phase, Severity};
pub use layer::{Layer, Origin};
pub use report::{Completeness, PhaseReport, ScanReport};
pub use rule::{Hook, Lifecycle, Rule};
pub use rules::RULES;
pub use ruleset::{RULESET_NUMBER, RulesetVersion, ruleset_version};
pub use sink::Sink;
pub use verdict::{RecommendedAction, RiskBand, SafetyStatus};
pub use view::{BundleView, FileView, Region, TextView};
