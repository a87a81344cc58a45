//! A service in this process that takes payments, with a facilitator that does as it is told.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use tempfile::TempDir;
use touchmark::app;
use touchmark::config::{HttpConfig, MeterConfig, SearchConfig, StorageConfig, TrustedProxies};
use touchmark::operations::{IngestProgress, IngestStage, Services, ingest_source};
use touchmark::payment::{Patience, Terms};
use touchmark::skill::Timestamp;
use touchmark::store::{LedgerEntry, PaymentState, SqliteStore, Store};
use touchmark::surfaces::rest::{Rest, router};
use tower::ServiceExt as _;

use crate::facilitator::Scripted;
use crate::payer::{PAY_TO, encode};

/// The time at which the tests stand still, in seconds since 1970.
pub const NOW_SECONDS: u64 = 1_780_056_000;
pub const CLIENT: &str = "203.0.113.9";

const SKILL: &str = "---\nname: zebra-tables\ndescription: Draws zebra striped tables from comma separated zebra data.\n---\n# Zebra tables\n\nRead the file and draw the table.\n";

/// Short, since those who keep silent here never speak.
pub const IMPATIENT: Patience =
    Patience { check: Duration::from_millis(1_500), total: Duration::from_secs(3), settlement: Duration::from_secs(2) };
/// Long, for tests in which nobody keeps silent: a busy machine must not change an answer.
const PATIENT: Patience =
    Patience { check: Duration::from_secs(60), total: Duration::from_secs(120), settlement: Duration::from_secs(60) };

fn now() -> Timestamp {
    Timestamp::from_milliseconds(NOW_SECONDS as i64 * 1_000)
}

/// How a service is set up.
#[derive(Clone, Copy)]
pub struct Setup {
    /// Free workflows of a day.
    pub free: u32,
    /// The price, where payments are on.
    pub price: Option<&'static str>,
    pub patience: Patience,
}

impl Setup {
    /// Nothing is free.
    pub const PAID: Self = Self { free: 0, price: Some("0.002"), patience: PATIENT };
    pub const IMPATIENT: Self = Self { patience: IMPATIENT, ..Self::PAID };
}

pub struct Service {
    pub skill_id: String,
    pub facilitator: Arc<Scripted>,
    pub services: Services,
    router: Router,
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

    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub fn reason(&self) -> &str {
        self.body["error"]["details"]["reason"].as_str().unwrap_or_default()
    }

    /// Whether there are results.
    pub fn is_answered(&self) -> bool {
        self.status == 200 && self.body["results"].as_array().is_some_and(|results| !results.is_empty())
    }
}

struct Silent;

impl IngestProgress for Silent {
    fn report(&self, _: IngestStage) {}
}

