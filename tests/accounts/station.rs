//! A host on this machine: it serves files, and hears messages.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode};

/// What was heard: headers and bodies of messages.
type Heard = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

/// A host that listens for as long as the test runs.
pub struct Station {
    port: u16,
    inner: Arc<Inner>,
}

struct Inner {
    files: HashMap<String, Vec<u8>>,
    status: AtomicU16,
    heard: Heard,
    paths: Mutex<Vec<String>>,
}

impl Station {
    /// Serves files by their paths.
    pub async fn serving(files: &[(&str, Vec<u8>)]) -> Self {
        let files = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.clone())).collect();
        Self::start(files, 200, Heard::default()).await
    }

    /// Serves one SKILL.md, and answers messages with a status.
    pub async fn hearing(skill: Vec<u8>, status: u16, heard: Heard) -> Self {
        Self::start(HashMap::from([("/SKILL.md".to_owned(), skill)]), status, heard).await
    }

    async fn start(files: HashMap<String, Vec<u8>>, status: u16, heard: Heard) -> Self {
        let inner = Inner { files, status: AtomicU16::new(status), heard, paths: Mutex::default() };
        let inner = Arc::new(inner);
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, inner }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Answers messages with another status from now on.
    pub fn answer_with(&self, status: u16) {
        self.inner.status.store(status, Ordering::SeqCst);
    }

    /// The paths that were asked for.
    pub fn requests(&self) -> Vec<String> {
        self.inner.paths.lock().expect("paths").clone()
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    inner.paths.lock().expect("paths").push(path.clone());
    let (status, body) = if request.method() == Method::POST {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, 1_000_000).await.expect("a body").to_vec();
        inner.heard.lock().expect("what was heard").push((parts.headers, body));
        let status = inner.status.load(Ordering::SeqCst);
        (status, inner.files.get(&path).filter(|_| status == 200).cloned().unwrap_or_default())
    } else {
        inner.files.get(&path).map_or((404, Vec::new()), |bytes| (200, bytes.clone()))
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}
