//! Keeps git to addresses that were checked, where a stranger names the repository.

use std::any::Any;
use std::sync::{Arc, Mutex};

use gix::protocol::transport::client::blocking_io::http::options::FollowRedirects;
use gix::protocol::transport::client::blocking_io::http::{Options, reqwest};
use url::Url;

use super::SourceError;
use super::error::shown;
use super::web::{Reach, addresses_within};

/// Refuses a URL that leads where no request may go, as far as its text tells.
pub(super) fn check(url: &str, reach: Reach) -> Result<(), SourceError> {
    let refuse = |reason: String| SourceError::Refused { source_name: shown(url), reason };
    let parsed = Url::parse(url).map_err(|error| refuse(format!("it is no URL: {error}")))?;
    reach.check(&parsed).map_err(|error| refuse(error.to_string()))
}

/// Returns how git's requests are sent: to the addresses that are checked where a name is
/// resolved, so that a name which changes its mind leads nowhere; without the proxies of the
/// environment, which would resolve names themselves; and without redirects, since one to an
/// address needs no name.
pub(super) fn transport_options(reach: Reach) -> Box<dyn Any> {
    let http = reqwest::Options {
        configure_client: Some(Box::new(move |builder| {
            Ok(builder.dns_resolver(Arc::new(addresses_within(reach))).no_proxy())
        })),
        configure_request: None,
    };
    Box::new(Options {
        follow_redirects: FollowRedirects::None,
        backend: Some(Arc::new(Mutex::new(http))),
        ..Options::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::git_fetch::remote_commit;
    use crate::source::tests::station::{Reply, Station};
    use crate::source::{ReadBounds, SourceError};

    const COMMIT: &str = "1111111111111111111111111111111111111111";

    fn line(text: &str) -> String {
        format!("{:04x}{text}", text.len() + 4)
    }

    /// What a server says of a repository with one branch (gitprotocol-http, "Smart Server
    /// Response").
    fn advertisement() -> String {
        let head = line(&format!("{COMMIT} HEAD\0side-band-64k symref=HEAD:refs/heads/main\n"));
        let branch = line(&format!("{COMMIT} refs/heads/main\n"));
        format!("{}0000{head}{branch}0000", line("# service=git-upload-pack\n"))
    }

    fn ask(url: &str, guard: Option<Reach>) -> Result<Option<String>, SourceError> {
        remote_commit(url, None, &ReadBounds { guard, ..ReadBounds::WIDEST }, None)
    }

    #[test]
    fn git_reaches_checked_addresses_alone_and_follows_nobody() {
        let station = Station::start(|request| match request.path.as_str() {
            path if path.starts_with("/moved/") => Reply::redirect(302, "/good/info/refs?service=git-upload-pack"),
            path if path.starts_with("/good/") => {
                Reply::ok("application/x-git-upload-pack-advertisement", advertisement())
            }
            _ => Reply::status(404),
        });
        let here = |path: &str| station.url(path);
        assert_eq!(ask(&here("/good"), Some(Reach::ThisMachine)).expect("it answers").as_deref(), Some(COMMIT));
        assert!(ask(&here("/moved"), None).is_ok(), "whoever names a source himself is sent on");
        let heard = station.requests().len();
        assert!(ask(&here("/moved"), Some(Reach::ThisMachine)).is_err());
        assert_eq!(station.requests().len(), heard + 1, "the first request, and none where it led");
        let port = station.port();
        for refused in [
            here("/good"),
            format!("https://127.0.0.1:{port}/good"),
            format!("https://localhost:{port}/good"),
            format!("https://[::1]:{port}/good"),
            format!("https://2130706433:{port}/good"),
            format!("https://user@example.com:{port}/good"),
            format!("git://example.com:{port}/good"),
            format!("ssh://git@example.com:{port}/good"),
            "https://169.254.169.254/good".to_owned(),
            "https://example.com:22/good".to_owned(),
        ] {
            let answer = ask(&refused, Some(Reach::Public));
            assert!(matches!(answer, Err(SourceError::Refused { .. })), "{refused}: {answer:?}");
        }
        assert_eq!(station.requests().len(), heard + 1);
    }

    #[test]
    fn a_name_that_changed_its_mind_after_it_was_checked_leads_nowhere() {
        let station = Station::start(|_| Reply::ok("application/x-git-upload-pack-advertisement", advertisement()));
        // The text is not checked here, as where a name has led elsewhere when it was.
        let url = format!("http://localhost:{}/good", station.port());
        let folder = tempfile::tempdir().expect("a folder");
        let answer = crate::source::git_fetch::list(folder.path(), &url, None, Some(Reach::Public));
        assert!(answer.is_err(), "{answer:?}");
        assert_eq!(station.requests().len(), 0);
    }
}
