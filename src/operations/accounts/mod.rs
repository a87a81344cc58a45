//! The API with accounts: who calls, and one use case a file.
//!
//! Its operations know who calls them ([`Holder`]), which those of the index do not; the list
//! is [`register_account_operations`], from which routes and documents come.

mod authenticate;
mod credential;
mod keys;
mod log_in;
mod manage;
mod operation;
mod refusals;
mod register_account;
mod registry;
mod report_threat;
mod scans;
mod services;
mod show_account;
mod signatures;
mod threats;

pub use authenticate::authenticate;
pub use credential::Credential;
pub use keys::{CreateApiKey, ListApiKeys, RevokeApiKey};
pub use log_in::LogIn;
pub use manage::{ManageError, create_account, rotate_signing_key, set_account_disabled, set_account_tier};
pub use operation::{
    Access, AccountAnswer, AccountBinding, AccountMethod, AccountOperation, Envelope, ExposedAccountOperation, Holder,
    Shape,
};
pub(super) use refusals::store_failure;
pub use register_account::RegisterAccount;
pub use registry::register_account_operations;
pub use report_threat::ReportThreat;
pub use scans::{
    DeleteScan, FollowScan, ListFileScans, ListScans, ReportScan, ShowFileScan, ShowScan, SubmitScan, UPLOAD_BYTES,
    Upload, UploadBuffer, UploadError, UploadScan, keep_scanning, work_on_next_scan,
};
pub use services::{AccountServices, AccountsError, Registration};
pub use show_account::ShowAccount;
pub use signatures::ListSignatures;
pub use threats::{ListThreats, ShowThreat};
