//! Asks a domain for its statement: which repositories are its.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

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
        let client = Client::builder().https_only(true).dns_resolver(PublicAddresses);
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

/// Resolves names, and leaves out addresses that are not public: what stands there must not be
/// reached by what a stranger wrote into a homepage.
struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(io::Error::other("the name has no public address").into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Tells whether an address is of the public network (IANA special-purpose registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, third, _] = address.octets();
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_documentation()
                || first == 0
                || first >= 224
                || (first == 100 && (64..128).contains(&second))
                || (first == 192 && second == 0 && third == 0)
                || (first == 198 && (18..20).contains(&second)))
        }
        // Of the global unicast block, without documentation, Teredo and 6to4, which lead to
        // addresses of the other kind.
        IpAddr::V6(address) => {
            let [first, second, ..] = address.segments();
            (0x2000..0x4000).contains(&first)
                && first != 0x2002
                && !(first == 0x2001 && (second == 0 || second == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn only_public_addresses_are_asked() {
        for (address, expected) in [
            ("93.184.215.14", true),
            ("2606:2800:21f::1", true),
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("::ffff:127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("2002:7f00:1::1", false),
        ] {
            assert_eq!(is_public(address.parse().expect("an address")), expected, "{address}");
        }
    }

    #[tokio::test]
    async fn this_machine_is_not_reached_by_any_name() {
        let client = StatementClient::new().expect("a client");
        let resolved = PublicAddresses.resolve("localhost".parse().expect("a name")).await;
        assert!(resolved.is_err() && client.base.is_none());
    }
}
