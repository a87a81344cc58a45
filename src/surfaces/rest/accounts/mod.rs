//! The routes of the API with accounts, each with the envelope of its document.

mod badge;
mod envelope;
mod request;
mod route;

pub(super) use route::add_routes;
