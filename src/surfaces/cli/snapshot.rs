//! `touchmark snapshot`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::json;

use super::arguments::Global;
use super::exit::Outcome;
use super::failure::Failure;
use super::follow_origin::{declined, keys};
use super::local;
use super::output::{self, Output};
use super::paint::line;
use super::signatures::read_key;
use super::snapshot_arguments::{
    SnapshotArguments, SnapshotCommand, SnapshotExportArguments, SnapshotFollowArguments, SnapshotImportArguments,
    SnapshotServeArguments,
};
use super::snapshot_download::{DownloadError, SnapshotServer};
use crate::app;
use crate::config::{HttpConfig, Settings, StorageConfig};
use crate::operations::{
    ExportReport, ExportRequest, FollowTerms, ImportReport, MoveError, Publisher, export_snapshot, open_snapshot,
};
use crate::skill::Timestamp;
use crate::surfaces::rest;

/// Moves an index.
pub(super) async fn run(global: &Global, arguments: SnapshotArguments, output: &Output) -> Result<Outcome, Failure> {
    match arguments.command {
        SnapshotCommand::Export(arguments) => export(global, arguments, output).await,
        SnapshotCommand::Import(arguments) => import(global, arguments, output).await,
        SnapshotCommand::Serve(arguments) => serve(global, arguments).await,
        SnapshotCommand::Follow(arguments) => follow(global, arguments, output).await,
    }
}

async fn export(global: &Global, arguments: SnapshotExportArguments, output: &Output) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let storage = StorageConfig::read(global.data_dir.as_deref())?;
    let key = arguments.sign.as_deref().map(read_key).transpose()?;
    if let Err(error) = services.follow().await {
        output::tell_note(&format!("search does not follow at the moment, vectors may be missing: {error}"));
    }
    let created_at = arguments.created_at.unwrap_or_else(Timestamp::now);
    let request = ExportRequest {
        since: None,
        created_at,
        has_vectors: !arguments.no_vectors,
        key,
        waiting_folder: storage.data_folder,
    };
    if arguments.file == "-" {
        let report = export_snapshot(&services, request, io::stdout()).await?;
        output::tell_note(&exported(&report));
        return Ok(Outcome::Done);
    }
    let path = Path::new(&arguments.file);
    let failed = |source| Failure::Write { path: line(&arguments.file, 500), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let report = export_snapshot(&services, request, file.reopen().map_err(failed)?).await?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    if output.json {
        output.pretty(&export_body(&report))?;
    } else {
        output.text(&format!("{}\n", exported(&report)))?;
    }
    Ok(Outcome::Done)
}

async fn import(global: &Global, arguments: SnapshotImportArguments, output: &Output) -> Result<Outcome, Failure> {
    let storage = StorageConfig::read(global.data_dir.as_deref())?;
    let is_url = ["http://", "https://"].iter().any(|scheme| arguments.from.starts_with(scheme));
    let input: Box<dyn Read + Send> = match arguments.from.as_str() {
        "-" => Box::new(io::stdin()),
        url if is_url => {
            let server = SnapshotServer::new(url, arguments.digest.is_some() || !arguments.keys.is_empty())?;
            Box::new(server.file(&storage.data_folder).await?)
        }
        path => Box::new(File::open(path).map_err(|source| DownloadError::File { path: line(path, 500), source })?),
    };
    let terms = FollowTerms { keys: keys(&arguments.keys)?, declined: declined(&arguments.without)? };
    let report = take(global, &storage, input, arguments.digest, terms, arguments.replace).await?;
    show(&report, output)?;
    Ok(Outcome::Done)
}

/// Takes a snapshot over, and lets search follow.
async fn take(
    global: &Global,
    storage: &StorageConfig,
    input: Box<dyn Read + Send>,
    digest: Option<crate::skill::Sha256Digest>,
    terms: FollowTerms,
    replaces: bool,
) -> Result<ImportReport, Failure> {
    let opened = tokio::task::spawn_blocking(move || open_snapshot(input, digest)).await;
    let snapshot = opened.map_err(|_| MoveError::Ended)??;
    if !terms.keys.is_empty() {
        snapshot.check_signature(&terms.keys)?;
    }
    let before = app::followed(storage).await?.map(|followed| followed.sequence);
    let mut report = app::import(storage, snapshot, replaces, terms.declined, Timestamp::now()).await?;
    if replaces || before != Some(report.manifest.sequence) {
        let services = local::open(global).await?;
        if let Some(vectors) = report.vectors.take()
            && let Err(error) = services.take_over_vectors(vectors).await
        {
            output::tell_note(&format!("the vectors of the snapshot were not taken over: {error}"));
        }
        if let Err(error) = services.follow().await {
            output::tell_note(&format!("search does not follow at the moment, a service takes it up: {error}"));
        }
    }
    Ok(report)
}

