//! A service with accounts in this process, asked without a network.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use touchmark::account::Tier;
use touchmark::app;
use touchmark::config::{AccountsConfig, HttpConfig, SearchConfig, Settings, StorageConfig};
use touchmark::operations::Services;
use touchmark::operations::accounts::create_account;
use touchmark::skill::Timestamp;
use touchmark::store::{Accounts, AuditRecord, SqliteStore};
use touchmark::surfaces::rest::{Rest, router};
use tower::ServiceExt as _;

/// Where requests come from.
const PEER: &str = "192.0.2.1:4000";

pub const PASSWORD: &str = "correct horse battery";

/// A clock for each test thread would be too many: time stands still, but for who moves it.
static CLOCK_MS: AtomicI64 = AtomicI64::new(1_780_000_000_000);

fn clock() -> Timestamp {
    Timestamp::from_milliseconds(CLOCK_MS.load(Ordering::SeqCst))
}

pub struct Service {
    pub services: Services,
    router: Router,
    pub data: TempDir,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The status and the code of a refusal, in either envelope.
    pub fn refusal(&self) -> (u16, &str) {
        let code = self.body["code"].as_str().or(self.body["error"]["code"].as_str());
        (self.status, code.unwrap_or("none"))
    }
}

impl Service {
    pub async fn start(accounts: Option<AccountsConfig>) -> Self {
        Self::start_as(accounts, |services| services).await
    }

    /// Starts with services that are changed once they have accounts.
    pub async fn start_as(accounts: Option<AccountsConfig>, change: fn(Services) -> Services) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let storage = StorageConfig { data_folder: data.path().to_owned() };
        let services = app::open_at(&storage, &SearchConfig::builtin(), "https://skills.example".to_owned(), clock)
            .await
            .expect("the data folder opens");
        let services = change(app::accountable(services, accounts).await.expect("accounts are offered"));
        let config =
            HttpConfig::read(PEER.parse().expect("an address"), &Settings::environment()).expect("the defaults");
        let router = router(Rest::new(services.clone()), &config);
        Self { services, router, data }
    }

    /// The same service with services that are changed, over the same data.
    pub fn changed(self, change: impl FnOnce(Services) -> Services) -> Self {
        let services = change(self.services);
        let config =
            HttpConfig::read(PEER.parse().expect("an address"), &Settings::environment()).expect("the defaults");
        let router = router(Rest::new(services.clone()), &config);
        Self { services, router, data: self.data }
    }

    /// Opens the store beside the service.
    pub async fn store(&self) -> SqliteStore {
        let storage = StorageConfig { data_folder: self.data.path().to_owned() };
        SqliteStore::open(&storage.database()).await.expect("the store opens")
    }

    /// Returns everything that the audit log holds.
    pub async fn audit(&self) -> Vec<AuditRecord> {
        self.store().await.audit_log(None, None, 1_000).await.expect("read")
    }

    /// Tells whether the file of the database, or its log, has these bytes in it.
    pub async fn database_holds(&self, bytes: &[u8]) -> bool {
        let has = |path: std::path::PathBuf| {
            std::fs::read(path).is_ok_and(|held| held.windows(bytes.len()).any(|window| window == bytes))
        };
        let entries = std::fs::read_dir(self.data.path()).expect("the data folder");
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).any(has)
    }

    /// Returns an answer whose body is not read yet.
    pub async fn open(&self, mut request: Request<Body>) -> Response<Body> {
        let peer: SocketAddr = PEER.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        self.router.clone().oneshot(request).await.expect("an answer")
    }

    pub async fn put(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        self.call("PUT", path, token, Body::from(body.to_string())).await
    }

    /// Makes an account as the operator does.
    pub async fn account(&self, email: &str, tier: Tier) {
        create_account(&self.services, email, PASSWORD.to_owned(), Some("Somebody"), tier).await.expect("an account");
    }

    /// Makes an account and logs in.
    pub async fn token(&self, email: &str, tier: Tier) -> String {
        self.account(email, tier).await;
        self.log_in(email).await
    }

    pub async fn log_in(&self, email: &str) -> String {
        let answer = self.post("/v1/auth/login", None, &json!({ "email": email, "password": PASSWORD })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["access_token"].as_str().expect("a token").to_owned()
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.call("GET", path, token, Body::empty()).await
    }

    pub async fn delete(&self, path: &str, token: Option<&str>) -> Answer {
        self.call("DELETE", path, token, Body::empty()).await
    }

    pub async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Answer {
        self.call("POST", path, token, Body::from(body.to_string())).await
    }

    pub async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.send(request.body(body).expect("a request")).await
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let peer: SocketAddr = PEER.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }
}
