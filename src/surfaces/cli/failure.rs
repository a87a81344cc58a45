//! Why a command could not do its work.

use std::io;

use super::diff_upstream::HeldPinError;
use super::exit::Outcome;
use super::held::HeldError;
use super::policy::PolicyFailure;
use super::remote_error::RemoteError;
use super::scan_lists::ScanListError;
use super::snapshot_download::DownloadError;
use crate::api::Problem;
use crate::app::{AppError, ImportError};
use crate::approval::RecordError;
use crate::config::{
    AccountsConfigError, AuditConfigError, FollowConfigError, FreshnessConfigError, GithubConfigError, HttpConfigError,
    LogConfigError, MeterConfigError, OutgoingConfigError, PaymentConfigError, RegistriesConfigError, SettingsError,
    StorageConfigError,
};
use crate::operations::accounts::{ManageError, OperatorTeamError};
use crate::operations::{
    AdvisoriesError, CheckError, CrawlSourcesError, DiffError, EvaluationError, FindPinError, InstallError, LockError,
    MoveError, PinError, ProjectCheckError, ProjectPolicyError, ReportReviewError, SignaturePackError, TakeDownError,
};
use crate::surfaces::docs::GenerateError;
use crate::surfaces::mcp::StdioError;
use crate::surfaces::rest::ServeError;
use crate::wallet::PrivateKeyError;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// An operation refuses, on this machine.
    #[error("{} ({})", .0.message, .0.code.as_str())]
    Problem(Box<Problem>),
    /// The server refuses, or there is none.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The wallet cannot be used.
    #[error("TOUCHMARK_WALLET_KEY is {0}")]
    Wallet(#[from] PrivateKeyError),
    /// The data folder cannot be used.
    #[error(transparent)]
    App(#[from] AppError),
    /// There is no data folder.
    #[error(transparent)]
    Storage(#[from] StorageConfigError),
    /// A variable of the service cannot be used.
    #[error(transparent)]
    Http(#[from] HttpConfigError),
    /// GitHub cannot be asked as configured.
    #[error(transparent)]
    Github(#[from] GithubConfigError),
    /// The registries of packages cannot be asked as configured.
    #[error(transparent)]
    Registries(#[from] RegistriesConfigError),
    /// The price of an audit is none.
    #[error(transparent)]
    Audit(#[from] AuditConfigError),
    /// A configuration file cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The limit of freshness cannot be used.
    #[error(transparent)]
    Freshness(#[from] FreshnessConfigError),
    /// Whom to follow is not clear.
    #[error(transparent)]
    Follow(#[from] FollowConfigError),
    /// Nothing that could be declined.
    #[error("`{word}` is nothing that can be left out, expected takedowns, threats or statements")]
    Declined {
        /// The word, sanitised.
        word: String,
    },
    /// A quota cannot be used.
    #[error(transparent)]
    Meter(#[from] MeterConfigError),
    /// Whether there are accounts is not clear.
    #[error(transparent)]
    AccountsConfig(#[from] AccountsConfigError),
    /// It is not clear where requests may go.
    #[error(transparent)]
    Outgoing(#[from] OutgoingConfigError),
    /// There is no such message.
    #[error("no message of this id was given up; `touchmark webhooks list` shows those that were")]
    NoSuchWebhook,
    /// An account could not be made or changed.
    #[error(transparent)]
    Account(#[from] ManageError),
    /// A report could not be judged.
    #[error(transparent)]
    Review(#[from] ReportReviewError),
    /// A pack was not made or not taken over.
    #[error(transparent)]
    SignaturePack(#[from] SignaturePackError),
    /// A team could not be shown or changed.
    #[error(transparent)]
    Team(#[from] OperatorTeamError),
    /// A policy could not be asked.
    #[error(transparent)]
    AskPolicy(#[from] PolicyFailure),
    /// A manifest cannot be read.
    #[error("cannot read the packages of `{path}`: {reason}")]
    Manifest {
        /// The file, sanitised.
        path: String,
        /// What is wrong with it, sanitised.
        reason: String,
    },
    /// There is no such skill, or nothing can be told of it; sanitised.
    #[error("{0}")]
    PublicSkill(String),
    /// Advisories could not be taken over or told.
    #[error(transparent)]
    Advisories(#[from] AdvisoriesError),
    /// Payments cannot be taken as configured.
    #[error(transparent)]
    Payment(#[from] PaymentConfigError),
    /// The variable of the log cannot be used.
    #[error(transparent)]
    Log(#[from] LogConfigError),
    /// What is held cannot be hashed.
    #[error(transparent)]
    Held(#[from] HeldError),
    /// A command that works on this machine was told to ask a server.
    #[error("`{command}` works on this machine; leave out --url")]
    LocalOnly {
        /// The command.
        command: &'static str,
    },
    /// The service ended with an error.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The conversation over standard input and output ended with an error.
    #[error(transparent)]
    Stdio(#[from] StdioError),
    /// A list that steers a scan cannot be used.
    #[error(transparent)]
    Lists(#[from] ScanListError),
    /// Judged queries cannot be read or asked.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// Nothing was taken down or lifted.
    #[error(transparent)]
    TakeDown(#[from] TakeDownError),
    /// Sources could not be visited.
    #[error(transparent)]
    Crawl(#[from] CrawlSourcesError),
    /// An index was not moved.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// An index was not put into the data folder.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A snapshot was not fetched.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// Nothing was approved.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is no verdict on what was approved.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// A project could not be checked at all.
    #[error(transparent)]
    Project(#[from] ProjectCheckError),
    /// Nothing was pinned.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// Two folders could not be compared.
    #[error(transparent)]
    Diff(#[from] DiffError),
    /// There is no pin to compare.
    #[error(transparent)]
    HeldPin(#[from] HeldPinError),
    /// The pin in touchmark.lock cannot be read.
    #[error(transparent)]
    FindPin(#[from] FindPinError),
    /// Nothing was installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// The policy of the project cannot be read.
    #[error(transparent)]
    Policy(#[from] ProjectPolicyError),
    /// What is said of a source cannot be recorded.
    #[error("the source: {0}")]
    Source(RecordError),
    /// There is nothing to check.
    #[error("{0}")]
    NothingApproved(String),
    /// The server did not answer every pin.
    #[error("the server answered {answered} of {asked} pins; its version may be another than this one")]
    Batch {
        /// Pins of the request.
        asked: usize,
        /// Answers.
        answered: usize,
    },
    /// Pins cannot be read.
    #[error("cannot read pins from `{path}`: {reason}; expected a JSON list of pins, or one pin a line")]
    Pins {
        /// Where they should be.
        path: String,
        /// What failed.
        reason: String,
    },
    /// Two options ask for different things.
    #[error("{0}")]
    Usage(&'static str),
    /// There is no such rule.
    #[error("there is no rule `{id}`{hint}")]
    UnknownRule {
        /// What was asked for, sanitised.
        id: String,
        /// What may have been meant.
        hint: String,
    },
    /// A file of the answer cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Documents were not written.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The answer cannot be written down as JSON.
    #[error("cannot write the answer as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The answer cannot be delivered.
    #[error("cannot write to the standard output: {0}")]
    Output(#[from] io::Error),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl Failure {
    /// Tells whether whoever read the output has stopped reading, which is no error to tell.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Returns how the command ends.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Check(error) if error.is_invalid_record() => Outcome::InvalidRecord,
            Self::Pin(error) if error.is_invalid_lockfile() => Outcome::InvalidRecord,
            Self::FindPin(error) if error.is_invalid_lockfile() => Outcome::InvalidRecord,
            Self::Pin(error) if error.is_difference() => Outcome::Refused,
            Self::Install(error) if error.is_invalid_lockfile() => Outcome::InvalidRecord,
            Self::Install(error) if error.is_refusal() => Outcome::Refused,
            Self::Policy(ProjectPolicyError::Invalid(_)) => Outcome::InvalidRecord,
            Self::AskPolicy(error) if error.is_invalid() => Outcome::InvalidRecord,
            _ => Outcome::Failed,
        }
    }

    /// Returns the body with which the REST API answers this failure, where it has one.
    pub fn body(&self) -> Option<String> {
        match self {
            Self::Problem(problem) => serde_json::to_string(&problem.envelope()).ok(),
            Self::Remote(RemoteError::Refused { body, .. } | RemoteError::NotPaid { body, .. }) => Some(body.clone()),
            _ => None,
        }
    }
}
