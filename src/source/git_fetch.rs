//! Fetches one commit of a remote repository, without history and without a git executable.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use gix::bstr::ByteSlice;
use gix::remote::Direction;
use gix::remote::fetch::Shallow;
use tempfile::TempDir;

use super::error::shown;
use super::git::open_options;
use super::git_guard::{check, transport_options};
use super::{Reach, ReadBounds, SourceError};

/// The words by which a request for a login is known again.
const LOGIN_REASON: &str = "the host asks for a login";
/// The words in which the HTTP client tells that there is nothing at the URL.
const GONE_REASONS: &[&str] = &["(404 Not Found)", "(410 Gone)"];
/// How often the two limits are looked at.
const WATCH_INTERVAL: Duration = Duration::from_millis(250);

/// Fetches the commit that `reference` names, or HEAD, into a folder that lives as long as the
/// answer.
pub(super) fn fetch(
    url: &str,
    reference: Option<&str>,
    bounds: &ReadBounds,
    scratch: Option<&Path>,
) -> Result<TempDir, SourceError> {
    let (address, asked) = (url.to_owned(), reference.map(str::to_owned));
    let guard = bounds.guard;
    let work =
        move |path: &Path, should_stop: &AtomicBool| fetch_into(path, &address, asked.as_deref(), guard, should_stop);
    watched(url, reference, bounds, scratch, work).map(|(folder, ())| folder)
}

/// Asks a host which commit `reference` names, or HEAD, and fetches nothing. `None` where the
/// repository is empty or has no such branch or tag.
pub(super) fn remote_commit(
    url: &str,
    reference: Option<&str>,
    bounds: &ReadBounds,
    scratch: Option<&Path>,
) -> Result<Option<String>, SourceError> {
    if let Some(id) = reference.filter(|text| gix::ObjectId::from_hex(text.as_bytes()).is_ok()) {
        return Ok(Some(id.to_ascii_lowercase()));
    }
    let (address, asked) = (url.to_owned(), reference.map(str::to_owned));
    let guard = bounds.guard;
    let work = move |path: &Path, _: &AtomicBool| list(path, &address, asked.as_deref(), guard);
    watched(url, reference, bounds, scratch, work).map(|(_, commit)| commit)
}

