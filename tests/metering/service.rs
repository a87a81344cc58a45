//! A service in this process, asked without a network: each request names its peer.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use rmcp::ServiceExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use touchmark::app;
use touchmark::config::{HttpConfig, MeterConfig, SearchConfig, StorageConfig, TrustedProxies};
use touchmark::operations::{IngestProgress, IngestStage, Services, ingest_source, save_counts};
use touchmark::skill::{Sha256Digest, Timestamp};
use touchmark::surfaces::mcp;
use touchmark::surfaces::rest::{Rest, router};
use tower::ServiceExt as _;

/// A midnight UTC, in milliseconds since 1970.
pub const MIDNIGHT_MS: i64 = 1_780_012_800_000;

const SKILL: &str = "---\nname: zebra-tables\ndescription: Draws zebra striped tables from comma separated zebra data.\n---\n# Zebra tables\n\nRead the file and draw the table.\n";

/// Noon of the day that begins at [`MIDNIGHT_MS`].
fn noon() -> Timestamp {
    Timestamp::from_milliseconds(MIDNIGHT_MS + 43_200_000)
}

pub struct Service {
    /// The id of the one skill that is there.
    pub skill_id: String,
    /// The digest of its SKILL.md.
    pub content_hash: String,
    router: Router,
    services: Services,
    data: TempDir,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

impl Service {
    /// Starts at noon.
    pub async fn start(meter: Option<MeterConfig>, proxies: &str) -> Self {
        Self::start_at(meter, proxies, noon).await
    }

    /// Starts by a clock.
    pub async fn start_at(meter: Option<MeterConfig>, proxies: &str, clock: fn() -> Timestamp) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let skill = data.path().join("skills/zebra-tables");
        std::fs::create_dir_all(&skill).expect("a folder");
        std::fs::write(skill.join("SKILL.md"), SKILL).expect("a file");
        let (services, router) = open(data.path(), meter, proxies, clock).await;
        let source = format!("folder:{}", data.path().join("skills").display());
        ingest_source(&services, &source, Arc::new(Silent)).await.expect("the folder is ingested");
        let content_hash = Sha256Digest::of(SKILL.as_bytes()).to_string();
        let mut service = Self { skill_id: String::new(), content_hash, router, services, data };
        let found = service.get("192.0.2.254", &service.verify_path()).await;
        service.skill_id = found.body["skill"]["skill_id"].as_str().expect("the skill is known").to_owned();
        service
    }

    /// Stops as `serve` does, and starts anew on the same data.
    pub async fn restart(self, meter: Option<MeterConfig>) -> Self {
        save_counts(&self.services).await.expect("the counts are written");
        let Self { skill_id, content_hash, router, services, data } = self;
        drop((router, services));
        let (services, router) = open(data.path(), meter, "", noon).await;
        Self { skill_id, content_hash, router, services, data }
    }

    /// The path that verifies the skill.
    pub fn verify_path(&self) -> String {
        format!("/verify?content_hash={}", self.content_hash)
    }

    pub async fn get(&self, peer: &str, path: &str) -> Answer {
        self.send(peer, Request::get(path), Body::empty()).await
    }

    pub async fn post(&self, peer: &str, path: &str, body: &Value) -> Answer {
        self.send(peer, Request::post(path), Body::from(body.to_string())).await
    }

    pub async fn discover(&self, peer: &str, headers: &[(&str, &str)]) -> Answer {
        let request = with_headers(Request::post("/discover"), headers);
        self.send(peer, request, Body::from(r#"{"query":"zebra tables"}"#)).await
    }

    /// Sends a search and returns the status alone.
    pub async fn send_discover(&self, peer: &str, headers: &[(&str, &str)]) -> u16 {
        let request = with_headers(Request::post("/discover"), headers);
        let request = self.request(peer, request, Body::from(r#"{"query":"zebra tables"}"#));
        self.router.clone().oneshot(request).await.expect("an answer").status().as_u16()
    }

    /// Calls a tool over HTTP and returns its result.
    pub async fn tool(&self, peer: &str, name: &str, arguments: Value) -> Value {
        let request = Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25");
        let call = call(1, name, &arguments);
        let mut answer = self.send(peer, request, Body::from(call.to_string())).await;
        assert!(answer.body["result"].is_object(), "{} {}", answer.status, answer.body);
        answer.body["result"].take()
    }

    /// Calls a tool several times over a byte stream, as over standard input.
    pub async fn converse(&self, name: &str, arguments: Value, times: u32) -> Vec<Value> {
        let (client, end) = tokio::io::duplex(1 << 20);
        let server = mcp::McpServer::new(self.services.clone(), None);
        let serving = tokio::spawn(async move {
            let running = server.serve(tokio::io::split(end)).await.expect("a conversation begins");
            running.waiting().await.expect("it ends well");
        });
        let (reading, mut writing) = tokio::io::split(client);
        let mut lines = BufReader::new(reading).lines();
        let info = json!({ "name": "test", "version": "1" });
        let begin = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info });
        let begin = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": begin });
        writing.write_all(format!("{begin}\n").as_bytes()).await.expect("the server reads");
        lines.next_line().await.expect("the server writes").expect("a reply");
        let begun = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        writing.write_all(format!("{begun}\n").as_bytes()).await.expect("the server reads");
        let mut replies = Vec::new();
        for id in 1..=times {
            let message = call(id, name, &arguments);
            writing.write_all(format!("{message}\n").as_bytes()).await.expect("the server reads");
            let line = lines.next_line().await.expect("the server writes").expect("a reply");
            replies.push(serde_json::from_str(&line).expect("a line of JSON"));
        }
        drop((writing, lines));
        serving.await.expect("the server ends with the stream");
        replies
    }

    async fn send(&self, peer: &str, request: axum::http::request::Builder, body: Body) -> Answer {
        let request = self.request(peer, request, body);
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    fn request(&self, peer: &str, request: axum::http::request::Builder, body: Body) -> Request<Body> {
        let mut request = request.body(body).expect("a request");
        let peer = SocketAddr::new(peer.parse().expect("an address"), 4_711);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    }
}

async fn open(
    folder: &Path,
    meter: Option<MeterConfig>,
    proxies: &str,
    clock: fn() -> Timestamp,
) -> (Services, Router) {
    let storage = StorageConfig::read(Some(&folder.join("data"))).expect("the data folder is made");
    let config = HttpConfig {
        security_contact: None,
        listen: "127.0.0.1:7080".parse().expect("an address"),
        public_url: "http://127.0.0.1:7080".to_owned(),
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
        trusted_proxies: TrustedProxies::parse(proxies, "").expect("networks"),
    };
    let services = app::open_at(&storage, &SearchConfig::builtin(), config.public_url.clone(), clock).await;
    let services = app::metered(services.expect("the data folder opens"), meter).await.expect("counts are read");
    let router = router(Rest::new(services.clone()), &config);
    (services, router)
}

fn call(id: u32, name: &str, arguments: &Value) -> Value {
    let params = json!({ "name": name, "arguments": arguments });
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

fn with_headers(mut request: axum::http::request::Builder, headers: &[(&str, &str)]) -> axum::http::request::Builder {
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
}
