//! What can be said on the command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::account_arguments::AccountArguments;
use super::advisories_arguments::AdvisoriesArguments;
use super::approval_arguments::{CheckArguments, DiffArguments, InstallArguments, LockArguments, PinArguments};
use super::crawl_arguments::CrawlArguments;
use super::eval_arguments::EvalArguments;
use super::exit::help;
use super::package_arguments::PackageArguments;
use super::policy_arguments::{PolicyArguments, TeamArguments};
use super::preview::PreviewArguments;
use super::public_skill::PublicSkillArguments;
use super::reports_arguments::ReportsArguments;
use super::scan_arguments::{ExplainArguments, RulesArguments, ScanArguments};
use super::signatures_arguments::SignaturesArguments;
use super::snapshot_arguments::{SnapshotArguments, SnapshotCommand};
use super::takedown_arguments::TakedownArguments;
use super::webhooks_arguments::WebhooksArguments;
use crate::api::SourceAlias;
use crate::skill::Timestamp;
use crate::wallet::Usd;

/// Finds agent skills, shows what is in them, and re-verifies them for as long as they are held.
#[derive(Debug, Parser)]
#[command(name = "touchmark", version, after_help = help::PROGRAM, arg_required_else_help = true, infer_subcommands = false)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// Print the JSON that the REST API answers, errors included.
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
    /// Keep data in this folder [default: TOUCHMARK_DATA_DIR, else touchmark in XDG_DATA_HOME or ~/.local/share].
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub data_dir: Option<PathBuf>,
    /// Rank by meaning with this: builtin, none, fastembed:MODEL or fastembed:/FOLDER [default: TOUCHMARK_EMBEDDER, else builtin].
    #[arg(long, global = true, value_name = "EMBEDDER", help_heading = "Global options")]
    pub embedder: Option<String>,
    /// Ask this server instead of the data folder: search, inspect, verify, check, pin, install, diff --upstream, health.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "TOUCHMARK_URL",
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub url: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Find skills for a task that is described in plain words.
    #[command(after_help = help::SEARCH)]
    Search(SearchArguments),
    /// Show everything that is needed to decide on one skill, its verdict first.
    #[command(after_help = help::INSPECT)]
    Inspect(InspectArguments),
    /// Check whether what you hold is what was audited, and what the verdict is now.
    #[command(after_help = help::VERIFY)]
    Verify(VerifyArguments),
    /// Scan skills on this machine; nothing is sent, stored or run.
    #[command(after_help = help::SCAN)]
    Scan(ScanArguments),
    /// Fetch a package of npm or PyPI, check it against the registry's digests, and look at what it does.
    #[command(after_help = help::PACKAGE)]
    Package(PackageArguments),
    /// Tell what is known of the packages that a project needs, from its manifest or lock file.
    #[command(after_help = help::PREVIEW)]
    Preview(PreviewArguments),
    /// Show the certificate of an indexed skill: its findings, its packages, and advisories about them.
    #[command(after_help = help::CERTIFICATE)]
    Certificate(PublicSkillArguments),
    /// Write the software bill of materials of an indexed skill (CycloneDX 1.6).
    #[command(after_help = help::SBOM)]
    Sbom(PublicSkillArguments),
    /// Approve a skill: write down exactly which bytes were looked at.
    #[command(after_help = help::LOCK)]
    Lock(LockArguments),
    /// Check whether what is there is still what was approved or locked, and what the verdict is now.
    #[command(after_help = help::CHECK)]
    Check(CheckArguments),
    /// Write an indexed skill that is installed here into touchmark.lock.
    #[command(after_help = help::PIN)]
    Pin(PinArguments),
    /// Install an indexed skill: fetch what was pinned, check it, show what it does, ask, pin it.
    #[command(after_help = help::INSTALL)]
    Install(InstallArguments),
    /// Compare two skills on this machine and say what the change means, or a pin with the index.
    #[command(after_help = help::DIFF)]
    Diff(DiffArguments),
    /// List what the scanner looks for.
    #[command(after_help = help::RULES)]
    Rules(RulesArguments),
    /// Explain a rule: why it exists, what it flags and leaves alone, what to do.
    #[command(after_help = help::EXPLAIN)]
    Explain(ExplainArguments),
    /// Bring skills from folders, git repositories, archives, corpus files and hosts into the index.
    #[command(after_help = help::INGEST)]
    Ingest(IngestArguments),
    /// Visit the repositories of a list again and again, and bring what changed into the index.
    Crawl(CrawlArguments),
    /// Make accounts for the API with accounts, and change them.
    Account(AccountArguments),
    /// List messages to callback URLs that were given up, and send them again.
    Webhooks(WebhooksArguments),
    /// Show teams of accounts, and give one to another owner.
    Team(TeamArguments),
    /// Ask policies: what passes, what does not and why; and run their tests.
    Policy(PolicyArguments),
    /// Take skills down, so that nobody gets them from this index any more.
    Takedown(TakedownArguments),
    /// Judge reports of threats, name threats, and withdraw them.
    Reports(ReportsArguments),
    /// Make signed packs of what is known to do harm, and take over those of others.
    Signatures(SignaturesArguments),
    /// Keep what is publicly known of packages: flaws, and which are malicious.
    Advisories(AdvisoriesArguments),
    /// Move an index: write it into a file, start from one, give it away, follow one.
    Snapshot(SnapshotArguments),
    /// Measure search on judged queries: how often what is right comes first.
    #[command(after_help = help::EVAL)]
    Eval(EvalArguments),
    /// Ask whether the service is alive and its index fresh.
    #[command(after_help = help::HEALTH)]
    Health,
    /// Serve REST, MCP over HTTP, and the documents.
    #[command(after_help = help::SERVE)]
    Serve(ServeArguments),
    /// Serve MCP over standard input and output, for an agent that starts this program.
    #[command(after_help = help::MCP)]
    Mcp,
    /// Write the documents that are made from the code.
    #[command(after_help = help::GENERATE, hide = true)]
    Generate(GenerateArguments),
}

