//! MCP over HTTP: one endpoint without sessions, so that any instance can answer any request.

use std::sync::Arc;

use axum::http::{HeaderValue, Method};
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::SessionManager;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tower::Layer;
use tower_http::cors::{AllowHeaders, AllowOrigin, Cors, CorsLayer};
use url::Url;

use super::McpServer;
use crate::config::HttpConfig;
use crate::operations::Services;

/// Largest request: the files of a skill that is to be scanned, with what JSON adds to them.
const BODY_BYTES: usize = 2 * 1024 * 1024;

/// The service that answers at `/mcp`.
pub type McpService = Cors<StreamableHttpService<McpServer, NeverSessionManager>>;

/// Makes the service to be mounted at `/mcp`.
///
/// A request for another host than those of `config`, or from a page of another origin, is
/// refused with 403: otherwise any page could use an instance that listens on loopback.
pub fn service(services: Services, config: &HttpConfig) -> McpService {
    let server = McpServer::new(services, Some(&config.public_url));
    transport(server, Arc::new(NeverSessionManager::default()), false, config)
}

/// Puts any handler behind the transport of the service: its hosts, origins, sizes and forms of
/// answers. The service itself keeps no sessions; whoever tests the transport may.
pub fn transport<H, M>(
    server: H,
    sessions: Arc<M>,
    keeps_sessions: bool,
    config: &HttpConfig,
) -> Cors<StreamableHttpService<H, M>>
where
    H: ServerHandler + Clone,
    M: SessionManager,
{
    let origins: Vec<Url> = config.origins().iter().filter_map(|origin| Url::parse(origin).ok()).collect();
    let transport = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(keeps_sessions)
        .with_json_response(true)
        .with_max_request_body_bytes(BODY_BYTES)
        .with_allowed_hosts(config.hosts())
        .with_allowed_origins(origins.iter().filter_map(origin_with_port))
        .enforce_origin_validation();
    let inner = StreamableHttpService::new(move || Ok(server.clone()), sessions, transport);
    cross_origin(&origins).layer(inner)
}

/// Lets the pages of allowed origins read answers, which a browser asks for before it sends.
fn cross_origin(origins: &[Url]) -> CorsLayer {
    let written = |url: &Url| HeaderValue::from_str(&url.origin().ascii_serialization()).ok();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().filter_map(written)))
        .allow_methods([Method::POST])
        // The headers of the protocol include one for each argument that a schema names.
        .allow_headers(AllowHeaders::mirror_request())
}

/// Writes an origin with its port: rmcp takes an entry without one for every port of the host.
fn origin_with_port(url: &Url) -> Option<String> {
    Some(format!("{}://{}:{}", url.scheme(), url.host_str()?, url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_names_its_port() {
        let rows = [
            ("https://touchmark.example", "https://touchmark.example:443"),
            ("http://127.0.0.1:7080", "http://127.0.0.1:7080"),
            ("https://touchmark.example/below/a/path", "https://touchmark.example:443"),
            ("http://[::1]:7080", "http://[::1]:7080"),
        ];
        for (origin, expected) in rows {
            let url = Url::parse(origin).expect("a URL");
            assert_eq!(origin_with_port(&url).as_deref(), Some(expected));
        }
    }
}
