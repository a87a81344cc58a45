//! A route for every operation, and one for everything else.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, RawQuery, Request, State};
use axum::http::header::ALLOW;
use axum::http::{HeaderMap, HeaderValue, Method as HttpMethod, Response, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, get, on, post};
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;

use super::answer::{self, KeptAnswer};
use super::answer_cache::AnswerCache;
use super::client::identify;
use super::document::Documents;
use super::observe::observe;
use super::request::{read_body, read_query};
use super::{accounts, packages, payment, protocols, quota, skills};
use crate::api::{ErrorCode, Problem};
use crate::config::HttpConfig;
use crate::operations::{
    Answered, Caching, Caller, ClientAddress, Exposed, Method, Services, admit_lookups, give_back, register,
};
use crate::surfaces::mcp;

/// What the routes share.
#[derive(Debug, Clone)]
pub struct Rest {
    pub(super) services: Services,
    answers: AnswerCache,
    documents: Documents,
}

impl Rest {
    /// Makes the documents and an empty cache.
    pub fn new(services: Services) -> Self {
        let documents = Documents::new(services.public_url(), services.payment_terms(), services.has_accounts());
        Self { services, answers: AnswerCache::new(), documents }
    }

    /// Returns what operations work with.
    pub(super) fn services(&self) -> &Services {
        &self.services
    }

    /// Forgets every answer that was kept.
    pub fn forget_answers(&self) {
        self.answers.clear();
    }
}

/// Routes every operation of the list, the MCP endpoint and the documents.
pub fn router(rest: Rest, config: &HttpConfig) -> Router {
    let mut router = Router::new();
    for operation in register() {
        if let Some(binding) = operation.rest {
            router = router.route(binding.path, method_router(operation, &rest.services));
        }
    }
    router = accounts::add_routes(router, &rest);
    router = packages::add_routes(router);
    router = skills::add_routes(router);
    router = router
        .merge(protocols::routes(config.security_contact.as_deref()))
        .route_service("/mcp", mcp::service(rest.services.clone(), config))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(document);
    // Nobody asks for the address where nothing is counted by it.
    if rest.services.is_metered() || rest.services.has_accounts() {
        let proxies = Arc::new(config.trusted_proxies.clone());
        router = router.layer(axum::middleware::from_fn_with_state(proxies, identify));
    }
    router
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a handler panicked");
            answer::problem(&Problem::internal())
        }))
        .layer(axum::middleware::from_fn(observe))
        .with_state(rest)
}

fn method_router(operation: Exposed, services: &Services) -> MethodRouter<Rest> {
    let resource = payment::resource(services, &operation);
    let operation = Arc::new(operation);
    let binding = operation.rest.expect("only operations with a route come here");
    match (binding.method, binding.caching) {
        (Method::Post, _) => {
            post(move |State(rest): State<Rest>, client: Client, headers: HeaderMap, body: Body| async move {
                let payment = resource.as_ref().and_then(|_| payment::proof(&headers));
                let caller = Caller { client: address(client), payment, resource };
                match read_body(body).await {
                    Ok(request) => respond(operation.run_for(&rest.services, &caller, request).await),
                    Err(problem) => answer::problem(&problem),
                }
            })
        }
        (Method::Get, Caching::None) => {
            get(move |State(rest): State<Rest>, client: Client, RawQuery(query): RawQuery| async move {
                match read_query(query.as_deref().unwrap_or_default()) {
                    Ok(request) => {
                        let caller = Caller { client: address(client), ..Caller::default() };
                        respond(operation.run_for(&rest.services, &caller, request).await)
                    }
                    Err(problem) => answer::problem(&problem),
                }
            })
        }
        (Method::Get, Caching::Public { hit_seconds, miss_seconds }) => {
            let controls = [hit_seconds, miss_seconds].map(|seconds| {
                HeaderValue::try_from(format!("public, max-age={seconds}")).expect("digits are a header")
            });
            let handler =
                move |State(rest): State<Rest>, client: Client, RawQuery(query): RawQuery, headers: HeaderMap| {
                    let (operation, controls) = (operation.clone(), controls.clone());
                    async move {
                        // What was kept is a look-up as well.
                        let draw = match admit_lookups(&rest.services, address(client), 1) {
                            Ok(draw) => draw,
                            Err(problem) => return answer::problem(&problem),
                        };
                        let query = query.unwrap_or_default();
                        let response = kept(&rest, &operation, &controls, &query, &headers).await;
                        if response.status().is_client_error() || response.status().is_server_error() {
                            give_back(&rest.services, draw);
                        }
                        response
                    }
                };
            on(MethodFilter::GET, handler)
        }
    }
}

