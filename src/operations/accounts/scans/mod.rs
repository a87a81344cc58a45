//! Scans of accounts: what command lines report, targets that the service fetches, and files
//! that are uploaded.
//!
//! A request writes a row that waits; [`keep_scanning`] works on what waits, by leases, so that
//! another process takes over where one ends. Start at [`SubmitScan`] and `work.rs`.

mod admit;
mod delete_scan;
mod evaluated;
mod facts;
mod file_scans;
mod list_scans;
mod outcome;
mod report_scan;
mod show_scan;
mod submit_scan;
mod target;
mod upload;
mod view;
mod work;

pub(super) use admit::too_many_today;
pub(super) use facts::facts_of;

pub use delete_scan::DeleteScan;
pub use file_scans::{ListFileScans, ShowFileScan, UploadScan};
pub use list_scans::ListScans;
pub use report_scan::ReportScan;
pub use show_scan::{FollowScan, ShowScan};
pub use submit_scan::SubmitScan;
pub use upload::{UPLOAD_BYTES, Upload, UploadBuffer, UploadError};
pub use work::{keep_scanning, work_on_next_scan};
