//! Asks a domain for its statement: which repositories are its.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use super::web::{Reach, addresses_within};
use crate::trust::{Domain, STATEMENT_BYTES, STATEMENT_PATH};

/// How long a domain may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a domain could not be asked. What it said before is not touched by that.
#[derive(Debug, thiserror::Error)]
pub enum StatementReadError {
    /// There is no client, or no answer.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// The answer is none that says anything.
    #[error("the answer has status {0}")]
    Status(StatusCode),
}

/// Asks domains over HTTPS: public addresses only, no redirects, no proxy, bounded in time and
/// bytes.
#[derive(Debug, Clone)]
pub struct StatementClient {
    client: Client,
    /// Where every domain is, in tests.
    base: Option<String>,
}

impl StatementClient {
    /// Makes a client; nothing is asked yet.
    ///
    /// # Errors
    /// Fails where the system has no TLS.
    pub fn new() -> Result<Self, StatementReadError> {
        let client = Client::builder().https_only(true).dns_resolver(Arc::new(addresses_within(Reach::Public)));
        Ok(Self { client: bounded(client)?, base: None })
    }

    /// Makes a client for which every domain is at `base`, a server on this machine.
    #[cfg(test)]
    pub(crate) fn on_this_machine(base: String) -> Self {
        Self { client: bounded(Client::builder()).expect("a client"), base: Some(base) }
    }

    /// Returns the bytes that a domain serves, at most one more than a statement may have; none
    /// where it says that there is nothing.
    ///
    /// # Errors
    /// Fails where the domain does not answer, or with what says neither.
    pub async fn read(&self, domain: &Domain) -> Result<Option<Vec<u8>>, StatementReadError> {
        let base = self.base.clone().unwrap_or_else(|| format!("https://{domain}"));
        let mut answer = self.client.get(format!("{base}{STATEMENT_PATH}")).send().await?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            status => return Err(StatementReadError::Status(status)),
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            let room = (STATEMENT_BYTES + 1).saturating_sub(bytes.len());
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if bytes.len() > STATEMENT_BYTES {
                break;
            }
        }
        Ok(Some(bytes))
    }
}

fn bounded(client: reqwest::ClientBuilder) -> Result<Client, StatementReadError> {
    let client = client.user_agent(concat!("touchmark/", env!("CARGO_PKG_VERSION")));
    Ok(client.redirect(Policy::none()).no_proxy().timeout(TIMEOUT).build()?)
}

#[cfg(test)]
mod tests {
    use reqwest::dns::Resolve as _;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Asks a server on this machine that gives one answer.
    async fn read(answer: Vec<u8>) -> Result<Option<usize>, StatementReadError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = [0; 4_096];
            let length = stream.read(&mut request).await.expect("a request");
            assert!(request[..length].starts_with(format!("GET {STATEMENT_PATH} ").as_bytes()));
            // Whoever has read enough hangs up.
            let _ = stream.write_all(&answer).await;
        });
        let domain = "example.com".parse().expect("a domain");
        StatementClient::on_this_machine(base).read(&domain).await.map(|bytes| bytes.map(|bytes| bytes.len()))
    }

    fn answer(status: &str, extra: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 {status}\r\n{extra}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn an_answer_is_read_within_bounds_and_no_redirect_is_followed() {
        assert_eq!(read(answer("200 OK", "", b"{}")).await.expect("an answer"), Some(2));
        assert_eq!(read(answer("404 Not Found", "", b"no")).await.expect("an answer"), None);
        let large = vec![b' '; 8 * STATEMENT_BYTES];
        assert_eq!(read(answer("200 OK", "", &large)).await.expect("an answer"), Some(STATEMENT_BYTES + 1));
        for status in ["301 Moved Permanently", "500 Internal Server Error", "403 Forbidden"] {
            let refused = read(answer(status, "location: http://127.0.0.1:1/\r\n", b"")).await;
            assert!(matches!(refused, Err(StatementReadError::Status(_))), "{status} {refused:?}");
        }
    }

    #[tokio::test]
    async fn this_machine_is_not_reached_by_any_name() {
        let client = StatementClient::new().expect("a client");
        let resolved = addresses_within(Reach::Public).resolve("localhost".parse().expect("a name")).await;
        assert!(resolved.is_err() && client.base.is_none());
    }
}
