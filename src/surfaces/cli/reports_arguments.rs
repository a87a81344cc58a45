//! What can be said about reports and threats on the command line.

use clap::{Args, Subcommand, ValueEnum};

use super::exit::help;
use crate::threat::{ThreatCategory, ThreatSeverity};

/// `touchmark reports`.
#[derive(Debug, Args)]
pub(super) struct ReportsArguments {
    #[command(subcommand)]
    pub command: ReportsCommand,
}

/// What is done with reports.
#[derive(Debug, Subcommand)]
pub(super) enum ReportsCommand {
    /// List the reports that wait.
    #[command(after_help = help::REPORTS)]
    List(ListReportsArguments),
    /// Show a report, and what is known of the same digest or package.
    #[command(after_help = help::REPORTS)]
    Show(ReportName),
    /// Accept a report: it becomes a threat, and every verdict on its digest is dangerous within seconds.
    #[command(after_help = help::REPORTS)]
    Accept(AcceptArguments),
    /// Reject a report.
    #[command(after_help = help::REPORTS)]
    Reject(RejectArguments),
    /// Name a threat that nobody reported, by its digests.
    #[command(after_help = help::REPORTS)]
    Add(AddThreatArguments),
    /// Withdraw a threat: verdicts are those of the scanner again.
    #[command(after_help = help::REPORTS)]
    Withdraw(WithdrawArguments),
}

/// `touchmark reports list`.
#[derive(Debug, Args)]
pub(super) struct ListReportsArguments {
    /// List those that were judged as well.
    #[arg(long)]
    pub all: bool,
}

/// A report.
#[derive(Debug, Args)]
pub(super) struct ReportName {
    /// The id of the report, as in rpt_….
    #[arg(value_name = "REPORT")]
    pub id: String,
}

/// `touchmark reports accept`.
#[derive(Debug, Args)]
pub(super) struct AcceptArguments {
    #[command(flatten)]
    pub report: ReportName,
    /// Recognise it by this SHA-256 as well: of a bundle, of any file, or of an archive.
    #[arg(long = "hash", value_name = "HASH")]
    pub hashes: Vec<String>,
    /// It is in this version of the package, rather than in every one.
    #[arg(long, value_name = "VERSION")]
    pub package_version: Option<String>,
    /// It does this, rather than what was reported.
    #[arg(long, value_enum)]
    pub category: Option<CategoryWord>,
    /// It is this bad, rather than as was reported.
    #[arg(long, value_enum)]
    pub severity: Option<SeverityWord>,
    /// Say this of it, rather than what was reported.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// More is said at this https URL.
    #[arg(long = "reference", value_name = "URL")]
    pub references: Vec<String>,
    /// A note to the report, for operators.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[command(flatten)]
    pub by: Reviewer,
}

/// `touchmark reports reject`.
#[derive(Debug, Args)]
pub(super) struct RejectArguments {
    #[command(flatten)]
    pub report: ReportName,
    /// A note to the report, for operators.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[command(flatten)]
    pub by: Reviewer,
}

/// `touchmark reports add`.
#[derive(Debug, Args)]
pub(super) struct AddThreatArguments {
    /// Recognise it by this SHA-256: of a bundle, of any file, or of an archive.
    #[arg(long = "hash", value_name = "HASH", required = true)]
    pub hashes: Vec<String>,
    /// It does this.
    #[arg(long, value_enum)]
    pub category: CategoryWord,
    /// It is this bad.
    #[arg(long, value_enum)]
    pub severity: SeverityWord,
    /// Say this of it.
    #[arg(long, value_name = "TEXT")]
    pub description: String,
    /// More is said at this https URL.
    #[arg(long = "reference", value_name = "URL")]
    pub references: Vec<String>,
    #[command(flatten)]
    pub by: Reviewer,
}

/// `touchmark reports withdraw`.
#[derive(Debug, Args)]
pub(super) struct WithdrawArguments {
    /// The id of the threat, as in thr_….
    #[arg(value_name = "THREAT")]
    pub id: String,
    #[command(flatten)]
    pub by: Reviewer,
}

/// Who judges.
#[derive(Debug, Args)]
pub(super) struct Reviewer {
    /// Under this name it is written into the audit log [default: TOUCHMARK_OPERATOR, else the user].
    #[arg(long = "by", value_name = "NAME")]
    pub name: Option<String>,
}

/// A category on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CategoryWord(pub ThreatCategory);

impl ValueEnum for CategoryWord {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [CategoryWord; 8] = [
            CategoryWord(ThreatCategory::CredentialExfiltration),
            CategoryWord(ThreatCategory::Backdoor),
            CategoryWord(ThreatCategory::InstallHookAbuse),
            CategoryWord(ThreatCategory::Typosquat),
            CategoryWord(ThreatCategory::ObfuscatedPayload),
            CategoryWord(ThreatCategory::Cryptominer),
            CategoryWord(ThreatCategory::DataExfiltration),
            CategoryWord(ThreatCategory::Other),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}

/// A severity on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeverityWord(pub ThreatSeverity);

impl ValueEnum for SeverityWord {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [SeverityWord; 4] = [
            SeverityWord(ThreatSeverity::Low),
            SeverityWord(ThreatSeverity::Medium),
            SeverityWord(ThreatSeverity::High),
            SeverityWord(ThreatSeverity::Critical),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}