impl Command {
    /// Tells whether it gives snapshots away until it is stopped.
    pub fn is_snapshot_service(&self) -> bool {
        matches!(self, Self::Snapshot(arguments) if matches!(arguments.command, SnapshotCommand::Serve(_)))
    }

    /// Returns the name of a command that works on this machine only, for which a server is
    /// no choice.
    pub fn local_only(&self) -> Option<&'static str> {
        match self {
            Self::Search(_) | Self::Inspect(_) | Self::Verify(_) | Self::Health | Self::Pin(_) | Self::Install(_) => {
                None
            }
            Self::Scan(_) => Some("scan"),
            Self::Package(_) => Some("package"),
            Self::Lock(_) => Some("lock"),
            // A single folder is compared with records, and nobody is asked.
            Self::Check(arguments) => arguments.folder.is_some().then_some("check"),
            Self::Diff(arguments) => (!arguments.upstream).then_some("diff"),
            Self::Rules(_) => Some("rules"),
            Self::Explain(_) => Some("explain"),
            Self::Ingest(_) => Some("ingest"),
            Self::Crawl(_) => Some("crawl"),
            Self::Account(_) => Some("account"),
            Self::Webhooks(_) => Some("webhooks"),
            Self::Team(_) => Some("team"),
            Self::Policy(_) => Some("policy"),
            Self::Takedown(_) => Some("takedown"),
            Self::Reports(_) => Some("reports"),
            Self::Signatures(_) => Some("signatures"),
            Self::Advisories(_) => Some("advisories"),
            Self::Preview(_) => Some("preview"),
            Self::Certificate(_) => Some("certificate"),
            Self::Sbom(_) => Some("sbom"),
            Self::Snapshot(_) => Some("snapshot"),
            Self::Eval(_) => Some("eval"),
            Self::Serve(_) => Some("serve"),
            Self::Mcp => Some("mcp"),
            Self::Generate(_) => Some("generate"),
        }
    }
}

/// `touchmark search`.
#[derive(Debug, Args)]
pub(super) struct SearchArguments {
    /// What the skill should do, in 1 to 500 characters; words need no quotes.
    #[arg(required = true)]
    pub query: Vec<String>,
    /// Results at most, up to 30 [default: 10].
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// The part of the index to search.
    #[arg(long)]
    pub source: Option<SourceWord>,
    /// Only skills whose repository has this many stars on GitHub.
    #[arg(long, value_name = "N")]
    pub min_stars: Option<u64>,
    /// Only skills that changed after this date, such as 2026-06-12 or 2026-06-12T08:00:00Z.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub updated_after: Option<Timestamp>,
    /// Show how each score came about.
    #[arg(long)]
    pub explain: bool,
    /// Count all that match by type, publisher, licence and verdict.
    #[arg(long)]
    pub facets: bool,
    /// Pay at most this many dollars for the answer of a server; only where TOUCHMARK_WALLET_KEY is set.
    #[arg(long, value_name = "USD", default_value_t = DEFAULT_MAX_PRICE)]
    pub max_price: Usd,
}

/// Parts of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SourceWord {
    /// The whole index.
    Main,
    /// Skills on GitHub.
    Github,
}

