//! What is known to do harm, what people report, and how far the packs of others were taken.
//!
//! Every change is written together with its entry in the audit log, in one transaction, and
//! with what follows for the verdicts of stored bundles. Start at [`Threats`].

mod contract;
mod record;
#[cfg(test)]
pub(super) mod suite;

pub use contract::Threats;
pub use record::{
    NewReport, PackOutcome, ReportOutcome, ReportStatus, ReportVerdict, TakenPack, ThreatFilter, ThreatPage,
    ThreatReport, VerdictThreat,
};
