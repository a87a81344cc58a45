//! Reads the arguments, runs the command, and says how it ended.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches};
use tokio::runtime::Runtime;

use super::arguments::{Arguments, Command};
use super::exit::Outcome;
use super::failure::Failure;
use super::output::{self, Output};
use super::{
    account, advisories, check, crawl, diff, eval, explain, generate, health, ingest, inspect, install, lock, mcp,
    package, paint, pin, policy, preview, public_skill, reports, rules, scan, search, serve, signatures, snapshot,
    takedown, team, verify, webhooks,
};
use crate::config::LogConfig;

/// Runs the program with `arguments`, of which the first is its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Outcome {
    let (arguments, is_url_typed) = match parse(arguments) {
        Ok(parsed) => parsed,
        Err(error) => return explain_usage(&error),
    };
    let output = Output::new(arguments.global.json);
    match dispatch(arguments, is_url_typed, &output) {
        Ok(outcome) => outcome,
        Err(failure) => tell(&failure, &output),
    }
}

/// Reads the arguments, and tells whether a server was named among them rather than by a
/// variable.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(Arguments, bool), clap::Error> {
    let matches = Arguments::command().try_get_matches_from(arguments)?;
    let is_url_typed = matches.value_source("url") == Some(ValueSource::CommandLine);
    Ok((Arguments::from_arg_matches(&matches)?, is_url_typed))
}

fn dispatch(arguments: Arguments, is_url_typed: bool, output: &Output) -> Result<Outcome, Failure> {
    let Arguments { global, command } = arguments;
    if let (Some(command), true) = (command.local_only(), is_url_typed) {
        return Err(Failure::LocalOnly { command });
    }
    // A service tells what it does; a command tells only what went wrong.
    let level = match &command {
        // A statement whose rows are packed as they come is not slow.
        Command::Snapshot(_) if command.is_snapshot_service() => "info,sqlx=error,tantivy=warn",
        Command::Snapshot(_) => "warn,sqlx=error",
        Command::Serve(_) => "info,rmcp=warn,tantivy=warn",
        _ => "warn,rmcp=error",
    };
    start_log(LogConfig::read(level)?);
    let runtime = Runtime::new()?;
    let outcome = runtime.block_on(async {
        match command {
            Command::Search(arguments) => search::run(&global, arguments, output).await,
            Command::Inspect(arguments) => inspect::run(&global, arguments, output).await,
            Command::Verify(arguments) => verify::run(&global, arguments, output).await,
            Command::Health => health::run(&global, output).await,
            Command::Scan(arguments) => scan::run(arguments, output),
            Command::Package(arguments) => package::run(&global, arguments, output).await,
            Command::Lock(arguments) => lock::run(arguments, output),
            Command::Check(arguments) => check::run(&global, &arguments, output).await,
            Command::Pin(arguments) => pin::run(&global, arguments, output).await,
            Command::Install(arguments) => install::run(&global, arguments, output).await,
            Command::Diff(arguments) => diff::run(&global, &arguments, output).await,
            Command::Rules(arguments) => rules::run(&arguments, output),
            Command::Explain(arguments) => explain::run(&arguments, output),
            Command::Ingest(arguments) => ingest::run(&global, arguments, output).await,
            Command::Account(arguments) => account::run(&global, arguments, output).await,
            Command::Webhooks(arguments) => webhooks::run(&global, arguments, output).await,
            Command::Team(arguments) => team::run(&global, arguments, output).await,
            Command::Policy(arguments) => policy::run(arguments, output),
            Command::Crawl(arguments) => crawl::run(&global, arguments, output).await,
            Command::Reports(arguments) => reports::run(&global, arguments, output).await,
            Command::Signatures(arguments) => signatures::run(&global, arguments, output).await,
            Command::Takedown(arguments) => takedown::run(&global, arguments, output).await,
            Command::Advisories(arguments) => advisories::run(&global, arguments, output).await,
            Command::Preview(arguments) => preview::run(&global, arguments, output).await,
            Command::Certificate(arguments) => public_skill::certificate(&global, arguments, output).await,
            Command::Sbom(arguments) => public_skill::sbom(&global, arguments, output).await,
            Command::Snapshot(arguments) => snapshot::run(&global, arguments, output).await,
            Command::Eval(arguments) => eval::run(&global, arguments, output).await,
            Command::Serve(arguments) => serve::run(&global, arguments).await,
            Command::Mcp => mcp::run(&global).await,
            Command::Generate(arguments) => generate::run(&arguments),
        }
    });
    // What still computes for an answer that nobody waits for must not hold the terminal.
    runtime.shutdown_background();
    outcome
}

/// The log goes to the standard error: the standard output belongs to answers, and to MCP.
fn start_log(config: LogConfig) {
    let is_coloured = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let log =
        tracing_subscriber::fmt().with_env_filter(config.filter).with_writer(std::io::stderr).with_ansi(is_coloured);
    // Fails only where a log is kept already, as in a test that runs commands in its process.
    let _ = log.try_init();
}

/// Wrong usage is a failure; the code 2, which it usually has, means a verdict here.
fn explain_usage(error: &clap::Error) -> Outcome {
    let is_help = !error.use_stderr();
    let text = error.render().to_string();
    // Clap repeats the arguments, which may come from an author by way of a script.
    let is_clean = paint::block(&text) == text;
    let told = if is_clean {
        error.print()
    } else {
        eprint!("{}", paint::block(&text));
        Ok(())
    };
    if is_help && told.is_ok() { Outcome::Done } else { Outcome::Failed }
}

fn tell(failure: &Failure, output: &Output) -> Outcome {
    if failure.is_broken_pipe() {
        return Outcome::Failed;
    }
    if let (Some(body), true) = (failure.body(), output.json) {
        // Where this cannot be delivered either, the message below is all that is left.
        let _ = output.pretty(&body);
    }
    output::tell_error(&failure.to_string());
    failure.outcome()
}