async fn serve(global: &Global, arguments: SnapshotServeArguments) -> Result<Outcome, Failure> {
    let services = local::open(global).await?;
    let storage = StorageConfig::read(global.data_dir.as_deref())?;
    let config = HttpConfig::read(arguments.listen, &Settings::environment())?;
    let key = arguments.sign.as_deref().map(read_key).transpose()?;
    let publisher = Publisher::new(services, storage.data_folder).signing(key);
    rest::serve_snapshots(publisher, &config, |address| {
        tracing::info!("giving the index away at http://{address}/snapshot/latest");
    })
    .await?;
    Ok(Outcome::Done)
}

async fn follow(global: &Global, arguments: SnapshotFollowArguments, output: &Output) -> Result<Outcome, Failure> {
    let storage = StorageConfig::read(global.data_dir.as_deref())?;
    let terms = FollowTerms { keys: keys(&arguments.keys)?, declined: declined(&arguments.without)? };
    let server = SnapshotServer::new(&arguments.from, !terms.keys.is_empty())?;
    loop {
        match step(global, &storage, &server, terms.clone()).await {
            Ok(report) => show(&report, output)?,
            Err(failure) if arguments.once => return Err(failure),
            Err(failure) => output::tell_error(&failure.to_string()),
        }
        if arguments.once {
            return Ok(Outcome::Done);
        }
        tokio::time::sleep(arguments.interval).await;
    }
}

/// Asks for what has changed, and for the whole index where that cannot be told.
async fn step(
    global: &Global,
    storage: &StorageConfig,
    server: &SnapshotServer,
    terms: FollowTerms,
) -> Result<ImportReport, Failure> {
    let delta = match app::followed(storage).await? {
        None => None,
        Some(followed) => server.delta(followed.sequence, &storage.data_folder).await?,
    };
    let file = match delta {
        Some(delta) => delta,
        None => server.latest(&storage.data_folder).await?,
    };
    take(global, storage, Box::new(file), None, terms, false).await
}

fn exported(report: &ExportReport) -> String {
    let counts = report.manifest.counts;
    format!(
        "{} skills, {} bundles, {} verdicts of index {} at change {}: {} bytes\ndigest {}",
        counts.skills,
        counts.bundles,
        counts.verdicts,
        report.manifest.index,
        report.manifest.sequence,
        report.size_bytes,
        report.digest
    )
}

fn export_body(report: &ExportReport) -> String {
    json!({
        "digest": report.digest,
        "size_bytes": report.size_bytes,
        "index": report.manifest.index,
        "sequence": report.manifest.sequence,
        "created_at": report.manifest.created_at,
        "counts": report.manifest.counts,
    })
    .to_string()
}

fn show(report: &ImportReport, output: &Output) -> Result<(), Failure> {
    let age = Timestamp::now().as_milliseconds() - report.manifest.created_at.as_milliseconds();
    let age_seconds = age.max(0) / 1_000;
    if output.json {
        let body = json!({
            "digest": report.digest,
            "index": report.manifest.index,
            "sequence": report.manifest.sequence,
            "created_at": report.manifest.created_at,
            "age_seconds": age_seconds,
            "skills": report.taken.skills,
            "bundles": report.taken.bundles,
            "verdicts": report.taken.verdicts,
            "listed": report.taken.listed,
        });
        output.compact(&body.to_string())?;
    } else {
        output.text(&format!(
            "index {} at change {}, given away {age_seconds} s ago: took over {} skills, {} bundles and {} verdicts; {} \
             skills are listed\n",
            report.manifest.index,
            report.manifest.sequence,
            report.taken.skills,
            report.taken.bundles,
            report.taken.verdicts,
            report.taken.listed
        ))?;
    }
    Ok(())
}