/// Whom a request is counted for, where that is known.
pub(super) type Client = Option<Extension<ClientAddress>>;

/// Returns the address of a client.
pub(super) fn address(client: Client) -> Option<ClientAddress> {
    client.map(|Extension(address)| address)
}

/// Answers from what was kept, else runs the operation and keeps what it said.
async fn kept(
    rest: &Rest,
    operation: &Exposed,
    controls: &[HeaderValue; 2],
    query: &str,
    headers: &HeaderMap,
) -> Response<Body> {
    if let Some(answer) = rest.answers.get(query) {
        return answer.respond(headers);
    }
    let before = rest.services.change_number().await;
    let outcome = match read_query(query) {
        Ok(request) => operation.run(&rest.services, request).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(value) => {
            let is_hit = value.get("matched").and_then(Value::as_bool) != Some(false);
            let control = controls[usize::from(!is_hit)].clone();
            let kept = Arc::new(KeptAnswer::new(
                Bytes::from(value.to_string()),
                HeaderValue::from_static("application/json"),
                control,
            ));
            // An answer that a change has overtaken must not outlive the emptying of the cache.
            if before.is_some() && rest.services.change_number().await == before {
                rest.answers.insert(query, kept.clone(), is_hit);
            }
            kept.respond(headers)
        }
        Err(problem) => answer::problem(&problem),
    }
}

fn respond(answered: Answered) -> Response<Body> {
    let mut response = match (answered.outcome, &answered.payment.challenge) {
        (Ok(value), _) => answer::json(StatusCode::OK, &value),
        (Err(problem), Some(challenge)) => payment::challenge(&problem, challenge),
        (Err(problem), None) => answer::problem(&problem),
    };
    if let Some(receipt) = &answered.payment.receipt {
        payment::add_receipt(response.headers_mut(), receipt);
    }
    if let Some(quota) = &answered.quota {
        quota::add_headers(response.headers_mut(), quota);
    }
    response
}

/// Everything that is no operation is a document, or nothing.
async fn document(State(rest): State<Rest>, request: Request) -> Response<Body> {
    if !matches!(*request.method(), HttpMethod::GET | HttpMethod::HEAD) {
        return answer::problem(&Problem::not_found("there is nothing here that takes this method; see /docs"));
    }
    let found = rest.documents.respond(request.uri().path(), request.headers());
    found.unwrap_or_else(|| {
        answer::problem(&Problem::not_found("there is no such page; the list of all is in /llms.txt"))
    })
}

async fn method_not_allowed(request: Request) -> Response<Body> {
    let path = request.uri().path();
    let allowed =
        register().into_iter().filter_map(|operation| operation.rest).find(|binding| binding.path == path).map(
            |binding| match binding.method {
                Method::Get => "GET, HEAD",
                Method::Post => "POST",
            },
        );
    let allowed = allowed.or_else(|| protocols::allowed(path)).unwrap_or("POST");
    let mut problem = Problem::new(ErrorCode::InvalidRequest, format!("{path} takes {allowed}"));
    problem.status = StatusCode::METHOD_NOT_ALLOWED.as_u16();
    let mut response = answer::problem(&problem);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}