impl Service {
    pub async fn start(setup: Setup) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let skill = data.path().join("skills/zebra-tables");
        std::fs::create_dir_all(&skill).expect("a folder");
        std::fs::write(skill.join("SKILL.md"), SKILL).expect("a file");
        let facilitator = Arc::new(Scripted::default());
        let (services, router) = open(data.path(), setup, &facilitator).await;
        let source = format!("folder:{}", data.path().join("skills").display());
        ingest_source(&services, &source, Arc::new(Silent)).await.expect("the folder is ingested");
        let mut service = Self { skill_id: String::new(), facilitator, services, router, data };
        let hash = touchmark::skill::Sha256Digest::of(SKILL.as_bytes());
        let found = service.send(CLIENT, Request::get(format!("/verify?content_hash={hash}")), Body::empty()).await;
        service.skill_id = found.body["skill"]["skill_id"].as_str().expect("the skill is known").to_owned();
        service
    }

    /// Ends as a kill does, without a word, and starts anew on the same data.
    pub async fn restart(self, setup: Setup) -> Self {
        let Self { skill_id, facilitator, services, router, data } = self;
        drop((router, services));
        let (services, router) = open(data.path(), setup, &facilitator).await;
        Self { skill_id, facilitator, services, router, data }
    }

    /// Starts another process, as it were, on the same data while this one is still there.
    pub async fn beside(&self, setup: Setup) -> (Services, Router) {
        open(self.data.path(), setup, &self.facilitator).await
    }

    pub async fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(CLIENT, request, Body::from(body.to_string())).await
    }

    pub async fn discover(&self, headers: &[(&str, &str)]) -> Answer {
        self.post("/discover", &json!({ "query": "zebra tables" }), headers).await
    }

    pub async fn pay(&self, payment: &Value) -> Answer {
        self.discover(&[("payment-signature", &encode(payment))]).await
    }

    /// Calls a tool with a payment and returns its result.
    pub async fn tool(&self, name: &str, arguments: Value, payment: Option<&Value>) -> Value {
        let request = Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25");
        let mut params = json!({ "name": name, "arguments": arguments });
        if let Some(payment) = payment {
            params["_meta"] = json!({ "x402/payment": payment });
        }
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let mut answer = self.send(CLIENT, request, Body::from(call.to_string())).await;
        assert!(answer.body["result"].is_object(), "{} {}", answer.status, answer.body);
        answer.body["result"].take()
    }

    pub async fn tools(&self) -> Value {
        let request = Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25");
        let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        let mut answer = self.send(CLIENT, request, Body::from(list.to_string())).await;
        answer.body["result"]["tools"].take()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(CLIENT, Request::get(path), Body::empty()).await
    }

    /// Every row of the ledger, by state.
    pub async fn ledger(&self) -> Vec<LedgerEntry> {
        let store = self.store().await;
        let mut rows = Vec::new();
        for state in PaymentState::ALL {
            rows.extend(store.payments_in(state, Timestamp::from_milliseconds(0), 10_000).await.expect("it is read"));
        }
        rows
    }

    /// The states in the ledger.
    pub async fn states(&self) -> Vec<PaymentState> {
        self.ledger().await.iter().map(|entry| entry.state).collect()
    }

    /// Makes the database refuse to note that a payment is settled, as a full disk does, or no
    /// more.
    pub async fn refuse_to_note_settlements(&self, is_refused: bool) {
        let storage = StorageConfig { data_folder: self.data.path().join("data") };
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(storage.database());
        let statement = if is_refused {
            "CREATE TRIGGER full_disk BEFORE UPDATE OF state ON payments WHEN NEW.state = 'settled' \
             BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        } else {
            "DROP TRIGGER full_disk"
        };
        let mut connection = options.connect().await.expect("the database opens");
        sqlx::query(statement).execute(&mut connection).await.expect("the database is changed");
    }

    async fn store(&self) -> SqliteStore {
        let storage = StorageConfig { data_folder: self.data.path().join("data") };
        SqliteStore::open(&storage.database()).await.expect("the store opens")
    }

    async fn send(&self, peer: &str, request: axum::http::request::Builder, body: Body) -> Answer {
        send(&self.router, peer, request, body).await
    }
}

pub async fn send(router: &Router, peer: &str, request: axum::http::request::Builder, body: Body) -> Answer {
    let mut request = request.body(body).expect("a request");
    let peer = SocketAddr::new(peer.parse().expect("an address"), 4_711);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a body");
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn open(folder: &Path, setup: Setup, facilitator: &Arc<Scripted>) -> (Services, Router) {
    let storage = StorageConfig::read(Some(&folder.join("data"))).expect("the data folder is made");
    let config = HttpConfig {
        security_contact: None,
        listen: "127.0.0.1:7080".parse().expect("an address"),
        public_url: "https://touchmark.example".to_owned(),
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
        trusted_proxies: TrustedProxies::none(),
    };
    let services = app::open_at(&storage, &SearchConfig::builtin(), config.public_url.clone(), now).await;
    let meter = MeterConfig { workflows: setup.free, unresolved_inspects: 100, lookups: 10_000 };
    let mut services =
        app::metered(services.expect("the data folder opens"), Some(meter)).await.expect("counts are read");
    if let Some(price) = setup.price {
        let terms = Terms::new(price.parse().expect("a price"), PAY_TO.parse().expect("an address"));
        services = services.paid(terms, facilitator.clone(), setup.patience).await.expect("the ledger opens");
    }
    let router = router(Rest::new(services.clone()), &config);
    (services, router)
}
