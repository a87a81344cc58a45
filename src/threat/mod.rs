//! What is known to do harm: threats by digest and package, what they are called, how bad they
//! are, and who says so.
//!
//! Types and parsing alone: what is remembered is the store's, and what follows for a verdict
//! is decided where verdicts are read. Start at [`Threat`].

mod category;
mod identifier;
mod package;
mod severity;
mod threat;

pub use category::{ThreatCategory, ThreatCategoryError};
pub use identifier::{ThreatId, ThreatIdError};
pub use package::{AffectedPackage, Ecosystem, EcosystemError, PackageNameError};
pub use severity::{ThreatSeverity, ThreatSeverityError};
pub use threat::{
    DESCRIPTION_CHARACTERS, KnownThreat, REFERENCE_CHARACTERS, Threat, ThreatError, ThreatLimits, ThreatParts,
    ThreatSource, ThreatStatus,
};
