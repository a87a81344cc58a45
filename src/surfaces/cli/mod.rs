//! The command line: hand-shaped commands over the same operations as REST and MCP.
//!
//! A command asks a server (`--url`) or the data folder on this machine; it cannot tell which,
//! see `backend`. Everything that an author wrote is sanitised once more where it meets the
//! terminal, see `paint`. Start at [`run`].

mod account;
mod account_arguments;
mod advisories;
mod advisories_arguments;
mod approval_arguments;
mod approval_page;
mod arguments;
mod backend;
mod check;
mod check_page;
mod check_verdicts;
mod crawl;
mod crawl_arguments;
mod crawl_page;
mod diff;
mod diff_upstream;
mod eval;
mod eval_arguments;
mod eval_changes;
mod eval_page;
mod exit;
mod explain;
mod failure;
mod findings;
mod generate;
mod health;
mod held;
mod help_pages;
mod ingest;
mod ingest_progress;
mod ingest_report;
mod inspect;
mod inspect_page;
mod install;
mod install_page;
mod json;
mod local;
mod lock;
mod mcp;
mod output;
mod page_text;
mod paint;
mod pin;
mod program;
mod purse;
mod remote;
mod remote_error;
mod remote_payment;
mod review_page;
mod rules;
mod scan;
mod scan_arguments;
mod scan_lists;
mod scan_page;
mod scan_report;
mod search;
mod serve;
mod snapshot;
mod snapshot_arguments;
mod snapshot_download;
mod standing;
mod suggestion;
mod table;
mod takedown;
mod takedown_arguments;
mod text_diff;
mod verify;
mod verify_pins;

pub use exit::Outcome;
pub use help_pages::help_pages;
pub use program::run;