impl From<SourceWord> for SourceAlias {
    fn from(word: SourceWord) -> Self {
        match word {
            SourceWord::Main => Self::Main,
            SourceWord::Github => Self::Github,
        }
    }
}

/// `touchmark inspect`.
#[derive(Debug, Args)]
pub(super) struct InspectArguments {
    /// The skill's id, as search shows it.
    pub skill_id: Option<String>,
    /// The URL of its SKILL.md or folder, instead of the id.
    #[arg(long, value_name = "URL")]
    pub source_url: Option<String>,
    /// The SHA-256 of its SKILL.md, instead of the id.
    #[arg(long, value_name = "HASH")]
    pub content_hash: Option<String>,
    /// The query_id of the search that found it.
    #[arg(long, value_name = "ID")]
    pub query_id: Option<String>,
    /// Print SKILL.md and nothing else: as it is into a pipe, sanitised on a terminal.
    #[arg(long)]
    pub content_only: bool,
    /// Pay at most this many dollars for the answer of a server; only where TOUCHMARK_WALLET_KEY is set.
    #[arg(long, value_name = "USD", default_value_t = DEFAULT_MAX_PRICE)]
    pub max_price: Usd,
}

/// `touchmark verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The skill's folder, or its SKILL.md; it is hashed here and not sent.
    #[arg(conflicts_with = "content_hash")]
    pub path: Option<PathBuf>,
    /// The SHA-256 of its SKILL.md, with or without `sha256:`; or the digest that a lockfile, git or another tool holds.
    #[arg(long, value_name = "HASH")]
    pub content_hash: Option<String>,
    /// The URL that it was installed from.
    #[arg(long, value_name = "URL")]
    pub source_url: Option<String>,
    /// A file of pins as `inspect` prints them, a list or one a line; `-` is the standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["path", "content_hash", "source_url"])]
    pub pins: Option<PathBuf>,
}

/// `touchmark ingest`.
#[derive(Debug, Args)]
pub(super) struct IngestArguments {
    /// A folder; a git repository (https://…, github:owner/repository, optionally with
    /// #reference:folder); every public repository of an account (github:owner), or every one in
    /// which GitHub finds a SKILL.md (github-search, which needs TOUCHMARK_GITHUB_TOKEN); an
    /// archive (.zip, .tar, .tar.gz); a .jsonl, .jsonl.gz or .jsonl.zst file; a host
    /// (well-known:https://…, clawhub:https://…, mcp:https://…); or `starter`.
    #[arg(required = true, value_name = "SOURCE")]
    pub sources: Vec<OsString>,
    /// A file of TOML that says how GitHub is asked; the environment wins over it.
    #[arg(long, value_name = "FILE", env = "TOUCHMARK_CONFIG")]
    pub config: Option<PathBuf>,
}

/// `touchmark serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// The address to listen on.
    #[arg(long, value_name = "ADDRESS", env = "TOUCHMARK_LISTEN", default_value_t = DEFAULT_LISTEN)]
    pub listen: SocketAddr,
    /// A file of TOML with quotas and payments; the environment wins over it.
    #[arg(long, value_name = "FILE", env = "TOUCHMARK_CONFIG")]
    pub config: Option<PathBuf>,
    /// Give the index away as well, at /snapshot/latest and /snapshot/delta; see docs/snapshots.md.
    #[arg(long)]
    pub snapshots: bool,
    /// Sign what is given away with the key in this file; `touchmark signatures new-key` makes one.
    #[arg(long, value_name = "FILE", requires = "snapshots")]
    pub sign: Option<PathBuf>,
    /// Start from the index of this server and follow it while answering, such as https://skills.example.
    #[arg(long, value_name = "URL")]
    pub follow: Option<String>,
    /// A public key, of which one has to have signed what is followed; may be given more than once.
    #[arg(long = "follow-key", value_name = "KEY")]
    pub follow_keys: Vec<String>,
}

/// Where the service listens if nothing else is said.
pub(super) const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7080);

/// What a call may cost if nothing else is said: five times the price of a workflow.
pub(super) const DEFAULT_MAX_PRICE: Usd = Usd::from_units(10_000);

/// `touchmark generate`.
#[derive(Debug, Args)]
pub(super) struct GenerateArguments {
    /// Write nothing; fail where a document is not what the code would write.
    #[arg(long)]
    pub check: bool,
    /// The folder to write into.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}

pub(super) fn date(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "expected a date such as 2026-06-12, or a date-time such as 2026-06-12T08:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn dates_are_read_with_and_without_a_time() {
        for (text, is_date) in [("2026-06-12", true), ("2026-06-12T08:00:00Z", true), ("soon", false), ("", false)] {
            assert_eq!(date(text).is_ok(), is_date, "{text}");
        }
    }
}
