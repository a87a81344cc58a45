//! Fetches one commit of a remote repository, without history and without a git executable.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use gix::remote::fetch::Shallow;
use tempfile::TempDir;

use super::SourceError;
use super::error::shown;
use super::git::open_options;

/// How long a fetch may take as a whole.
const FETCH_TIME: Duration = Duration::from_secs(600);
/// Bytes that a fetch may write to the disk.
const FETCH_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// What a request for a login means; hosts also answer so for what does not exist.
const LOGIN_REASON: &str =
    "the host asks for a login, so the repository is private or does not exist; clone with git and give the folder";
/// How often the two limits are looked at.
const WATCH_INTERVAL: Duration = Duration::from_millis(250);

/// Fetches the commit that `reference` names, or HEAD, into a folder that lives as long as the
/// answer.
///
/// The fetch runs on a thread of its own: git looks at its stop flag between reads only, and a
/// server that sends nothing would hold the caller otherwise.
pub(super) fn fetch(url: &str, reference: Option<&str>) -> Result<TempDir, SourceError> {
    let failure = |reason: &str| SourceError::Fetch { url: shown(url), reason: shown(reason) };
    let folder = tempfile::tempdir().map_err(|error| failure(&format!("no temporary folder: {error}")))?;
    let should_stop = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = channel();
    let work = {
        let (url, reference) = (url.to_owned(), reference.map(str::to_owned));
        let (path, should_stop) = (folder.path().to_owned(), Arc::clone(&should_stop));
        move || {
            // The receiver is gone where the time is over, and then nobody wants the answer.
            let _ = sender.send(fetch_into(&path, &url, reference.as_deref(), &should_stop));
        }
    };
    thread::Builder::new().name("git-fetch".to_owned()).spawn(work).map_err(|error| failure(&error.to_string()))?;
    let started = Instant::now();
    loop {
        match receiver.recv_timeout(WATCH_INTERVAL) {
            Ok(Ok(())) => return Ok(folder),
            Ok(Err(error)) => {
                let reason = plain_reason(&error);
                return Err(match reference {
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
        let reason = if started.elapsed() > FETCH_TIME {
            format!("it took longer than {} minutes", FETCH_TIME.as_secs() / 60)
        } else if size_bytes(folder.path()) > FETCH_BYTES {
            format!("the repository has more than {FETCH_BYTES} bytes")
        } else {
            continue;
        };
        should_stop.store(true, Ordering::Relaxed);
        return Err(failure(&reason));
    }
}

fn fetch_into(path: &Path, url: &str, reference: Option<&str>, should_stop: &AtomicBool) -> Result<(), gix::Error> {
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
    .configure_connection(|connection| {
        connection.set_credentials(|_| Err(gix::Error::from_error(std::io::Error::other(LOGIN_REASON))));
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
