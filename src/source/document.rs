//! Fetches one document that somebody named: a file of bounded size, from a public host or from
//! this machine where that was named.

use std::time::Duration;

use url::Url;

use super::SourceError;
use super::error::shown;
use super::web::{Limits, Reach, WebClient, WebRequest};

/// How long a document may take, redirects included.
const TIME: Duration = Duration::from_secs(60);

/// Fetches what stands at a URL: `https` to public addresses, or anything on this machine where
/// the URL says so; few redirects, each checked; no proxy, no credentials.
///
/// # Errors
/// Fails where the URL is none, leads into a private network, or the host does not answer with
/// a document of at most `body_bytes`.
pub async fn fetch_document(url: &str, accept: &'static str, body_bytes: u64) -> Result<Vec<u8>, SourceError> {
    let place = shown(url);
    let refuse = |reason: String| SourceError::Fetch { url: place.clone(), reason };
    let url = Url::parse(url).map_err(|error| refuse(error.to_string()))?;
    let client = WebClient::new(Reach::of_source(&url)).map_err(|error| refuse(error.to_string()))?;
    let limits = Limits { body_bytes, time: TIME };
    let answer = client.send(WebRequest::get(url, accept), limits).await.map_err(|error| refuse(error.to_string()))?;
    match answer.status {
        200 => Ok(answer.body),
        status => Err(refuse(format!("the host answers with status {status}"))),
    }
}
