//! What can be said about a crawl on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::exit::help;

/// `touchmark crawl`.
#[derive(Debug, Args)]
pub(super) struct CrawlArguments {
    #[command(subcommand)]
    pub command: CrawlCommand,
}

/// What is done with the crawl.
#[derive(Debug, Subcommand)]
pub(super) enum CrawlCommand {
    /// Visit every source of a list that is due, and go on where an earlier run was stopped.
    #[command(after_help = help::CRAWL_RUN)]
    Run(CrawlRunArguments),
    /// Show the queue: what waits, how fast it goes, how long it takes, what failed and why.
    #[command(after_help = help::CRAWL_STATUS)]
    Status,
}

/// `touchmark crawl run`.
#[derive(Debug, Args)]
pub(super) struct CrawlRunArguments {
    /// The list of sources, as TOML [default: index/sources.toml, which is in the program].
    #[arg(long, value_name = "FILE")]
    pub sources: Option<PathBuf>,
    /// A file of TOML that says how GitHub is asked; the environment wins over it.
    #[arg(long, value_name = "FILE", env = "TOUCHMARK_CONFIG")]
    pub config: Option<PathBuf>,
    /// Visit at most this many sources; the others wait for the next run.
    #[arg(long, value_name = "N")]
    pub max_repos: Option<u64>,
    /// Leave alone what was visited within this time, such as 30m, 12h, 7d or 2w; 0s visits all
    /// [default: a tenth of the time for which it was unchanged, from a day to 30 days].
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub since: Option<Duration>,
    /// Visit again what was given up, without waiting for a week.
    #[arg(long)]
    pub retry: bool,
    /// Do everything but keep it: work on a copy of the data, tell what would change.
    #[arg(long)]
    pub dry_run: bool,
}

/// Reads an age: a number and one of s, m, h, d, w.
pub(super) fn age(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number and one of s, m, h, d, w, such as 12h or 7d".to_owned();
    let unit = text.chars().last().ok_or_else(expected)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 24 * 3_600,
        'w' => 7 * 24 * 3_600,
        _ => return Err(expected()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| expected())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_a_number_and_a_unit() {
        let rows = [
            ("0s", Some(0)),
            ("90s", Some(90)),
            ("30m", Some(1_800)),
            ("12h", Some(43_200)),
            ("7d", Some(604_800)),
            ("2w", Some(1_209_600)),
            ("", None),
            ("7", None),
            ("d", None),
            ("-1d", None),
            ("1y", None),
            ("1é", None),
            ("99999999999999999999w", None),
            ("18446744073709551615w", None),
        ];
        for (text, expected) in rows {
            assert_eq!(age(text).ok(), expected.map(Duration::from_secs), "{text}");
        }
    }
}
