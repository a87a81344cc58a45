//! A route for every operation with accounts.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, RawPathParams, RawQuery, State};
use axum::http::HeaderMap;
use axum::routing::{MethodFilter, MethodRouter, on};

use super::super::Rest;
use super::{badge, envelope, events, request, upload};
use crate::operations::ClientAddress;
use crate::operations::accounts::{
    AccountMethod, Envelope, ExposedAccountOperation, Shape, register_account_operations,
};

/// Adds the routes, where the instance has accounts.
pub(in super::super) fn add_routes(mut router: Router<Rest>, rest: &Rest) -> Router<Rest> {
    if !rest.services.has_accounts() {
        return router;
    }
    let mut paths: BTreeMap<&str, Vec<ExposedAccountOperation>> = BTreeMap::new();
    for operation in register_account_operations() {
        paths.entry(operation.binding.path).or_default().push(operation);
    }
    for (path, operations) in paths {
        let allowed: Vec<&str> = operations.iter().map(|operation| name(operation.binding.method)).collect();
        let (allowed, form) = (allowed.join(", "), operations[0].binding.envelope);
        let routes = operations.into_iter().fold(MethodRouter::new(), add);
        router = router.route(path, routes.fallback(async move || envelope::method_not_allowed(form, &allowed)));
    }
    let badges = axum::routing::get(badge::show);
    router.route(badge::PATH, badges.fallback(async || envelope::method_not_allowed(Envelope::Detail, "GET, HEAD")))
}

fn add(routes: MethodRouter<Rest>, operation: ExposedAccountOperation) -> MethodRouter<Rest> {
    let filter = match operation.binding.method {
        AccountMethod::Get => MethodFilter::GET,
        AccountMethod::Post => MethodFilter::POST,
        AccountMethod::Put => MethodFilter::PUT,
        AccountMethod::Delete => MethodFilter::DELETE,
    };
    match operation.shape {
        Shape::Json => {}
        Shape::File => return upload::add(routes, operation),
        Shape::Events => return events::add(routes, operation),
    }
    let operation = Arc::new(operation);
    let handler = move |State(rest): State<Rest>,
                        client: Option<Extension<ClientAddress>>,
                        path: RawPathParams,
                        RawQuery(query): RawQuery,
                        headers: HeaderMap,
                        body: Body| {
        let operation = Arc::clone(&operation);
        async move {
            let request = request::read(operation.binding.method, &path, query.as_deref(), body).await;
            let (credential, client) = (request::credential(&headers), client.map(|Extension(address)| address));
            envelope::respond(&operation.binding, operation.run(&rest.services, credential, client, request).await)
        }
    };
    on_method(routes, filter, handler)
}

fn on_method<H, T>(routes: MethodRouter<Rest>, filter: MethodFilter, handler: H) -> MethodRouter<Rest>
where
    H: axum::handler::Handler<T, Rest>,
    T: 'static,
{
    routes.merge(on(filter, handler))
}

fn name(method: AccountMethod) -> &'static str {
    match method {
        AccountMethod::Get => "GET, HEAD",
        AccountMethod::Post => "POST",
        AccountMethod::Put => "PUT",
        AccountMethod::Delete => "DELETE",
    }
}
