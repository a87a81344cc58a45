//! Accounts, API keys, teams, and the log of what was done to them.
//!
//! Every change is written together with its entry in the audit log, in one transaction. Start
//! at [`Accounts`].

mod contract;
mod record;
#[cfg(test)]
pub(super) mod suite;

pub use contract::Accounts;
pub use record::{
    Account, ApiKeyRecord, AuditEntry, AuditRecord, Invitation, KeyHolder, Membership, NewAccount, NewApiKey,
    TeamMember,
};