/// Does work with a remote repository in a temporary folder, within bounds.
///
/// It runs on a thread of its own: git looks at its stop flag between reads only, and a server
/// that sends nothing would hold the caller otherwise.
fn watched<T: Send + 'static>(
    url: &str,
    reference: Option<&str>,
    bounds: &ReadBounds,
    scratch: Option<&Path>,
    work: impl FnOnce(&Path, &AtomicBool) -> Result<T, gix::Error> + Send + 'static,
) -> Result<(TempDir, T), SourceError> {
    if let Some(reach) = bounds.guard {
        check(url, reach)?;
    }
    let failure = |reason: &str| SourceError::Fetch { url: shown(url), reason: shown(reason) };
    let folder = scratch
        .map_or_else(tempfile::tempdir, tempfile::tempdir_in)
        .map_err(|error| failure(&format!("no temporary folder: {error}")))?;
    let should_stop = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = channel();
    let work = {
        let (path, should_stop) = (folder.path().to_owned(), Arc::clone(&should_stop));
        move || {
            // The receiver is gone where the time is over, and then nobody wants the answer.
            let _ = sender.send(work(&path, &should_stop));
        }
    };
    thread::Builder::new().name("git-fetch".to_owned()).spawn(work).map_err(|error| failure(&error.to_string()))?;
    let started = Instant::now();
    loop {
        match receiver.recv_timeout(WATCH_INTERVAL.min(bounds.fetch_time)) {
            Ok(Ok(_)) if size_bytes(folder.path()) > bounds.fetch_bytes => {
                return Err(SourceError::TooLarge { url: shown(url), limit: bounds.fetch_bytes });
            }
            Ok(Ok(answer)) => return Ok((folder, answer)),
            Ok(Err(error)) => {
                let reason = plain_reason(&error);
                return Err(match reference {
                    _ if reason.contains(LOGIN_REASON) => SourceError::NotPublic { url: shown(url) },
                    _ if GONE_REASONS.iter().any(|gone| reason.contains(gone)) => {
                        SourceError::NoSuchRepository { url: shown(url) }
                    }
                    // A server that is asked for a commit it does not have says so in these words.
                    Some(reference) if error.is_not_found() || reason.contains("not our ref") => {
                        SourceError::NoSuchReference { repository: shown(url), reference: shown(reference) }
                    }
                    _ => failure(&reason),
                });
            }
            Err(RecvTimeoutError::Disconnected) => return Err(failure("the fetch broke off")),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let error = if started.elapsed() >= bounds.fetch_time {
            SourceError::TooSlow { url: shown(url), seconds: bounds.fetch_time.as_secs() }
        } else if size_bytes(folder.path()) > bounds.fetch_bytes {
            SourceError::TooLarge { url: shown(url), limit: bounds.fetch_bytes }
        } else {
            continue;
        };
        should_stop.store(true, Ordering::Relaxed);
        return Err(error);
    }
}

/// Lists the references of a remote repository that can be meant, and returns what the likeliest
/// stands for.
pub(super) fn list(
    path: &Path,
    url: &str,
    reference: Option<&str>,
    guard: Option<Reach>,
) -> Result<Option<String>, gix::Error> {
    let names = match reference {
        None => vec!["HEAD".to_owned()],
        Some(name) if name.starts_with("refs/") => vec![name.to_owned()],
        Some(name) => vec![format!("refs/heads/{name}"), format!("refs/tags/{name}")],
    };
    let options = gix::create::Options::default();
    let repository =
        gix::ThreadSafeRepository::init_opts(path, gix::create::Kind::Bare, options, open_options())?.to_thread_local();
    let remote = repository
        .remote_at(url)?
        .with_fetch_tags(gix::remote::fetch::Tags::None)
        .with_refspecs(names.iter().map(|name| name.as_bytes().as_bstr()), Direction::Fetch)?;
    let mut connection = remote.connect(Direction::Fetch)?;
    connection.set_credentials(|_| Err(gix::Error::from_error(std::io::Error::other(LOGIN_REASON))));
    if let Some(reach) = guard {
        connection.set_transport_options(transport_options(reach));
    }
    let (map, _) = connection.ref_map(gix::progress::Discard, gix::remote::ref_map::Options::default())?;
    Ok(names.iter().find_map(|name| {
        let (_, target, peeled) = map.remote_refs.iter().map(|found| found.unpack()).find(|found| found.0 == name)?;
        peeled.or(target).filter(|id| !id.is_null()).map(|id| id.to_hex().to_string())
    }))
}

fn fetch_into(
    path: &Path,
    url: &str,
    reference: Option<&str>,
    guard: Option<Reach>,
    should_stop: &AtomicBool,
) -> Result<(), gix::Error> {
    let depth = Shallow::DepthAtRemote(NonZeroU32::MIN);
    let prepare = gix::clone::PrepareFetch::new(
        url,
        path,
        gix::create::Kind::Bare,
        gix::create::Options::default(),
        open_options(),
    )?
    .with_shallow(depth)
    // No helper program is started and nobody is asked: a repository that wants a login
    // is one that cannot be read.
    .configure_connection(move |connection| {
        connection.set_credentials(|_| Err(gix::Error::from_error(std::io::Error::other(LOGIN_REASON))));
        if let Some(reach) = guard {
            connection.set_transport_options(transport_options(reach));
        }
        Ok(())
    });
    let mut prepare = match reference {
        Some(id) if gix::ObjectId::from_hex(id.as_bytes()).is_ok() => prepare.with_revision(Some(id))?,
        reference => prepare.with_ref_name(reference)?,
    };
    prepare.fetch_only(gix::progress::Discard, should_stop)?;
    Ok(())
}

/// Says what went wrong in the words of the innermost cause, which names it best.
fn plain_reason(error: &gix::Error) -> String {
    let outer = error.to_string();
    let cause = error.probable_cause().to_string();
    if cause == outer { outer } else { format!("{outer}: {cause}") }
}

/// Sums up the files below a folder; a pack is one file in `objects/pack`.
fn size_bytes(folder: &Path) -> u64 {
    let mut total = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) => total += metadata.len(),
                Err(_) => {}
            }
        }
    }
    total
}
