//! A service in this process over the starter catalogue and rows that a test writes.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use tempfile::TempDir;
use touchmark::app;
use touchmark::config::{HttpConfig, MeterConfig, Settings, StorageConfig};
use touchmark::operations::{IngestProgress, IngestStage, Services, ingest_source};
use touchmark::surfaces::rest::{Rest, router};
use tower::ServiceExt as _;

/// The URL under which the service says that it is reached.
pub const URL: &str = "http://127.0.0.1:7080";

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub struct Service {
    services: Services,
    router: Router,
    data: TempDir,
}

/// A row of a corpus file: a SKILL.md in a repository on GitHub.
pub fn row(repository: &str, path: &str, content: &str) -> Value {
    json!({
        "repo": repository, "path": path, "commit": "0123456789abcdef0123456789abcdef01234567",
        "commit_date": "2026-04-01T00:00:00Z", "content": content, "siblings": [],
    })
}

/// A SKILL.md.
pub fn skill(name: &str, description: &str) -> String {
    format!("---\nname: {name}\ndescription: {description}\n---\n# {name}\n\nDo it with care.\n")
}

impl Service {
    /// Starts over the starter catalogue and these rows.
    pub async fn start(rows: &[Value]) -> Self {
        Self::metered(rows, None).await
    }

    /// Starts with quotas.
    pub async fn metered(rows: &[Value], meter: Option<MeterConfig>) -> Self {
        Self::configured(rows, meter, None).await
    }

    /// Starts with somebody to write to.
    pub async fn with_contact(contact: &str) -> Self {
        Self::configured(&[], None, Some(contact)).await
    }

    async fn configured(rows: &[Value], meter: Option<MeterConfig>, contact: Option<&str>) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let storage = StorageConfig::read(Some(data.path())).expect("the data folder is made");
        let services = app::open(&storage, URL.to_owned()).await.expect("the data folder opens");
        let services = app::metered(services, meter).await.expect("it is counted");
        let listen = "127.0.0.1:7080".parse().expect("an address");
        let read = HttpConfig::read(listen, &Settings::environment()).expect("the environment is fine");
        let config = HttpConfig { security_contact: contact.map(str::to_owned), ..read };
        let router = router(Rest::new(services.clone()), &config);
        let service = Self { services, router, data };
        if !rows.is_empty() {
            service.ingest(rows).await;
        }
        service
    }

    /// Replaces the rows.
    pub async fn ingest(&self, rows: &[Value]) {
        let file = self.data.path().join("corpus.jsonl");
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        std::fs::write(&file, lines).expect("the corpus is written");
        let source = file.display().to_string();
        let report = ingest_source(&self.services, &source, Arc::new(Silent)).await.expect("it is ingested");
        assert_eq!(report.failure_count, 0, "{:?}", report.failures);
    }

    pub async fn send(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let mut request = request.body(body).expect("a request");
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([203, 0, 113, 9], 4_000))));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.expect("a body");
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Gets what a URL of this service leads to.
    pub async fn follow(&self, url: &str) -> Answer {
        self.get(url.strip_prefix(URL).expect("a URL of this service")).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request, Body::from(body.to_string())).await
    }
}
